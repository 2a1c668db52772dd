/** Entries of a timeline, each a line with its time and a bar, fitted to a terminal. Pure. */
import stringWidth from 'string-width';
import { duration } from '../../domain/duration.ts';
import { onOneLine } from './printable.ts';
import { wrapProse } from './prose.ts';
import type { Style, Tone } from './style.ts';
import { padTo } from './table.ts';
import type { Times } from './times.ts';

export interface DrawnEntry {
  readonly at: number | undefined;
  readonly mark: string;
  readonly title: string;
  readonly tone: Tone;
  /** Of a step that has begun; `until` undefined: it is under way. */
  readonly bar: { readonly from: number; readonly until: number | undefined } | null;
  readonly result: string;
  readonly reason: string;
}

export interface TimelineRoom {
  readonly columns: number;
  readonly times: Pick<Times, 'now'>;
  readonly style: Style;
  /** Times are relative to the opening. */
  readonly opened: number | undefined;
}

export function drawTimeline(entries: readonly DrawnEntry[], room: TimelineRoom): string {
  const picture = pictureOf(entries, room);
  return entries.map((entry) => line(entry, picture)).join('');
}

interface Picture {
  /** Times are relative to the opening. */
  readonly opened: number | undefined;
  /** Of the titles. */
  readonly width: number;
  /** From the first step to the end of the last; null: no step has begun, or there is no room for bars. */
  readonly axis: Axis | null;
  /** Of the terminal. */
  readonly columns: number;
  readonly style: Style;
}

interface Axis {
  readonly from: number;
  readonly until: number;
  /**
   * Enough to see which step took the time; fewer where the terminal has no room for the results beside them.
   */
  readonly columns: number;
}

/** Before the titles: the time and the mark. */
const titlesBegin = 13;
const mostOfBar = 24;
const leastOfBar = 8;
/** A column of text that is narrower than this is harder to read than a text that begins further left. */
const leastOfText = 30;

function pictureOf(entries: readonly DrawnEntry[], { columns, times, style, opened }: TimelineRoom): Picture {
  const width = Math.max(0, ...entries.map((entry) => stringWidth(onOneLine(entry.title))));
  const results = Math.max(0, ...entries.map((entry) => (entry.bar === null ? 0 : entry.result.length)));
  const room = columns - titlesBegin - width - ' ▕▏  '.length - results;
  const axis = room < leastOfBar ? null : axisOf(entries, times.now, Math.min(room, mostOfBar));
  return { opened, width, axis, columns, style };
}

function axisOf(entries: readonly DrawnEntry[], now: number, columns: number): Axis | null {
  const bars = entries.flatMap(({ bar }) => bar ?? []);
  if (bars.length === 0) return null;
  const from = Math.min(...bars.map((bar) => bar.from));
  return { from, until: Math.max(from + 1, ...bars.map((bar) => bar.until ?? now)), columns };
}

/**
 * On one line where it fits; else the reason continues under itself, or under the bar. Where not even the
 * result fits behind the title, both stand below it.
 */
function line(entry: DrawnEntry, { opened, width, axis, columns, style }: Picture): string {
  const at = entry.at === undefined || opened === undefined ? '' : sinceOpening(entry.at - opened);
  const title = onOneLine(entry.title);
  const mark = `${style('quiet', at.padStart(9))}  ${style(entry.tone, entry.mark)} `;
  const head = mark + style(entry.tone, padTo(title, width));
  const bar = axis === null || entry.bar === null ? '' : ` ${drawBar(entry.bar, axis, entry.tone, style)}`;
  const barWidth = axis === null || entry.bar === null ? 0 : axis.columns + ' ▕▏'.length;
  const { result, reason } = entry;
  const text = [result, reason].filter((part) => part !== '').join('  ');
  const begin = titlesBegin + width + 2;
  const isNarrow = columns - begin < leastOfText;
  if (begin + barWidth + stringWidth(text) <= columns) return `${`${head}${bar}  ${text}`.trimEnd()}\n`;
  const room = { columns, begin, indent: begin };
  if (bar === '' && !isNarrow) return `${head}  ${wrapProse(text, room).join('\n')}\n`;
  const indent = isNarrow ? titlesBegin : begin;
  if (begin + barWidth + result.length <= columns && result !== '')
    return `${head}${bar}  ${result}\n${renderLines(reason, columns, indent)}`;
  const titleLines = wrapProse(
    [{ text: title, tone: entry.tone }],
    { columns, begin: titlesBegin, indent: titlesBegin },
    style,
  );
  return `${mark}${titleLines.join('\n')}\n${renderLines(text, columns, titlesBegin)}`;
}

/** Below each other, from the same column on. */
function renderLines(text: string, columns: number, indent: number): string {
  const [first = '', ...rest] = wrapProse(text, { columns, begin: indent, indent });
  return text === '' ? '' : [`${' '.repeat(indent)}${first}`, ...rest].map((each) => `${each}\n`).join('');
}

function drawBar(
  { from, until }: NonNullable<DrawnEntry['bar']>,
  axis: Axis,
  tone: Tone,
  style: Style,
): string {
  const column = (time: number): number => ((time - axis.from) / (axis.until - axis.from)) * axis.columns;
  const first = Math.min(Math.floor(column(from)), axis.columns - 1);
  const last = Math.max(Math.round(column(until ?? axis.until)), first + 1);
  const bar = style(tone, (until === undefined ? '▒' : '█').repeat(last - first));
  return `${style('quiet', '▕')}${' '.repeat(first)}${bar}${' '.repeat(axis.columns - last)}${style('quiet', '▏')}`;
}

/**
 * `+1.24 s`, and `+3 h 2 min` where hundredths do not matter any more; what led to the opening is before it.
 */
function sinceOpening(ms: number): string {
  const distance = Math.abs(ms);
  const words = distance < 100_000 ? `${(distance / 1000).toFixed(2)} s` : duration(distance);
  return `${ms < 0 ? '-' : '+'}${words}`;
}
