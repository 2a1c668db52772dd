/** Columns for users: aligned, as wide as their content; `fit-table.ts` fits them to a terminal. */
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import { onOneLine } from './printable.ts';
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
