/**
 * Writes and parses JSON, and parses YAML, as Mistral's functions json_dump, json_pp, json_parse and
 * yaml_parse do.
 */
import type { Json } from '../../../domain/json.ts';
import { compareTexts, itemsOf } from './compare.ts';
import { EvaluationError } from './errors.ts';
import { checkDataDepth, maxDataDepth, type Meter } from './limits.ts';
import { Dict, isMapping, mapEntries } from './mapping.ts';
import { floatText, isFloat, isNumber, numberOf } from './numbers.ts';
import { keyText } from './result.ts';
import { plainScalar } from './yaml-scalars.ts';
import type { MappingEntry, MappingNode, ScalarNode, YamlNode } from '../../yaml/nodes.ts';
import { YamlSyntaxError } from '../../yaml/nodes.ts';
import { LinePositions } from '../../yaml/positions.ts';
import { readYamlDocument } from '../../yaml/reader.ts';
import { isList, pythonTypeName, type Value } from './values.ts';

export interface JsonStyle {
  /** Blanks per level; null: one line. */
  readonly indent: number | null;
  readonly sortKeys: boolean;
}

/** The text that Python's json.dumps produces: ASCII only, floats keep their decimal point. */
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
  if (items === undefined) throw new EvaluationError(`a ${pythonTypeName(value)} cannot be written as JSON`);
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
    // The parser's own message quotes the text, which may contain secrets.
    throw new EvaluationError(`the text of ${text.length} characters is no JSON`);
  }
}

/**
 * YAML 1.1 as Mistral reads it (`yes` is true), without its tags. Anchors are supported, but their expansion
 * is charged, so that no small text becomes a large value.
 * @throws EvaluationError with line and column
 */
export function parseYaml(text: string, meter: Meter): Value {
  meter.step(1 + text.length);
  meter.produce(text.length);
  return new YamlReader(meter).value(readYaml(text), 0);
}

/** Far more than a script prints; the resulting values are charged to the limits of the evaluation. */
const maxYamlNodes = 100_000;

/** Position and kind of the error, but never the text itself, which may contain secrets. */
function readYaml(text: string): YamlNode | undefined {
  try {
    return readYamlDocument(text, { hasAnchors: true, limits: { depth: maxDataDepth, nodes: maxYamlNodes } });
  } catch (error) {
    if (!(error instanceof YamlSyntaxError)) throw error;
    const { line, column } = new LinePositions(text).at(error.offset);
    const fault = error.code === 'syntax' ? 'wrong syntax' : error.code;
    throw new EvaluationError(`the text is no YAML: ${fault} at line ${line}, column ${column}`);
  }
}

class YamlReader {
  readonly #anchors = new Map<string, YamlNode>();
  readonly #meter: Meter;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  /** The value of an alias is read, and charged, again. */
  value(node: YamlNode | undefined, depth: number): Value {
    this.#meter.step();
    checkDataDepth(depth);
    if (node === undefined) return null;
    if (node.kind === 'alias') return this.value(this.#target(node.name), depth + 1);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (node.kind === 'sequence') return node.items.map((item) => this.value(item, depth + 1));
    return node.kind === 'mapping' ? this.#mapping(node, depth) : scalarValue(node);
  }

  #target(name: string): YamlNode {
    const target = this.#anchors.get(name);
    if (target === undefined) throw new EvaluationError('the text is no YAML: an alias names no anchor');
    return target;
  }

  #mapping({ entries }: MappingNode, depth: number): Dict {
    const read = ({ key, value }: MappingEntry) =>
      [this.value(key, depth + 1), this.value(value, depth + 1)] as const;
    const all = entries.map((entry) => ({ isMerged: isMerge(entry), pair: read(entry) }));
    const merged = all
      .filter(({ isMerged }) => isMerged)
      .flatMap(({ pair }) => mergedEntries(pair[1], this.#meter));
    const own = all.filter(({ isMerged }) => !isMerged).map(({ pair }) => pair);
    return new Dict(this.#meter, [...merged, ...own]);
  }
}

function isMerge({ key }: MappingEntry): boolean {
  return key.kind === 'scalar' && key.isPlain && key.text === '<<';
}

/** The entries that `<<: *other` or `<<: [*one, *two]` adds; the first of several wins. */
function mergedEntries(value: Value, meter: Meter): readonly (readonly [Value, Value])[] {
  if (isMapping(value)) return mapEntries(value, meter);
  return isList(value) ? value.toReversed().flatMap((item) => mergedEntries(item, meter)) : [];
}

function scalarValue({ text, tag, isPlain }: ScalarNode): Value {
  if (tag?.endsWith(':str') === true) return text;
  return isPlain ? plainScalar(text) : text;
}
