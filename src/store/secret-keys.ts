/**
 * The keys of what rests encrypted: from the environment, or from a file beside the database, which is made
 * where there is none. The database alone, or a backup of it, opens nothing.
 */
import { join } from 'node:path';
import { keyFileRefusal, makeKeyFile, readKeyFile, RESTORE_KEY } from './key-file.ts';
import { KEY_LENGTH, SecretBox } from './secret-box.ts';

export const KEYS_VARIABLE = 'COPPICE_SECRET_KEYS';
const FILE = 'secret.key';

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
  if (given !== undefined)
    return boxOf(given, (which, found) => {
      const expected = `a key of ${KEY_LENGTH} bytes in base64 or hexadecimal`;
      return new Error(
        `The environment variable ${KEYS_VARIABLE}: expected ${expected} as key ${which}, found ${found}. Set it to what it was before, or to a new key (head -c 32 /dev/urandom | base64), which opens nothing that was encrypted before.`,
      );
    });
  const path = keyFile ?? join(dataDir, FILE);
  const text = readKeyFile(path) ?? (keyFile === undefined ? makeKeyFile(path) : missing(path));
  return boxOf(text, (which, found) =>
    keyFileRefusal(path, `${KEY_LENGTH} bytes in base64 or hexadecimal as key ${which}`, found, RESTORE_KEY),
  );
}

/** @param refusal the error of a key: its number, and what it is. */
function boxOf(text: string, refusal: (which: number, found: string) => Error): SecretBox {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const keys = words.map((word, index) => {
    const key = keyOf(word);
    if (key.length === KEY_LENGTH) return key;
    throw refusal(index + 1, `${key.length} bytes`);
  });
  const [first, ...older] = keys;
  if (first === undefined) throw refusal(1, 'nothing: it is empty');
  return new SecretBox(first, older);
}

function keyOf(word: string): Buffer {
  const isHex = /^[0-9a-f]+$/i.test(word) && word.length === 2 * KEY_LENGTH;
  return Buffer.from(word, isHex ? 'hex' : 'base64');
}

function missing(path: string): never {
  throw keyFileRefusal(path, 'a file with a key', 'none', RESTORE_KEY);
}
