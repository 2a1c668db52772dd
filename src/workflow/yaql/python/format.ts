/**
 * Python's two ways of formatting a text: `'{0} {name:>5}'.format(...)` and `'%s %d' % ...`.
 *
 * A field may name an argument and access its items by key or index (`{0[id]}`). Attributes (`{0.x}`) are
 * refused: in Python they let a format text access objects. Widths are charged before they are filled.
 */
import { EvaluationError } from './errors.ts';
import type { Meter } from './limits.ts';
import { isMapping, mapGet } from './mapping.ts';
import { floatText, isInt, isNumber, numberOf, roundTo } from './numbers.ts';
import { justify } from './strings.ts';
import { repr, type SequenceStyle, str, textLength } from './text.ts';
import { isList, Tuple, type Value, pythonTypeName } from './values.ts';

export interface FormatArguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

/** str.format. @throws EvaluationError for a field without an argument, or an invalid specification */
export function formatText(
  template: string,
  args: FormatArguments,
  style: SequenceStyle,
  meter: Meter,
): string {
  meter.scan(template);
  const parts: string[] = [];
  let automatic = 0;
  let index = 0;
  for (const field of template.matchAll(/\{\{|\}\}|\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}|[{}]/g)) {
    parts.push(template.slice(index, field.index));
    index = field.index + field[0].length;
    if (field[0] === '{{' || field[0] === '}}') parts.push(field[0][0]!);
    else if (field[1] === undefined) throw new EvaluationError(`a single '${field[0]}' stands in the format`);
    else parts.push(formatField(field[1], args, () => automatic++, style, meter));
  }
  return meter.made(parts.join('') + template.slice(index));
}

function formatField(
  field: string,
  args: FormatArguments,
  next: () => number,
  style: SequenceStyle,
  meter: Meter,
): string {
  const parsed = /^([^!:]*)(?:!([sra]))?(?::([\s\S]*))?$/.exec(field);
  if (parsed === null) throw new EvaluationError(`'{${field}}' is no field of a format`);
  const [, name = '', conversion, spec = ''] = parsed;
  const value = fieldValue(name, args, next);
  const resolved = spec.replaceAll(/\{([^{}]*)\}/g, (_, inner: string) =>
    str(fieldValue(inner, args, next), meter),
  );
  if (conversion === undefined) return formatValue(value, resolved, style, meter);
  return formatValue(
    conversion === 's' ? str(value, meter, style) : repr(value, meter, style),
    resolved,
    style,
    meter,
  );
}

function fieldValue(name: string, args: FormatArguments, next: () => number): Value {
  const path = /^(\w*)((?:\[[^\]]*\])*)$/u.exec(name);
  if (path === null)
    throw new EvaluationError(`the field '{${name}}' may use names, numbers and [keys] only`);
  const [, first = '', keys = ''] = path;
  let value = argument(first === '' ? String(next()) : first, args);
  for (const [, key = ''] of keys.matchAll(/\[([^\]]*)\]/g)) value = fieldItem(value, key);
  return value;
}

function argument(name: string, args: FormatArguments): Value {
  const value = /^\d+$/.test(name) ? args.positional[Number(name)] : args.named.get(name);
  if (value === undefined) throw new EvaluationError(`the format has no argument for '{${name}}'`);
  return value;
}

function fieldItem(value: Value, key: string): Value {
  const isIndex = /^\d+$/.test(key);
  const item = isMapping(value)
    ? mapGet(value, isIndex ? Number(key) : key)
    : isList(value) && isIndex
      ? value[Number(key)]
      : undefined;
  if (item === undefined)
    throw new EvaluationError(`a ${pythonTypeName(value)} in the format has no [${key}]`);
  return item;
}

