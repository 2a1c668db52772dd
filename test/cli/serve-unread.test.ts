/** The server as a process whose output is not read: it continues. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';

const door = path.join(fileURLToPath(new URL('../../', import.meta.url)), 'bin', 'coppice.js');

test('a server whose output is not read continues, and ends as it is asked to', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'coppice-unread-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const args = [door, 'serve', '--data-dir', directory, '--listen', '127.0.0.1:0'];
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(server, 'exit');
  onTestFinished(() => void server.kill('SIGKILL'));
  server.stdout.destroy();
  const [line] = (await once(server.stderr, 'data')) as [Buffer];
  server.stderr.destroy();
  const { listen } = JSON.parse(line.toString().split('\n')[0] ?? '') as { listen: string };
  // The output is never refused, and never read.
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect((await fetch(`${listen}/healthz`)).status).toBe(200);
  server.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

test('output and log in one file say once that it is ready, and that it has stopped', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'coppice-one-file-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = openSync(path.join(directory, 'out.txt'), 'w');
  const args = [door, 'serve', '--data-dir', path.join(directory, 'data'), '--listen', '127.0.0.1:0'];
  const server = spawn(process.execPath, args, { stdio: ['ignore', file, file] });
  const ended = once(server, 'exit');
  onTestFinished(() => void server.kill('SIGKILL'));
  const messages = () =>
    readFileSync(path.join(directory, 'out.txt'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
  await eventually('it is ready', async () => messages().includes('Coppice is ready'), 30_000);
  server.kill('SIGTERM');
  await ended;
  expect(messages()).toEqual(['Coppice is ready', 'Coppice is stopping', 'Coppice has stopped']);
});
