/**
 * JSON as readable YAML that means the same when it is pasted into a file. The library `yaml` would make
 * every command start later.
 */
import stringWidth from 'string-width';
import { isJsonObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';

/** @param columns longer texts continue on further lines, which YAML joins again. */
export function yamlText(value: Json, columns = Infinity): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : listText(value, columns);
  if (isJsonObject(value)) return Object.keys(value).length === 0 ? '{}' : mapText(value, columns);
  return typeof value === 'string' ? scalarText(value, 'list', { columns, begin: 0 }) : JSON.stringify(value);
}

function mapText(map: JsonObject, columns: number): string {
  return Object.entries(map)
    .map(([key, value]) => `${quoted(key)}:${behindKey(value, { columns, begin: quoted(key).length + 2 })}`)
    .join('\n');
}

/** Where a text stands: its first line begins there, and the others under the key. */
interface Place {
  readonly columns: number;
  readonly begin: number;
}

function behindKey(value: Json, place: Place): string {
  if (typeof value === 'string') return ` ${scalarText(value, 'map', place)}`.replace(/^ \n/, '\n');
  const isNested = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  return isNested ? `\n  ${indent(yamlText(value, place.columns - 2))}` : ` ${yamlText(value)}`;
}

function listText(list: readonly Json[], columns: number): string {
  return list.map((entry) => `- ${indent(yamlText(entry, columns - 2))}`).join('\n');
}

function indent(text: string): string {
  return text.replaceAll('\n', '\n  ');
}

/**
 * Several lines stand as they are, below a `|`; where they begin with a blank, it says how far they are
 * indented, which a list has no way to.
 */
function scalarText(text: string, within: 'map' | 'list', place: Place): string {
  const beginsBlank = /^\s/.test(text);
  const canStand = /\n./.test(text) && !/\r|\n\n$/.test(text) && !(beginsBlank && within === 'list');
  if (!canStand) return folded(quoted(text), place);
  const [body, end] = text.endsWith('\n') ? [text.slice(0, -1), ''] : [text, '-'];
  return `|${beginsBlank ? '2' : ''}${end}\n  ${indent(body)}`;
}

/** At single blanks: YAML puts one in the place of the end of a line. */
function folded(text: string, { columns, begin }: Place): string {
  let used = begin;
  return text
    .split(/(?<=\S) (?=\S)/)
    .map((word, at) => {
      const width = stringWidth(word);
      const isFirst = at === 0;
      if (used + (isFirst ? 0 : 1) + width <= columns || (isFirst && begin <= 2)) {
        used += (isFirst ? 0 : 1) + width;
        return isFirst ? word : ` ${word}`;
      }
      used = 2 + width;
      return `\n  ${word}`;
    })
    .join('');
}

/** YAML 1.1 and 1.2 take these for something else than text. */
const word = /^(?:y|n|yes|no|on|off|true|false|null|~|[-+]?\.(?:inf|nan))$/i;
const number = /^[-+]?(?:0[box])?[\d.][\da-f_.,:e+-]*$|^\d{4}-\d\d?-\d/i;
/** Without what has a meaning at the beginning of a text, or (`: `, ` #`) within it. */
const plain = /^(?:-{1,2}\p{L}|[\p{L}\p{N}_./$(+\\<])(?:[^:#\p{C}]|:(?! |$)|(?<! )#)*$/u;

function quoted(text: string): string {
  const isPlain = plain.test(text) && !word.test(text) && !number.test(text) && !/\s$/.test(text);
  return isPlain ? text : JSON.stringify(text);
}
