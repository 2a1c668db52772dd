import { execFileSync } from 'node:child_process';
import { link, mkdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  create,
  eventually,
  isAlive,
  pidOf,
  textOf,
  usePlace,
} from '../../../test/profiles/local-process-nodes.ts';
import { localProcess } from './local-process.ts';
import { limitLog } from './log-limit.ts';
import { hasLog, readLogSince, readLogTail } from './log-tail.ts';
import { nodeDirectory } from './node-directory.ts';
import type { NodeDirectory } from './node-directory.ts';
import { wholeSpecOf } from './spec.ts';

const place = usePlace();
const spec = wholeSpecOf({
  command: ['a'],
  env: { TOKEN: 'hunter22', KEY: '-----BEGIN\nAAAA\n-----END', FLAG: 'on' },
});

async function logOf(text: string, older?: string): Promise<NodeDirectory> {
  const directory = nodeDirectory(place.dataDir, { id: 'node-1', data: {} });
  await mkdir(directory.root, { recursive: true });
  await writeFile(directory.log, text);
  if (older !== undefined) await writeFile(directory.olderLog, older);
  return directory;
}

describe('the limit of a log', () => {
  test('is kept while a process goes on writing to it, and what it wrote last is kept', async () => {
    const limit = 20_000;
    const command = [
      'sh',
      '-c',
      'i=0; while :; do i=$((i+1)); echo "line $i of a log that has no end"; done',
    ];
    const node = await create(place.type, place.node({ command, log_limit: limit }));
    const [log, older] = [place.fileOf(node, 'output.log'), place.fileOf(node, 'output.log.1')];
    const loop = localProcess({ dataDir: place.dataDir, logRoundMs: 10 }).start?.(async () => [node]);
    await eventually('it was shortened many times', async () => numberIn(await textOf(older)) > 20_000);
    const before = numberIn(await textOf(older));
    await eventually('it goes on', async () => numberIn(await textOf(log)) > before);
    process.kill(pidOf(node), 'SIGKILL');
    await eventually('it has ended', () => !isAlive(pidOf(node)));
    await eventually('the log is within its limit', async () => (await stat(log)).size <= limit / 2);
    await loop?.stop();
    expect((await stat(older)).size).toBeLessThanOrEqual(limit / 2);
    expect(await textOf(log)).not.toContain('\0');
  });

  test('is kept of a process that has just begun, before its node is read again', async () => {
    const limit = 100_000;
    // Nothing is read but at the start.
    const type = localProcess({ dataDir: place.dataDir, logRoundMs: 10 });
    const loop = type.start?.(async () => []);
    const node = await create(type, place.node({ command: ['yes'], log_limit: limit }));
    await eventually(
      'it was shortened',
      async () => (await textOf(place.fileOf(node, 'output.log.1'))) !== '',
    );
    process.kill(pidOf(node), 'SIGKILL');
    await eventually('the log is within its limit', async () => {
      return (await stat(place.fileOf(node, 'output.log'))).size <= limit / 2;
    });
    await loop?.stop();
  });

  test('is kept where its end cannot be copied, as on a full disk', async () => {
    const directory = await logOf('x'.repeat(10_000));
    const nowhere = { ...directory, olderLog: join(place.dataDir, 'no-such-directory', 'output.log.1') };
    expect(await limitLog(nowhere, 4096)).toBe(true);
    expect(await textOf(directory.log)).toBe('');
  });

  test('leaves a short log as it is', async () => {
    const directory = await logOf('short\n');
    expect(await limitLog(directory, 4096)).toBe(false);
    expect(await textOf(directory.log)).toBe('short\n');
  });

  test('is no trouble for a node that has no log', async () => {
    expect(await limitLog(nodeDirectory(place.dataDir, { id: 'no-such-node', data: {} }), 4096)).toBe(false);
  });
});

