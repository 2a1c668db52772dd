/**
 * How text becomes lines. What a command prints is one of three things, and each keeps to the width of the
 * terminal in its own way:
 *
 *     table     fit-table.ts   a row is a line; what is written in words is wrapped in its column, or stands
 *                              below its row
 *     fields    fields.ts      a name and its value; the value is wrapped beside the name, or below it
 *     prose     here           sentences, wrapped between their words
 *
 * No word is broken: a name, an id or an address that is longer than its line stands on a line of its own,
 * and one that is longer than the terminal begins in its first column and is continued by the terminal
 * itself, so that it can be copied. A command that is to be copied stays on one line, or is continued as a
 * shell reads it, with a backslash. Text that a user wrote in several lines (a script in a profile) is shown
 * as it is.
 *
 * Where stdout is no terminal, and with --wide, there is no width, and what is read by `grep`, `awk` and
 * `cut` keeps one shape: a table is one line for its header and one for each row, whatever is in it; a field
 * is a line for each line of its value; a sentence is a line. In `status` a line that begins with a name is a
 * cluster, with its health, its counts and what is wrong in brief; below it, indented, each command for an
 * operator, each problem, what is done and what it waits for is a line of its own, which begins with `do:` or
 * `may do:`, `why:`, `now:`, `waits:`; several commands for one reason are numbered lines below it. Programs
 * that need more than that read --json. Pure.
 */
import stringWidth from 'string-width';
import { printable } from './printable.ts';
import type { Style, Tone } from './style.ts';

/** A part of a sentence. Blanks and punctuation between two phrases belong to either of them. */
export interface Phrase {
  readonly text: string;
  readonly tone?: Tone;
  /** It is there to be copied. */
  readonly isCommand?: true;
  /** It is not broken between its words, nor from a phrase that follows without a blank. */
  readonly isWhole?: true;
}

export type Prose = string | readonly Phrase[];

export interface Room {
  /** Of the terminal; Infinity: nothing is wrapped. */
  readonly columns: number;
  /** How many of them are taken on the first line, by what the caller has written there. */
  readonly begin?: number;
  /** Blanks before each further line. */
  readonly indent?: number;
}

/** What a line is not broken in. */
interface Unit {
  /** Blanks before it, on the line of the unit before. */
  readonly gap: string;
  readonly pieces: readonly Phrase[];
  readonly width: number;
  readonly isCommand: boolean;
}

interface Line {
  /** In which column it begins. */
  readonly at: number;
  text: string;
  width: number;
}

/**
 * The lines of one sentence; the first without what the caller has written before it, the others with their
 * blanks.
 */
export function wrapProse(prose: Prose, room: Room, style: Style = plainly): string[] {
  const { columns, begin = 0, indent = 0 } = room;
  let line: Line = { at: begin, text: '', width: 0 };
  const lines = [line];
  // Behind a command that is continued nothing stands on its last line.
  let isFull = false;
  const continueAt = (at: number): void => {
    if (line.text === '' && line.at <= at) return;
    line = { at, text: '', width: 0 };
    lines.push(line);
  };
  const add = (gap: string, { pieces, width }: Pick<Unit, 'pieces' | 'width'>): void => {
    line.text += gap + pieces.map(({ text, tone = 'plain' }) => style(tone, text)).join('');
    line.width += gap.length + width;
  };
  for (const unit of unitsOf(prose).flatMap((each) => breakable(each, columns - indent))) {
    const gap = line.text === '' ? '' : unit.gap;
    if (!isFull && line.at + line.width + gap.length + unit.width <= columns) {
      add(gap, unit);
    } else if (unit.isCommand && unit.width > columns - indent) {
      const [first, ...rest] = shellLines(unit, columns - indent);
      const isBeside = !isFull && line.at + line.width + gap.length + first.width <= columns;
      if (!isBeside) continueAt(indent);
      add(isBeside ? gap : '', first);
      for (const part of rest) {
        continueAt(indent + deeper);
        add('', part);
      }
      isFull = true;
    } else {
      continueAt(Math.max(0, Math.min(indent, columns - unit.width)));
      add('', unit);
      isFull = false;
    }
  }
  return lines.map(({ at, text }, index) => (index === 0 ? text : ' '.repeat(at) + text));
}

