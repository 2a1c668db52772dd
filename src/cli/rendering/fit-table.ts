/**
 * A table cut to the width of a terminal, in this order, as far as is necessary: ids are shown by their
 * beginning, columns that are wanted least are left out, and the widest cells are cut, or wrapped where what
 * they say must not be lost. Pure.
 */
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { cutTo, onOneLine, type Cell } from './table.ts';

export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Fitting {
  /** Columns of the terminal; Infinity: nothing is cut. */
  readonly width: number;
  /** Positions of columns that may be left out, those that are wanted least first. */
  readonly leftOut?: readonly number[];
  /** Whether cells are wrapped, and not cut. */
  readonly wraps?: boolean;
}

export interface FittedTable extends Table {
  /** Something is not shown. */
  readonly isCut: boolean;
}

const gapWidth = 2;
/** A column of text that is narrower than this says nothing. */
const narrowest = 8;

export function fitTable(table: Table, { width, leftOut = [], wraps = false }: Fitting): FittedTable {
  const whole = { header: table.header, rows: table.rows.map((row) => row.map(flat)) };
  if (totalOf(widthsOf(whole)) <= width) return { ...whole, isCut: false };
  let fitted: Table = { ...whole, rows: whole.rows.map((row) => row.map(shortened)) };
  const left = [...leftOut];
  // Positions stay as they are while columns go: what is left out is empty, and removed at the end.
  const gone = new Set<number>();
  while (totalOf(widthsOf(without(fitted, gone))) > width && left.length > 0) gone.add(left.shift() ?? -1);
  fitted = without(fitted, gone);
  const widths = narrowed(fitted, width, wraps);
  const isNarrowed = totalOf(widths) < totalOf(widthsOf(fitted));
  const rows = wraps
    ? fitted.rows.flatMap((row) => wrapped(row, widths))
    : fitted.rows.map((row) => row.map((cell, at) => cut(cell, widths[at] ?? 0)));
  return { header: fitted.header, rows, isCut: gone.size > 0 || (isNarrowed && !wraps) };
}

function flat(cell: Cell): Cell {
  return { ...cell, text: onOneLine(cell.text) };
}

function shortened(cell: Cell): Cell {
  return cell.short === undefined ? cell : { ...cell, text: cell.short };
}

function without({ header, rows }: Table, gone: ReadonlySet<number>): Table {
  const isKept = (_: unknown, at: number): boolean => !gone.has(at);
  return { header: header.filter(isKept), rows: rows.map((row) => row.filter(isKept)) };
}

function widthsOf({ header, rows }: Table): number[] {
  return header.map((title, at) =>
    Math.max(stringWidth(title), ...rows.map((row) => stringWidth(row[at]?.text ?? ''))),
  );
}

function totalOf(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + gapWidth * Math.max(0, widths.length - 1);
}

/** The widest columns give way first; whole words are kept where cells are wrapped, if there is room. */
function narrowed(table: Table, width: number, wraps: boolean): number[] {
  const widths = widthsOf(table);
  const titles = table.header.map((title, at) =>
    Math.min(widths[at] ?? 0, Math.max(narrowest, stringWidth(title))),
  );
  const words = titles.map((least, at) => Math.max(least, longestWord(table.rows, at)));
  return takenFrom(widths, wraps && totalOf(words) <= width ? words : titles, width);
}

function longestWord(rows: Table['rows'], at: number): number {
  const words = rows.flatMap((row) => (row[at]?.text ?? '').split(' '));
  return Math.max(0, ...words.map((word) => stringWidth(word)));
}

function takenFrom(widths: readonly number[], least: readonly number[], width: number): number[] {
  const result = [...widths];
  for (let over = totalOf(result) - width; over > 0; over -= 1) {
    const spare = result.map((each, at) => (each > (least[at] ?? 0) ? each : 0));
    const widest = spare.indexOf(Math.max(...spare));
    if ((spare[widest] ?? 0) === 0) break;
    result[widest] = (result[widest] ?? 0) - 1;
  }
  return result;
}

function cut(cell: Cell, width: number): Cell {
  return stringWidth(cell.text) <= width ? cell : { ...cell, text: cutTo(cell.text, width) };
}

/** A row of the screen for each line of the cell that needs the most. */
function wrapped(row: readonly Cell[], widths: readonly number[]): Cell[][] {
  const cells = row.map((cell, at) =>
    wrapAnsi(cell.text, Math.max(1, widths[at] ?? 1), { hard: true }).split('\n'),
  );
  const lines = Math.max(1, ...cells.map(({ length }) => length));
  return Array.from({ length: lines }, (_, line) =>
    row.map((cell, at) => ({ ...cell, text: cells[at]?.[line] ?? '' })),
  );
}
