/**
 * Parses a YAML text into its structure, in one pass and within limits on depth and number of values. Parsing
 * stops as soon as a limit is exceeded.
 */
import { forbidden } from './characters.ts';
import {
  type MappingEntry,
  type ScalarNode,
  type SequenceNode,
  type YamlNode,
  type YamlOptions,
  YamlSyntaxError,
} from './nodes.ts';
import { Scanner } from './scanner.ts';
import type { Token, TokenKind } from './token.ts';

/** undefined: the text holds no document. @throws YamlSyntaxError */
export function readYamlDocument(text: string, options: YamlOptions): YamlNode | undefined {
  const wrong = text.search(forbidden);
  // A leading byte order mark is not part of the text.
  if (wrong !== -1)
    throw new YamlSyntaxError(
      'syntax',
      `the character U+${text.codePointAt(wrong)!.toString(16).toUpperCase().padStart(4, '0')} is not allowed in YAML`,
      wrong,
    );
  return new Reader(text, options).document();
}

class Reader {
  readonly #scanner: Scanner;
  readonly #options: YamlOptions;
  #nodes = 0;

  constructor(text: string, options: YamlOptions) {
    this.#scanner = new Scanner(text, options);
    this.#options = options;
  }

  document(): YamlNode | undefined {
    this.#skip('document end');
    if (this.#is('end')) return undefined;
    this.#take('document start');
    const offset = this.#scanner.peek().offset;
    const isEmpty = this.#is('document start', 'document end', 'end');
    const root = isEmpty ? this.#empty(offset) : this.#node('block', 0);
    this.#skip('document end');
    if (this.#is('end')) return root;
    if (this.#is('document start'))
      throw new YamlSyntaxError(
        'several documents',
        'expected one document, found another behind `---`',
        this.#scanner.peek().offset,
      );
    return this.#fail(this.#scanner.peek(), wrongIndentation);
  }

  #is(kind: TokenKind, or = kind, orElse = kind, orAtLast = kind): boolean {
    const found = this.#scanner.peek().kind;
    return found === kind || found === or || found === orElse || found === orAtLast;
  }

  #take(kind: TokenKind): Token | undefined {
    return this.#scanner.peek().kind === kind ? this.#scanner.next() : undefined;
  }

  #skip(kind: TokenKind): void {
    while (this.#is(kind)) this.#scanner.next();
  }

  #fail(token: Token, message: string): never {
    throw new YamlSyntaxError('syntax', message, token.offset);
  }

  #count(offset: number): void {
    this.#nodes += 1;
    const { nodes } = this.#options.limits;
    if (this.#nodes > nodes)
      throw new YamlSyntaxError('too many values', `more than ${nodes} keys and values`, offset);
  }

