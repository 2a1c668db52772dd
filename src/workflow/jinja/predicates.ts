/** The tests of Jinja: the names allowed after `is`. */
import { itemsOf } from '../yaql/python/compare.ts';
import { isMapping } from '../yaql/python/mapping.ts';
import { isFloat, isInt, isNumber } from '../yaql/python/numbers.ts';
import { isLower, isUpper } from '../yaql/python/strings.ts';
import { Callable, isList, type Value } from '../yaql/python/values.ts';
import type { ComparisonSign } from './ast.ts';
import { filters } from './filters.ts';
import { asInt, asNumber, type JinjaEnvironment, type Native, native, strOf } from './native.ts';
import { compare } from './operators.ts';
import { Undefined } from './undefined.ts';

function of(test: (value: Value, environment: JinjaEnvironment) => boolean): Native {
  return native(['value'], (environment, [value = null]) => test(value, environment));
}

function comparing(sign: ComparisonSign): Native {
  return native(['value', 'other'], ({ meter }, [value = null, other = null]) =>
    compare(sign, value, other, meter),
  );
}

/** Equality by identity: the same constant, or the very same object. */
function isSame(left: Value, right: Value): boolean {
  if (typeof left === 'object' && left !== null) return left === right;
  return typeof left === typeof right && left === right;
}

export const predicates: ReadonlyMap<string, Native> = new Map([
  ['defined', of((value) => !(value instanceof Undefined))],
  ['undefined', of((value) => value instanceof Undefined)],
  ['none', of((value) => value === null)],
  ['boolean', of((value) => typeof value === 'boolean')],
  ['true', of((value) => value === true)],
  ['false', of((value) => value === false)],
  ['integer', of((value) => isInt(value))],
  ['float', of((value) => isFloat(value))],
  ['number', of((value) => isNumber(value) || typeof value === 'boolean')],
  ['string', of((value) => typeof value === 'string')],
  ['mapping', of((value) => isMapping(value))],
  ['sequence', of((value) => isList(value) || typeof value === 'string' || isMapping(value))],
  ['iterable', of((value) => itemsOf(value) !== undefined || typeof value === 'string' || isMapping(value))],
  ['callable', of((value) => value instanceof Callable)],
  ['escaped', of(() => false)],
  ['even', of((value) => Math.abs(asNumber(value, 'the value')) % 2 === 0)],
  ['odd', of((value) => Math.abs(asNumber(value, 'the value')) % 2 === 1)],
  [
    'divisibleby',
    native(['value', 'num'], (_environment, [value = null, divisor = null]) => {
      const by = asInt(divisor, 'num');
      return by !== 0 && asNumber(value, 'the value') % by === 0;
    }),
  ],
  ['lower', of((value, environment) => isLower(strOf(value, environment), environment.meter))],
  ['upper', of((value, environment) => isUpper(strOf(value, environment), environment.meter))],
  [
    'sameas',
    native(['value', 'other'], (_environment, [value = null, other = null]) => isSame(value, other)),
  ],
  ['in', comparing('in')],
  ...(['eq', 'equalto', '=='] as const).map((name) => [name, comparing('==')] as const),
  ...(['ne', '!='] as const).map((name) => [name, comparing('!=')] as const),
  ...(['lt', 'lessthan', '<'] as const).map((name) => [name, comparing('<')] as const),
  ...(['le', '<='] as const).map((name) => [name, comparing('<=')] as const),
  ...(['gt', 'greaterthan', '>'] as const).map((name) => [name, comparing('>')] as const),
  ...(['ge', '>='] as const).map((name) => [name, comparing('>=')] as const),
  ['filter', of((value) => typeof value === 'string' && filters.has(value))],
  ['test', of((value) => typeof value === 'string' && predicates.has(value))],
]);