describe('what a node put in the place of its log', () => {
  const much = 'what belongs to another\n'.repeat(1000);

  async function withOther(): Promise<{ directory: NodeDirectory; other: string }> {
    const directory = await logOf('');
    await rm(directory.log);
    const other = join(place.dataDir, 'other.txt');
    await writeFile(other, much);
    return { directory, other };
  }

  test.each([
    ['a symbolic link', symlink],
    ['a hard link', link],
  ])('%s is neither followed, emptied nor shown', async (_, put) => {
    const { directory, other } = await withOther();
    await put(other, directory.log);
    expect(await limitLog(directory, 4096)).toBe(false);
    expect(await textOf(other)).toBe(much);
    expect(await textOf(directory.olderLog)).toBe('');
    expect(await readLogTail(directory, spec)).toBe('');
  });

  test.each([
    ['a symbolic link', (other: string, log: string) => symlink(other, log)],
    ['a hard link', (other: string, log: string) => link(other, log)],
    ['a directory', (_: string, log: string) => mkdir(log)],
    ['a pipe', async (_: string, log: string) => void execFileSync('mkfifo', [log])],
  ])('%s makes room for a log when the process starts', async (_, put) => {
    const node = place.node({ command: ['sh', '-c', 'echo hello; sleep 1000'] });
    const log = place.fileOf(node, 'output.log');
    const other = join(place.dataDir, 'other.txt');
    await writeFile(other, much);
    await mkdir(place.fileOf(node), { recursive: true });
    await put(other, log);
    await create(place.type, node);
    await eventually('it has written', async () => (await textOf(log)) === 'hello\n');
    expect(await textOf(other)).toBe(much);
  });

  test('a link in the place of the copy is replaced, and what it points to is left alone', async () => {
    const { directory, other } = await withOther();
    await writeFile(directory.log, 'x'.repeat(5000));
    await symlink(other, `${directory.olderLog}.new`);
    await symlink(other, directory.olderLog);
    expect(await limitLog(directory, 4096)).toBe(true);
    expect(await textOf(directory.olderLog)).toBe('x'.repeat(2048));
    expect(await textOf(other)).toBe(much);
  });
});

test('a directory in the place of the older log does not keep the log from its limit', async () => {
  const directory = await logOf('x'.repeat(5000));
  await mkdir(join(directory.olderLog, 'full'), { recursive: true });
  expect(await limitLog(directory, 4096)).toBe(true);
  expect(await textOf(directory.log)).toBe('');
  expect(await textOf(directory.olderLog)).toBe('x'.repeat(2048));
});

describe('whether there is anything in a log', () => {
  test.each([
    ['something was written', 'x\n', '', true],
    ['only the older one has something', '', 'x\n', true],
    ['nothing was written', '', '', false],
    ['only empty lines were written', '\n\n', '', false],
  ])('%s', async (_, log, older, expected) => {
    expect(await hasLog(await logOf(log, older))).toBe(expected);
  });

  test('none was ever begun', async () => {
    const directory = await logOf('');
    await rm(directory.log);
    expect(await hasLog(directory)).toBe(false);
  });
});

describe('the tail of a log', () => {
  test('goes on in what was taken off its front', async () => {
    const directory = await logOf('new\n', `${'x'.repeat(100)}\nold 1\nold 2\n`);
    expect((await readLogTail(directory, spec)).split('\n').slice(1)).toEqual(['old 1', 'old 2', 'new']);
  });

  test('has neither secrets nor parts of them, also where it is cut', async () => {
    for (let filled = 8150; filled < 8200; filled++) {
      const directory = await logOf(`hunter22-----BEGIN\nAAAA\n-----END${'.'.repeat(filled)}on\n`);
      const tail = await readLogTail(directory, spec);
      expect(tail).toMatch(/^(\*|\.)*on$/);
    }
  });

  test('is at most 20 lines and 8192 characters', async () => {
    const many = await readLogTail(await logOf('line\n'.repeat(100)), spec);
    expect(many.split('\n')).toHaveLength(20);
    expect(await readLogTail(await logOf('é'.repeat(100_000)), spec)).toMatch(/^.{4000,8192}$/);
  });

  test('can begin where a process began', async () => {
    expect(await readLogSince(8, await logOf('earlier\nnow\n'), spec)).toBe('now');
    expect(await readLogSince(8000, await logOf('shortened\nnow\n'), spec)).toBe('shortened\nnow');
  });
});

function numberIn(text: string): number {
  return Math.max(
    0,
    ...[...text.matchAll(/^line (\d+) of a log that has no end$/gm)].map(([, n]) => Number(n)),
  );
}
