import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { heldBesidePort, openDataDirectory } from './data-directory.ts';

let parent: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'coppice-data-'));
});

afterEach(() => rmSync(parent, { recursive: true, force: true }));

const holder = { pid: 4711, started: new Date(0), listen: '127.0.0.1:8777' };

it('is made with all its parents, and can be opened again after it was released', () => {
  const path = join(parent, 'a', 'b');
  openDataDirectory(path, holder).release();
  openDataDirectory(path, holder).release();
});

it('tells a second one who holds it', () => {
  const first = openDataDirectory(parent, holder);
  expect(() => openDataDirectory(parent, holder)).toThrow(
    /in use by process 4711 \(started 1970-01-01T00:00:00\.000Z, listening on 127\.0\.0\.1:8777\)/,
  );
  first.release();
});

it('tells a second one that finds the port taken, where the same one has both', () => {
  const first = openDataDirectory(parent, { ...holder, pid: process.pid });
  expect(heldBesidePort(parent, '127.0.0.1:8777')).toContain(`in use by process ${process.pid} `);
  expect(heldBesidePort(parent, '127.0.0.1:9999')).toBeUndefined();
  first.release();
});

it('tells nothing of a holder that was killed, or of a directory that is not there', () => {
  const text = JSON.stringify({ pid: 2 ** 22 + 1, started: 'then', listen: '127.0.0.1:8777' });
  writeFileSync(join(parent, 'holder.json'), text);
  expect(heldBesidePort(parent, '127.0.0.1:8777')).toBeUndefined();
  expect(heldBesidePort(join(parent, 'none'), '127.0.0.1:8777')).toBeUndefined();
});

it.skipIf(process.platform !== 'linux')(
  'is refused while the process that has its database runs, though its lock was deleted',
  async () => {
    const first = openDataDirectory(parent, holder);
    const script = `require('fs').openSync(process.argv[1], 'a'); console.log('open'); setInterval(() => {}, 1000)`;
    const other = spawn(process.execPath, ['-e', script, first.databasePath], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(other.stdout, 'data');
    const text = JSON.stringify({ pid: other.pid, started: 'then', listen: 'there' });
    writeFileSync(join(parent, 'holder.json'), text);
    rmSync(join(parent, 'lock.db'));
    expect(() => openDataDirectory(parent, holder)).toThrow(
      `in use by process ${other.pid} (started then, listening on there)`,
    );
    other.kill('SIGKILL');
    await once(other, 'exit');
    openDataDirectory(parent, holder).release();
    first.release();
  },
);

it.each([
  ['where no directory can be made', () => '/proc/coppice/data'],
  ['below a file', () => join(parent, 'file', 'data')],
])('is refused %s, and says so', (_, path) => {
  writeFileSync(join(parent, 'file'), '');
  expect(() => openDataDirectory(path(), holder)).toThrow(/cannot be created or written/);
});

it.skipIf(process.getuid?.() === 0)(
  'is refused where it may not be written (not as root, who may write anywhere)',
  () => {
    chmodSync(parent, 0o500);
    expect(() => openDataDirectory(parent, holder)).toThrow(/not writable|cannot be created/);
  },
);
