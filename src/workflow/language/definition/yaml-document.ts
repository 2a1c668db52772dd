/**
 * Converts YAML text to plain JSON, with positions for error messages and limits against hostile input: size
 * of the text, depth, number of values, and number of values after the expansion of aliases (a few lines of
 * aliases can produce billions of values).
 *
 * YAML 1.1 as Mistral's parser reads it (`yes` is true, `1e3` is text, `<<` merges), but without types that
 * JSON lacks: a date stays text. Unknown tags are refused, as in Mistral. A repeated key in one mapping is
 * refused: Mistral silently takes the last one.
 */
import type { Json, JsonObject } from '../../../domain/json.ts';
import {
  type MappingEntry,
  type MappingNode,
  type ScalarNode,
  type YamlNode,
  YamlSyntaxError,
} from '../../yaml/nodes.ts';
import { LinePositions, type TextPosition } from '../../yaml/positions.ts';
import { readYamlDocument } from '../../yaml/reader.ts';
import { type DefinitionPath, DefinitionError, ProblemList } from './problem.ts';
import { collectionProblem, scalarOf } from './yaml-scalar.ts';

/** The largest published workflows have about 100 KiB. */
const maxCharacters = 256 * 1024;
/** Real definitions nest about ten levels; the readers of the result are recursive. */
const maxDepth = 60;
/**
 * Keys and values. Published definitions have one per 10 to 20 characters. The cost of processing a
 * definition grows with this number.
 */
const maxNodes = 25_000;
/** Values after expansion of aliases. */
const maxValues = 25_000;

export interface YamlText {
  readonly value: Json;
  readonly problems: ProblemList;
}

export interface YamlTextOptions {
  /** Whether anchors and aliases are recognized. Definitions have none, as in Mistral: `*all` is text. */
  readonly hasAnchors: boolean;
}

/** @throws DefinitionError for text that is not YAML, too large, too deep, or has a repeated key. */
export function parseYamlText(
  text: string,
  { hasAnchors }: YamlTextOptions = { hasAnchors: true },
): YamlText {
  const lines = new LinePositions(text);
  return convert(readTree(text, hasAnchors, lines), lines);
}

/** The same for a definition, yielding once half way, so that the caller can do other work in between. */
export function* definitionYaml(text: string): Generator<undefined, YamlText> {
  const lines = new LinePositions(text);
  const root = readTree(text, false, lines);
  yield undefined;
  return convert(root, lines);
}

function convert(root: YamlNode | undefined, lines: LinePositions): YamlText {
  const conversion: Conversion = new Conversion(
    new ProblemList((path) => positionOf(root, path, lines, conversion.entries)),
  );
  const value = conversion.json(root, [], 0);
  conversion.problems.throwIfErrors();
  return { value, problems: conversion.problems };
}

function readTree(text: string, hasAnchors: boolean, lines: LinePositions): YamlNode | undefined {
  if (text.length > maxCharacters)
    throw tooBig(`the definition has ${text.length} characters, at most ${maxCharacters} are accepted`);
  try {
    return readYamlDocument(text, { hasAnchors, limits: { depth: maxDepth, nodes: maxNodes } });
  } catch (error) {
    if (!(error instanceof YamlSyntaxError)) throw error;
    const position = lines.at(error.offset);
    throw new DefinitionError([{ severity: 'error', path: [], message: sentence(error, text), ...position }]);
  }
}

function sentence({ code, message, offset }: YamlSyntaxError, text: string): string {
  if (code === 'too deep' || code === 'too many values') return `the definition is too large: ${message}`;
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const line = text.slice(lineStart, lineStart + 1000).split('\n', 1)[0] ?? '';
  return `Definition could not be parsed: ${message}${hints.map((hint) => hint(line)).join('')}`;
}

