/** A process without the role `engine` records work; one with it carries that work out. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startCoppice, type Coppice } from '../src/app.ts';
import { loadConfig } from '../src/config.ts';
import { eventually } from './support/eventually.ts';

let directory: string;
let coppice: Coppice;
let asked: string[];
const target = createServer((request, response) => {
  asked.push(request.url ?? '');
  response.end('ok');
});

beforeEach(async () => {
  asked = [];
  directory = mkdtempSync(join(tmpdir(), 'coppice-api-only-'));
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await coppice.stop();
  await new Promise((resolve) => target.close(resolve));
  rmSync(directory, { recursive: true, force: true });
});

async function start(roles: string): Promise<void> {
  const path = join(directory, 'coppice.yaml');
  const settings = `data_dir: ${directory}/data\nlisten: 127.0.0.1:0\nlog: {level: silent}\n`;
  writeFileSync(path, `${settings}roles: ${roles}\n`);
  coppice = await startCoppice(loadConfig({}, path));
}

async function stateOf(execution: string): Promise<string> {
  const answer = await fetch(`${coppice.url}/v2/executions/${execution}`);
  return ((await answer.json()) as { state: string }).state;
}

const definition = (url: string): string => `
version: '2.0'
parent:
  tasks:
    call: {action: 'std.http url=${url}/call', on-success: [child, later]}
    child: {workflow: child}
    later: {action: 'std.http url=${url}/later', wait-before: 1}
child:
  tasks:
    call: {action: 'std.http url=${url}/child'}
`;

test('an execution started in an api-only process runs in the next process with the role engine, once', async () => {
  await start('[api]');
  const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}`;
  const made = await fetch(`${coppice.url}/v2/workflows`, { method: 'POST', body: definition(url) });
  expect(made.status).toBe(201);
  const id = randomUUID();
  const body = JSON.stringify({ id, workflow_name: 'parent' });
  const headers = { 'content-type': 'application/json' };
  const begun = await fetch(`${coppice.url}/v2/executions`, { method: 'POST', body, headers });
  expect(begun.status).toBe(201);
  expect(await stateOf(id)).toBe('RUNNING');
  await coppice.stop();
  expect(asked).toEqual([]);

  await start('[api, engine]');
  await eventually('the execution has ended', async () => (await stateOf(id)) === 'SUCCESS');
  expect(asked.toSorted()).toEqual(['/call', '/child', '/later']);
});
