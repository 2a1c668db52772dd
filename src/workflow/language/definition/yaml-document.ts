/**
 * YAML text to plain JSON, with positions for error messages and limits against hostile input: size of the text, depth, and the
 * number of values after aliases are expanded (a few lines of aliases can stand for billions of values).
 *
 * YAML 1.1 as Mistral's parser reads it (`yes` is true, `1e3` is text, `<<` merges), but without types that JSON lacks: a date
 * stays text. A tag that it does not know is refused, as there. A key that stands twice in one mapping is refused: Mistral silently takes the last one.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type Pair,
  type Scalar,
} from 'yaml';
import type { Json, JsonObject } from '../../../domain/json.ts';
import { type DefinitionPath, DefinitionError, ProblemList } from './problem.ts';
import { collectionProblem, scalarOf } from './yaml-scalar.ts';

/** The largest workflows that people published have about 100 KiB; the densest text of this size is read in a second. */
const maxCharacters = 256 * 1024;
/** Real definitions nest about ten levels; the readers that follow are recursive. */
const maxDepth = 60;
/** Values after expansion of aliases: more than fit a text of the largest size without any. */
const maxValues = 150_000;

export interface YamlText {
  readonly value: Json;
  readonly problems: ProblemList;
}

/** @throws DefinitionError for text that is no YAML, too large, too deep, or with a key twice. */
export function parseYamlText(text: string): YamlText {
  if (text.length > maxCharacters) {
    throw tooBig(`the definition has ${text.length} characters, at most ${maxCharacters} are accepted`);
  }
  const lines = new LineCounter();
  const document = parseTree(text, lines);
  refuseSyntaxErrors(document, text, lines);
  const problems = new ProblemList((path) => positionOf(document.contents, path, lines));
  const value = new Conversion(problems).json(document.contents, [], 0);
  problems.throwIfErrors();
  return { value, problems };
}

function parseTree(text: string, lines: LineCounter): Document.Parsed {
  try {
    return parseDocument(text, {
      version: '1.1',
      uniqueKeys: false,
      lineCounter: lines,
      logLevel: 'error',
      prettyErrors: false,
      // What a word means is decided by `scalarOf`: this schema leaves all as they stand.
      schema: 'failsafe',
    });
  } catch (error) {
    if (error instanceof RangeError) throw tooBig('the definition is nested too deeply');
    throw error;
  }
}

