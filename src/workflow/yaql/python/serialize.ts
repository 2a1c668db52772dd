/** JSON texts, and reading YAML, as Mistral's functions json_dump, json_pp, json_parse and yaml_parse do. */
import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLError,
} from 'yaml';
import type { Json } from '../../../domain/json.ts';
import { compareTexts, itemsOf } from './compare.ts';
import { EvaluationError } from './errors.ts';
import { checkDataDepth, type Meter } from './limits.ts';
import { Dict, isMapping, mapEntries } from './mapping.ts';
import { floatText, isFloat, isNumber, numberOf } from './numbers.ts';
import { keyText } from './result.ts';
import { plainScalar } from './yaml-scalars.ts';
import { isList, typeName, type Value } from './values.ts';

export interface JsonStyle {
  /** Blanks per level; null: one line. */
  readonly indent: number | null;
  readonly sortKeys: boolean;
}

/** The text that Python's json.dumps makes: ASCII only, floats keep their point. */
export function dumpJson(value: Value, style: JsonStyle, meter: Meter, depth = 0): string {
  meter.step();
  checkDataDepth(depth);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return asciiJson(value, meter);
  if (isNumber(value)) return numberJson(value);
  const inner = (item: Value): string => dumpJson(item, style, meter, depth + 1);
  if (isMapping(value)) {
    const entries = mapEntries(value, meter).map(([key, item]) => [keyText(key, meter), item] as const);
    const sorted = style.sortKeys ? entries.toSorted(([a], [b]) => compareTexts(a, b)) : entries;
    const parts = sorted.map(([key, item]) => `${asciiJson(key, meter)}: ${inner(item)}`);
    return bracket('{', parts, '}', style, depth, meter);
  }
  const items = itemsOf(value);
  if (items === undefined) throw new EvaluationError(`a ${typeName(value)} cannot be written as JSON`);
  return bracket('[', [...items].map(inner), ']', style, depth, meter);
}

function bracket(
  open: string,
  parts: readonly string[],
  close: string,
  style: JsonStyle,
  depth: number,
  meter: Meter,
): string {
  if (parts.length === 0) return open + close;
  if (style.indent === null) return meter.made(`${open}${parts.join(', ')}${close}`);
  const margin = `\n${' '.repeat(style.indent * (depth + 1))}`;
  const end = `\n${' '.repeat(style.indent * depth)}`;
  meter.produce(parts.length * margin.length);
  return meter.made(`${open}${margin}${parts.join(`,${margin}`)}${end}${close}`);
}

function asciiJson(text: string, meter: Meter): string {
  const escaped = JSON.stringify(text).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return meter.made(escaped);
}

function numberJson(value: Value): string {
  const number = numberOf(value)!;
  if (Number.isNaN(number)) return 'NaN';
  if (!Number.isFinite(number)) return number > 0 ? 'Infinity' : '-Infinity';
  return isFloat(value) ? floatText(number) : String(number);
}

/** @throws EvaluationError */
export function parseJson(text: string, meter: Meter): Json {
  meter.step(1 + (text.length >> 3));
  meter.produce(text.length);
  try {
    return JSON.parse(text) as Json;
  } catch {
    // The parser's own message quotes the text, which may hold secrets.
    throw new EvaluationError(`the text of ${text.length} characters is no JSON`);
  }
}

/**
 * YAML 1.1 as Mistral reads it (`yes` is true), without its tags. Anchors may be used,
 * but what they expand to is charged, so that no small text becomes a large value.
 * @throws EvaluationError with line and column
 */
export function parseYaml(text: string, meter: Meter): Value {
  meter.step(1 + text.length);
  meter.produce(text.length);
  refuseDeepNesting(text);
  const document = readYaml(text);
  const [error] = document.errors;
  if (error !== undefined) throw new EvaluationError(`the text is no YAML: ${yamlFault(error)}`);
  return new YamlReader(document, text.length, meter).value(document.contents, 0);
}

/** The parser's own work grows with the square of how deep a text nests. Brackets in quotes count, if not closed. */
function refuseDeepNesting(text: string): void {
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[{\]}]/g)) {
    depth = bracket === '[' || bracket === '{' ? depth + 1 : Math.max(0, depth - 1);
    checkDataDepth(depth);
  }
  if (/(?:[-?:] ){200}/.test(text)) throw new EvaluationError('the text is no YAML: it nests too deep');
}

/** Where and what kind, but never the text itself, which may hold secrets. */
function yamlFault({ code, linePos }: YAMLError): string {
  const place = linePos === undefined ? '' : ` at line ${linePos[0].line}, column ${linePos[0].col}`;
  return code.toLowerCase().replaceAll('_', ' ') + place;
}

type YamlDocument = ReturnType<typeof parseDocument>;

function readYaml(text: string): YamlDocument {
  try {
    // Words are read by `plainScalar`; the failsafe schema leaves them as they stand.
    return parseDocument(text, { version: '1.1', schema: 'failsafe', uniqueKeys: false, logLevel: 'error' });
  } catch (error) {
    // The parser recurses: a text of nothing but brackets exhausts the stack.
    if (error instanceof RangeError) throw new EvaluationError('no YAML: it nests too deep');
    throw error;
  }
}

class YamlReader {
  readonly #document: YamlDocument;
  readonly #aliasCost: number;
  readonly #meter: Meter;

  constructor(document: YamlDocument, size: number, meter: Meter) {
    this.#document = document;
    this.#aliasCost = size >> 1;
    this.#meter = meter;
  }

  value(node: unknown, depth: number): Value {
    this.#meter.step();
    checkDataDepth(depth);
    if (isAlias(node)) return this.value(this.#resolve(node), depth + 1);
    if (isSeq(node)) return node.items.map((item) => this.value(item, depth + 1));
    if (isMap(node)) return this.#mapping(node.items, depth);
    return isScalar(node) ? scalarValue(node) : null;
  }

  /** The parser looks an anchor up by walking the whole document. */
  #resolve(alias: Alias): unknown {
    this.#meter.step(this.#aliasCost);
    return alias.resolve(this.#document);
  }

  #mapping(pairs: readonly Pair[], depth: number): Dict {
    const read = (pair: Pair) =>
      [this.value(pair.key, depth + 1), this.value(pair.value, depth + 1)] as const;
    const merged = pairs.filter(isMerge).flatMap((pair) => mergedEntries(read(pair)[1], this.#meter));
    return new Dict(this.#meter, [...merged, ...pairs.filter((pair) => !isMerge(pair)).map(read)]);
  }
}

function isMerge(pair: Pair): boolean {
  return isScalar(pair.key) && pair.key.source === '<<' && pair.key.type === 'PLAIN';
}

/** What `<<: *other` or `<<: [*one, *two]` brings in; the first of several wins. */
function mergedEntries(value: Value, meter: Meter): readonly (readonly [Value, Value])[] {
  if (isMapping(value)) return mapEntries(value, meter);
  return isList(value) ? value.toReversed().flatMap((item) => mergedEntries(item, meter)) : [];
}

function scalarValue(node: Scalar): Value {
  const word = typeof node.value === 'string' ? node.value : '';
  if (node.tag?.endsWith(':str') === true) return word;
  return node.type === 'PLAIN' || node.type === undefined ? plainScalar(word) : word;
}
