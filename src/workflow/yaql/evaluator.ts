import type { Json } from '../../domain/json.ts';
import type { ArgumentNode, BinaryOperator, CallNode, YaqlNode } from './ast.ts';
import { Argument, bind, type Call, type FunctionDefinition, type YaqlEnvironment } from './function.ts';
import { library } from './library.ts';
import * as operators from './operators.ts';
import { equal, truth } from './python/compare.ts';
import { EvaluationError } from './python/errors.ts';
import type { Meter } from './python/limits.ts';
import { toJson } from './python/result.ts';
import { type Value, pythonTypeName } from './python/values.ts';
import { Scope } from './scope.ts';

/**
 * A function that the host provides: JSON in, JSON out; an error that it throws becomes an EvaluationError.
 */
export type HostFunction = (args: readonly Json[], named: Readonly<Record<string, Json>>) => Json;

export type HostFunctions = Readonly<Record<string, HostFunction>>;

export class YaqlEvaluator implements YaqlEnvironment {
  readonly meter: Meter;
  readonly now: string | undefined;
  readonly #hostFunctions: HostFunctions;

  constructor(meter: Meter, hostFunctions: HostFunctions, now: string | undefined) {
    this.meter = meter;
    this.now = now;
    this.#hostFunctions = hostFunctions;
  }

  evaluate(node: YaqlNode, scope: Scope): Value {
    this.meter.step();
    if (node.kind === 'constant') return node.value;
    if (node.kind === 'word') return node.name;
    if (node.kind === 'variable') return scope.get(node.name);
    return this.#compound(node, scope);
  }

