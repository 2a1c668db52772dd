/** Columns for people: aligned, as wide as their content, nothing cut. */
import { stripVTControlCharacters } from 'node:util';
import type { Style, Tone } from './style.ts';

export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
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
      widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell.text));
    }
  }
  return widths;
}

function renderRow(row: readonly Cell[], widths: readonly number[], style: Style): string {
  const last = row.length - 1;
  return row
    .map((cell, column) => {
      const padding = column === last ? '' : ' '.repeat((widths[column] ?? 0) - displayWidth(cell.text));
      return style(cell.tone ?? 'plain', cell.text) + padding;
    })
    .join(gap);
}

/** Names and their values, one below the other; a value of several lines is indented under its first. */
export function renderFields(
  fields: readonly (readonly [name: string, value: Cell])[],
  style: Style,
): string {
  const width = Math.max(0, ...fields.map(([name]) => displayWidth(name)));
  return fields
    .map(([name, { text, tone }]) => {
      const lines = printable(text).split('\n');
      const rest = lines.slice(1).map((line) => `\n${' '.repeat(width + gap.length)}${line}`);
      const label = style('quiet', name) + ' '.repeat(width - displayWidth(name));
      return `${label}${gap}${style(tone ?? 'plain', lines[0] ?? '')}${rest.join('')}\n`;
    })
    .join('');
}

/** Pads with blanks to a number of columns; what is longer stays whole. */
export function padTo(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
}

const ESCAPE = '\u{1B}';
const styledPart = new RegExp(`${ESCAPE}\\[[\\d;]*m|[^${ESCAPE}]+`, 'gu');

/** Text that is styled already, cut to a number of columns; an ellipsis stands for the rest. */
export function cutTo(text: string, columns: number): string {
  if (displayWidth(stripVTControlCharacters(text)) <= columns) return text;
  let cut = '';
  let left = columns - 1;
  for (const [part] of text.matchAll(styledPart)) {
    if (part.startsWith(ESCAPE)) {
      cut += part;
      continue;
    }
    for (const { segment } of segmenter.segment(part)) {
      left -= displayWidth(segment);
      if (left < 0) return `${cut}\u{2026}${cut.includes(ESCAPE) ? `${ESCAPE}[0m` : ''}`;
      cut += segment;
    }
  }
  return cut;
}

const segmenter = new Intl.Segmenter();
const wide =
  /^[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;

/** Columns that a text takes on a terminal: names may hold Chinese characters, which take two. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7E]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

/** Text from elsewhere (a name, a log, an error) can hold characters that steer the terminal: they are shown, not obeyed. */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]|\p{Bidi_Control}/gu, '\u{FFFD}');
}

function onOneLine(text: string): string {
  return printable(text).replaceAll(/[\n\t]+/g, ' ');
}
