/** The file with the keys: read, or made where there is none. What is wrong with it is told the operator. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { dirname } from 'node:path';
import { KEY_LENGTH } from './secret-box.ts';

const MODE = 0o600;
const READABLE = 'a file that the user of Coppice can read';

/** What to do where the key itself is not there. */
export const RESTORE_KEY =
  'Put it back from its backup. Without one, a new key (head -c 32 /dev/urandom | base64) opens nothing that was encrypted before';

/** @param action what the operator does about it. */
export function keyFileRefusal(path: string, expected: string, found: string, action: string): Error {
  return new Error(`The key file ${path}: expected ${expected}, found ${found}. ${action}.`);
}

/** Thousands of keys have room in it. */
const LARGEST = 64 * 1024;

/** undefined: there is no such file. @throws Error with a sentence for the operator. */
export function readKeyFile(path: string): string | undefined {
  const file = open(path);
  if (file === undefined) return undefined;
  try {
    refuseUnfit(path, fstatSync(file));
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw keyFileRefusal(path, READABLE, `that reading it fails (${error.code})`, 'Check its disk');
  } finally {
    closeSync(file);
  }
}

function open(path: string): number | undefined {
  try {
    // A pipe without a writer would be waited for.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'ENOENT') return undefined;
    throw unreadable(path, error.code);
  }
}

function refuseUnfit(path: string, stats: Stats): void {
  if (!stats.isFile()) {
    const found = stats.isDirectory() ? 'a directory' : 'no regular file';
    throw keyFileRefusal(path, 'a file with a key', found, `Move it away. ${RESTORE_KEY}`);
  }
  if (stats.size > LARGEST)
    throw keyFileRefusal(path, 'a file with a key', `one of ${stats.size} bytes`, RESTORE_KEY);
  // The administrator of the machine can read every file; any other owner could read the keys.
  if (stats.uid !== 0 && stats.uid !== process.geteuid?.())
    throw keyFileRefusal(path, READABLE + ' alone', ownerOf(stats), chown(path));
  if ((stats.mode & 0o077) !== 0) {
    const found = `mode ${modeOf(stats)}: other users may read it`;
    throw keyFileRefusal(path, 'mode 600', found, `chmod 600 ${path}`);
  }
}

function unreadable(path: string, code: string): Error {
  switch (code) {
    case 'EACCES':
    case 'EPERM': {
      const stats = statOf(path);
      const found = stats === undefined ? 'that a directory above it may not be entered' : ownerOf(stats);
      return keyFileRefusal(path, READABLE, found, chown(path));
    }
    case 'ENOTDIR': {
      const found = `that ${dirname(path)} is no directory`;
      return keyFileRefusal(path, READABLE, found, 'Correct secrets.key_file or --data-dir');
    }
    case 'ELOOP': {
      const found = 'symbolic links that lead to each other';
      return keyFileRefusal(path, READABLE, found, `Replace them. ${RESTORE_KEY}`);
    }
    default:
      return keyFileRefusal(path, READABLE, `that the system does not open it (${code})`, 'Check its disk');
  }
}

function ownerOf(stats: Stats): string {
  return `one of user ${stats.uid} with mode ${modeOf(stats)}, while Coppice runs as user ${process.geteuid?.()}`;
}

function modeOf({ mode }: Stats): string {
  return (mode & 0o777).toString(8).padStart(3, '0');
}

function chown(path: string): string {
  const user = process.geteuid?.() ?? 'USER';
  return `Start Coppice as the user that it belongs to, or give it to this one: chown ${user} ${path} && chmod 600 ${path}`;
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string';
}

/**
 * Whole or not at all under its name, and on the disk before anything is sealed with it.
 * @returns its text. @throws Error with a sentence for the operator.
 */
export function makeKeyFile(path: string): string {
  const text = `${randomBytes(KEY_LENGTH).toString('base64')}\n`;
  const begun = `${path}.new`;
  try {
    rmSync(begun, { force: true });
    const file = openSync(begun, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, MODE);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(begun, path);
    return text;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const found = `that ${begun} cannot be made (${error.code})`;
    const action = `Check the space, owner and mode of ${dirname(path)}, and whether something of that name stands there`;
    throw keyFileRefusal(path, 'a directory in which a new key can be written', found, action);
  }
}
