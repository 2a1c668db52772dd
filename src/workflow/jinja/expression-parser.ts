import type { Arguments, ArithmeticSign, ComparisonSign, Expression } from './ast.ts';
import type { TokenStream } from './token-stream.ts';

const constants = new Map<string, boolean | null>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);

const noArguments: Arguments = { positional: [], named: [] };

/**
 * Expressions with Jinja's precedence, loosest first: choice, or, and, not, comparison, sum, ~, product,
 * power.
 */
export class ExpressionParser {
  readonly stream: TokenStream;

  constructor(stream: TokenStream) {
    this.stream = stream;
  }

  expression(): Expression {
    return this.stream.nested(() => this.#choice());
  }

  /** An expression, or several separated by commas: a tuple. */
  tuple(isEnd: () => boolean): Expression {
    const items = [this.expression()];
    if (!this.stream.isOperator(',')) return items[0]!;
    while (this.stream.skipOperator(',')) {
      if (isEnd()) break;
      items.push(this.expression());
    }
    return { kind: 'tuple', items };
  }

  #choice(): Expression {
    let chosen = this.disjunction();
    while (this.stream.skipWord('if')) {
      const condition = this.disjunction();
      const otherwise = this.stream.skipWord('else') ? this.expression() : undefined;
      chosen = { kind: 'choice', condition, chosen, otherwise };
    }
    return chosen;
  }

  /** An expression without `if`, as in `for x in y if z`. */
  disjunction(): Expression {
    let left = this.#conjunction();
    while (this.stream.skipWord('or')) left = { kind: 'or', left, right: this.#conjunction() };
    return left;
  }

  #conjunction(): Expression {
    let left = this.#negation();
    while (this.stream.skipWord('and')) left = { kind: 'and', left, right: this.#negation() };
    return left;
  }

  #negation(): Expression {
    if (!this.stream.skipWord('not')) return this.#comparison();
    return { kind: 'not', operand: this.stream.nested(() => this.#negation()) };
  }

  #comparison(): Expression {
    const first = this.#sum();
    const rest: (readonly [ComparisonSign, Expression])[] = [];
    for (let sign = this.#comparisonSign(); sign !== undefined; sign = this.#comparisonSign()) {
      rest.push([sign, this.#sum()]);
    }
    return rest.length === 0 ? first : { kind: 'compare', first, rest };
  }

  #comparisonSign(): ComparisonSign | undefined {
    const { stream } = this;
    if (stream.skipWord('in')) return 'in';
    if (stream.isWord('not') && stream.following.kind === 'name' && stream.following.text === 'in') {
      stream.next();
      stream.next();
      return 'not in';
    }
    const isSign = stream.is('operator') && /^(?:==|!=|<=?|>=?)$/.test(stream.current.text);
    return isSign ? (stream.next().text as ComparisonSign) : undefined;
  }

  #leftAssociative(signs: readonly ArithmeticSign[], operand: () => Expression): Expression {
    let left = operand();
    for (;;) {
      const sign = signs.find((each) => this.stream.isOperator(each));
      if (sign === undefined) return left;
      this.stream.next();
      left = { kind: 'arithmetic', sign, left, right: operand() };
    }
  }

  #sum(): Expression {
    return this.#leftAssociative(['+', '-'], () => this.#concatenation());
  }

  #concatenation(): Expression {
    const parts = [this.#product()];
    while (this.stream.skipOperator('~')) parts.push(this.#product());
    return parts.length === 1 ? parts[0]! : { kind: 'concat', parts };
  }

  #product(): Expression {
    return this.#leftAssociative(['*', '/', '//', '%'], () => this.#power());
  }

