/**
 * JSON as readable YAML that means the same when it is pasted into a file. The library `yaml` would make
 * every command start later.
 */
import { isJsonObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';

export function yamlText(value: Json): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : listText(value);
  if (isJsonObject(value)) return Object.keys(value).length === 0 ? '{}' : mapText(value);
  return typeof value === 'string' ? scalarText(value, 'list') : JSON.stringify(value);
}

function mapText(map: JsonObject): string {
  return Object.entries(map)
    .map(([key, value]) => `${quoted(key)}:${behindKey(value)}`)
    .join('\n');
}

function behindKey(value: Json): string {
  if (typeof value === 'string') return ` ${scalarText(value, 'map')}`;
  const isNested = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  return isNested ? `\n  ${indent(yamlText(value))}` : ` ${yamlText(value)}`;
}

function listText(list: readonly Json[]): string {
  return list.map((entry) => `- ${indent(yamlText(entry))}`).join('\n');
}

function indent(text: string): string {
  return text.replaceAll('\n', '\n  ');
}

/**
 * Several lines stand as they are, below a `|`; where they begin with a blank, it says how far they are
 * indented, which a list has no way to.
 */
function scalarText(text: string, within: 'map' | 'list'): string {
  const beginsBlank = /^\s/.test(text);
  const canStand = /\n./.test(text) && !/\r|\n\n$/.test(text) && !(beginsBlank && within === 'list');
  if (!canStand) return quoted(text);
  const [body, end] = text.endsWith('\n') ? [text.slice(0, -1), ''] : [text, '-'];
  return `|${beginsBlank ? '2' : ''}${end}\n  ${indent(body)}`;
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
