/** Where users authenticate they run nothing on the machine of the server, unless its operator allows it. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startCoppice, type Coppice } from '../src/app.ts';
import { loadConfig } from '../src/config.ts';

let directory: string;
let coppice: Coppice | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'coppice-processes-'));
});

afterEach(async () => {
  await coppice?.stop();
  rmSync(directory, { recursive: true });
});

test.each([
  ['none', undefined, 201],
  ['none', false, 404],
  ['token', undefined, 404],
  ['token', true, 201],
])('with auth: %s and local_processes: %j a profile is answered with %i', async (use, allowed, status) => {
  const sha256 = createHash('sha256').update('secret').digest('hex');
  const tokens = [{ name: 'a', sha256, user: 'u', project: 'p', roles: ['member'] }];
  const path = join(directory, 'coppice.yaml');
  const config = {
    data_dir: join(directory, 'data'),
    listen: '127.0.0.1:0',
    log: { level: 'silent' },
    auth: { use, ...(use === 'token' ? { tokens } : {}) },
    ...(allowed === undefined ? {} : { local_processes: allowed }),
  };
  writeFileSync(path, JSON.stringify(config));
  coppice = await startCoppice(loadConfig({}, path));
  const spec = { type: 'local.process', version: '1.0', properties: { command: ['sleep', '1'] } };
  const response = await fetch(`${coppice.url}/v1/profiles`, {
    method: 'POST',
    headers: { 'X-Auth-Token': 'secret' },
    body: JSON.stringify({ profile: { name: 'sleep', spec } }),
  });
  expect(response.status).toBe(status);
});
