/**
 * Python's arithmetic of int and float over JavaScript numbers. Ints beyond ±(2^53 - 1) are refused, never
 * rounded.
 */
import { EvaluationError } from './errors.ts';
import { Float, type Value, pythonTypeName } from './values.ts';

export type PyNumber = number | Float;

export function isNumber(value: Value): value is PyNumber {
  return typeof value === 'number' || value instanceof Float;
}

export function isInt(value: Value): value is number {
  return typeof value === 'number' && Number.isInteger(value);
}

export function isFloat(value: Value): boolean {
  return value instanceof Float || (typeof value === 'number' && !Number.isInteger(value));
}

export function toFloat(number: number): PyNumber {
  return Number.isInteger(number) ? new Float(number) : number;
}

/** @throws EvaluationError if the int cannot be represented exactly */
export function toInt(number: number): number {
  if (Number.isSafeInteger(number)) return number === 0 ? 0 : number;
  throw new EvaluationError('the integer is out of range: beyond 2^53');
}

/** The plain number of an int, a float or, as in Python, of a boolean; undefined for anything else. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (value instanceof Float) return value.value;
  return typeof value === 'boolean' ? Number(value) : undefined;
}

function result(left: Value, right: Value, number: number): PyNumber {
  return isFloat(left) || isFloat(right) ? toFloat(number) : toInt(number);
}

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';

/**
 * @throws EvaluationError for a division by zero, a range error or an operand that is no number or boolean
 */
export function arithmetic(operator: ArithmeticOperator, left: Value, right: Value): PyNumber {
  const a = numberOf(left);
  const b = numberOf(right);
  if (a === undefined || b === undefined) throw unsupportedOperands(operator, left, right);
  if (b === 0 && (operator === '/' || operator === '//' || operator === '%')) {
    throw new EvaluationError('division by zero');
  }
  switch (operator) {
    case '+':
      return result(left, right, a + b);
    case '-':
      return result(left, right, a - b);
    case '*':
      return result(left, right, a * b);
    case '/':
      return toFloat(a / b);
    case '//':
      return result(left, right, Math.floor(a / b));
    case '%':
      return result(left, right, modulo(a, b));
    case '**':
      return power(left, right, a, b);
  }
}

export function unsupportedOperands(operator: string, left: Value, right: Value): EvaluationError {
  const types = `'${pythonTypeName(left)}' and '${pythonTypeName(right)}'`;
  return new EvaluationError(`unsupported operand type(s) for ${operator}: ${types}`);
}

/** The remainder has the sign of the divisor. */
function modulo(a: number, b: number): number {
  const remainder = a % b;
  return remainder !== 0 && remainder < 0 !== b < 0 ? remainder + b : remainder;
}

function power(left: Value, right: Value, a: number, b: number): PyNumber {
  if (a === 0 && b < 0) throw new EvaluationError('0 cannot be raised to a negative power');
  const number = a ** b;
  if (Number.isNaN(number) && !Number.isNaN(a) && !Number.isNaN(b)) {
    throw new EvaluationError('the power is a complex number');
  }
  if (!Number.isFinite(number) && Number.isFinite(a) && Number.isFinite(b)) {
    throw new EvaluationError('the power is out of range');
  }
  return b < 0 ? toFloat(number) : result(left, right, number);
}

export function negate(value: Value): PyNumber {
  const number = numberOf(value);
  if (number === undefined)
    throw new EvaluationError(`bad operand type for unary -: '${pythonTypeName(value)}'`);
  return isFloat(value) ? toFloat(-number) : toInt(-number);
}

/** Enough digits to show whether a double is exactly a half at the rounding position. */
const exactDigits = 100;

/** Rounds as Python's round(): halves, when the number is exactly half, go to the even neighbour. */
export function roundTo(number: number, digits: number): number {
  if (!Number.isFinite(number) || digits > 90) return number;
  if (digits < 0) {
    const unit = 10 ** Math.min(-digits, 300);
    return roundHalfEven(number / unit) * unit;
  }
  if (Math.abs(number) >= 1e21) return number;
  const exact = Math.abs(number).toFixed(exactDigits);
  const cut = exact.length - exactDigits + digits;
  const rounded = /^50*$/.test(exact.slice(cut)) ? halfToEven(exact.slice(0, cut), digits) : undefined;
  return Math.sign(number) * (rounded ?? Number(Math.abs(number).toFixed(digits)));
}

function halfToEven(kept: string, digits: number): number {
  const isOdd = /[13579]\.?$/.test(kept);
  const down = Number(kept);
  return isOdd ? Number((down + 10 ** -digits).toFixed(digits)) : down;
}

function roundHalfEven(number: number): number {
  const floor = Math.floor(number);
  if (number - floor !== 0.5) return Math.round(number);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Python's text of a float: `2.0`, `1e+16`, `1e-05`, `inf`. */
export function floatText(number: number): string {
  if (Number.isNaN(number)) return 'nan';
  if (!Number.isFinite(number)) return number > 0 ? 'inf' : '-inf';
  if (Object.is(number, -0)) return '-0.0';
  const [mantissa, power] = number.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const text =
    exponent < 0
      ? number.toFixed(Math.min(100, mantissa!.replace(/\D/g, '').length - 1 - exponent))
      : String(number);
  return text.includes('.') ? text : `${text}.0`;
}

/** No representable number is longer; longer texts are not parsed. */
const maxNumberLength = 1_000;

/**
 * int() of a text as Python reads it: blanks around, a sign, underscores between digits; undefined if it is
 * none.
 */
export function parseInteger(text: string, base = 10): number | undefined {
  if (text.length > maxNumberLength) return undefined;
  const match = /^\s*([+-]?)(0[xX]|0[oO]|0[bB])?([0-9a-zA-Z]+(?:_[0-9a-zA-Z]+)*)\s*$/.exec(text);
  if (match === null) return undefined;
  const [, sign, prefix, body] = match;
  const prefixBase = prefix === undefined ? undefined : { x: 16, o: 8, b: 2 }[prefix[1]!.toLowerCase()];
  if (prefixBase !== undefined && base !== prefixBase && base !== 0) return undefined;
  const radix = base === 0 ? (prefixBase ?? 10) : base;
  const digits = body!.replaceAll('_', '').toLowerCase();
  if (!Array.from(digits).every((digit) => Number.parseInt(digit, 36) < radix)) return undefined;
  return toInt(Number.parseInt(`${sign}${digits}`, radix));
}

/** float() of a text as Python reads it; undefined if it is none. */
export function parseFloatText(text: string): number | undefined {
  if (text.length > maxNumberLength) return undefined;
  const trimmed = text.trim();
  const named = /^([+-]?)(inf|infinity|nan)$/i.exec(trimmed);
  if (named !== null)
    return named[2]!.toLowerCase() === 'nan' ? Number.NaN : named[1] === '-' ? -Infinity : Infinity;
  if (!/^[+-]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?$/.test(trimmed)) return undefined;
  return Number(trimmed.replaceAll('_', ''));
}
