/**
 * The demo as a process, ended in the middle: nothing of it may be left; nor a process of one that failed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { oldNode } from '../support/old-node.ts';

const door = path.join(fileURLToPath(new URL('../../', import.meta.url)), 'bin', 'coppice.js');

function processesNaming(text: string): string[] {
  return readdirSync('/proc').filter((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    try {
      return readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(text);
    } catch {
      return false;
    }
  });
}

test.skipIf(process.platform !== 'linux').each([
  ['processes', 'SIGINT', 130, 'server_ready'],
  ['processes', 'SIGTERM', 143, 'failure'],
  ['processes', 'SIGQUIT', 131, 'server_ready'],
  ['cloud', 'SIGINT', 130, 'failure'],
] as const)(
  '%s: %s ends it with %i, its processes and its directory',
  async (story, signal, code, during) => {
    const demo = spawn(process.execPath, [door, 'demo', story, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(demo, 'exit');
    let workspace = '';
    let last = '';
    for await (const line of createInterface({ input: demo.stdout })) {
      const message = JSON.parse(line) as { event?: string; workspace?: string };
      workspace ||= message.workspace ?? '';
      if (message.event === during) {
        expect(processesNaming(workspace)).not.toEqual([]);
        // As a terminal and npm together do: the same signal twice.
        demo.kill(signal);
        demo.kill(signal);
      }
      last = line;
    }
    expect((await ended)[0]).toBe(code);
    expect(JSON.parse(last)).toMatchObject({ summary: { ok: false, problems: ['ended by a signal'] } });
    expect(workspace).not.toBe('');
    expect(processesNaming(workspace)).toEqual([]);
    expect(existsSync(workspace)).toBe(false);
  },
);

test.skipIf(process.platform !== 'linux' || oldNode === undefined)(
  'so does the end of the older Node that has started it',
  async () => {
    const older = spawn(oldNode ?? '', [door, 'demo', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let workspace = '';
    // The demo holds the output, too: it closes when both have ended.
    for await (const line of createInterface({ input: older.stdout })) {
      const message = JSON.parse(line) as { event?: string; workspace?: string };
      workspace ||= message.workspace ?? '';
      if (message.event === 'server_ready') older.kill('SIGKILL');
    }
    expect(workspace).not.toBe('');
    expect(processesNaming(workspace)).toEqual([]);
    expect(existsSync(workspace)).toBe(false);
  },
);

test.skipIf(process.platform !== 'linux')('so does an output that is not read any more', async () => {
  const demo = spawn(process.execPath, [door, 'demo', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(demo, 'exit');
  const [first] = (await once(createInterface({ input: demo.stdout }), 'line')) as [string];
  demo.stdout.destroy();
  const { workspace } = JSON.parse(first) as { workspace: string };
  // As a shell says of a command that SIGPIPE ended.
  expect((await ended)[0]).toBe(141);
  expect(processesNaming(workspace)).toEqual([]);
  expect(existsSync(workspace)).toBe(false);
});

test.skipIf(process.platform !== 'linux').each([
  ['processes', []],
  ['cloud', ['mutations.json']],
] as const)('%s: a demo that fails keeps its log and data, and no process', async (story, others) => {
  const demo = spawn(process.execPath, [door, 'demo', story, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(demo, 'exit');
  const messages: {
    event?: string;
    workspace?: string;
    pid?: number;
    server_log?: string;
    message?: string;
  }[] = [];
  for await (const line of createInterface({ input: demo.stdout })) {
    const message = JSON.parse(line) as (typeof messages)[number];
    messages.push(message);
    if (message.event === 'server_ready') process.kill(message.pid ?? 0, 'SIGKILL');
  }
  expect((await ended)[0]).toBe(1);
  const of = (event: string) => messages.find((message) => message.event === event);
  expect(of('problem')?.message).toContain('No Coppice server answers at');
  const { workspace = '', server_log: log = '' } = of('evidence') ?? {};
  for (const file of others) expect(readdirSync(workspace)).toContain(file);
  expect(readFileSync(log, 'utf8')).toContain('"ready"');
  expect(processesNaming(workspace)).toEqual([]);
  const removal = spawn(process.execPath, [door, 'demo', '--end', workspace], { stdio: 'ignore' });
  expect((await once(removal, 'exit'))[0]).toBe(0);
  expect(existsSync(workspace)).toBe(false);
});
