import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { usePlace } from '../../../test/profiles/local-process-nodes.ts';
import { examineSpec, findCommand } from './command.ts';
import { wholeSpecOf } from './spec.ts';

const place = usePlace();

describe('a command is looked for', () => {
  test('in the PATH that the process will have, past what cannot be executed', async () => {
    const [first, second] = [join(place.dataDir, 'first'), join(place.dataDir, 'second')];
    for (const directory of [first, second]) await mkdir(directory);
    await writeFile(join(first, 'tool'), '', { mode: 0o644 });
    await writeFile(join(second, 'tool'), '', { mode: 0o755 });
    const spec = wholeSpecOf({ command: ['tool'], env: { PATH: `${first}:${second}` } });
    expect(await findCommand('tool', spec, '/')).toEqual({ file: join(second, 'tool') });
    const only = wholeSpecOf({ command: ['tool'], env: { PATH: first } });
    expect(await findCommand('tool', only, '/')).toEqual({ problem: 'a file that may not be executed' });
  });

  test('from the working directory where it is a path', async () => {
    await writeFile(join(place.dataDir, 'tool'), '', { mode: 0o755 });
    const spec = wholeSpecOf({ command: ['./tool'] });
    expect(await findCommand('./tool', spec, place.dataDir)).toEqual({ file: join(place.dataDir, 'tool') });
  });
});

describe('the machine is asked', () => {
  test('and has all that the spec names', async () => {
    expect(await examineSpec(wholeSpecOf({ command: ['sh'], cwd: place.dataDir }))).toEqual([]);
  });

  test('again for a command that was found a second before and has been removed', async () => {
    await writeFile(join(place.dataDir, 'tool'), '', { mode: 0o755 });
    const spec = wholeSpecOf({ command: ['tool'], env: { PATH: place.dataDir } });
    expect(await examineSpec(spec)).toEqual([]);
    expect(await examineSpec(spec)).toEqual([]);
    await rm(join(place.dataDir, 'tool'));
    const later = performance.now() + 1001;
    vi.spyOn(performance, 'now').mockReturnValue(later);
    onTestFinished(() => void vi.restoreAllMocks());
    expect(await examineSpec(spec)).toMatchObject([
      { field: 'command[0]', found: '"tool", a program that is in no directory of PATH' },
    ]);
  });

  test('and cannot say for a command that differs between nodes', async () => {
    expect(await examineSpec(wholeSpecOf({ command: ['/srv/{nodename}/run'] }))).toEqual([]);
  });

  test.each([
    [
      { command: ['no-such-program'] },
      'command[0]',
      '"no-such-program", a program that is in no directory of PATH',
    ],
    [{ command: ['/no/such'] }, 'command[0]', '"/no/such", a file that does not exist'],
    [
      { command: ['./run'] },
      'command[0]',
      '"./run", a path within a working directory that is empty at first',
    ],
    [{ command: ['sh'], cwd: '/no/such' }, 'cwd', '"/no/such", a path that does not exist'],
    [{ command: ['sh'], cwd: '/etc/passwd' }, 'cwd', '"/etc/passwd", a path that is not a directory'],
  ])('and misses something of %j', async (properties, field, found) => {
    expect(await examineSpec(wholeSpecOf(properties))).toMatchObject([{ field, found }]);
  });
});
