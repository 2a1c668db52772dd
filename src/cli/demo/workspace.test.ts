import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { createWorkspace, endWorkspace, isWorkspace } from './workspace.ts';

test('every process that names the directory is killed, and the directory is gone', async () => {
  const directory = await createWorkspace();
  const script = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("up")';
  const child = spawn(process.execPath, ['-e', script, directory], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  const gone = once(child, 'exit');
  await endWorkspace(directory);
  expect(await gone).toEqual([null, 'SIGKILL']);
  expect(existsSync(directory)).toBe(false);
});

test('a directory that no demo made is not taken for one', async () => {
  expect(await isWorkspace(tmpdir())).toBe(false);
  const directory = await createWorkspace();
  expect(await isWorkspace(directory)).toBe(true);
  await endWorkspace(directory);
  expect(await isWorkspace(directory)).toBe(false);
});
