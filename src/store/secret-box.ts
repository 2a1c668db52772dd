/**
 * Seals single values before they are written into the database, and opens them for what uses them:
 * AES-256-GCM, with a key that is not in the database. The text of a sealed value names its key, so that
 * values of an older key are still opened while the newer one seals.
 *
 *     v1.KEY-ID.base64url(nonce, tag, ciphertext)
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { CoppiceError } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { mapSealedIn, toSealed } from '../domain/sealed.ts';

/** Bytes. */
export const KEY_LENGTH = 32;
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;
const cipher = 'aes-256-gcm';
const version = 'v1';

/** `problem`: a clause, of the secret. */
export type Opened =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly problem: string };

export class SecretBox {
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly #current: { readonly id: string; readonly key: Buffer };

  /** @param key seals. @param older open what they have sealed. Each of `KEY_LENGTH` bytes. */
  constructor(key: Buffer, older: readonly Buffer[] = []) {
    this.#current = { id: idOf(key), key };
    this.#keys = new Map([...older, key].map((each) => [idOf(each), each]));
  }

  /** Of a process that keeps nothing: what it seals no other one opens. */
  static ofThisProcess(): SecretBox {
    return new SecretBox(randomBytes(KEY_LENGTH));
  }

  seal(value: Json): JsonObject {
    const { id, key } = this.#current;
    const nonce = randomBytes(NONCE_LENGTH);
    const sealing = createCipheriv(cipher, key, nonce);
    const text = Buffer.concat([sealing.update(JSON.stringify(value), 'utf8'), sealing.final()]);
    const parts = Buffer.concat([nonce, sealing.getAuthTag(), text]);
    return toSealed([version, id, parts.toString('base64url')].join('.'));
  }

  /**
   * With all that is sealed in it opened.
   * @throws CoppiceError `operation-impossible` where its key is not here, or it was changed.
   */
  openIn(value: JsonObject): JsonObject {
    return mapSealedIn(value, (text) => {
      const opened = this.open(text);
      if (opened.ok) return opened.value;
      throw new CoppiceError('operation-impossible', `a secret ${opened.problem}`);
    });
  }

  /** The id of the key that opens it, where that is not here; null: it is. */
  missingKeyOf(text: string): string | null {
    const { as, id } = partsOf(text);
    return as === version && this.#keys.has(id) ? null : id;
  }

  /** What was sealed, or why it cannot be read. */
  open(text: string): Opened {
    const { as, id, parts } = partsOf(text);
    const key = this.#keys.get(id);
    if (as !== version || key === undefined)
      return { ok: false, problem: `was encrypted with the key ${id}, which this Coppice does not have` };
    const bytes = Buffer.from(parts, 'base64url');
    try {
      const opening = createDecipheriv(cipher, key, bytes.subarray(0, NONCE_LENGTH));
      opening.setAuthTag(bytes.subarray(NONCE_LENGTH, NONCE_LENGTH + TAG_LENGTH));
      const rest = bytes.subarray(NONCE_LENGTH + TAG_LENGTH);
      const opened = Buffer.concat([opening.update(rest), opening.final()]).toString('utf8');
      return { ok: true, value: JSON.parse(opened) as Json };
    } catch {
      return { ok: false, problem: `cannot be decrypted with its key ${id}: it was changed` };
    }
  }
}

function partsOf(text: string): { readonly as: string; readonly id: string; readonly parts: string } {
  const [as = '', id = '', parts = ''] = text.split('.', 3);
  return { as, id, parts };
}

/** Says which key it is, and nothing of it. */
function idOf(key: Buffer): string {
  return createHash('sha256').update('coppice key id').update(key).digest('hex').slice(0, 8);
}
