import type { Value } from './python/values.ts';

export type BinaryOperator =
  | '.'
  | '?.'
  | '=~'
  | '!~'
  | '*'
  | '/'
  | 'mod'
  | '+'
  | '-'
  | '>'
  | '<'
  | '>='
  | '<='
  | '!='
  | '='
  | 'in'
  | 'and'
  | 'or'
  | '->';

export type UnaryOperator = '+' | '-' | 'not';

/**
 * `wrap` keeps parentheses: `(name)` is a text, no longer a bare word that may name a property or a
 * parameter.
 */
export type YaqlNode =
  | { readonly kind: 'constant'; readonly value: Value }
  | { readonly kind: 'word'; readonly name: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'wrap'; readonly inner: YaqlNode }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: YaqlNode }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: YaqlNode;
      readonly right: YaqlNode;
    }
  | { readonly kind: 'index'; readonly target: YaqlNode; readonly args: readonly ArgumentNode[] }
  | { readonly kind: 'list'; readonly args: readonly ArgumentNode[] }
  | { readonly kind: 'map'; readonly args: readonly ArgumentNode[] }
  | CallNode;

export interface CallNode {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly ArgumentNode[];
}

/** `rule` is `source => destination`; `absent` is an argument left out: `f(, 1)`. */
export type ArgumentNode =
  | YaqlNode
  | { readonly kind: 'rule'; readonly source: YaqlNode; readonly destination: YaqlNode }
  | { readonly kind: 'absent' };
