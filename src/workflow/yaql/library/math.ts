import { any, type FunctionDefinition, fn, integer, number, optional } from '../function.ts';
import { compare } from '../operators.ts';
import { EvaluationError } from '../python/errors.ts';
import { arithmetic, isInt, negate, numberOf, roundTo, toFloat, toInt } from '../python/numbers.ts';
import type { Meter } from '../python/limits.ts';
import type { Value } from '../python/values.ts';

export function greater(left: Value, right: Value, meter: Meter): Value {
  return compare('>', right, left, meter) ? right : left;
}

export function lesser(left: Value, right: Value, meter: Meter): Value {
  return compare('>', right, left, meter) ? left : right;
}

/** JavaScript's own bit operators cut to 32 bits. */
function bits(a: number, b: number, operate: (a: bigint, b: bigint) => bigint): number {
  return toInt(Number(operate(BigInt(a), BigInt(b))));
}

function checkedShift(count: number): number {
  if (count < 0) throw new EvaluationError('negative shift count');
  return Math.min(count, 64);
}

function powerModulo(base: number, exponent: number, modulus: number): number {
  if (modulus === 0) throw new EvaluationError('pow() 3rd argument cannot be 0');
  if (exponent < 0) throw new EvaluationError('pow() with a modulus takes no negative exponent');
  const m = BigInt(modulus);
  let result = 1n;
  let square = BigInt(base) % m;
  for (let rest = BigInt(exponent); rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % m;
    square = (square * square) % m;
  }
  return toInt(Number(((result % m) + m) % m));
}

/**
 * Functions of numbers. There is no random(): the same expression over the same data gives the same value.
 */
export const math: readonly FunctionDefinition[] = [
  fn('abs', [number('op')], (_call, value) => (numberOf(value)! < 0 ? negate(value) : value)),
  fn('sign', [number('num')], (_call, value) => Math.sign(numberOf(value)!) || 0),
  fn('max', [any('a'), any('b')], (call, a, b) => greater(a, b, call.meter)),
  fn('min', [any('a'), any('b')], (call, a, b) => lesser(a, b, call.meter)),
  fn('round', [number('number'), optional(integer('ndigits'), 0)], (_call, value, digits) => {
    const rounded = roundTo(numberOf(value)!, digits);
    return isInt(value) ? toInt(rounded) : toFloat(rounded);
  }),

  fn('pow', [integer('a'), integer('b'), integer('c')], (_call, a, b, c) => powerModulo(a, b, c)),
  fn('pow', [number('a'), number('b'), optional(any('c'), null)], (_call, a, b, modulus) => {
    if (modulus !== null) throw new EvaluationError('pow() with a modulus takes integers');
    return arithmetic('**', a, b);
  }),

  fn('bitwiseAnd', [integer('left'), integer('right')], (_call, a, b) => bits(a, b, (x, y) => x & y)),
  fn('bitwiseOr', [integer('left'), integer('right')], (_call, a, b) => bits(a, b, (x, y) => x | y)),
  fn('bitwiseXor', [integer('left'), integer('right')], (_call, a, b) => bits(a, b, (x, y) => x ^ y)),
  fn('bitwiseNot', [integer('arg')], (_call, value) => toInt(-value - 1)),
  fn('shiftBitsLeft', [integer('value'), integer('bitsNumber')], (_call, value, count) =>
    bits(value, checkedShift(count), (x, y) => x << y),
  ),
  fn('shiftBitsRight', [integer('value'), integer('bitsNumber')], (_call, value, count) =>
    bits(value, checkedShift(count), (x, y) => x >> y),
  ),
];
