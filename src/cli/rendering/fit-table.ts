/**
 * A table fitted to the width of a terminal, in this order, as far as is necessary:
 *
 *     ids are shown by their beginning
 *     what is written in words is wrapped in its column (cut, where it may be left out)
 *     columns that are wanted least are left out
 *     what is written in words stands below its row, beside its title
 *     so do the other columns, the last first
 *
 * A name, an id or a status is never cut. Pure.
 */
import stringWidth from 'string-width';
import { renderFields } from './fields.ts';
import { onOneLine } from './printable.ts';
import { longestWord, wrapProse, type Phrase } from './prose.ts';
import type { Style } from './style.ts';
import { cutTo, renderTable, type Cell } from './table.ts';

export interface TableColumn {
  readonly title: string;
  /** Where a terminal has no room, columns with a number are left out, the smallest first. */
  readonly leftOut?: number;
  /** Its cells are sentences. */
  readonly isProse?: boolean;
}

export interface Table {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface FittedTable {
  /** Each line with its end. */
  readonly text: string;
  /** Something is not shown. */
  readonly isCut: boolean;
}

/** Which columns are shown where, by their positions. */
interface Layout {
  readonly beside: readonly number[];
  readonly below: readonly number[];
  readonly isNarrowed: boolean;
}

const gapWidth = 2;
const rowIndent = 4;
/** A column of sentences that is narrower than this is hard to read. */
const narrowestProse = 20;
/** So is one that makes its rows much higher than this. */
const mostLines = 4;

/** @param width of the terminal; Infinity: a line for each row. */
export function fitTable(table: Table, width: number, style: Style): FittedTable {
  const whole = { ...table, rows: table.rows.map((row) => row.map(flat)) };
  const all = whole.columns.map((_, at) => at);
  if (totalOf(all.map((at) => widthOf(whole, at))) <= width)
    return drawn(whole, { beside: all, below: [], isNarrowed: false }, width, style);
  const short = { ...whole, rows: whole.rows.map((row) => row.map(shortened)) };
  return drawn(short, layOut(short, width), width, style);
}

function flat(cell: Cell): Cell {
  return { ...cell, text: onOneLine(cell.text) };
}

function shortened(cell: Cell): Cell {
  return cell.short === undefined ? cell : { ...cell, text: cell.short };
}

/** The first that fits; the first column stays where it is, whatever its width. */
function layOut(table: Table, width: number): Layout {
  const { columns } = table;
  const isProse = (at: number): boolean => columns[at]?.isProse === true;
  const byRank = [...columns.entries()]
    .filter(([, { leftOut }]) => leftOut !== undefined)
    .toSorted(([, left], [, right]) => (left.leftOut ?? 0) - (right.leftOut ?? 0))
    .map(([at]) => at);
  let beside = columns.map((_, at) => at);
  const below: number[] = [];
  const fits = (isNarrowed: boolean): boolean =>
    totalOf(beside.map((at) => (isNarrowed ? leastOf(table, at) : widthOf(table, at)))) <= width;
  const move = (moved: readonly number[]): void => {
    beside = beside.filter((at) => !moved.includes(at));
  };
  if (fits(false)) return { beside, below, isNarrowed: false };
  while (!fits(true) && byRank.length > 0) move(byRank.splice(0, 1));
  const sentences = beside.filter(isProse);
  if (!fits(true) && sentences.length > 0) {
    below.push(...sentences);
    move(sentences);
  }
  while (!fits(true) && beside.length > 1) {
    const last = beside.slice(-1);
    below.push(...last);
    move(last);
  }
  return { beside, below: below.toSorted((one, other) => one - other), isNarrowed: true };
}

function widthOf({ columns, rows }: Table, at: number): number {
  return Math.max(
    stringWidth(columns[at]?.title ?? ''),
    ...rows.map((row) => stringWidth(row[at]?.text ?? '')),
  );
}

/** What it needs at least to stand beside the others. */
function leastOf(table: Table, at: number): number {
  const { title = '', isProse = false, leftOut } = table.columns[at] ?? {};
  const natural = widthOf(table, at);
  if (!isProse) return natural;
  const least = Math.max(stringWidth(title), narrowestProse);
  if (leftOut !== undefined) return Math.min(natural, least);
  const words = table.rows.map((row) => longestWord(row[at]?.text ?? ''));
  return Math.min(natural, Math.max(least, Math.ceil(natural / mostLines), ...words));
}

function totalOf(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + gapWidth * Math.max(0, widths.length - 1);
}

function drawn(table: Table, layout: Layout, width: number, style: Style): FittedTable {
  const { beside, below, isNarrowed } = layout;
  const widths = isNarrowed ? narrowed(table, beside, width) : beside.map((at) => widthOf(table, at));
  const mayBeCut = beside.map((at) => table.columns[at]?.leftOut !== undefined);
  const rows = table.rows.map((row) => {
    const cells = beside.map((at): Cell => row[at] ?? { text: '' });
    return linesOf(cells, widths, mayBeCut);
  });
  const isCutAt = (at: number): boolean => (widths[at] ?? 0) < widthOf(table, beside[at] ?? 0);
  const isCut =
    beside.length + below.length < table.columns.length || mayBeCut.some((may, at) => may && isCutAt(at));
  const titles = beside.map((at) => table.columns[at]?.title ?? '');
  const lines = renderTable(titles, rows.flat(), style).split('\n');
  let next = 1;
  const text = rows.map((row, index) => {
    const own = lines.slice(next, next + row.length).map((line) => `${line}\n`);
    next += row.length;
    return own.join('') + belowRow(table, table.rows[index] ?? [], below, width, style);
  });
  return { text: `${lines[0] ?? ''}\n${text.join('')}`, isCut };
}

/** The widest columns of sentences give way first. */
function narrowed(table: Table, beside: readonly number[], width: number): number[] {
  const widths = beside.map((at) => widthOf(table, at));
  const least = beside.map((at) => leastOf(table, at));
  for (let over = totalOf(widths) - width; over > 0; over -= 1) {
    const spare = widths.map((each, at) => (each > (least[at] ?? 0) ? each : 0));
    const widest = spare.indexOf(Math.max(...spare));
    if ((spare[widest] ?? 0) === 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** A row of the screen for each line of the cell that needs the most. */
function linesOf(cells: readonly Cell[], widths: readonly number[], mayBeCut: readonly boolean[]): Cell[][] {
  const texts = cells.map(({ text }, at) => {
    const columns = widths[at] ?? 0;
    if (stringWidth(text) <= columns) return [text];
    return mayBeCut[at] === true ? [cutTo(text, columns)] : wrapProse(text, { columns });
  });
  const height = Math.max(1, ...texts.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    cells.map((cell, at) => ({ ...cell, text: texts[at]?.[line] ?? '' })),
  );
}

const nothing = new Set(['', '-']);

/** Words beside their titles on one line; each sentence on its own. */
function belowRow(
  { columns }: Table,
  row: readonly Cell[],
  below: readonly number[],
  width: number,
  style: Style,
): string {
  const shown = below.filter((at) => !nothing.has(row[at]?.text ?? ''));
  const titleOf = (at: number): string => (columns[at]?.title ?? '').toLowerCase();
  const pairs = shown
    .filter((at) => columns[at]?.isProse !== true)
    .flatMap((at, index): Phrase[] => [
      { text: index === 0 ? '' : '  ' },
      { text: `${titleOf(at)} `, tone: 'quiet', isWhole: true },
      { text: row[at]?.text ?? '', tone: row[at]?.tone ?? 'plain', isWhole: true },
    ]);
  const sentences = shown.filter((at) => columns[at]?.isProse === true);
  const fields = sentences.map((at) => [titleOf(at), row[at] ?? { text: '' }] as const);
  const room = { columns: width, indent: rowIndent };
  const lines = wrapProse(pairs, { columns: width, begin: rowIndent, indent: rowIndent }, style);
  const words = pairs.length === 0 ? '' : `${' '.repeat(rowIndent)}${lines.join('\n')}\n`;
  return words + renderFields(fields, style, room);
}
