import { equal } from '../yaql/python/compare.ts';
import { EvaluationError } from '../yaql/python/errors.ts';
import type { Meter } from '../yaql/python/limits.ts';
import { Callable, type Value } from '../yaql/python/values.ts';
import { Attributed } from './attributes.ts';

/** The variable `loop` inside a `for`. */
export class Loop extends Attributed {
  readonly typeName = 'LoopContext';
  readonly #items: readonly Value[];
  readonly #meter: Meter;
  #index = 0;
  #changed: readonly Value[] | undefined;

  constructor(items: readonly Value[], meter: Meter) {
    super();
    this.#items = items;
    this.#meter = meter;
  }

  advance(): void {
    this.#index++;
  }

  attribute(name: string): Value | undefined {
    const length = this.#items.length;
    switch (name) {
      case 'index':
        return this.#index + 1;
      case 'index0':
        return this.#index;
      case 'revindex':
        return length - this.#index;
      case 'revindex0':
        return length - this.#index - 1;
      case 'first':
        return this.#index === 0;
      case 'last':
        return this.#index === length - 1;
      case 'length':
        return length;
      case 'previtem':
        return this.#items[this.#index - 1];
      case 'nextitem':
        return this.#items[this.#index + 1];
      case 'cycle':
        return new Callable((args) => this.#cycle(args));
      case 'changed':
        return new Callable((args) => this.#hasChanged(args));
      default:
        return undefined;
    }
  }

  #cycle(args: readonly Value[]): Value {
    const value = args[this.#index % args.length];
    if (value === undefined) throw new EvaluationError('no items for cycling given');
    return value;
  }

  #hasChanged(args: readonly Value[]): boolean {
    if (this.#changed !== undefined && equal(this.#changed, args, this.#meter)) return false;
    this.#changed = args;
    return true;
  }
}
