/** Times as scenarios write them. */

/** `90s`, `10m`, `1h`, with a sign where it is a jump. */
export function milliseconds(text: string): number {
  const [, number, unit] = /^([+-]?[\d.]+)(ms|s|m|h)$/.exec(text) ?? [];
  const factor = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit ?? ''];
  if (factor === undefined) throw new Error(`${text} is no time; 90s, 10m and 1h are`);
  return Number(number) * factor;
}
