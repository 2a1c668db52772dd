/** A key as Nova makes one: RSA, the private key in PEM, the public one as OpenSSH has it. */
import { generateKeyPairSync } from 'node:crypto';

export interface NewKey {
  readonly publicKey: string;
  readonly privateKey?: string;
}

export function newKey(): NewKey {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicExponent: 65_537,
  });
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  const parts = [Buffer.from('ssh-rsa'), numberOf(e), numberOf(n)];
  const blob = Buffer.concat(parts.flatMap((part) => [lengthOf(part), part]));
  return {
    publicKey: `ssh-rsa ${blob.toString('base64')} Generated-by-Nova`,
    privateKey: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
  };
}

/** As OpenSSH writes a number: with a zero in front where it would be negative. */
function numberOf(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  return (bytes[0] ?? 0) >= 128 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
}

function lengthOf(part: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(part.length);
  return length;
}
