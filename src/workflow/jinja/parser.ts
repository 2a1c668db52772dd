import { LanguageSyntaxError } from '../yaql/python/errors.ts';
import { maxExpressionLength } from '../yaql/python/limits.ts';
import type { Body, Expression, Statement, Target } from './ast.ts';
import { ExpressionParser } from './expression-parser.ts';
import { tokenize } from './lexer.ts';
import { TokenStream } from './token-stream.ts';

/**
 * The statements of a template.
 * @throws LanguageSyntaxError
 */
export function parseTemplate(source: string): Body {
  if (source.length > maxExpressionLength) {
    throw new LanguageSyntaxError(`the template is longer than ${maxExpressionLength} characters`);
  }
  const stream = new TokenStream(tokenize(source));
  const body = new TemplateParser(stream).body([]);
  if (!stream.is('end')) throw stream.unexpected();
  return body;
}

class TemplateParser {
  readonly #stream: TokenStream;
  readonly #expressions: ExpressionParser;

  constructor(stream: TokenStream) {
    this.#stream = stream;
    this.#expressions = new ExpressionParser(stream);
  }

  /** Statements up to a block that begins with one of the words; its `{%` is consumed, the word is not. */
  body(ends: readonly string[]): Body {
    return this.#stream.nested(() => this.#statements(ends));
  }

  #statements(ends: readonly string[]): Body {
    const stream = this.#stream;
    const statements: Statement[] = [];
    while (!stream.is('end')) {
      if (stream.is('data')) statements.push({ kind: 'text', text: stream.next().text });
      else if (stream.is('variable_begin')) statements.push(this.#output());
      else {
        stream.expect('block_begin');
        if (stream.isWord(...ends)) return statements;
        statements.push(...this.#statement());
      }
    }
    if (ends.length > 0) throw stream.unexpected(`expected {% ${ends.join(' %} or {% ')} %}`);
    return statements;
  }

  #output(): Statement {
    this.#stream.next();
    const value = this.#expressions.tuple(() => this.#stream.is('variable_end'));
    this.#stream.expect('variable_end');
    return { kind: 'output', value };
  }

  #statement(): readonly Statement[] {
    const { text: name, offset } = this.#stream.expect('name');
    switch (name) {
      case 'if':
        return [this.#if()];
      case 'for':
        return [this.#for()];
      case 'set':
        return [this.#set()];
      case 'with':
        return [this.#with()];
      case 'filter':
        return [this.#filterBlock()];
      case 'macro':
        return [this.#macro()];
      case 'block':
        this.#stream.expect('name');
        return this.#blockBody('endblock');
      default:
        throw new LanguageSyntaxError(`unknown or unsupported block {% ${name} %}`, offset);
    }
  }

  #endBlock(): void {
    this.#stream.expect('block_end');
  }

  /** The body of a block, from the end of its opening tag to the end of its closing one. */
  #blockBody(end: string): Body {
    this.#endBlock();
    const body = this.body([end]);
    this.#stream.next();
    if (end === 'endblock' || end === 'endmacro') this.#skipRepeatedName();
    this.#endBlock();
    return body;
  }

  #skipRepeatedName(): void {
    if (this.#stream.is('name')) this.#stream.next();
  }

  #if(): Statement {
    const branches: (readonly [Expression, Body])[] = [];
    let otherwise: Body = [];
    for (let word = 'if'; word !== 'endif';) {
      const condition =
        word === 'else' ? undefined : this.#expressions.tuple(() => this.#stream.is('block_end'));
      this.#endBlock();
      const body = this.body(condition === undefined ? ['endif'] : ['elif', 'else', 'endif']);
      if (condition === undefined) otherwise = body;
      else branches.push([condition, body]);
      word = this.#stream.next().text;
    }
    this.#endBlock();
    return { kind: 'if', branches, otherwise };
  }

  #for(): Statement {
    const target = this.#target('in');
    this.#stream.expect('name', 'in');
    const items = this.#loopItems();
    const condition = this.#stream.skipWord('if') ? this.#expressions.expression() : undefined;
    if (this.#stream.isWord('recursive')) throw this.#stream.unexpected('recursive loops are not supported');
    this.#endBlock();
    const body = this.body(['endfor', 'else']);
    const otherwise = this.#stream.next().text === 'else' ? this.#elseBody() : [];
    this.#endBlock();
    return { kind: 'for', target, items, condition, body, otherwise };
  }

  /** The iterable ends before `if`, which is a filter here, not a conditional expression. */
  #loopItems(): Expression {
    const items = [this.#expressions.disjunction()];
    while (this.#stream.skipOperator(',')) items.push(this.#expressions.disjunction());
    return items.length === 1 ? items[0]! : { kind: 'tuple', items };
  }

  #elseBody(): Body {
    this.#endBlock();
    const body = this.body(['endfor']);
    this.#stream.next();
    return body;
  }

  #target(end?: string): Target {
    const targets = [this.#singleTarget()];
    if (!this.#stream.isOperator(',')) return targets[0]!;
    while (this.#stream.skipOperator(',')) {
      if (end !== undefined && this.#stream.isWord(end)) break;
      targets.push(this.#singleTarget());
    }
    return { kind: 'names', targets };
  }

  #singleTarget(): Target {
    if (this.#stream.skipOperator('(')) {
      const target = this.#stream.nested(() => this.#target());
      this.#stream.expect('operator', ')');
      return target;
    }
    const { text: name, offset } = this.#stream.expect('name');
    if (/^(?:true|false|none)$/i.test(name))
      throw new LanguageSyntaxError(`cannot assign to ${name}`, offset);
    if (!this.#stream.skipOperator('.')) return { kind: 'name', name };
    return { kind: 'member', namespace: name, name: this.#stream.expect('name').text };
  }

  #set(): Statement {
    const target = this.#target();
    if (this.#stream.skipOperator('=')) {
      const value = this.#expressions.tuple(() => this.#stream.is('block_end'));
      this.#endBlock();
      return { kind: 'set', target, value };
    }
    const filter = this.#stream.isOperator('|') ? this.#expressions.filter(undefined) : undefined;
    return { kind: 'set-block', target, filter, body: this.#blockBody('endset') };
  }

  #with(): Statement {
    const assignments: (readonly [Target, Expression])[] = [];
    while (!this.#stream.is('block_end')) {
      if (assignments.length > 0) this.#stream.expect('operator', ',');
      const target = this.#singleTarget();
      this.#stream.expect('operator', '=');
      assignments.push([target, this.#expressions.expression()]);
    }
    return { kind: 'with', assignments, body: this.#blockBody('endwith') };
  }

  #filterBlock(): Statement {
    const filter = this.#expressions.filter(undefined);
    return { kind: 'filter-block', filter, body: this.#blockBody('endfilter') };
  }

  #macro(): Statement {
    const name = this.#stream.expect('name').text;
    this.#stream.expect('operator', '(');
    const parameters: (readonly [string, Expression | undefined])[] = [];
    while (!this.#stream.skipOperator(')')) {
      if (parameters.length > 0) this.#stream.expect('operator', ',');
      const parameter = this.#stream.expect('name').text;
      const fallback = this.#stream.skipOperator('=') ? this.#expressions.expression() : undefined;
      parameters.push([parameter, fallback]);
    }
    return { kind: 'macro', name, parameters, body: this.#blockBody('endmacro') };
  }
}
