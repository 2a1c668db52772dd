import type { HostFunctions } from '../yaql/evaluator.ts';
import { truth as truthOf } from '../yaql/python/compare.ts';
import { EvaluationError } from '../yaql/python/errors.ts';
import type { Meter } from '../yaql/python/limits.ts';
import { Dict, isMapping, mapEntries } from '../yaql/python/mapping.ts';
import { toJson } from '../yaql/python/result.ts';
import { joinTexts } from '../yaql/python/strings.ts';
import { Callable, tuple, type Value, pythonTypeName } from '../yaql/python/values.ts';
import type { Arguments, Expression } from './ast.ts';
import { attribute, item, slice } from './attributes.ts';
import { filters } from './filters.ts';
import { globals } from './globals.ts';
import { callNative, type JinjaEnvironment, listOf, type Native, strOf } from './native.ts';
import { calculate, compare, signed } from './operators.ts';
import { predicates } from './predicates.ts';
import { Blank, defined, Undefined } from './undefined.ts';

/** The variables of a block; others are looked up in the enclosing blocks. */
export class Frame {
  readonly #parent: Frame | undefined;
  readonly #variables = new Map<string, Value>();

  constructor(parent?: Frame) {
    this.#parent = parent;
  }

  get(name: string): Value | undefined {
    const value = this.#variables.get(name);
    return value === undefined ? this.#parent?.get(name) : value;
  }

  set(name: string, value: Value): void {
    this.#variables.set(name, value);
  }
}

/** The truth of a value. @throws EvaluationError for an undefined one. */
export function definedTruth(value: Value): boolean {
  return value instanceof Blank ? false : truthOf(defined(value));
}

type Operation = Extract<
  Expression,
  { kind: 'sign' | 'not' | 'and' | 'or' | 'arithmetic' | 'compare' | 'choice' }
>;

const operations: ReadonlySet<string> = new Set<Operation['kind']>([
  'sign',
  'not',
  'and',
  'or',
  'arithmetic',
  'compare',
  'choice',
]);

function isOperation(node: Expression): node is Operation {
  return operations.has(node.kind);
}

type Bound = readonly [readonly Value[], ReadonlyMap<string, Value>];

/** Evaluates expressions in a frame. */
export class JinjaEvaluator implements JinjaEnvironment {
  readonly meter: Meter;
  readonly now: string | undefined;
  readonly #hostFunctions: HostFunctions;

  constructor(meter: Meter, hostFunctions: HostFunctions, now: string | undefined) {
    this.meter = meter;
    this.now = now;
    this.#hostFunctions = hostFunctions;
  }

  evaluate(node: Expression, frame: Frame): Value {
    this.meter.step();
    if (node.kind === 'constant') return node.value;
    if (node.kind === 'name') return this.#name(node.name, frame);
    this.meter.enter();
    try {
      return this.#compound(node, frame);
    } finally {
      this.meter.leave();
    }
  }

