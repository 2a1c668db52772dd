/**
 * Declares YAQL functions and resolves calls to their overloads.
 *
 * A name has several overloads; the first whose parameters accept the arguments is called, so more specific
 * ones are declared first. An argument is evaluated at most once and only when a parameter needs its value:
 * lambdas and rules of `switch` receive the expression itself. A call may be a function, `len($.x)`, or a
 * method, `$.x.len()`; in a method the receiver is the first argument.
 */
import type { ArgumentNode, YaqlNode } from './ast.ts';
import { itemsOf } from './python/compare.ts';
import type { Meter } from './python/limits.ts';
import { isMapping, type Mapping } from './python/mapping.ts';
import { isInt, isNumber, type PyNumber } from './python/numbers.ts';
import { Pattern } from './python/regex.ts';
import { PySet } from './python/sets.ts';
import { Moment, Span } from './python/time.ts';
import { isList, type Value } from './python/values.ts';
import type { Scope } from './scope.ts';

/** What the evaluator provides to the library. */
export interface YaqlEnvironment {
  readonly meter: Meter;
  /** ISO 8601 text that `now()` reads. */
  readonly now: string | undefined;
  evaluate(node: YaqlNode, scope: Scope): Value;
  /** Calls a function by its name, as the `call` function does. */
  callByName(name: string, args: readonly Value[], named: ReadonlyMap<string, Value>, scope: Scope): Value;
}

export interface Call {
  readonly environment: YaqlEnvironment;
  readonly meter: Meter;
  /** A new child of the scope of the call, which `let` and `with` fill and return. */
  readonly scope: Scope;
  /** Named arguments that match no parameter; only for definitions that accept any. */
  readonly named: ReadonlyMap<string, Value>;
}

/** An argument that is evaluated when its value is first read. */
export class Argument {
  readonly node: ArgumentNode | undefined;
  readonly #scope: Scope;
  readonly #environment: YaqlEnvironment;
  #value: Value | undefined;

  constructor(node: ArgumentNode | undefined, scope: Scope, environment: YaqlEnvironment, value?: Value) {
    this.node = node;
    this.#scope = scope;
    this.#environment = environment;
    this.#value = value;
  }

  get meter(): Meter {
    return this.#environment.meter;
  }

  get isExpression(): boolean {
    return this.node?.kind !== 'rule';
  }

