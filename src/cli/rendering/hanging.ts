import wrapAnsi from 'wrap-ansi';

export const narrowIndent = 4;

/** Wrapped, and indented from the second line on. */
export function hanging(line: string, columns: number): string {
  if (columns === Infinity) return `${line}\n`;
  const [first = '', ...rest] = wrapAnsi(line, columns - narrowIndent).split('\n');
  return [first, ...rest.map((text) => ' '.repeat(narrowIndent) + text)].map((text) => `${text}\n`).join('');
}
