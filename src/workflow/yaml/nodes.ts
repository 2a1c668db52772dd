/** The structure of a YAML text, with offsets; scalars are resolved later. */

export type YamlNode = ScalarNode | SequenceNode | MappingNode | AliasNode;

interface NodeBase {
  /** Its offset in the text. */
  readonly offset: number;
  readonly tag: string | undefined;
  readonly anchor: string | undefined;
}

export interface ScalarNode extends NodeBase {
  readonly kind: 'scalar';
  readonly text: string;
  /** Written without quotes, so that its text may be a number, a boolean or null. */
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
  /** Keys and values, aliases not expanded. */
  readonly nodes: number;
}

export interface YamlOptions {
  readonly limits: YamlLimits;
  /**
   * Mistral has none: `&name`, `*name` and `@name` are plain text there. Specs of profiles and policies
   * support them.
   */
  readonly hasAnchors: boolean;
}

/** The text is invalid YAML or too large: where, and what to do about it. */
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
