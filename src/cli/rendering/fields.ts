/** Names and their values, one below the other, fitted to a terminal as `prose.ts` says. */
import stringWidth from 'string-width';
import type { Json } from '../../domain/json.ts';
import { printable } from './printable.ts';
import { leadingBlanks, longestWord, wrapProse, type Prose } from './prose.ts';
import type { Style } from './style.ts';
import type { Cell } from './table.ts';
import { yamlText } from './yaml-text.ts';

/** A text, whose lines may continue; sentences; or what is YAML, also when it is wrapped. */
export type FieldValue = Cell | { readonly sentences: readonly Prose[] } | { readonly yaml: Json };
export type ShownField = readonly [name: string, value: FieldValue];

export interface FieldsRoom {
  /** Of the terminal; Infinity: nothing is wrapped. */
  readonly columns: number;
  /** Blanks before each name. */
  readonly indent?: number;
}

const gap = '  ';
/** Of the terminal: a longer name has its value below it, and not all values far to the right. */
const mostOfNames = 0.4;
/** Before a value that has no room beside its name. */
const deeper = 4;

export function renderFields(
  fields: readonly ShownField[],
  style: Style,
  { columns, indent = 0 }: FieldsRoom,
): string {
  const most = (columns - indent) * mostOfNames;
  const width = Math.max(0, ...fields.map(([name]) => stringWidth(name)).filter((each) => each <= most));
  const begin = indent + width + gap.length;
  return fields
    .map(([name, value]) => {
      const label = ' '.repeat(indent) + style('quiet', name);
      const isWide = widestOf(value) > columns - begin;
      if (!isWide && stringWidth(name) <= width) {
        const padding = ' '.repeat(width - stringWidth(name)) + gap;
        return `${label}${padding}${linesOf(value, { columns, indent: begin, isBelow: false }, style).join('\n')}\n`;
      }
      const below = isWide ? indent + leadingBlanks(name) + deeper : begin;
      return `${label}${linesOf(value, { columns, indent: below, isBelow: true }, style).join('\n')}\n`;
    })
    .join('');
}

interface ValueRoom {
  readonly columns: number;
  /** Where the value begins. */
  readonly indent: number;
  /** The line of the name is full. */
  readonly isBelow: boolean;
}

/** The first without what stands before it, the others with their blanks. */
function linesOf(value: FieldValue, room: ValueRoom, style: Style): string[] {
  if ('sentences' in value) return linesOfAll(value.sentences, room, style);
  if ('yaml' in value) return linesOfYaml(value.yaml, room);
  const tone = value.tone ?? 'plain';
  const lines = printable(value.text).split('\n');
  return linesOfAll(
    lines.map((text) => [{ text, tone }]),
    room,
    style,
  );
}

/** Where there are several, each continues a little further right than it begins. */
function linesOfAll(
  sentences: readonly Prose[],
  { columns, indent, isBelow }: ValueRoom,
  style: Style,
): string[] {
  const hang = sentences.length > 1 ? 2 : 0;
  const lines = sentences.flatMap((each, at) => {
    const own = indent + leadingBlanks(each);
    const isFirst = at === 0 && !isBelow;
    const [first = '', ...rest] = wrapProse(each, { columns, begin: own, indent: own + hang }, style);
    if (isFirst) return [' '.repeat(own - indent) + first, ...rest];
    return first === '' && rest.length > 0 ? rest : [first === '' ? '' : ' '.repeat(own) + first, ...rest];
  });
  return isBelow ? ['', ...lines] : lines;
}

function linesOfYaml(yaml: Json, { columns, indent, isBelow }: ValueRoom): string[] {
  const lines = printable(yamlText(yaml, columns - indent)).split('\n');
  const below = lines.map((line) => (line === '' ? '' : ' '.repeat(indent) + line));
  return isBelow ? ['', ...below] : [lines[0] ?? '', ...below.slice(1)];
}

function widestOf(value: FieldValue): number {
  if ('sentences' in value) return Math.max(0, ...value.sentences.map(longestWord));
  const text = 'yaml' in value ? yamlText(value.yaml) : value.text;
  return Math.max(0, ...text.split('\n').map((line) => leadingBlanks(line) + longestWord(line)));
}
