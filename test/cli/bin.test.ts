/** The door, as a process: which Node runs what, and how it ends. */
import { execFile, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { oldNode } from '../support/old-node.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'coppice-bin-'));
const installed = path.join(folder, 'node_modules', 'coppice');

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function start(node: string, args: readonly string[]): Promise<Ended> {
  const env = { PATH: '/usr/bin:/bin', HOME: folder };
  return new Promise((resolve) => {
    execFile(node, [...args], { env, timeout: 15_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err });
    });
  });
}

beforeAll(() => {
  mkdirSync(path.join(installed, 'dist'), { recursive: true });
  mkdirSync(path.join(installed, 'src'));
  cpSync(path.join(root, 'bin'), path.join(installed, 'bin'), { recursive: true });
  cpSync(path.join(root, 'package.json'), path.join(installed, 'package.json'));
  writeFileSync(path.join(installed, 'src', 'main.ts'), 'throw new Error("types below node_modules");\n');
  writeFileSync(
    path.join(installed, 'dist', 'main.js'),
    'console.log(process.version, process.argv.slice(2).join());\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

const door = path.join(installed, 'bin', 'coppice.js');

describe('an installed package', () => {
  test('runs what was built, and keeps compiled code beside the modules', async () => {
    expect(await start(process.execPath, [door, 'a', 'b'])).toEqual({
      code: 0,
      out: `${process.version} a,b\n`,
      err: '',
    });
    expect(existsSync(path.join(folder, 'node_modules', '.cache', 'coppice'))).toBe(true);
  });

  test.skipIf(oldNode === undefined)('says what to do where Node is too old', async () => {
    const { code, out, err } = await start(oldNode ?? '', [door]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(
      /^coppice: Coppice needs Node\.js 22\.13 or newer, and this is 20\..*npm install node@24\n$/,
    );
  });

  test.skipIf(oldNode === undefined)(
    'runs with the Node that is installed beside it, where its own is too old',
    async () => {
      const beside = path.join(folder, 'node_modules', 'node', 'bin');
      mkdirSync(beside, { recursive: true });
      symlinkSync(process.execPath, path.join(beside, 'node'));
      expect(await start(oldNode ?? '', [door, 'x'])).toEqual({
        code: 0,
        out: `${process.version} x\n`,
        err: '',
      });
      rmSync(path.join(folder, 'node_modules', 'node'), { recursive: true });
    },
  );
});

describe('a checkout', () => {
  test('runs what was built until a source file is newer, was removed, or the packages are others', async () => {
    const checkout = path.join(folder, 'checkout');
    const file = (...names: readonly string[]) => path.join(checkout, ...names);
    for (const name of ['src', 'src/cli', 'dist', 'bin']) mkdirSync(file(name), { recursive: true });
    cpSync(path.join(root, 'bin'), file('bin'), { recursive: true });
    writeFileSync(file('package.json'), '{ "type": "module" }');
    writeFileSync(file('package-lock.json'), '{}');
    writeFileSync(file('src', 'main.ts'), "console.log('source' as string);\n");
    writeFileSync(file('src', 'cli', 'program.ts'), '');
    writeFileSync(file('dist', 'main.js'), "console.log('built');\n");
    const sources = ['src', 'src/main.ts', 'src/cli', 'src/cli/program.ts', 'package-lock.json'];
    const touch = (name: string, hour: number) =>
      utimesSync(file(name), new Date(2026, 0, 1, hour), new Date(2026, 0, 1, hour));
    touch('dist/main.js', 2);
    const runs = async () => (await start(process.execPath, [file('bin', 'coppice.js')])).out.trim();
    for (const name of sources) touch(name, 1);
    expect(await runs()).toBe('built');
    for (const name of ['src/cli/program.ts', 'src/cli', 'package-lock.json']) {
      touch(name, 3);
      expect(await runs(), name).toBe('source');
      touch(name, 1);
    }
    renameSync(file('dist'), file('away'));
    expect(await runs()).toBe('source');
    renameSync(file('away'), file('dist'));
    rmSync(file('src'), { recursive: true });
    expect(await runs()).toBe('built');
  });

  test('runs its source', async () => {
    const { code, out } = await start(process.execPath, [path.join(root, 'bin', 'coppice.js'), '--version']);
    expect([code, out]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  });

  test('a command that does not exist exits with 2', async () => {
    const { code, err } = await start(process.execPath, [path.join(root, 'bin', 'coppice.js'), 'dance']);
    expect([code, err]).toEqual([2, expect.stringContaining("unknown command 'dance'")]);
  });
});

describe.skipIf(oldNode === undefined)('a newer Node that an older one has started', () => {
  test.each([['serve', '--data-dir', path.join(folder, 'data')], ['cloud-simulator']])(
    'stops as by SIGTERM when that one is killed: %s',
    async (command, ...options) => {
      const args = [
        path.join(root, 'bin', 'coppice.js'),
        command,
        '--json',
        '--listen',
        '127.0.0.1:0',
        ...options,
      ];
      const older = spawn(oldNode ?? '', args, { stdio: ['ignore', 'pipe', 'pipe'] });
      onTestFinished(() => void older.kill());
      const log = text(older.stderr);
      const lines = createInterface({ input: older.stdout })[Symbol.asyncIterator]();
      const { url } = (JSON.parse((await lines.next()).value ?? '') as { ready: { url: string } }).ready;
      await fetch(url);
      older.kill('SIGKILL');
      // The newer one holds these, too: they end with it.
      expect((await lines.next()).done).toBe(true);
      const stopped = await log;
      if (command === 'serve') expect(stopped).toContain('Coppice has stopped');
      await expect(fetch(url)).rejects.toThrow('fetch failed');
    },
  );
});
