import type { ArgumentNode, BinaryOperator, CallNode, YaqlNode, UnaryOperator } from './ast.ts';
import { type Token, tokenize } from './lexer.ts';
import { LanguageSyntaxError } from './python/errors.ts';
import { maxExpressionDepth, maxExpressionLength } from './python/limits.ts';

/** Precedence of operators; higher binds tighter. From yaql's operator table. */
const binaryStrength: Readonly<Record<BinaryOperator, number>> = {
  '.': 10,
  '?.': 10,
  '=~': 7,
  '!~': 7,
  '*': 6,
  '/': 6,
  mod: 6,
  '+': 5,
  '-': 5,
  '>': 4,
  '<': 4,
  '>=': 4,
  '<=': 4,
  '!=': 4,
  '=': 4,
  in: 4,
  and: 2,
  or: 1,
  '->': 0,
};
const indexStrength = 9;
const unaryStrength: Readonly<Record<UnaryOperator, number>> = { '+': 8, '-': 8, not: 3 };

const constants = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/**
 * The tree of a YAQL expression.
 * @throws LanguageSyntaxError with the offset of the wrong token
 */
export function parse(source: string): YaqlNode {
  if (source.length > maxExpressionLength) {
    throw new LanguageSyntaxError(`the expression is longer than ${maxExpressionLength} characters`);
  }
  return new Parser(tokenize(source)).parseAll();
}

class Parser {
  readonly #tokens: readonly Token[];
  #position = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parseAll(): YaqlNode {
    const node = this.#expression(0);
    if (this.#current.kind !== 'end') throw this.#unexpected();
    return node;
  }

  get #current(): Token {
    return this.#tokens[this.#position]!;
  }

  #next(): Token {
    return this.#tokens[this.#position++]!;
  }

  #isSymbol(text: string): boolean {
    return this.#current.kind === 'symbol' && this.#current.text === text;
  }

  #unexpected(): LanguageSyntaxError {
    const { kind, text, offset } = this.#current;
    const what = kind === 'end' ? 'the expression ends too early' : `unexpected ${JSON.stringify(text)}`;
    return new LanguageSyntaxError(what, offset);
  }

  #expression(strength: number): YaqlNode {
    if (++this.#depth > maxExpressionDepth) {
      throw new LanguageSyntaxError(
        `the expression nests deeper than ${maxExpressionDepth} levels`,
        this.#current.offset,
      );
    }
    let left = this.#prefix();
    for (let more = true; more;) {
      const longer =
        this.#isSymbol('[') && indexStrength >= strength ? this.#index(left) : this.#binary(left, strength);
      more = longer !== undefined;
      left = longer ?? left;
    }
    this.#depth--;
    return left;
  }

  #binary(left: YaqlNode, strength: number): YaqlNode | undefined {
    const operator = this.#binaryOperator();
    if (operator === undefined || binaryStrength[operator] < strength) return undefined;
    this.#next();
    const isRightAssociative = operator === '->';
    const right = this.#expression(binaryStrength[operator] + (isRightAssociative ? 0 : 1));
    return { kind: 'binary', operator, left, right };
  }

  #binaryOperator(): BinaryOperator | undefined {
    const { kind, text } = this.#current;
    const isOperator = (kind === 'symbol' || kind === 'word') && Object.hasOwn(binaryStrength, text);
    return isOperator ? (text as BinaryOperator) : undefined;
  }

  #index(target: YaqlNode): YaqlNode {
    this.#next();
    return { kind: 'index', target, args: this.#arguments(']') };
  }

  #prefix(): YaqlNode {
    const token = this.#next();
    switch (token.kind) {
      case 'number':
        return { kind: 'constant', value: token.value! };
      case 'text':
        return { kind: 'constant', value: token.text };
      case 'variable':
        return { kind: 'variable', name: token.text };
      case 'call':
        return this.#call(token.text);
      case 'word':
        return this.#word(token);
      case 'symbol':
        return this.#bracketOrUnary(token);
      case 'end':
        this.#position--;
        throw this.#unexpected();
    }
  }

  #call(name: string): CallNode {
    return { kind: 'call', name, args: this.#arguments(')') };
  }

  #word({ text }: Token): YaqlNode {
    const constant = constants.get(text);
    if (constant !== undefined) return { kind: 'constant', value: constant };
    if (text === 'not') return this.#unary('not');
    if (!Object.hasOwn(binaryStrength, text)) return { kind: 'word', name: text };
    this.#position--;
    throw this.#unexpected();
  }

  #unary(operator: UnaryOperator): YaqlNode {
    return { kind: 'unary', operator, operand: this.#expression(unaryStrength[operator]) };
  }

  #bracketOrUnary({ text }: Token): YaqlNode {
    if (text === '-' || text === '+') return this.#unary(text);
    if (text === '[') return { kind: 'list', args: this.#arguments(']') };
    if (text === '{') return { kind: 'map', args: this.#arguments('}') };
    if (text === '(') return this.#parentheses();
    this.#position--;
    throw this.#unexpected();
  }

  #parentheses(): YaqlNode {
    const inner = this.#expression(0);
    if (!this.#isSymbol(')')) throw this.#unexpected();
    this.#next();
    return { kind: 'wrap', inner };
  }

  /**
   * Arguments up to the closing bracket: positional ones, some of them omitted, then `name => value` ones.
   */
  #arguments(close: string): readonly ArgumentNode[] {
    const args: ArgumentNode[] = [];
    if (this.#isSymbol(close)) {
      this.#next();
      return args;
    }
    for (;;) {
      const argument = this.#argument(close);
      const previous = args.at(-1);
      if (previous?.kind === 'rule' && argument.kind !== 'rule') throw this.#unexpected();
      args.push(argument);
      if (this.#isSymbol(close)) break;
      if (!this.#isSymbol(',')) throw this.#unexpected();
      this.#next();
    }
    this.#next();
    return args;
  }

  #argument(close: string): ArgumentNode {
    if (this.#isSymbol(',')) return { kind: 'absent' };
    if (this.#isSymbol(close)) throw this.#unexpected();
    const value = this.#expression(0);
    if (!this.#isSymbol('=>')) return value;
    this.#next();
    return { kind: 'rule', source: value, destination: this.#expression(0) };
  }
}
