import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cases } from '../../../../test/support/soak.ts';
import { arithmetic, floatText, numberOf, parseFloatText, parseInteger, roundTo } from './numbers.ts';
import { Float } from './values.ts';

describe('division and remainder', () => {
  test('integers divide to the floor, and the remainder has the sign of the divisor', () => {
    const small = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(
        small,
        small.filter((divisor) => divisor !== 0),
        (a, b) => {
          const quotient = arithmetic('//', a, b) as number;
          const remainder = arithmetic('%', a, b) as number;
          expect(quotient * b + remainder).toBe(a);
          expect(Math.abs(remainder)).toBeLessThan(Math.abs(b));
          expect(remainder === 0 || remainder < 0 === b < 0).toBe(true);
        },
      ),
      cases(100),
    );
  });

  test('a float stays a float, even when it is whole', () => {
    expect(arithmetic('/', 4, 2)).toEqual(new Float(2));
    expect(arithmetic('+', new Float(1), 1)).toEqual(new Float(2));
    expect(arithmetic('+', 1, 1)).toBe(2);
  });

  test.for([['/'], ['//'], ['%']] as const)('%s by zero is an error', ([operator]) => {
    expect(() => arithmetic(operator, 1, 0)).toThrow(/division by zero/);
    expect(() => arithmetic(operator, 1, new Float(0))).toThrow(/division by zero/);
  });

  test('an integer that could not be kept exactly is refused', () => {
    expect(() => arithmetic('*', 2 ** 40, 2 ** 40)).toThrow(/out of range/);
    expect(numberOf(arithmetic('*', 2 ** 40, new Float(2 ** 40)))).toBe(2 ** 80);
  });
});

describe('rounding', () => {
  test.for([
    [2.5, 0, 2],
    [3.5, 0, 4],
    [-2.5, 0, -2],
    [0.125, 2, 0.12],
    [0.375, 2, 0.38],
    [2.675, 2, 2.67],
    [1250, -2, 1200],
    [1350, -2, 1400],
    [1e300, 2, 1e300],
    [1.5, 400, 1.5],
  ])('round(%d, %d) is %d', ([number, digits, result]) => expect(roundTo(number!, digits!)).toBe(result));
});

describe('texts of numbers', () => {
  test.for([
    [2, '2.0'],
    [0.1, '0.1'],
    [1e16, '1e+16'],
    [123456789012345680, '1.2345678901234568e+17'],
    [1e15, '1000000000000000.0'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [-0, '-0.0'],
    [Infinity, 'inf'],
    [NaN, 'nan'],
  ] as const)('%d is written %s', ([number, text]) => expect(floatText(number)).toBe(text));

  test('a float is read back from its text', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (number) => {
        expect(parseFloatText(floatText(number))).toBe(number);
      }),
      cases(100),
    );
  });

  test.for([
    ['12', 12],
    [' -1_000 ', -1000],
    ['1.5', undefined],
    ['', undefined],
    ['1__0', undefined],
    ['0x1f', undefined],
  ] as const)('int(%s) is %s', ([text, number]) => expect(parseInteger(text)).toBe(number));
});