/** Only the first: those that follow are mostly its consequences. */
function refuseSyntaxErrors(document: Document.Parsed, text: string, lines: LineCounter): void {
  const [error] = document.errors;
  if (error === undefined) return;
  if (error.message.includes('call stack')) throw tooBig('the definition is nested too deeply');
  const { line, col: column } = lines.linePos(error.pos[0]);
  const written = text.slice(lines.lineStarts[line - 1], lines.lineStarts[line]);
  const hint = /<%|\{\{/.test(written) ? '; an expression inside { } or [ ] has to be quoted' : '';
  const said =
    error.code === 'MULTIPLE_DOCS' ? 'expected one document, found another behind `---`' : error.message;
  const message = `Definition could not be parsed: ${said}${hint}`;
  throw new DefinitionError([{ severity: 'error', path: [], message, line, column }]);
}

function tooBig(message: string): DefinitionError {
  return new DefinitionError([{ severity: 'error', path: [], message }]);
}

class Conversion {
  readonly #problems: ProblemList;
  readonly #anchors = new Map<string, Node>();
  /** Anchored values are converted once and shared: their size still counts each time they are used. */
  readonly #shared = new Map<Node, { value: Json; size: number }>();
  #values = 0;

  constructor(problems: ProblemList) {
    this.#problems = problems;
  }

  json(node: unknown, path: DefinitionPath, depth: number): Json {
    if (depth > maxDepth) throw tooBig(`the definition is nested deeper than ${maxDepth} levels`);
    this.#count(1);
    if (isAlias(node)) return this.#alias(node.source, path);
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return null;
    if (node.anchor === undefined) return this.#plain(node, path, depth);
    this.#anchors.set(node.anchor, node);
    const before = this.#values;
    const value = this.#plain(node, path, depth);
    this.#shared.set(node, { value, size: this.#values - before });
    return value;
  }

  #plain(node: Node, path: DefinitionPath, depth: number): Json {
    if (isScalar(node)) return this.#scalar(node, path);
    const problem = collectionProblem(node);
    if (problem !== undefined) this.#problems.error(path, problem);
    if (isSeq(node)) return node.items.map((item, index) => this.json(item, [...path, index], depth + 1));
    if (isMap(node)) return this.#mapping(node.items, path, depth);
    return null;
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
      target === undefined
        ? `alias *${name} names no anchor that stands before it`
        : `alias *${name} contains itself`;
    this.#problems.error(path, message);
    return null;
  }

  #scalar(node: Scalar, path: DefinitionPath): Json {
    const read = scalarOf(node);
    if ('value' in read) return read.value;
    this.#problems.error(path, read.problem);
    return null;
  }

  #mapping(pairs: readonly Pair[], path: DefinitionPath, depth: number): JsonObject {
    const own = new Map<string, Json>();
    const merged = new Map<string, Json>();
    for (const pair of pairs) {
      const key = this.#key(pair.key, path);
      if (isMerge(pair.key))
        this.#merge(merged, this.json(pair.value, [...path, key], depth + 1), [...path, key]);
      else if (own.has(key))
        this.#problems.error([...path, key], `the key '${key}' stands twice in one mapping`);
      else own.set(key, this.json(pair.value, [...path, key], depth + 1));
    }
    return Object.fromEntries([...merged, ...own]);
  }

  #key(key: unknown, path: DefinitionPath): string {
    if (isAlias(key)) return keyText(this.#alias(key.source, path));
    if (isScalar(key)) {
      const read = scalarOf(key);
      if ('problem' in read) this.#problems.error([...path, keyOf(key)], read.problem);
      return keyOf(key);
    }
    this.#problems.error(path, 'a key of a mapping must be text');
    return '';
  }

  #merge(into: Map<string, Json>, value: Json, path: DefinitionPath): void {
    const sources = Array.isArray(value) ? value.toReversed() : [value];
    for (const source of sources) {
      if (typeof source !== 'object' || source === null || Array.isArray(source)) {
        this.#problems.error(path, "'<<' merges a mapping or a list of mappings");
        return;
      }
      for (const [key, item] of Object.entries(source)) into.set(key, item as Json);
    }
  }
}

function isMerge(key: unknown): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.tag === undefined && key.source === '<<';
}

function keyOf(key: Scalar): string {
  const read = scalarOf(key);
  return 'key' in read ? read.key : (key.source ?? '');
}

function keyText(key: Json): string {
  return typeof key === 'string' ? key : JSON.stringify(key);
}

/** Where the key or item at a path stands; of a path that does not exist, where its nearest parent does. */
function positionOf(
  root: unknown,
  path: DefinitionPath,
  lines: LineCounter,
): { line: number; column: number } | undefined {
  let node = root;
  let offset = startOf(root);
  for (const step of path) {
    const next = child(node, step);
    if (next === undefined) break;
    offset = next.offset ?? offset;
    node = next.node;
  }
  if (offset === undefined) return undefined;
  const position = lines.linePos(offset);
  return { line: position.line, column: position.col };
}

function child(
  node: unknown,
  step: string | number,
): { node: unknown; offset: number | undefined } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && keyOf(item.key) === String(step));
    return pair === undefined ? undefined : { node: pair.value, offset: startOf(pair.key) };
  }
  if (!isSeq(node) || typeof step !== 'number') return undefined;
  const item = node.items[step];
  return item === undefined ? undefined : { node: item, offset: startOf(item) };
}

function startOf(node: unknown): number | undefined {
  if (!isMap(node) && !isSeq(node) && !isScalar(node) && !isAlias(node)) return undefined;
  return node.range?.[0];
}
