/**
 * The server is asked to stop (SIGTERM) while it creates or deletes a large cluster of processes: it ends in
 * order, the next start continues, and at the end no process runs that no node names.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';

const program = fileURLToPath(new URL('../../bin/coppice.js', import.meta.url));
/** More than the engine runs at once (64): some have not begun, some are in the middle. */
const size = 80;
const limitMs = 60_000;

interface Server {
  readonly process: ChildProcess;
  readonly url: string;
}

interface Listed {
  readonly nodes: readonly { readonly physical_id: string; readonly status: string }[];
}

let directory = '';
let server: Server | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'coppice-stop-'));
});

afterEach(async () => {
  if (server !== undefined && server.process.exitCode === null) {
    server.process.kill('SIGKILL');
    await once(server.process, 'exit');
  }
  for (const pid of processes()) process.kill(pid, 'SIGKILL');
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
});

test(
  'a creation that SIGTERM interrupts is continued by the next start, and each process is that of a node',
  async () => {
    server = await serve();
    const action = await createCluster(server);
    await eventually('some run', () => processes().length >= 5, limitMs);
    expect(processes().length).toBeLessThan(size);
    expect(await stop(server)).toEqual([0, null]);
    server = await serve();
    await succeeded(server, action);
    expect(await nodePids(server)).toEqual(processes());
    expect(processes()).toHaveLength(size);
  },
  4 * limitMs,
);

test(
  'a deletion that SIGTERM interrupts is continued by the next start, and leaves no process',
  async () => {
    server = await serve();
    await succeeded(server, await createCluster(server));
    const action = await locationOf(server, 'DELETE', '/v1/clusters/web');
    await eventually('some are gone', () => processes().length <= size - 5, limitMs);
    expect(processes().length).toBeGreaterThan(0);
    expect(await stop(server)).toEqual([0, null]);
    const left = processes();
    server = await serve();
    await succeeded(server, action);
    expect(left.filter((pid) => processes().includes(pid))).toEqual([]);
    expect(processes()).toEqual([]);
    expect(await nodePids(server)).toEqual([]);
  },
  4 * limitMs,
);

async function serve(): Promise<Server> {
  const args = [program, 'serve', '--data-dir', join(directory, 'data'), '--listen', '127.0.0.1:0'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (text: Buffer) => void (log += text.toString()));
  const url = await eventually('the server is ready', () => /"listen":"([^"]+)"/.exec(log)?.[1], limitMs);
  return { process: child, url };
}

async function stop({ process: child }: Server): Promise<unknown[]> {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  return await exit;
}

async function createCluster(to: Server): Promise<string> {
  const properties = { command: ['sleep', '1000'], env: { MARK: directory } };
  const spec = { type: 'local.process', version: '1.0', properties };
  await request(to, 'POST', '/v1/profiles', { profile: { name: 'web', spec } });
  const cluster = { name: 'web', profile_id: 'web', desired_capacity: size };
  return await locationOf(to, 'POST', '/v1/clusters', { cluster });
}

async function request(to: Server, method: string, path: string, body?: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(to.url + path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}

/** The path of the action that a request started. */
async function locationOf(to: Server, method: string, path: string, body?: object): Promise<string> {
  const { headers } = await request(to, method, path, body);
  return new URL(headers.get('location') ?? '', to.url).pathname;
}

async function succeeded(on: Server, action: string): Promise<void> {
  const ended = ['SUCCEEDED', 'FAILED', 'CANCELLED'];
  const last = await eventually(
    `${action} has ended`,
    async () => {
      const { action: found } = (await (await request(on, 'GET', action)).json()) as {
        action: { status: string; status_reason: string };
      };
      return ended.includes(found.status) && `${found.status} ${found.status_reason}`;
    },
    limitMs,
  );
  expect(last).toMatch(/^SUCCEEDED/);
}

async function nodePids(on: Server): Promise<number[]> {
  const { nodes } = (await (await request(on, 'GET', '/v1/nodes')).json()) as Listed;
  return nodes.map((node) => Number(node.physical_id.split('.')[0])).sort((a, b) => a - b);
}

/** Of all nodes of this test, whether a server knows them or not; none that has ended. */
function processes(): number[] {
  const mark = `MARK=${directory}`;
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const marked = pids.filter((pid) => textOf(`/proc/${pid}/environ`).split('\0').includes(mark));
  return marked.map(Number).sort((a, b) => a - b);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
