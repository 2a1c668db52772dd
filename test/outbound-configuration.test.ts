/** What the configuration says of outbound requests reaches all that make them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startCoppice, type Coppice } from '../src/app.ts';
import { loadConfig } from '../src/config.ts';

let directory: string;
let coppice: Coppice;
const node = createServer((_, response) => response.end('ok'));

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'coppice-outbound-'));
  await new Promise<void>((resolve) => node.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await coppice.stop();
  await new Promise((resolve) => node.close(resolve));
  rmSync(directory, { recursive: true, force: true });
});

async function start(outbound: string): Promise<void> {
  const path = join(directory, 'coppice.yaml');
  const settings = `data_dir: ${directory}/data\nlisten: 127.0.0.1:0\nlog: {level: silent}\n`;
  writeFileSync(path, `${settings}outbound: ${outbound}\n`);
  coppice = await startCoppice(loadConfig({}, path));
}

async function post(path: string, body: object): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${coppice.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
  return { status: answer.status, text: await answer.text() };
}

function createPolicy(poll_url: string): ReturnType<typeof post> {
  const detection_modes = [{ type: 'NODE_STATUS_POLL_URL', options: { poll_url } }];
  const properties = { detection: { detection_modes }, recovery: { actions: [{ name: 'RECREATE' }] } };
  const spec = { type: 'senlin.policy.health', version: '1.3', properties };
  return post('/v1/policies', { policy: { name: 'p', spec } });
}

function runHttpAction(url: string): ReturnType<typeof post> {
  const body = {
    name: 'std.http',
    input: JSON.stringify({ url }),
    params: JSON.stringify({ run_sync: true }),
  };
  return post('/v2/action_executions', body);
}

const nodeUrl = (): string => `http://127.0.0.1:${(node.address() as AddressInfo).port}/`;

test('metadata services are refused in policies and workflows, and nodes are not', async () => {
  await start('{}');
  const metadata = 'http://169.254.169.254/latest/meta-data/';
  expect(await createPolicy(metadata)).toMatchObject({
    status: 400,
    text: expect.stringContaining('outbound.allow'),
  });
  expect((await runHttpAction(metadata)).text).toMatch(/"state": ?"ERROR".*outbound\.allow/);
  expect(await createPolicy(nodeUrl())).toMatchObject({ status: 201 });
  expect((await runHttpAction(nodeUrl())).text).toMatch(/"state": ?"SUCCESS"/);
});

test('outbound.refuse and outbound.allow hold for both', async () => {
  await start('{refuse: [127.0.0.0/8], allow: [169.254.169.254]}');
  expect(await createPolicy(nodeUrl())).toMatchObject({
    status: 400,
    text: expect.stringContaining('outbound.refuse'),
  });
  expect((await runHttpAction(nodeUrl())).text).toMatch(/"state": ?"ERROR".*outbound\.refuse/);
  expect(await createPolicy('http://169.254.169.254/')).toMatchObject({ status: 201 });
});
