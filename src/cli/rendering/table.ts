/** Columns for users: aligned, as wide as their content; `fit-table.ts` cuts them to a terminal. */
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import type { Style, Tone } from './style.ts';

export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
  /** What stands for it where there is no room: the beginning of an id. */
  readonly short?: string;
}

const gap = '  ';

/** Rows under a header, a line each with its end; the last column is not filled up. */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
  style: Style,
): string {
  const head = header.map((text): Cell => ({ text, tone: 'quiet' }));
  const all = [head, ...rows].map((row) => row.map((cell) => ({ ...cell, text: onOneLine(cell.text) })));
  const widths = columnWidths(all);
  return all.map((row) => `${renderRow(row, widths, style).trimEnd()}\n`).join('');
}

function columnWidths(rows: readonly (readonly Cell[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, stringWidth(cell.text));
    }
  }
  return widths;
}

function renderRow(row: readonly Cell[], widths: readonly number[], style: Style): string {
  const last = row.length - 1;
  return row
    .map((cell, column) => {
      const padding = column === last ? '' : ' '.repeat((widths[column] ?? 0) - stringWidth(cell.text));
      return style(cell.tone ?? 'plain', cell.text) + padding;
    })
    .join(gap);
}

/**
 * Names and their values, one below the other; a value of several lines is indented under its first.
 * @param columns of the terminal: what is longer is wrapped, where enough room is left for it.
 */
export function renderFields(
  fields: readonly (readonly [name: string, value: Cell])[],
  style: Style,
  columns = Infinity,
): string {
  const width = Math.max(0, ...fields.map(([name]) => stringWidth(name)));
  const room = columns - width - gap.length;
  return fields
    .map(([name, { text, tone }]) => {
      const lines = printable(text)
        .split('\n')
        .flatMap((line) => (room < leastRoom ? [line] : hanging(line, room)));
      const rest = lines.slice(1).map((line) => `\n${' '.repeat(width + gap.length)}${line}`);
      const label = style('quiet', name) + ' '.repeat(width - stringWidth(name));
      return `${label}${gap}${style(tone ?? 'plain', lines[0] ?? '')}${rest.join('')}\n`;
    })
    .join('');
}

/** Of a value beside its name; with less, a terminal wraps as well. */
const leastRoom = 20;

/** A line that continues is indented as it begins, and a little more. */
function hanging(line: string, room: number): string[] {
  if (stringWidth(line) <= room) return [line];
  const indent = `${/^ */.exec(line)?.[0] ?? ''}  `;
  const [first = '', ...rest] = wrapAnsi(line, room, { trim: false }).split('\n');
  const left = rest.length === 0 ? [] : wrapAnsi(rest.join('').trim(), room - indent.length).split('\n');
  return [first.trimEnd(), ...left.map((part) => indent + part)];
}

/** Pads with blanks to a number of columns; what is longer stays whole. */
export function padTo(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - stringWidth(text)));
}

/** Text that is styled already, cut to a number of columns; an ellipsis stands for the rest. */
export function cutTo(text: string, columns: number): string {
  const cut = cliTruncate(text, columns);
  // cli-truncate keeps a wide character of which one half is beyond the edge.
  return stringWidth(cut) <= columns ? cut : cliTruncate(text, columns - 1);
}

/**
 * Text from elsewhere (a name, a log, an error) can hold characters that steer the terminal: they are shown,
 * not obeyed.
 */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]|\p{Bidi_Control}/gu, '\u{FFFD}');
}

export function onOneLine(text: string): string {
  return printable(text).replaceAll(/[\n\t]+/g, ' ');
}
