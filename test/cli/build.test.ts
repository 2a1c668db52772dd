/**
 * What `npm run build` makes is whole: it answers, and starts processes with the thread that is a file of its
 * own.
 */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'coppice-build-'));
/** Below `node_modules`, where Node takes no types away: nothing of the source can be used. */
const installed = path.join(folder, 'node_modules', 'coppice');
const program = path.join(installed, 'bin', 'coppice.js');

beforeAll(() => {
  for (const name of ['bin', 'package.json'])
    cpSync(path.join(root, name), path.join(installed, name), { recursive: true });
  execFileSync(process.execPath, [
    path.join(root, 'scripts', 'build.js'),
    '--to',
    path.join(installed, 'dist'),
  ]);
});
afterAll(() => rmSync(folder, { recursive: true }));

function coppice(...args: readonly string[]): string {
  return execFileSync(process.execPath, [program, ...args], { encoding: 'utf8', cwd: folder });
}

test('the server that was built makes a process, and the command that was built ends it', async () => {
  const server = spawn(
    process.execPath,
    [program, 'serve', '--json', '--data-dir', path.join(folder, 'data'), '--listen', '127.0.0.1:0'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const ended = new Promise((resolve) => server.once('exit', resolve));
  try {
    const line = await new Promise<string>((resolve) =>
      server.stdout.once('data', (text) => resolve(`${text}`)),
    );
    const { ready } = JSON.parse(line) as { ready: { url: string } };
    const at = ['--url', ready.url];
    const profile = path.join(root, 'examples', 'first-steps', 'web-server.yaml');
    coppice(...at, 'profile', 'create', 'web', profile);
    coppice(...at, 'cluster', 'create', 'web', '--profile', 'web', '--size', '1', '--wait');
    expect(coppice(...at, 'node', 'list')).toContain('ACTIVE');
    coppice(...at, 'cluster', 'delete', 'web', '--wait');
  } finally {
    server.kill('SIGTERM');
    await ended;
  }
});

test('every file is ASCII, and the licenses of the packages in it come with it', () => {
  const dist = path.join(installed, 'dist');
  for (const name of readdirSync(dist).filter((file) => file.endsWith('.js')))
    expect(readFileSync(path.join(dist, name), 'utf8'), name).not.toMatch(/\P{ASCII}/u);
  const licenses = readFileSync(path.join(dist, 'licenses.txt'), 'utf8');
  for (const name of ['fastify', 'kysely', 'undici', 'zod'])
    expect(licenses).toMatch(new RegExp(`^# ${name} \\d`, 'm'));
});
