/**
 * `std.echo output="two words" delay=<% $.n %>`: the name of an action or workflow followed by its
 * parameters, and `fail(msg="...")`, an engine command with its message.
 *
 * As in Mistral parameters may be separated by commas and enclosed in brackets: `std.echo(output="a",
 * to="b")`.
 *
 * Values are "text", 'text', expressions, [lists], true, false, null and numbers. Digits that are not a JSON
 * number (08, 007) are text, as in Mistral. A bare word is read as in YAML (False, None, yes), with a
 * warning: Mistral silently drops such a parameter, and truncates 1.25 to 1. A {dict} is refused.
 */
import type { Json, JsonObject } from '../../../domain/json.ts';
import type { Template } from '../../expressions.ts';
import { numberOf } from '../../yaql/python/numbers.ts';
import { plainScalar } from '../../yaql/python/yaml-scalars.ts';
import { readTemplate, type Source } from './source.ts';

export interface InlineCall {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, Template>;
}

const parameterName = /[-\p{L}\p{N}_]+(?==)/uy;
const separators = /[\s,]+/y;
/** `std.echo(`, up to the first parameter. */
const callForm = /^[^\s<{=("]+\s*\(/;

/** The name is read up to the first blank outside of an expression. */
export function readInlineCall(source: Source, text: string): InlineCall {
  const trimmed = text.trim();
  const call = trimmed.endsWith(')') ? callForm.exec(trimmed)?.[0] : undefined;
  if (call !== undefined) {
    const parameters = readParameters(source, trimmed.slice(0, -1), call.length);
    return { name: call.slice(0, -1).trim(), parameters: templatesOf(source, parameters) };
  }
  const name = nameOf(trimmed);
  return { name, parameters: templatesOf(source, readParameters(source, trimmed, name.length)) };
}

/** `msg="..."`: parameters alone. */
export function readInlineParameters(source: Source, text: string): ReadonlyMap<string, Template> {
  return templatesOf(source, readParameters(source, text.trim(), 0));
}

/** `count=3 delay=1` as the mapping `{count: 3, delay: 1}`; expressions are still texts. */
export function readInlineMapping(source: Source, text: string): JsonObject {
  return Object.fromEntries(readParameters(source, text.trim(), 0));
}

function templatesOf(source: Source, parameters: Parameters): ReadonlyMap<string, Template> {
  return new Map([...parameters].map(([name, value]) => [name, readTemplate({ ...source, value })] as const));
}

/** Linear in the length of the text: an unclosed opening is searched only once. */
function nameOf(text: string): string {
  const unclosed = new Set<string>();
  let end = 0;
  while (end < text.length && !/\s/.test(text.charAt(end))) {
    const opening = text.slice(end, end + 2);
    const closing = unclosed.has(opening) ? undefined : closings[opening];
    const closed = closing === undefined ? -1 : text.indexOf(closing, end + 2);
    if (closing !== undefined && closed === -1) unclosed.add(opening);
    end = closed === -1 ? end + 1 : closed + 2;
  }
  return text.slice(0, end);
}

const closings: Readonly<Record<string, string>> = { '<%': '%>', '{{': '}}', '{%': '%}' };

type Parameters = ReadonlyMap<string, Json>;

function readParameters(source: Source, text: string, start: number): Parameters {
  const parameters = new Map<string, Json>();
  let position = skip(separators, text, start);
  while (position < text.length) {
    const name = matchAt(parameterName, text, position);
    const value = name === undefined ? undefined : readValue(source, text, position + name.length + 1);
    if (name === undefined || value === undefined) {
      noteBadParameter(source, name, text.slice(position));
      return parameters;
    }
    parameters.set(name, value.value);
    position = skip(separators, text, value.end);
  }
  return parameters;
}

function noteBadParameter(source: Source, name: string | undefined, rest: string): void {
  const where =
    name === undefined ? 'this is not a parameter' : `the value of parameter '${name}' cannot be parsed`;
  source.problems.error(source.path, where, {
    expected:
      'name=value with a value of "text", \'text\', <% expression %>, {{ expression }}, [list], true, false, null or a number; ' +
      'write anything else under input',
    found: rest.length <= 60 ? rest : `${rest.slice(0, 57)}...`,
  });
}

interface ReadValue {
  readonly value: Json;
  readonly end: number;
}

const quoted = /"[^"]*"|'[^']*'/y;
const expression = /<%.*?%>|\{\{.*?\}\}|\{%.*?%\}/sy;
const literal = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?)(?=[\s,]|$)/y;
const bareWord = /[^\s"'[\]{}<=](?:[^\s"'{}]*[^\s"'{},])?(?=,?(?:\s|$))/y;
const paddedDigits = /0\d+(?=[\s,]|$)/y;

function readValue(source: Source, text: string, start: number): ReadValue | undefined {
  const inQuotes = matchAt(quoted, text, start);
  if (inQuotes !== undefined) return { value: inQuotes.slice(1, -1), end: start + inQuotes.length };
  const evaluated = matchAt(expression, text, start);
  if (evaluated !== undefined) return { value: evaluated, end: start + evaluated.length };
  const plain = matchAt(literal, text, start);
  if (plain !== undefined) return { value: JSON.parse(plain) as Json, end: start + plain.length };
  const padded = matchAt(paddedDigits, text, start);
  if (padded !== undefined) return { value: padded, end: start + padded.length };
  if (text[start] === '[') return readList(text, start);
  const word = matchAt(bareWord, text, start);
  return word === undefined ? undefined : readWord(source, word, start + word.length);
}

/** A word that PyYAML reads as a value is that value, `None` is null, anything else is text. */
function readWord(source: Source, word: string, end: number): ReadValue {
  const value = word === 'None' ? null : plainScalar(word);
  const plain = typeof value === 'boolean' || value === null ? value : (numberOf(value) ?? word);
  source.problems.warn(
    source.path,
    `the bare word ${word} is read as ${JSON.stringify(plain)}, and Mistral drops the parameter silently: ` +
      `write it in quotes, or under input`,
  );
  return { value: plain, end };
}

/** A JSON list: ends at its closing bracket; brackets inside texts are not counted. */
function readList(text: string, start: number): ReadValue | undefined {
  const end = closingBracket(text, start);
  if (end === undefined) return undefined;
  try {
    return { value: JSON.parse(text.slice(start, end)) as Json, end };
  } catch {
    return undefined;
  }
}

function closingBracket(text: string, start: number): number | undefined {
  let depth = 0;
  let inText = false;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    if (character === '\\' && inText) index += 1;
    else if (character === '"') inText = !inText;
    else if (!inText && character === '[') depth += 1;
    else if (!inText && character === ']' && (depth -= 1) === 0) return index + 1;
  }
  return undefined;
}

function matchAt(pattern: RegExp, text: string, position: number): string | undefined {
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0];
}

function skip(pattern: RegExp, text: string, position: number): number {
  return position + (matchAt(pattern, text, position)?.length ?? 0);
}
