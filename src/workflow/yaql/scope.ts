import type { Callable } from './python/values.ts';
import { PyObject, type Value } from './python/values.ts';

/**
 * The variables and functions visible in a part of an expression. A scope is also a value: `let(x => 1)`
 * returns one, and `->` evaluates its right side in it. `$` is `$1`; an unset variable is null.
 */
export class Scope extends PyObject {
  readonly typeName = 'context';
  readonly #parent: Scope | undefined;
  readonly #variables = new Map<string, Value>();
  #functions: Map<string, Callable> | undefined;

  constructor(parent?: Scope) {
    super();
    this.#parent = parent;
  }

  /** A child in which the arguments are `$1`, `$2`... */
  child(...args: readonly Value[]): Scope {
    const scope = new Scope(this);
    for (const [index, value] of args.entries()) scope.set(String(index + 1), value);
    return scope;
  }

  get(name: string): Value {
    const value = this.#find(variableKey(name));
    return value === undefined ? null : value;
  }

  #find(key: string): Value | undefined {
    const value = this.#variables.get(key);
    return value === undefined ? this.#outer(key) : value;
  }

  #outer(key: string): Value | undefined {
    return this.#parent === undefined ? undefined : this.#parent.#find(key);
  }

  set(name: string, value: Value): void {
    this.#variables.set(variableKey(name), value);
  }

  findFunction(name: string): Callable | undefined {
    return this.#functions?.get(name) ?? this.#parent?.findFunction(name);
  }

  define(name: string, callable: Callable): void {
    this.#functions ??= new Map();
    this.#functions.set(name, callable);
  }
}

function variableKey(name: string): string {
  const bare = name.startsWith('$') ? name.slice(1) : name;
  return bare === '' ? '1' : bare;
}