const hints: readonly ((line: string) => string)[] = [
  (line) => (/<%|\{\{/.test(line) ? '; an expression inside { } or [ ] has to be quoted' : ''),
  (line) => (/[:-] [&*]\w/.test(line) ? '; a definition has no anchors and aliases, as in Mistral' : ''),
];

function tooBig(message: string): DefinitionError {
  return new DefinitionError([{ severity: 'error', path: [], message }]);
}

class Conversion {
  readonly problems: ProblemList;
  /** The entries of each mapping by the text of their keys. */
  readonly entries = new Map<YamlNode, ReadonlyMap<string, MappingEntry>>();
  readonly #anchors = new Map<string, YamlNode>();
  /** Anchored values are converted once and shared, but their size counts each time they are used. */
  readonly #shared = new Map<YamlNode, { value: Json; size: number }>();
  #values = 0;

  constructor(problems: ProblemList) {
    this.problems = problems;
  }

  json(node: YamlNode | undefined, path: DefinitionPath, depth: number): Json {
    this.#count(1);
    if (node === undefined) return null;
    if (node.kind === 'alias') return this.#alias(node.name, path);
    if (node.anchor === undefined) return this.#plain(node, path, depth);
    this.#anchors.set(node.anchor, node);
    const before = this.#values;
    const value = this.#plain(node, path, depth);
    this.#shared.set(node, { value, size: this.#values - before });
    return value;
  }

  #plain(node: Exclude<YamlNode, { kind: 'alias' }>, path: DefinitionPath, depth: number): Json {
    if (node.kind === 'scalar') return this.#scalar(node, path);
    const problem = collectionProblem(node);
    if (problem !== undefined) this.problems.error(path, problem);
    if (node.kind === 'mapping') return this.#mapping(node, path, depth);
    return node.items.map((item, index) => this.json(item, [...path, index], depth + 1));
  }

  #count(values: number): void {
    this.#values += values;
    if (this.#values > maxValues)
      throw tooBig(`the definition has more than ${maxValues} values (aliases are counted expanded)`);
  }

  #alias(name: string, path: DefinitionPath): Json {
    const target = this.#anchors.get(name);
    const known = target === undefined ? undefined : this.#shared.get(target);
    if (known !== undefined) {
      this.#count(known.size);
      return known.value;
    }
    const message =
      target === undefined ? `alias *${name} has no anchor before it` : `alias *${name} contains itself`;
    this.problems.error(path, message);
    return null;
  }

  #scalar(node: ScalarNode, path: DefinitionPath): Json {
    const read = scalarOf(node);
    if ('value' in read) return read.value;
    this.problems.error(path, read.problem);
    return null;
  }

  #mapping(node: MappingNode, path: DefinitionPath, depth: number): JsonObject {
    const own = new Map<string, Json>();
    const merged = new Map<string, Json>();
    const byKey = new Map<string, MappingEntry>();
    this.entries.set(node, byKey);
    for (const entry of node.entries) {
      const key = this.#key(entry, path);
      if (!byKey.has(key)) byKey.set(key, entry);
      this.#warnOfWord(entry.key, [...path, key]);
      const value = this.json(entry.value, [...path, key], depth + 1);
      if (isMerge(entry.key)) this.#merge(merged, value, [...path, key]);
      else if (own.has(key))
        this.problems.error([...path, key], `the key '${key}' is repeated in one mapping`);
      else own.set(key, value);
    }
    return Object.fromEntries([...merged, ...own]);
  }

  #key(entry: MappingEntry, path: DefinitionPath): string {
    const { key } = entry;
    if (key.kind === 'alias') return keyText(this.#alias(key.name, path));
    if (key.kind !== 'scalar') {
      this.problems.error(path, keyHint);
      return '';
    }
    const read = scalarOf(key);
    const text = 'key' in read ? read.key : key.text;
    if ('problem' in read) this.problems.error([...path, text], read.problem);
    return text;
  }

  /** YAML 1.1 reads the name `no` as false: a task would be called so, and no transition to `no` finds it. */
  #warnOfWord(key: YamlNode, path: DefinitionPath): void {
    if (key.kind !== 'scalar' || !key.isPlain || key.tag !== undefined) return;
    const read = scalarOf(key);
    if (!('value' in read) || typeof read.value !== 'boolean' || read.key === key.text) return;
    this.problems.warn(path, `the name ${key.text} is read as ${read.key}: put it in quotes, '${key.text}'`);
  }

  #merge(into: Map<string, Json>, value: Json, path: DefinitionPath): void {
    const sources = Array.isArray(value) ? value.toReversed() : [value];
    for (const source of sources) {
      if (typeof source !== 'object' || source === null || Array.isArray(source)) {
        this.problems.error(path, "'<<' merges a mapping or a list of mappings");
        return;
      }
      for (const [key, item] of Object.entries(source)) into.set(key, item as Json);
    }
  }
}

const keyHint = 'a key of a mapping must be text; a text that begins with {{ has to be quoted: "{{ ... }}"';

function isMerge(key: YamlNode): boolean {
  return key.kind === 'scalar' && key.isPlain && key.tag === undefined && key.text === '<<';
}

function keyText(key: Json): string {
  return typeof key === 'string' ? key : JSON.stringify(key);
}

/** The position of the key or item at a path; for a path that does not exist, of its nearest parent. */
function positionOf(
  root: YamlNode | undefined,
  path: DefinitionPath,
  lines: LinePositions,
  entries: ReadonlyMap<YamlNode, ReadonlyMap<string, MappingEntry>>,
): TextPosition | undefined {
  let node = root;
  let offset = root?.offset;
  for (const step of path) {
    const next = node === undefined ? undefined : child(node, step, entries);
    if (next === undefined) break;
    ({ node, offset } = next);
  }
  return offset === undefined ? undefined : lines.at(offset);
}

function child(
  node: YamlNode,
  step: string | number,
  entries: ReadonlyMap<YamlNode, ReadonlyMap<string, MappingEntry>>,
): { node: YamlNode; offset: number } | undefined {
  if (node.kind === 'mapping') {
    const entry = entries.get(node)?.get(String(step));
    return entry === undefined ? undefined : { node: entry.value, offset: entry.key.offset };
  }
  if (node.kind !== 'sequence' || typeof step !== 'number') return undefined;
  const item = node.items[step];
  return item === undefined ? undefined : { node: item, offset: item.offset };
}