const specification = /^(?:(.)?([<>=^]))?([+\- ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([bcdeEfFgGnosxX%])?$/su;

/** format(value, spec). */
export function formatValue(value: Value, spec: string, style: SequenceStyle, meter: Meter): string {
  if (spec === '') return str(value, meter, style);
  const parsed = specification.exec(spec);
  if (parsed === null) throw new EvaluationError(`'${spec}' is no format specification`);
  const [, fill, align, sign = '-', alternate, zero, width = '0', group, precision, type] = parsed;
  const digits = precision === undefined ? undefined : checkedWidth(precision, meter);
  const numeric = isNumber(value) || (typeof value === 'boolean' && type !== undefined && type !== 's');
  const body = numeric
    ? numberBody(value, { type, digits, alternate: alternate !== undefined, group, sign })
    : textBody(value, type, digits, style, meter);
  const alignment = align ?? (numeric ? (zero === undefined ? '>' : '=') : '<');
  return aligned(
    body,
    checkedWidth(width, meter),
    fill ?? (zero === undefined ? ' ' : '0'),
    alignment,
    meter,
  );
}

function checkedWidth(digits: string, meter: Meter): number {
  const width = Number(digits);
  meter.produce(width);
  return width;
}

function textBody(
  value: Value,
  type: string | undefined,
  digits: number | undefined,
  style: SequenceStyle,
  meter: Meter,
): string {
  if (type !== undefined && type !== 's') throw wrongType(type, value);
  const text = str(value, meter, style);
  return digits === undefined ? text : Array.from(text).slice(0, digits).join('');
}

function wrongType(type: string, value: Value): EvaluationError {
  return new EvaluationError(`format code '${type}' does not take a ${pythonTypeName(value)}`);
}

interface NumberStyle {
  readonly type: string | undefined;
  readonly digits: number | undefined;
  readonly alternate: boolean;
  readonly group: string | undefined;
  readonly sign: string;
}

function numberBody(value: Value, style: NumberStyle): string {
  const number = numberOf(value)!;
  const size = Math.abs(number);
  const isWhole = isInt(value) || typeof value === 'boolean';
  const text =
    isWhole && /^[bcdnoxX]?$/.test(style.type ?? '')
      ? integerBody(size, style)
      : floatBody(size, value, style);
  const sign = number < 0 || Object.is(number, -0) ? '-' : style.sign === '-' ? '' : style.sign;
  return sign + (style.group === undefined ? text : grouped(text, style.group));
}

function integerBody(size: number, { type, alternate }: NumberStyle): string {
  switch (type ?? 'd') {
    case 'b':
      return (alternate ? '0b' : '') + size.toString(2);
    case 'o':
      return (alternate ? '0o' : '') + size.toString(8);
    case 'x':
      return (alternate ? '0x' : '') + size.toString(16);
    case 'X':
      return (alternate ? '0X' : '') + size.toString(16).toUpperCase();
    case 'c':
      if (size > 0x10ffff) throw new EvaluationError('%c takes a code point below 0x110000');
      return String.fromCodePoint(size);
    default:
      return String(size);
  }
}

function floatBody(size: number, value: Value, { type, digits }: NumberStyle): string {
  if (type !== undefined && /[bcdosxX]/.test(type)) throw wrongType(type, value);
  if (!Number.isFinite(size)) return floatText(size);
  const precision = Math.min(digits ?? 6, 100);
  switch (type ?? '') {
    case 'f':
    case 'F':
      return fixed(size, precision);
    case '%':
      return `${fixed(size * 100, precision)}%`;
    case 'e':
    case 'E':
      return exponential(size, precision, type ?? 'e');
    case 'g':
    case 'G':
    case 'n':
      return general(size, Math.max(1, precision), type === 'G' ? 'E' : 'e');
    default:
      return digits === undefined ? floatText(size) : general(size, Math.max(1, precision), 'e');
  }
}

function fixed(size: number, digits: number): string {
  return roundTo(size, digits).toFixed(digits);
}

function exponential(size: number, digits: number, letter: string): string {
  const [mantissa, power] = size.toExponential(digits).split('e');
  const exponent = Number(power);
  return `${mantissa}${letter}${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function general(size: number, digits: number, letter: string): string {
  const exponent = size === 0 ? 0 : Number(size.toExponential(digits - 1).split('e')[1]);
  const isScientific = exponent < -4 || exponent >= digits;
  const text = isScientific
    ? exponential(size, digits - 1, letter)
    : size.toFixed(Math.min(100, digits - 1 - exponent));
  return text.replace(/(\.\d*?)0+(?=e|E|$)/, '$1').replace(/\.(?=e|E|$)/, '');
}

function grouped(text: string, separator: string): string {
  const [whole = '', ...rest] = text.split('.');
  return [whole.replaceAll(/\B(?=(\d{3})+$)/g, separator), ...rest].join('.');
}

function aligned(body: string, width: number, fill: string, alignment: string, meter: Meter): string {
  if (alignment === '<') return justify(body, width, fill, 'left', meter);
  if (alignment === '>') return justify(body, width, fill, 'right', meter);
  const missing = Math.max(0, width - textLength(body));
  meter.produce(missing);
  if (alignment === '^') {
    const before = Math.floor(missing / 2);
    return fill.repeat(before) + body + fill.repeat(missing - before);
  }
  const sign = /^[+\- ]/.test(body) ? body[0]! : '';
  return sign + fill.repeat(missing) + body.slice(sign.length);
}

/** The % operator of texts. @throws EvaluationError for too few or too many arguments, or a wrong type */
export function printf(template: string, args: Value, meter: Meter): string {
  meter.scan(template);
  const values = args instanceof Tuple ? args : [args];
  let used = 0;
  const next = (): Value => {
    const value = values[used++];
    if (value === undefined) throw new EvaluationError('not enough arguments for the format');
    return value;
  };
  const text = template.replaceAll(
    /%(?:\((\w+)\))?([#0\- +]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?([\s\S]?)/g,
    (_, key?: string, flags = '', width = '', precision?: string, type = '') => {
      if (type === '%') return '%';
      const minimum = width === '*' ? str(next(), meter) : width;
      const value = key === undefined ? next() : keyed(args, key);
      return printfField(value, { flags, width: minimum, precision, type }, meter);
    },
  );
  const isNamed = isMapping(args);
  if (!isNamed && used < values.length)
    throw new EvaluationError('not all arguments were used by the format');
  return meter.made(text);
}

function keyed(args: Value, key: string): Value {
  const value = isMapping(args) ? mapGet(args, key) : undefined;
  if (value === undefined) throw new EvaluationError(`the format has no argument for '%(${key})'`);
  return value;
}

interface PrintfField {
  readonly flags: string;
  readonly width: string;
  readonly precision: string | undefined;
  readonly type: string;
}

function printfField(value: Value, { flags, width, precision, type }: PrintfField, meter: Meter): string {
  const align = flags.includes('-') ? '<' : '';
  const sign = flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const digits = precision === undefined ? '' : `.${precision}`;
  if ('sra'.includes(type) && type !== '') {
    const text = type === 's' ? str(value, meter) : repr(value, meter);
    return formatValue(text, `${align === '' ? '>' : align}${width}${digits}`, 'list', meter);
  }
  if (!/^[diuoxXeEfFgGc]$/.test(type)) throw new EvaluationError(`'%${type}' is no format of a value`);
  if (type === 'c' && typeof value === 'string') return formatValue(value, width, 'list', meter);
  const number = numberOf(value);
  if (number === undefined)
    throw new EvaluationError(`%${type} takes a number, not a ${pythonTypeName(value)}`);
  const whole = 'diuoxXc'.includes(type);
  const spec = `${align}${sign}${flags.includes('#') ? '#' : ''}${flags.includes('0') && align === '' ? '0' : ''}`;
  const code = 'iu'.includes(type) ? 'd' : type;
  return formatValue(
    whole ? Math.trunc(number) : value,
    `${spec}${width}${whole ? '' : digits}${code}`,
    'list',
    meter,
  );
}
