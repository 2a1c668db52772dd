/**
 * The id of a workflow's execution is derived from recovery, step and attempt: a start that is repeated after
 * a crash finds the execution that the first one made. It is a UUID of version 5 (RFC 9562: SHA-1 of a
 * namespace and a name).
 */
import type { RecoveryStep } from '../domain/model.ts';

/** Our own namespace, drawn once. */
const namespace = '6f1c1d0e-3b58-4c39-9a43-0d5be4f1a6c7';

/**
 * @param step with the turn of the recovery that it belongs to: 0 for the first, before it was held.
 * @param sha1 of bytes; it comes from outside, because this folder knows no Node module.
 */
export function executionId(
  recoveryId: string,
  step: Pick<RecoveryStep, 'item' | 'purpose' | 'attempt'> & { readonly turn: number },
  sha1: (bytes: Uint8Array) => Uint8Array,
): string {
  const { purpose, item, attempt, turn } = step;
  const again = turn === 0 ? '' : `/${turn}`;
  const name = new TextEncoder().encode(`${recoveryId}/${purpose}/${item}/${attempt}${again}`);
  const hash = sha1(new Uint8Array([...bytesOf(namespace), ...name])).slice(0, 16);
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function bytesOf(uuid: string): number[] {
  return (uuid.replaceAll('-', '').match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16));
}