  #compound(node: Exclude<YaqlNode, { kind: 'constant' | 'word' | 'variable' }>, scope: Scope): Value {
    this.meter.enter();
    try {
      switch (node.kind) {
        case 'wrap':
          return this.evaluate(node.inner, scope);
        case 'unary':
          return this.#unary(node.operator, this.evaluate(node.operand, scope));
        case 'binary':
          return this.#chain(node, scope);
        case 'index':
          return this.#index(node.target, node.args, scope);
        case 'list':
          return this.#call('#list', node.args, scope);
        case 'map':
          return this.#call('dict', node.args, scope);
        case 'call':
          return this.#call(node.name, node.args, scope);
      }
    } finally {
      this.meter.leave();
    }
  }

  #unary(operator: '+' | '-' | 'not', value: Value): Value {
    if (operator === 'not') return !truth(value);
    return operator === '-' ? operators.negative(value) : operators.positive(value);
  }

  /**
   * Operators are left-associative, so a long chain is a deep tree: it is evaluated in a loop, not by
   * recursion.
   */
  #chain(node: Extract<YaqlNode, { kind: 'binary' }>, scope: Scope): Value {
    const links = [node];
    let first: YaqlNode = node.left;
    while (first.kind === 'binary') {
      links.push(first);
      first = first.left;
    }
    let value = this.evaluate(first, scope);
    for (const { operator, right } of links.toReversed()) {
      this.meter.step();
      value = this.#apply(operator, value, right, scope);
    }
    return value;
  }

  #apply(operator: BinaryOperator, left: Value, right: YaqlNode, scope: Scope): Value {
    if (!isControl(operator)) return this.#operate(operator, left, this.evaluate(right, scope));
    switch (operator) {
      case '.':
        return this.#member(left, right, scope);
      case '?.':
        return left === null ? null : this.#member(left, right, scope);
      case 'and':
        return truth(left) ? this.evaluate(right, scope) : left;
      case 'or':
        return truth(left) ? left : this.evaluate(right, scope);
      case '->':
        if (left instanceof Scope) return this.evaluate(right, left.child());
        throw new EvaluationError(`"->" takes a context such as let() gives, not a ${pythonTypeName(left)}`);
    }
  }

  #operate(operator: Exclude<BinaryOperator, ControlOperator>, left: Value, right: Value): Value {
    const meter = this.meter;
    switch (operator) {
      case '+':
        return operators.plus(left, right, meter);
      case '-':
        return operators.minus(left, right, meter);
      case '*':
        return operators.multiply(left, right, meter);
      case '/':
        return operators.divide(left, right);
      case 'mod':
        return operators.modulo(left, right);
      case '=':
        return equal(left, right, meter);
      case '!=':
        return !equal(left, right, meter);
      case 'in':
        return operators.isIn(left, right, meter);
      case '=~':
        return operators.matches(left, right, meter);
      case '!~':
        return !operators.matches(left, right, meter);
      case '<':
      case '<=':
      case '>':
      case '>=':
        return operators.compare(operator, left, right, meter);
    }
  }

  #member(receiver: Value, right: YaqlNode, scope: Scope): Value {
    if (right.kind === 'word') return operators.property(receiver, right.name, this.meter);
    if (right.kind === 'call') return this.#callMethod(receiver, right, scope);
    throw new EvaluationError('after "." stands a name or a method call');
  }

  #index(target: YaqlNode, args: readonly ArgumentNode[], scope: Scope): Value {
    const value = this.evaluate(target, scope);
    const keys = args.map((arg) => new Argument(arg, scope, this).value);
    return operators.indexed(value, keys, this.meter);
  }

  #call(name: string, nodes: readonly ArgumentNode[], scope: Scope): Value {
    const defined = scope.findFunction(name);
    const overloads = library.functions.get(name) ?? [];
    const args = nodes.map((node) => new Argument(node, scope, this));
    const takesRules = defined === undefined && !this.#isHostFunction(name) && hasRules(overloads);
    const [positional, named] = takesRules ? [args, noNamed] : this.#separate(args, scope);
    return this.#callFunction(name, positional, named, scope);
  }

  #callFunction(
    name: string,
    positional: readonly Argument[],
    named: ReadonlyMap<string, Argument>,
    scope: Scope,
  ): Value {
    const defined = scope.findFunction(name);
    if (defined !== undefined)
      return defined.call(
        positional.map((arg) => arg.value),
        valuesOf(named),
      );
    if (this.#isHostFunction(name)) return this.#callHost(name, positional, named);
    const overloads = library.functions.get(name);
    if (overloads === undefined) throw new EvaluationError(`Unknown function "${name}"`);
    return this.#run(overloads, name, positional, named, scope);
  }

  #callMethod(receiver: Value, { name, args: nodes }: CallNode, scope: Scope): Value {
    const overloads = library.methods.get(name);
    if (overloads === undefined) {
      throw new EvaluationError(`Unknown method "${name}" for a ${pythonTypeName(receiver)}`);
    }
    const args = nodes.map((node) => new Argument(node, scope, this));
    const [positional, named] = hasRules(overloads) ? [args, noNamed] : this.#separate(args, scope);
    return this.#run(
      overloads,
      name,
      [new Argument(undefined, scope, this, receiver), ...positional],
      named,
      scope,
    );
  }

  #run(
    overloads: readonly FunctionDefinition[],
    name: string,
    positional: readonly Argument[],
    named: ReadonlyMap<string, Argument>,
    scope: Scope,
  ): Value {
    for (const overload of overloads) {
      const values = bind(overload, positional, named);
      if (values === undefined) continue;
      return overload.run(new LibraryCall(this, scope, overload.takesAnyNamed ? named : noNamed), values);
    }
    const types = positional.map((arg) => (arg.isExpression ? pythonTypeName(arg.value) : 'rule')).join(', ');
    throw new EvaluationError(`"${name}" does not take these arguments: (${types})`);
  }

  /** Separates `name => value` arguments from positional ones. */
  #separate(
    args: readonly Argument[],
    scope: Scope,
  ): readonly [readonly Argument[], ReadonlyMap<string, Argument>] {
    const named = new Map<string, Argument>();
    for (const { node } of args) {
      if (node?.kind !== 'rule') continue;
      if (node.source.kind !== 'word')
        throw new EvaluationError('the name of an argument must be a bare word');
      named.set(node.source.name, new Argument(node.destination, scope, this));
    }
    return named.size === 0 ? [args, noNamed] : [args.filter((arg) => arg.isExpression), named];
  }

  callByName(name: string, args: readonly Value[], named: ReadonlyMap<string, Value>, scope: Scope): Value {
    const positional = args.map((value) => new Argument(undefined, scope, this, value));
    const byName = new Map(
      [...named].map(([key, value]) => [key, new Argument(undefined, scope, this, value)]),
    );
    return this.meter.nested(() => this.#callFunction(name, positional, byName, scope));
  }

  #isHostFunction(name: string): boolean {
    return Object.hasOwn(this.#hostFunctions, name);
  }

  #callHost(name: string, positional: readonly Argument[], named: ReadonlyMap<string, Argument>): Value {
    const args = positional.map((arg) => toJson(arg.value, this.meter));
    const byName = [...named].map(([key, arg]) => [key, toJson(arg.value, this.meter)] as const);
    try {
      return this.#hostFunctions[name]!(args, Object.fromEntries(byName));
    } catch (error) {
      if (error instanceof EvaluationError) throw error;
      throw new EvaluationError(`${name}(): ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** Operators that do not simply evaluate both operands. */
type ControlOperator = '.' | '?.' | 'and' | 'or' | '->';

const controlOperators: ReadonlySet<string> = new Set<ControlOperator>(['.', '?.', 'and', 'or', '->']);

function isControl(operator: BinaryOperator): operator is ControlOperator {
  return controlOperators.has(operator);
}

const noNamed: ReadonlyMap<string, Argument> = new Map();

function hasRules(overloads: readonly FunctionDefinition[]): boolean {
  return overloads.some(({ parameters }) => parameters.some((parameter) => parameter.takesRules === true));
}

function valuesOf(named: ReadonlyMap<string, Argument>): ReadonlyMap<string, Value> {
  return new Map([...named].map(([key, arg]) => [key, arg.value]));
}

/** Most functions need neither scope nor names, so both are created on first use. */
class LibraryCall implements Call {
  readonly environment: YaqlEnvironment;
  readonly #outer: Scope;
  readonly #named: ReadonlyMap<string, Argument>;
  #scope: Scope | undefined;

  constructor(environment: YaqlEnvironment, outer: Scope, named: ReadonlyMap<string, Argument>) {
    this.environment = environment;
    this.#outer = outer;
    this.#named = named;
  }

  get meter(): Meter {
    return this.environment.meter;
  }

  get scope(): Scope {
    this.#scope ??= this.#outer.child();
    return this.#scope;
  }

  get named(): ReadonlyMap<string, Value> {
    return valuesOf(this.#named);
  }
}
