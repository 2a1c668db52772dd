import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sealedText, toSealed } from '../domain/sealed.ts';
import { openSecretBox } from './secret-keys.ts';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'coppice-keys-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const box = (env: Record<string, string> = {}, keyFile?: string) => openSecretBox({ dataDir, keyFile, env });
const keys = ['A', 'B'].map((letter) => Buffer.alloc(32, letter).toString('base64')) as [string, string];

test('the key is made in the data directory, for its user alone, and found again', () => {
  const sealed = { password: box().seal('x1y2z3') };
  const file = join(dataDir, 'secret.key');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(JSON.stringify(sealed)).not.toContain('x1y2z3');
  expect(box().openIn({ nested: [sealed] })).toEqual({ nested: [{ password: 'x1y2z3' }] });
});

test('a key that a killed process has begun to write is made again', () => {
  writeFileSync(join(dataDir, 'secret.key.new'), 'half', { mode: 0o600 });
  const sealed = { password: box().seal('x') };
  expect(box().openIn(sealed)).toEqual({ password: 'x' });
  expect(existsSync(join(dataDir, 'secret.key.new'))).toBe(false);
});

test('the same value is never sealed to the same text', () => {
  const made = box();
  expect(made.seal('x')).not.toEqual(made.seal('x'));
});

test('a newer key stands before the older one: it seals, and both open', () => {
  const old = box({ COPPICE_SECRET_KEYS: keys[0] });
  const both = box({ COPPICE_SECRET_KEYS: `${keys[1]} ${keys[0]}` });
  expect(both.openIn({ a: old.seal(1) })).toEqual({ a: 1 });
  expect(() => old.openIn({ a: both.seal(1) })).toThrow(
    /was encrypted with the key [0-9a-f]{8}, which this Coppice/,
  );
  expect(existsSync(join(dataDir, 'secret.key'))).toBe(false);
});

test('a value that was changed is not opened', () => {
  const made = box();
  const text = sealedText(made.seal('x')) ?? '';
  const changed = toSealed(text.slice(0, -3) + (text.at(-3) === 'A' ? 'B' : 'A') + text.slice(-2));
  expect(() => made.openIn({ a: changed })).toThrow(/cannot be decrypted with its key/);
});

const restore = 'Put it back from its backup.';
const truncated = keys[0].slice(0, 20);

test.each<[string, (file: string) => void, string, string]>([
  [
    'that is truncated',
    (file) => writeFileSync(file, truncated, { mode: 0o600 }),
    'found 15 bytes.',
    restore,
  ],
  [
    'that is empty',
    (file) => writeFileSync(file, '', { mode: 0o600 }),
    'found nothing: it is empty.',
    restore,
  ],
  ['that is a directory', (file) => mkdirSync(file), 'found a directory. Move it away.', restore],
  ['that is a pipe', (file) => execFileSync('mkfifo', [file]), 'found no regular file.', restore],
  ['that is a loop', (file) => symlinkSync(file, file), 'found symbolic links', restore],
  [
    'of another user',
    (file) => {
      writeFileSync(file, keys[0], { mode: 0o600 });
      chownSync(file, 12_345, 12_345);
    },
    'found one of user 12345 with mode 600, while Coppice runs as user 0.',
    'chown 0 ',
  ],
  [
    'of which the new one cannot be made',
    (file) => mkdirSync(`${file}.new`),
    'cannot be made',
    'Check the space',
  ],
])('a key file %s is refused, with what is there and what to do', (what, make, found, action) => {
  // To give a file away takes the administrator of the machine.
  if (what === 'of another user' && process.geteuid?.() !== 0) return;
  const file = join(dataDir, 'secret.key');
  make(file);
  const message = refusalOf(() => box());
  for (const part of [`The key file ${file}: expected `, found, action]) expect(message).toContain(part);
  expect(message).not.toContain(truncated);
});

function refusalOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('It was not refused.');
}

test('a key file that others may read is refused, with the command that helps; so is one that is not there', () => {
  const file = join(dataDir, 'mine.key');
  expect(() => box({}, file)).toThrow(/mine\.key: expected a file with a key, found none/);
  writeFileSync(file, keys[0]);
  chmodSync(file, 0o644);
  expect(() => box({}, file)).toThrow(`chmod 600 ${file}`);
  chmodSync(file, 0o600);
  expect(box({}, file).openIn({ a: box({}, file).seal(true) })).toEqual({ a: true });
  expect(readFileSync(file, 'utf8')).toBe(keys[0]);
});
