/** What a YAML text is read into: its structure with offsets; what a word means is decided later. */

export type YamlNode = ScalarNode | SequenceNode | MappingNode | AliasNode;

interface NodeBase {
  /** Where it begins in the text. */
  readonly offset: number;
  readonly tag: string | undefined;
  readonly anchor: string | undefined;
}

export interface ScalarNode extends NodeBase {
  readonly kind: 'scalar';
  readonly text: string;
  /** Written without quotes, so that its text may stand for a number, a truth value or null. */
  readonly isPlain: boolean;
}

export interface SequenceNode extends NodeBase {
  readonly kind: 'sequence';
  readonly items: readonly YamlNode[];
}

export interface MappingEntry {
  readonly key: YamlNode;
  readonly value: YamlNode;
}

export interface MappingNode extends NodeBase {
  readonly kind: 'mapping';
  readonly entries: readonly MappingEntry[];
}

export interface AliasNode extends NodeBase {
  readonly kind: 'alias';
  readonly name: string;
}

export interface YamlLimits {
  readonly depth: number;
  /** Keys and values, without what aliases repeat. */
  readonly nodes: number;
}

export interface YamlOptions {
  readonly limits: YamlLimits;
  /**
   * Mistral has none: `&name`, `*name` and `@name` are plain text there. A lone `*` of other readers is an
   * alias, so that specs have them.
   */
  readonly hasAnchors: boolean;
}

/** The text is no YAML, or it is too large: where, and what to do. */
export class YamlSyntaxError extends Error {
  override readonly name = 'YamlSyntaxError';
  readonly offset: number;
  readonly code: YamlFault;

  constructor(code: YamlFault, message: string, offset: number) {
    super(message);
    this.code = code;
    this.offset = offset;
  }
}

export type YamlFault = 'syntax' | 'too deep' | 'too many values' | 'several documents';
