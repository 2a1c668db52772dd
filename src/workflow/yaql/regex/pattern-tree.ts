/** The syntax tree of a parsed regular expression. */

export type PatternNode =
  | { readonly kind: 'empty' }
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'sequence'; readonly items: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly items: readonly PatternNode[] }
  | {
      readonly kind: 'repeat';
      readonly item: PatternNode;
      readonly least: number;
      /** Infinity: unlimited. */
      readonly most: number;
      readonly isLazy: boolean;
    }
  | { readonly kind: 'group'; readonly item: PatternNode; readonly index: number }
  | { readonly kind: 'assertion'; readonly holds: Assertion };

/** A condition on the position between two characters; -1: no character. */
export type Assertion = (place: Place) => boolean;

export interface Place {
  /** Code points; -1: the text begins or ends here. */
  readonly before: number;
  readonly after: number;
  /** Only this last character is left. */
  readonly isLast: boolean;
}

export type CharacterSet = (code: number) => boolean;

export interface Flags {
  readonly ignoreCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
  readonly verbose: boolean;
  readonly ascii: boolean;
}

const newLine = 10;

export const assertions = {
  start: ({ before }: Place) => before === -1,
  end: ({ after }: Place) => after === -1,
  lineStart: ({ before }: Place) => before === -1 || before === newLine,
  lineEnd: ({ after }: Place) => after === -1 || after === newLine,
  /** `$`: a final line break is ignored. */
  textEnd: ({ after, isLast }: Place) => after === -1 || (after === newLine && isLast),
} as const;

export function wordBoundary(isWord: CharacterSet, isWanted: boolean): Assertion {
  const is = (code: number): boolean => code !== -1 && isWord(code);
  // An empty text has neither, as in Python before 3.14.
  return ({ before, after }) => (before !== -1 || after !== -1) && (is(before) !== is(after)) === isWanted;
}