  #compound(node: Exclude<Expression, { kind: 'constant' | 'name' }>, frame: Frame): Value {
    const value = (inner: Expression): Value => this.evaluate(inner, frame);
    if (isOperation(node)) return this.#operation(node, value);
    switch (node.kind) {
      case 'attribute':
        return attribute(value(node.target), node.name, this);
      case 'item':
        return item(value(node.target), value(node.key), this);
      case 'call':
        return this.#call(value(node.callee), node.args, frame);
      case 'filter':
        return this.filter(
          node,
          frame,
          node.target === undefined ? new Undefined('no value') : value(node.target),
        );
      case 'test': {
        const [args, named] = this.#arguments(node.args, frame);
        return this.applyTest(node.name, [value(node.target), ...args], named);
      }
      case 'list':
        return this.#made(node.items.map(value));
      case 'tuple':
        return this.#made(tuple(node.items.map(value)));
      case 'dict':
        return new Dict(
          this.meter,
          node.entries.map(([key, each]) => [value(key), value(each)] as const),
        );
      case 'slice':
        return slice(
          value(node.target),
          {
            start: node.start === undefined ? null : value(node.start),
            stop: node.stop === undefined ? null : value(node.stop),
            step: node.step === undefined ? null : value(node.step),
          },
          this,
        );
      case 'concat':
        return joinTexts(
          node.parts.map((part) => strOf(value(part), this)),
          '',
          this.meter,
        );
    }
  }

  #operation(node: Operation, value: (inner: Expression) => Value): Value {
    switch (node.kind) {
      case 'sign':
        return signed(node.sign, value(node.operand));
      case 'not':
        return !definedTruth(value(node.operand));
      case 'and': {
        const left = value(node.left);
        return definedTruth(left) ? value(node.right) : left;
      }
      case 'or': {
        const left = value(node.left);
        return definedTruth(left) ? left : value(node.right);
      }
      case 'arithmetic':
        return calculate(node.sign, value(node.left), value(node.right), this.meter);
      case 'compare':
        return this.#comparison(node, value);
      case 'choice':
        if (definedTruth(value(node.condition))) return value(node.chosen);
        return node.otherwise === undefined ? new Blank() : value(node.otherwise);
    }
  }

  /** `a < b < c` compares adjacent operands, and stops at the first comparison that is false. */
  #comparison(
    { first, rest }: Extract<Expression, { kind: 'compare' }>,
    value: (inner: Expression) => Value,
  ): boolean {
    let left = value(first);
    for (const [sign, node] of rest) {
      const right = value(node);
      if (!compare(sign, left, right, this.meter)) return false;
      left = right;
    }
    return true;
  }

  #made(items: readonly Value[]): readonly Value[] {
    this.meter.collect(items.length);
    return items;
  }

  #name(name: string, frame: Frame): Value {
    const value = frame.get(name);
    if (value !== undefined) return value;
    if (Object.hasOwn(this.#hostFunctions, name)) return this.#hostCallable(name);
    const found = globals.get(name);
    if (found === undefined) return new Undefined(`'${name}' is undefined`);
    return new Callable((args, named) => callNative(name, found, this, args, named));
  }

  #hostCallable(name: string): Callable {
    return new Callable((args, named) => {
      const byName = [...named].map(([key, value]) => [key, toJson(defined(value), this.meter)] as const);
      const json = args.map((value) => toJson(defined(value), this.meter));
      try {
        return this.#hostFunctions[name]!(json, Object.fromEntries(byName));
      } catch (error) {
        throw new EvaluationError(`${name}(): ${error instanceof Error ? error.message : String(error)}`);
      }
    });
  }

  #call(callee: Value, nodes: Arguments, frame: Frame): Value {
    defined(callee);
    if (!(callee instanceof Callable))
      throw new EvaluationError(`'${pythonTypeName(callee)}' object is not callable`);
    return callee.call(...this.#arguments(nodes, frame));
  }

  #arguments(nodes: Arguments, frame: Frame): Bound {
    const { positional, named, spread, spreadNamed } = nodes;
    const args = positional.map((node) => this.evaluate(node, frame));
    if (spread !== undefined) args.push(...listOf(this.evaluate(spread, frame), this));
    const byName = new Map(named.map(([key, node]) => [key, this.evaluate(node, frame)]));
    if (spreadNamed !== undefined) this.#addNamed(byName, this.evaluate(spreadNamed, frame));
    return [args, byName];
  }

  #addNamed(named: Map<string, Value>, value: Value): void {
    if (!isMapping(value)) throw new EvaluationError('after ** stands a dict');
    for (const [key, each] of mapEntries(value, this.meter)) named.set(strOf(key, this), each);
  }

  /** Applies one filter of a chain to the value before it. */
  filter(node: Extract<Expression, { kind: 'filter' }>, frame: Frame, value: Value): Value {
    const [args, named] = this.#arguments(node.args, frame);
    return this.applyFilter(node.name, [value, ...args], named);
  }

  applyFilter(name: string, args: readonly Value[], named: ReadonlyMap<string, Value>): Value {
    return this.#native(filters.get(name), 'filter', name, args, named);
  }

  applyTest(name: string, args: readonly Value[], named: ReadonlyMap<string, Value>): boolean {
    return this.#native(predicates.get(name), 'test', name, args, named) === true;
  }

  #native(
    found: Native | undefined,
    kind: 'filter' | 'test',
    name: string,
    args: readonly Value[],
    named: ReadonlyMap<string, Value>,
  ): Value {
    if (found === undefined) throw new EvaluationError(`No ${kind} named '${name}'.`);
    return this.meter.nested(() => callNative(name, found, this, args, named));
  }
}
