import { EvaluationError } from '../yaql/python/errors.ts';
import { Callable, type Value } from '../yaql/python/values.ts';
import type { Body, Expression, ForStatement, MacroStatement, Statement, Target } from './ast.ts';
import { type JinjaEvaluator, Frame, definedTruth } from './evaluator.ts';
import { Namespace } from './globals.ts';
import { Loop } from './loop.ts';
import { iterate, listOf, strOf } from './native.ts';
import { Undefined } from './undefined.ts';

/** Executes the statements of a template and collects the text. */
export class Renderer {
  readonly #evaluator: JinjaEvaluator;

  constructor(evaluator: JinjaEvaluator) {
    this.#evaluator = evaluator;
  }

  render(body: Body, frame: Frame): string {
    const parts: string[] = [];
    this.#body(body, frame, parts);
    return parts.join('');
  }

  #body(body: Body, frame: Frame, parts: string[]): void {
    this.#evaluator.meter.nested(() => {
      for (const statement of body) this.#statement(statement, frame, parts);
    });
  }

  #put(text: string, parts: string[]): void {
    parts.push(this.#evaluator.meter.made(text));
  }

  #statement(statement: Statement, frame: Frame, parts: string[]): void {
    this.#evaluator.meter.step();
    switch (statement.kind) {
      case 'text':
        return this.#put(statement.text, parts);
      case 'output':
        return this.#put(strOf(this.#evaluator.evaluate(statement.value, frame), this.#evaluator), parts);
      case 'if':
        return this.#if(statement, frame, parts);
      case 'for':
        return this.#for(statement, frame, parts);
      case 'set':
        return this.#assign(statement.target, this.#evaluator.evaluate(statement.value, frame), frame);
      case 'set-block':
        return this.#assign(statement.target, this.#filtered(statement.filter, statement.body, frame), frame);
      case 'with':
        return this.#with(statement, frame, parts);
      case 'filter-block':
        return this.#put(
          strOf(this.#filtered(statement.filter, statement.body, frame), this.#evaluator),
          parts,
        );
      case 'macro':
        return frame.set(statement.name, this.#macro(statement, frame));
    }
  }

  #if({ branches, otherwise }: Extract<Statement, { kind: 'if' }>, frame: Frame, parts: string[]): void {
    const chosen = branches.find(([condition]) => definedTruth(this.#evaluator.evaluate(condition, frame)));
    this.#body(chosen?.[1] ?? otherwise, frame, parts);
  }

  #for(statement: ForStatement, frame: Frame, parts: string[]): void {
    const items = this.#loopItems(statement, frame);
    const loop = new Loop(items, this.#evaluator.meter);
    for (const item of items) {
      const inner = new Frame(frame);
      this.#assign(statement.target, item, inner);
      inner.set('loop', loop);
      this.#body(statement.body, inner, parts);
      loop.advance();
    }
    if (items.length === 0) this.#body(statement.otherwise, new Frame(frame), parts);
  }

  #loopItems({ items, target, condition }: ForStatement, frame: Frame): readonly Value[] {
    const all = listOf(this.#evaluator.evaluate(items, frame), this.#evaluator);
    if (condition === undefined) return all;
    return all.filter((item) => {
      const inner = new Frame(frame);
      this.#assign(target, item, inner);
      return definedTruth(this.#evaluator.evaluate(condition, inner));
    });
  }

  #with({ assignments, body }: Extract<Statement, { kind: 'with' }>, frame: Frame, parts: string[]): void {
    const inner = new Frame(frame);
    for (const [target, value] of assignments)
      this.#assign(target, this.#evaluator.evaluate(value, frame), inner);
    this.#body(body, inner, parts);
  }

  #filtered(filter: Expression | undefined, body: Body, frame: Frame): Value {
    const text = this.render(body, new Frame(frame));
    return filter === undefined ? text : this.#applyChain(filter, text, frame);
  }

  #applyChain(filter: Expression, text: string, frame: Frame): Value {
    if (filter.kind !== 'filter') return text;
    const value = filter.target === undefined ? text : this.#applyChain(filter.target, text, frame);
    return this.#evaluator.filter(filter, frame, value);
  }

  #assign(target: Target, value: Value, frame: Frame): void {
    if (target.kind === 'name') return frame.set(target.name, value);
    if (target.kind === 'names') return this.#unpack(target.targets, value, frame);
    const namespace = frame.get(target.namespace);
    if (!(namespace instanceof Namespace)) {
      throw new EvaluationError('cannot assign attribute on non-namespace object');
    }
    namespace.set(target.name, value);
  }

  #unpack(targets: readonly Target[], value: Value, frame: Frame): void {
    const values = [...iterate(value, this.#evaluator)];
    if (values.length !== targets.length) {
      throw new EvaluationError(`cannot unpack ${values.length} values into ${targets.length} names`);
    }
    for (const [index, target] of targets.entries()) this.#assign(target, values[index]!, frame);
  }

  #macro({ name, parameters, body }: MacroStatement, frame: Frame): Callable {
    return new Callable((args, named) => {
      if (args.length > parameters.length) {
        throw new EvaluationError(`macro '${name}' takes at most ${parameters.length} arguments`);
      }
      const inner = new Frame(frame);
      for (const [index, [parameter, fallback]] of parameters.entries()) {
        const given = args[index] ?? named.get(parameter);
        inner.set(
          parameter,
          given === undefined ? this.#parameterDefault(parameter, fallback, inner) : given,
        );
      }
      return this.render(body, inner);
    });
  }

  #parameterDefault(parameter: string, fallback: Expression | undefined, frame: Frame): Value {
    if (fallback === undefined) return new Undefined(`parameter '${parameter}' was not provided`);
    return this.#evaluator.evaluate(fallback, frame);
  }
}
