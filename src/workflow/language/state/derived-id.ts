/**
 * Ids of tasks, actions and sub-executions are derived, not random: the same event gives the same ids, so
 * that a step repeated after a crash finds the records that it created before. The form is a UUID of version
 * 8 (RFC 9562: vendor-specific).
 *
 * The hash only distributes values and is not cryptographic: an execution's id is a UUID or chosen by a
 * caller who may see the execution anyway.
 */

/** 128 bits of `text`, as a UUID. */
export function derivedId(...parts: readonly (string | number)[]): string {
  const hex = hash128(parts.join('\u0000'))
    .map((word) => word.toString(16).padStart(8, '0'))
    .join('');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Four 32-bit lanes, each multiplied and mixed with its neighbour for every character, then avalanched. */
function hash128(text: string): number[] {
  let a = 0x243f6a88;
  let b = 0x85a308d3;
  let c = 0x13198a2e;
  let d = 0x03707344;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    a = b ^ Math.imul(a ^ code, 0x9e3779b1);
    b = c ^ Math.imul(b ^ code, 0x85ebca77);
    c = d ^ Math.imul(c ^ code, 0xc2b2ae3d);
    d = a ^ Math.imul(d ^ code, 0x27d4eb2f);
  }
  for (let round = 0; round < 4; round += 1) {
    a = avalanche(a + d + round);
    b = avalanche(b + a);
    c = avalanche(c + b);
    d = avalanche(d + c);
  }
  return [a, b, c, d].map((word) => word >>> 0);
}

function avalanche(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