  get value(): Value {
    if (this.#value === undefined) this.#value = this.evaluateIn(this.#scope);
    return this.#value;
  }

  evaluateIn(scope: Scope): Value {
    const node = this.node;
    if (node === undefined) return this.#value ?? null;
    if (node.kind === 'absent' || node.kind === 'rule') return null;
    return this.#environment.evaluate(node, scope);
  }

  /** Evaluates the expression with `$1`, `$2`... */
  callWith(args: readonly Value[]): Value {
    return this.evaluateIn(this.#scope.child(...args));
  }

  evaluateNode(node: YaqlNode): Value {
    return this.#environment.evaluate(node, this.#scope);
  }
}

export const refused: unique symbol = Symbol('refused');

export interface Parameter<T> {
  readonly name: string;
  readonly take: (argument: Argument) => T | typeof refused;
  readonly isRest?: boolean;
  readonly takesRules?: boolean;
  /** The value of an omitted argument; without it the argument is required. */
  readonly fallback?: { readonly value: T };
}

export interface FunctionDefinition {
  readonly name: string;
  readonly kind: 'function' | 'method' | 'both';
  readonly parameters: readonly Parameter<unknown>[];
  readonly takesAnyNamed: boolean;
  readonly run: (call: Call, args: readonly unknown[]) => Value;
}

type Taken<P extends readonly Parameter<unknown>[]> = {
  -readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never;
};

type Run<P extends readonly Parameter<unknown>[]> = (call: Call, ...args: Taken<P>) => Value;

function definition<const P extends readonly Parameter<unknown>[]>(
  kind: FunctionDefinition['kind'],
  name: string,
  parameters: P,
  run: Run<P>,
  takesAnyNamed = false,
): FunctionDefinition {
  return { kind, name, parameters, takesAnyNamed, run: (call, args) => run(call, ...(args as Taken<P>)) };
}

export function fn<const P extends readonly Parameter<unknown>[]>(
  name: string,
  parameters: P,
  run: Run<P>,
): FunctionDefinition {
  return definition('function', name, parameters, run);
}

export function method<const P extends readonly Parameter<unknown>[]>(
  name: string,
  parameters: P,
  run: Run<P>,
): FunctionDefinition {
  return definition('method', name, parameters, run);
}

/** Both a function and a method. */
export function extension<const P extends readonly Parameter<unknown>[]>(
  name: string,
  parameters: P,
  run: Run<P>,
): FunctionDefinition {
  return definition('both', name, parameters, run);
}

/** Accepts named arguments of any name, available in `call.named`. */
export function withNamed(definition: FunctionDefinition): FunctionDefinition {
  return { ...definition, takesAnyNamed: true };
}

function parameter<T>(name: string, convert: (value: Value) => T | typeof refused): Parameter<T> {
  return { name, take: (argument) => (argument.isExpression ? convert(argument.value) : refused) };
}

function when<T extends Value>(name: string, test: (value: Value) => value is T): Parameter<T> {
  return parameter(name, (value) => (test(value) ? value : refused));
}

export const any = (name: string): Parameter<Value> => parameter(name, (value) => value);

export const text = (name: string): Parameter<string> => when(name, (value) => typeof value === 'string');

export const textOrNull = (name: string): Parameter<string | null> =>
  when(name, (value) => typeof value === 'string' || value === null);

/** An int; True and False are ints in Python. */
export const integer = (name: string): Parameter<number> =>
  parameter(name, (value) => (typeof value === 'boolean' ? Number(value) : isInt(value) ? value : refused));

export const number = (name: string): Parameter<PyNumber> => when(name, isNumber);

export const flag = (name: string): Parameter<boolean> => when(name, (value) => typeof value === 'boolean');

export const sequence = (name: string): Parameter<readonly Value[]> => when(name, isList);

export const mapping = (name: string): Parameter<Mapping> => when(name, isMapping);

export const set = (name: string): Parameter<PySet> => when(name, (value) => value instanceof PySet);

export const pattern = (name: string): Parameter<Pattern> => when(name, (value) => value instanceof Pattern);

export const moment = (name: string): Parameter<Moment> => when(name, (value) => value instanceof Moment);

export const span = (name: string): Parameter<Span> => when(name, (value) => value instanceof Span);

/**
 * A list, set or stream; neither a text nor a dict. Its iteration by native code is charged here,
 * approximately.
 */
export const iterable = (name: string): Parameter<Iterable<Value>> => ({
  name,
  take: (argument) => {
    if (!argument.isExpression) return refused;
    const items = itemsOf(argument.value);
    if (isList(argument.value)) argument.meter.step(argument.value.length >> 6);
    if (items instanceof PySet) argument.meter.step(items.size >> 6);
    return items ?? refused;
  },
});

export interface Lambda {
  (...args: readonly Value[]): Value;
  readonly within: (scope: Scope) => Value;
}

/** The expression itself, called with `$1`, `$2`... or evaluated within a scope. */
export const lambda = (name: string): Parameter<Lambda> => ({
  name,
  take: (argument) => {
    if (!argument.isExpression) return refused;
    const call = (...args: readonly Value[]): Value => argument.callWith(args);
    return Object.assign(call, { within: (scope: Scope) => argument.evaluateIn(scope) });
  },
});

export interface Rule {
  readonly source: () => Value;
  readonly destination: () => Value;
}

/** `source => destination`, both evaluated lazily. */
export const rule = (name: string): Parameter<Rule> => ({
  name,
  takesRules: true,
  take: (argument) => {
    const node = argument.node;
    if (node?.kind !== 'rule') return refused;
    return {
      source: () => argument.evaluateNode(node.source),
      destination: () => argument.evaluateNode(node.destination),
    };
  },
});

/** All further arguments. */
export function rest<T>(each: Parameter<T>): Parameter<readonly T[]> {
  return { ...each, isRest: true } as Parameter<unknown> as Parameter<readonly T[]>;
}

export function optional<T>(each: Parameter<T>): Parameter<T | undefined>;
export function optional<T, F>(each: Parameter<T>, fallback: F): Parameter<T | F>;
export function optional<T>(each: Parameter<T>, fallback?: unknown): Parameter<unknown> {
  return { ...each, fallback: { value: fallback } };
}

/** The values for the parameters of a definition, or undefined if they do not accept these arguments. */
export function bind(
  definition: FunctionDefinition,
  args: readonly Argument[],
  named: ReadonlyMap<string, Argument>,
): readonly unknown[] | undefined {
  const unused = new Set(named.keys());
  const values: unknown[] = [];
  let position = 0;
  for (const parameter of definition.parameters) {
    const value =
      parameter.isRest === true
        ? bindRest(parameter, args.slice(position))
        : bindOne(parameter, args[position], named, unused);
    if (value === refused) return undefined;
    values.push(value);
    position = parameter.isRest === true ? args.length : position + 1;
  }
  const isComplete = position >= args.length && (unused.size === 0 || definition.takesAnyNamed);
  return isComplete ? values : undefined;
}

function bindOne(
  parameter: Parameter<unknown>,
  positional: Argument | undefined,
  named: ReadonlyMap<string, Argument>,
  unused: Set<string>,
): unknown {
  const byName = named.get(parameter.name);
  const isGiven = positional !== undefined && positional.node?.kind !== 'absent';
  if (isGiven && byName !== undefined) return refused;
  const argument = isGiven ? positional : byName;
  if (argument === undefined) return parameter.fallback === undefined ? refused : parameter.fallback.value;
  unused.delete(parameter.name);
  return parameter.take(argument);
}

function bindRest(parameter: Parameter<unknown>, args: readonly Argument[]): unknown {
  const values = args.map((argument) => parameter.take(argument));
  return values.includes(refused) ? refused : values;
}
