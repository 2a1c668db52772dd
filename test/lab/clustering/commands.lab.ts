/**
 * Each `openstack cluster ...` command of Debian's python3-senlinclient works with Coppice, whose servers are
 * in the lab.
 */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environmentOf } from '../coppice/coppice-process.ts';
import { Lab } from '../lab.ts';
import { ClientSession, runProgram } from './client-session.ts';
import { clusteringCommands, words } from './commands.ts';
import { debianPackages } from './debian-packages.ts';

const lab = new Lab();
let session: ClientSession;
/**
 * The files that commands name, and an `ssh` that only says where it was told to go: the servers of the lab
 * do not run.
 */
const files = mkdtempSync(join(tmpdir(), 'coppice-commands-'));
/** Takes lifecycle hooks. */
const hook = createServer((_request, response) => response.end());

beforeAll(async () => {
  await debianPackages('python3-openstackclient', 'python3-senlinclient');
  writeFileSync(join(files, 'ssh'), '#!/bin/sh\necho "ssh $*"\n');
  chmodSync(join(files, 'ssh'), 0o755);
  await once(hook.listen(0, '127.0.0.1'), 'listening');
  for (const file of Object.values(words)) {
    const text = readFileSync(join(import.meta.dirname, 'specs', file), 'utf8');
    writeFileSync(join(files, file), text.replace('HOOK', hookUrl()));
  }
  session = await ClientSession.start(lab);
}, 600_000);
afterAll(async () => {
  await session.stop();
  hook.close();
  rmSync(files, { recursive: true });
});

test('every command of the client is among those that are run', async () => {
  const code = `import importlib.metadata as m
for one in m.distribution('python-senlinclient').entry_points.select(group='openstack.clustering.v1'): print(one.name)`;
  const names = (await runProgram('/usr/bin/python3', ['-c', code], {})).trim().split('\n');
  const commands = names.map((name) => name.replaceAll('_', ' '));
  const isRun = (command: string): boolean =>
    clusteringCommands.some((one) => `${one.command} `.startsWith(`${command} `));
  expect(commands.length).toBeGreaterThan(50);
  expect(commands.filter((command) => !isRun(command))).toEqual([]);
});

test.for(clusteringCommands)(
  'openstack $command',
  async ({ command, isLeftRunning = false, endsWith, as = 'demo' }) => {
    const args = await Promise.all(command.split(' ').map(wordOf));
    const environment = { ...environmentOf(lab, as), PATH: `${files}:/usr/bin:/bin` };
    const run = runProgram('/usr/bin/openstack', args, environment);
    if (endsWith === undefined) await run;
    else await expect(run).rejects.toThrow(endsWith);
    const { exchanges } = await session.note(`openstack ${command}`, isLeftRunning);
    if (command.startsWith('cluster ')) expect(exchanges.length).toBeGreaterThan(0);
    if (!isLeftRunning) await session.settle();
    await expectSuccess(command, exchanges);
  },
);

test('what was said is stored, where it is asked for', () => session.store('openstack', hookUrl()));

function hookUrl(): string {
  return `http://127.0.0.1:${(hook.address() as AddressInfo).port}`;
}

/** What the actions that a command began have come to. */
async function expectSuccess(
  command: string,
  exchanges: readonly { readonly location?: string }[],
): Promise<void> {
  for (const { location } of exchanges) {
    if (location === undefined || !location.startsWith('/v1/actions/')) continue;
    const { action } = await session.coppice.send('GET', location);
    const { status, status_reason: reason } = action as { status: string; status_reason: string };
    expect.soft(status, `${command}: ${reason}`).not.toBe('FAILED');
  }
}

async function wordOf(word: string): Promise<string> {
  if (word in words) return join(files, words[word as keyof typeof words]);
  if (word === 'SERVER') return await serverId('lone-server');
  if (word === 'ACTION') {
    const { cluster } = await session.coppice.send('GET', '/v1/clusters/web');
    const { id } = cluster as { id: string };
    return await newest('actions', `target=${id}&sort=created_at:desc`);
  }
  if (word === 'EVENT') return await newest('events', 'sort=timestamp:desc');
  return word;
}

async function serverId(name: string): Promise<string> {
  const { body } = await lab.send({
    as: 'demo',
    service: 'compute',
    method: 'GET',
    path: `/v2.1/servers?name=${name}`,
  });
  return (body as { servers: { id: string }[] }).servers[0]?.id ?? 'none';
}

async function newest(collection: string, query: string): Promise<string> {
  const { [collection]: found } = await session.coppice.send('GET', `/v1/${collection}?limit=1&${query}`);
  return (found as { id: string }[])[0]?.id ?? 'none';
}