  #empty(offset: number): ScalarNode {
    this.#count(offset);
    return { kind: 'scalar', offset, tag: undefined, anchor: undefined, text: '', isPlain: true };
  }

  /** `indentless`: a list below a key may start at the key's own column. */
  #node(place: 'block' | 'indentless' | 'flow', depth: number): YamlNode {
    const first = this.#scanner.peek();
    this.#count(first.offset);
    if (depth > this.#options.limits.depth + 1)
      throw new YamlSyntaxError(
        'too deep',
        `nested deeper than ${this.#options.limits.depth} levels`,
        first.offset,
      );
    if (first.kind === 'alias') {
      this.#scanner.next();
      return { kind: 'alias', offset: first.offset, tag: undefined, anchor: undefined, name: first.text };
    }
    const anchor = this.#take('anchor');
    const tag = this.#take('tag');
    const laterAnchor = anchor ?? this.#take('anchor');
    const properties = { offset: first.offset, tag: tag?.text, anchor: laterAnchor?.text };
    return this.#content(properties, place, depth);
  }

  #content(properties: Properties, place: 'block' | 'indentless' | 'flow', depth: number): YamlNode {
    const token = this.#scanner.peek();
    if (place === 'indentless' && token.kind === 'entry')
      return this.#list(properties, this.#indentlessItems(depth));
    if (token.kind === 'scalar') {
      this.#scanner.next();
      return { kind: 'scalar', ...properties, text: token.text, isPlain: token.isPlain };
    }
    if (token.kind === '[') return this.#list(properties, this.#flowItems(depth));
    if (token.kind === '{') return { kind: 'mapping', ...properties, entries: this.#flowEntries(depth) };
    if (token.kind === 'sequence start' && place !== 'flow')
      return this.#list(properties, this.#blockItems(depth));
    if (token.kind === 'mapping start' && place !== 'flow')
      return { kind: 'mapping', ...properties, entries: this.#blockEntries(depth) };
    if (properties.tag !== undefined || properties.anchor !== undefined)
      return { kind: 'scalar', ...properties, text: '', isPlain: true };
    return this.#fail(
      token,
      place === 'flow' ? `expected a value, found ${inWords(token)}` : wrongIndentation,
    );
  }

  #list(properties: Properties, items: readonly YamlNode[]): SequenceNode {
    return { kind: 'sequence', ...properties, items };
  }

  #blockItems(depth: number): YamlNode[] {
    this.#scanner.next();
    const items: YamlNode[] = [];
    for (let entry = this.#take('entry'); entry !== undefined; entry = this.#take('entry'))
      items.push(this.#is('entry', 'block end') ? this.#empty(entry.offset) : this.#node('block', depth + 1));
    this.#endBlock();
    return items;
  }

  #indentlessItems(depth: number): YamlNode[] {
    const items: YamlNode[] = [];
    for (let entry = this.#take('entry'); entry !== undefined; entry = this.#take('entry'))
      items.push(
        this.#is('entry', 'key', 'value', 'block end')
          ? this.#empty(entry.offset)
          : this.#node('block', depth + 1),
      );
    return items;
  }

  #blockEntries(depth: number): MappingEntry[] {
    this.#scanner.next();
    const entries: MappingEntry[] = [];
    for (let mark = this.#take('key'); mark !== undefined; mark = this.#take('key')) {
      const key = this.#entryPart(mark, depth);
      const colon = this.#take('value');
      entries.push({
        key,
        value: colon === undefined ? this.#empty(mark.offset) : this.#entryPart(colon, depth),
      });
    }
    this.#endBlock();
    return entries;
  }

  #entryPart(mark: Token, depth: number): YamlNode {
    if (this.#is('key', 'value', 'block end')) return this.#empty(mark.offset);
    return this.#node('indentless', depth + 1);
  }

  #endBlock(): void {
    const token = this.#scanner.next();
    if (token.kind !== 'block end') this.#fail(token, token.kind === 'value' ? noKey : wrongIndentation);
  }

  #flowItems(depth: number): YamlNode[] {
    const open = this.#scanner.next();
    const items: YamlNode[] = [];
    while (this.#take(']') === undefined) {
      if (items.length > 0) {
        this.#comma(open, ']');
        if (this.#take(']') !== undefined) break;
      }
      this.#refuseUnclosed(open);
      const key = this.#take('key');
      items.push(key === undefined ? this.#node('flow', depth + 1) : this.#pair(key, depth));
    }
    return items;
  }

  /** `[a: 1]` is a list of one mapping. */
  #pair(mark: Token, depth: number): YamlNode {
    this.#count(mark.offset);
    const entry = this.#flowEntry(mark, ']', depth);
    return { kind: 'mapping', offset: mark.offset, tag: undefined, anchor: undefined, entries: [entry] };
  }

  #flowEntries(depth: number): MappingEntry[] {
    const open = this.#scanner.next();
    const entries: MappingEntry[] = [];
    while (this.#take('}') === undefined) {
      if (entries.length > 0) {
        this.#comma(open, '}');
        if (this.#take('}') !== undefined) break;
      }
      this.#refuseUnclosed(open);
      const mark = this.#scanner.peek();
      if (this.#take('key') !== undefined) entries.push(this.#flowEntry(mark, '}', depth));
      else entries.push({ key: this.#node('flow', depth + 1), value: this.#empty(mark.offset) });
    }
    return entries;
  }

  #flowEntry(mark: Token, close: ']' | '}', depth: number): MappingEntry {
    const key = this.#is('value', ',', close) ? this.#empty(mark.offset) : this.#node('flow', depth + 1);
    if (this.#take('value') === undefined || this.#is(',', close))
      return { key, value: this.#empty(mark.offset) };
    return { key, value: this.#node('flow', depth + 1) };
  }

  #refuseUnclosed(open: Token): void {
    if (this.#is('end')) this.#fail(open, `this ${open.kind} is never closed`);
  }

  #comma(open: Token, close: ']' | '}'): void {
    const token = this.#scanner.peek();
    if (this.#take(',') !== undefined) return;
    this.#refuseUnclosed(open);
    this.#fail(token, `expected , or ${close}, found ${inWords(token)}`);
  }
}

type Properties = Pick<ScalarNode, 'offset' | 'tag' | 'anchor'>;

const wrongIndentation =
  'the indentation of this line is wrong, or the value above it ends too early: a text that holds ": " or begins with a quote has to be quoted as a whole';
const noKey = 'no key stands in front of this ":"';

function inWords({ kind, text }: Token): string {
  if (kind === 'scalar') return JSON.stringify(text.length > 40 ? `${text.slice(0, 37)}...` : text);
  if (kind === 'end') return 'the end of the text';
  if (kind === 'value') return '":"';
  return kind === 'key' ? 'a key' : kind === 'entry' ? '"- "' : kind;
}