  #power(): Expression {
    return this.#leftAssociative(['**'], () => this.#unary(true));
  }

  #unary(withFilters: boolean): Expression {
    const sign = (['-', '+'] as const).find((each) => this.stream.isOperator(each));
    const operand = sign === undefined ? this.#primary() : this.#signed(sign);
    const postfixed = this.#postfix(operand);
    return withFilters ? this.#filters(postfixed) : postfixed;
  }

  #signed(sign: '+' | '-'): Expression {
    this.stream.next();
    return { kind: 'sign', sign, operand: this.stream.nested(() => this.#unary(false)) };
  }

  #primary(): Expression {
    const { stream } = this;
    const token = stream.current;
    if (token.kind === 'constant') return { kind: 'constant', value: stream.next().value! };
    if (token.kind === 'string') return this.#strings();
    if (token.kind === 'name') return this.#name(stream.next().text);
    if (stream.skipOperator('(')) return this.#parentheses();
    if (stream.skipOperator('[')) return { kind: 'list', items: this.#items(']', () => this.expression()) };
    if (stream.skipOperator('{')) return { kind: 'dict', entries: this.#items('}', () => this.#entry()) };
    throw stream.unexpected();
  }

  #strings(): Expression {
    let value = '';
    while (this.stream.is('string')) value += this.stream.next().text;
    return { kind: 'constant', value };
  }

  #name(name: string): Expression {
    const constant = constants.get(name);
    return constant === undefined ? { kind: 'name', name } : { kind: 'constant', value: constant };
  }

  #parentheses(): Expression {
    if (this.stream.skipOperator(')')) return { kind: 'tuple', items: [] };
    const inner = this.tuple(() => this.stream.isOperator(')'));
    this.stream.expect('operator', ')');
    return inner;
  }

  #items<T>(close: string, item: () => T): readonly T[] {
    const items: T[] = [];
    while (!this.stream.skipOperator(close)) {
      if (items.length > 0) this.stream.expect('operator', ',');
      if (this.stream.skipOperator(close)) break;
      items.push(item());
    }
    return items;
  }

  #entry(): readonly [Expression, Expression] {
    const key = this.expression();
    this.stream.expect('operator', ':');
    return [key, this.expression()];
  }

  #postfix(first: Expression): Expression {
    let target = first;
    for (;;) {
      if (this.stream.skipOperator('.')) target = this.#attribute(target);
      else if (this.stream.skipOperator('[')) target = this.#subscript(target);
      else if (this.stream.isOperator('(')) target = { kind: 'call', callee: target, args: this.arguments() };
      else return target;
    }
  }

  #attribute(target: Expression): Expression {
    const token = this.stream.next();
    if (token.kind === 'name') return { kind: 'attribute', target, name: token.text };
    if (token.kind === 'constant')
      return { kind: 'item', target, key: { kind: 'constant', value: token.value! } };
    throw this.stream.unexpected('expected a name after "."');
  }

  #subscript(target: Expression): Expression {
    const { stream } = this;
    const start = stream.isOperator(':') ? undefined : this.tuple(() => stream.isOperator(']'));
    if (start !== undefined && stream.skipOperator(']')) return { kind: 'item', target, key: start };
    stream.expect('operator', ':');
    const isOmitted = (): boolean => stream.isOperator(':') || stream.isOperator(']');
    const stop = isOmitted() ? undefined : this.expression();
    const step = stream.skipOperator(':') && !isOmitted() ? this.expression() : undefined;
    stream.expect('operator', ']');
    return { kind: 'slice', target, start, stop, step };
  }

  #filters(first: Expression): Expression {
    let target = first;
    for (;;) {
      if (this.stream.isOperator('|')) target = this.filter(target);
      else if (this.stream.skipWord('is')) target = this.#test(target);
      else if (this.stream.isOperator('(')) target = { kind: 'call', callee: target, args: this.arguments() };
      else return target;
    }
  }

  /** `| name(args)`, one or more; a filter block starts without the bar and has no target. */
  filter(target: Expression | undefined): Expression {
    let filtered = target;
    do {
      this.stream.skipOperator('|');
      const name = this.#dottedName();
      const args = this.stream.isOperator('(') ? this.arguments() : noArguments;
      filtered = { kind: 'filter', target: filtered, name, args };
    } while (this.stream.isOperator('|'));
    return filtered;
  }

  #dottedName(): string {
    let name = this.stream.expect('name').text;
    while (this.stream.skipOperator('.')) name += `.${this.stream.expect('name').text}`;
    return name;
  }

  #test(target: Expression): Expression {
    const isNegated = this.stream.skipWord('not');
    const test: Expression = { kind: 'test', target, name: this.#dottedName(), args: this.#testArguments() };
    return isNegated ? { kind: 'not', operand: test } : test;
  }

  /** A test may have one argument without parentheses: `x is divisibleby 3`. */
  #testArguments(): Arguments {
    const { stream } = this;
    if (stream.isOperator('(')) return this.arguments();
    const isOperand =
      ['name', 'string', 'constant'].includes(stream.current.kind) ||
      stream.isOperator('[') ||
      stream.isOperator('{');
    if (!isOperand || stream.isWord('else', 'or', 'and', 'if', 'in', 'not')) return noArguments;
    if (stream.isWord('is')) throw stream.unexpected('tests cannot be chained with "is"');
    return { positional: [this.#postfix(this.#primary())], named: [] };
  }

  arguments(): Arguments {
    this.stream.expect('operator', '(');
    const positional: Expression[] = [];
    const named: (readonly [string, Expression])[] = [];
    const spreads: { spread?: Expression; spreadNamed?: Expression } = {};
    this.#items(')', () => {
      if (this.stream.skipOperator('*')) spreads.spread = this.expression();
      else if (this.stream.skipOperator('**')) spreads.spreadNamed = this.expression();
      else if (this.#isNamedArgument()) named.push(this.#namedArgument());
      else if (named.length > 0 || 'spread' in spreads)
        throw this.stream.unexpected('positional arguments come first');
      else positional.push(this.expression());
    });
    return { positional, named, ...spreads };
  }

  #isNamedArgument(): boolean {
    const { following } = this.stream;
    return this.stream.is('name') && following.kind === 'operator' && following.text === '=';
  }

  #namedArgument(): readonly [string, Expression] {
    const name = this.stream.next().text;
    this.stream.next();
    return [name, this.expression()];
  }
}
