/**
 * The keys of what rests encrypted: from the environment, or from a file beside the database, which is made
 * where there is none. The database alone, or a backup of it, opens nothing.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fsyncSync,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { KEY_LENGTH, SecretBox } from './secret-box.ts';

export const KEYS_VARIABLE = 'COPPICE_SECRET_KEYS';
const FILE = 'secret.key';
const mode = 0o600;

export interface KeySources {
  readonly dataDir: string;
  /** Of the configuration; undefined: `secret.key` in the data directory. */
  readonly keyFile: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * A key a line (in the variable: separated by blanks), in base64 or hexadecimal. The first one seals, all of
 * them open.
 * @throws Error with a sentence for the operator.
 */
export function openSecretBox({ dataDir, keyFile, env }: KeySources): SecretBox {
  const given = env[KEYS_VARIABLE];
  if (given !== undefined) return boxOf(given, `the environment variable ${KEYS_VARIABLE}`);
  const path = keyFile ?? join(dataDir, FILE);
  return boxOf(readKeys(path) ?? (keyFile === undefined ? makeKey(path) : missing(path)), path);
}

function boxOf(text: string, where: string): SecretBox {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const keys = words.map((word, index) => keyOf(word, `key ${index + 1} of ${where}`));
  const [first, ...older] = keys;
  if (first === undefined) throw new Error(`${where}: expected a key of ${KEY_LENGTH} bytes, found none.`);
  return new SecretBox(first, older);
}

function keyOf(word: string, which: string): Buffer {
  const isHex = /^[0-9a-f]+$/i.test(word) && word.length === 2 * KEY_LENGTH;
  const key = Buffer.from(word, isHex ? 'hex' : 'base64');
  if (key.length === KEY_LENGTH) return key;
  throw new Error(
    `${which}: expected ${KEY_LENGTH} bytes in base64 or hexadecimal, found ${key.length} bytes (head -c 32 /dev/urandom | base64 makes one).`,
  );
}

/** undefined: there is no such file. @throws Error where others may read it. */
function readKeys(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`The key file ${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    const { mode: found } = fstatSync(file);
    if ((found & 0o077) !== 0)
      throw new Error(`The key file ${path} may be read by other users: chmod 600 ${path}`);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

function missing(path: string): never {
  throw new Error(
    `The key file ${path} does not exist: put it back from its backup, or make a new one (head -c 32 /dev/urandom | base64), which opens nothing that was encrypted before.`,
  );
}

/** Whole or not at all under its name, and on the disk before anything is sealed with it. */
function makeKey(path: string): string {
  const text = `${randomBytes(KEY_LENGTH).toString('base64')}\n`;
  const begun = `${path}.new`;
  rmSync(begun, { force: true });
  const file = openSync(begun, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(begun, path);
  return text;
}
