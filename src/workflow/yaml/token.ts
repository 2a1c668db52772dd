/** Tokens of a YAML text. */
export type TokenKind =
  | 'document start'
  | 'document end'
  | 'end'
  | 'mapping start'
  | 'sequence start'
  | 'block end'
  | '['
  | ']'
  | '{'
  | '}'
  | ','
  | 'entry'
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar';

export interface Token {
  readonly kind: TokenKind;
  readonly offset: number;
  /** Of a scalar, anchor, alias or tag. */
  readonly text: string;
  readonly isPlain: boolean;
}

const yamlTags = 'tag:yaml.org,2002:';

export function tagText(written: string): string {
  if (written.startsWith('!<') && written.endsWith('>')) return written.slice(2, -1);
  return written.startsWith('!!') ? yamlTags + written.slice(2) : written;
}
