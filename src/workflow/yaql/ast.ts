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
export type Node =
  | { readonly kind: 'constant'; readonly value: Value }
  | { readonly kind: 'word'; readonly name: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'wrap'; readonly inner: Node }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Node }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Node; readonly right: Node }
  | { readonly kind: 'index'; readonly target: Node; readonly args: readonly ArgumentNode[] }
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
  | Node
  | { readonly kind: 'rule'; readonly source: Node; readonly destination: Node }
  | { readonly kind: 'absent' };