/** Sentences below each other, all of them indented; each continues a little further right. */
export function renderProse(
  sentences: readonly Prose[],
  { columns, indent = 0 }: Pick<Room, 'columns' | 'indent'>,
  style: Style = plainly,
): string {
  return sentences
    .map((each) => {
      const own = indent + leadingBlanks(each);
      const lines = wrapProse(each, { columns, begin: own, indent: own + deeper }, style);
      return `${' '.repeat(own)}${lines.map((line) => `${line}\n`).join('')}`;
    })
    .join('');
}

/** Of what a line is not broken in. */
export function longestWord(prose: Prose): number {
  return Math.max(0, ...unitsOf(prose).flatMap((unit) => (isCut(unit) ? [2] : [unit.width])));
}

/** How far the sentence itself is indented. */
export function leadingBlanks(prose: Prose): number {
  const text = typeof prose === 'string' ? prose : (prose[0]?.text ?? '');
  return /^ */.exec(text)?.[0].length ?? 0;
}

const deeper = 4;
const plainly: Style = (_, text) => text;

function unitsOf(prose: Prose): Unit[] {
  const units: Unit[] = [];
  let gap = '';
  let pieces: Phrase[] = [];
  const close = (): void => {
    if (pieces.length > 0) {
      const width = pieces.reduce((sum, { text }) => sum + stringWidth(text), 0);
      units.push({ gap, pieces, width, isCommand: pieces.some(({ isCommand }) => isCommand === true) });
      gap = '';
    }
    pieces = [];
  };
  for (const phrase of typeof prose === 'string' ? [{ text: prose }] : prose) {
    const text = printable(phrase.text).replaceAll('\t', '    ').replaceAll('\n', ' ');
    const isWhole = phrase.isCommand === true || phrase.isWhole === true;
    for (const part of isWhole ? [text] : text.split(/( +)/)) {
      if (part === '') continue;
      if (!isWhole && part.trim() === '') {
        close();
        gap += part;
      } else pieces.push({ ...phrase, text: part });
    }
  }
  close();
  return units;
}

/** Chinese and Japanese are written without blanks: a line may end behind any character. */
const unspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u;

function isCut({ pieces, isCommand }: Unit): boolean {
  return !isCommand && pieces.some(({ text }) => unspaced.test(text));
}

function breakable(unit: Unit, room: number): Unit[] {
  if (unit.width <= room || !isCut(unit)) return [unit];
  const characters = unit.pieces.flatMap((piece) =>
    [...segments.segment(piece.text)].map(({ segment }): Phrase => ({ ...piece, text: segment })),
  );
  return characters.map((piece, at) => ({
    gap: at === 0 ? unit.gap : '',
    pieces: [piece],
    width: stringWidth(piece.text),
    isCommand: false,
  }));
}

const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

type Part = Pick<Unit, 'pieces' | 'width'>;

const shellWord = /(?:[^\s"']|"[^"]*"|'[^']*')+/g;
const option = /^--[\w-]+$/;

/**
 * A command over several lines, as a shell reads it: what is quoted stays together, and so does an option
 * with its value, if there is room.
 */
function shellLines({ pieces }: Unit, room: number): [Part, ...Part[]] {
  const words =
    pieces
      .map((piece) => piece.text)
      .join('')
      .match(shellWord) ?? [];
  const [{ tone = 'plain' } = {}] = pieces;
  const lines: string[] = [];
  for (const [at, word] of words.entries()) {
    const most = room - ' \\'.length - (lines.length > 1 ? deeper : 0);
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    const value = words[at + 1] ?? '-';
    const pair = option.test(word) && !value.startsWith('-') ? `${word} ${value}` : word;
    const isRoom = stringWidth(longer) - stringWidth(word) + stringWidth(pair) <= most;
    if (lines.length > 0 && (isRoom || (stringWidth(pair) > most && stringWidth(longer) <= most)))
      lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  const parts = lines.map((line, at): Part => {
    const whole = at < lines.length - 1 ? `${line} \\` : line;
    return { pieces: [{ text: whole, tone }], width: stringWidth(whole) };
  });
  return parts as [Part, ...Part[]];
}
