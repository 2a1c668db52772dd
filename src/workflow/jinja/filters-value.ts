/** Filters of single values: defaults, numbers, JSON. */
import { itemsOf, truth } from '../yaql/python/compare.ts';
import { EvaluationError } from '../yaql/python/errors.ts';
import { isMapping, mapSize } from '../yaql/python/mapping.ts';
import {
  isInt,
  numberOf,
  parseFloatText,
  parseInteger,
  roundTo,
  toFloat,
  toInt,
} from '../yaql/python/numbers.ts';
import { repr, textLength } from '../yaql/python/text.ts';
import { dumpJson } from '../yaql/python/serialize.ts';
import { isList, type Value, pythonTypeName } from '../yaql/python/values.ts';
import { attribute } from './attributes.ts';
import { asInt, asNumber, asText, type Native, native, strOf } from './native.ts';
import { defined, Undefined } from './undefined.ts';

const withDefault = native(
  ['value', ['default_value', ''], ['boolean', false]],
  (_environment, [value = null, fallback = '', asBoolean = false]) => {
    if (value instanceof Undefined) return fallback;
    return truth(asBoolean) && !truth(value) ? fallback : value;
  },
);

/** int: a value that cannot be parsed gives the default. */
function toInteger(value: Value, base: number): number | undefined {
  const number = numberOf(value);
  if (number !== undefined) return Number.isFinite(number) ? Math.trunc(number) : undefined;
  if (typeof value !== 'string') return undefined;
  const parsed = parseInteger(value, base) ?? parseFloatText(value);
  return parsed !== undefined && Number.isFinite(parsed) ? Math.trunc(parsed) : undefined;
}

function rounded(value: number, precision: number, mode: string): number {
  if (mode === 'common') return roundTo(value, precision);
  const unit = 10 ** precision;
  return (mode === 'ceil' ? Math.ceil(value * unit) : Math.floor(value * unit)) / unit;
}

/** The characters that could end a script or an attribute are escaped, as Jinja does. */
function htmlSafe(json: string): string {
  return json.replaceAll(/[<>&']/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}

function fileSize(bytes: number, isBinary: boolean): string {
  const base = isBinary ? 1024 : 1000;
  const prefixes = isBinary
    ? ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB']
    : ['kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
  const power = Math.min(prefixes.length, Math.floor(Math.log(bytes) / Math.log(base) + 1e-12));
  return `${(bytes / base ** power).toFixed(1)} ${prefixes[power - 1]}`;
}

function lengthOf(value: Value): number {
  if (typeof value === 'string') return textLength(value);
  const items = isList(value) ? value : itemsOf(value);
  if (items === undefined)
    throw new EvaluationError(`object of type '${pythonTypeName(value)}' has no len()`);
  return [...items].length;
}

const length = native(['value'], (environment, [value = null]) => {
  defined(value);
  if (typeof value === 'string') environment.meter.scan(value);
  return isMapping(value) ? mapSize(value, environment.meter) : lengthOf(value);
});

export const valueFilters: readonly (readonly [string, Native])[] = [
  ['default', withDefault],
  ['d', withDefault],
  ['length', length],
  ['count', length],
  ['string', native(['value'], (environment, [value = null]) => strOf(value, environment))],
  ['safe', native(['value'], (environment, [value = null]) => strOf(value, environment))],
  ['pprint', native(['value'], ({ meter }, [value = null]) => repr(defined(value), meter))],
  [
    'attr',
    native(['value', 'name'], (environment, [value = null, name = '']) =>
      attribute(value, asText(name, 'name'), environment),
    ),
  ],

  [
    'abs',
    native(['value'], (_environment, [value = null]) => {
      const size = Math.abs(asNumber(value, 'the value'));
      return isInt(value) || typeof value === 'boolean' ? size : toFloat(size);
    }),
  ],
  [
    'int',
    native(
      ['value', ['default', 0], ['base', 10]],
      (_environment, [value = null, fallback = 0, base = 10]) => {
        const number = toInteger(defined(value), asInt(base, 'base'));
        return number === undefined ? fallback : toInt(number);
      },
    ),
  ],
  [
    'float',
    native(['value', ['default', toFloat(0)]], (_environment, [value = null, fallback = null]) => {
      const number = typeof defined(value) === 'string' ? parseFloatText(value as string) : numberOf(value);
      return number === undefined ? fallback : toFloat(number);
    }),
  ],
  [
    'round',
    native(
      ['value', ['precision', 0], ['method', 'common']],
      (_environment, [value = null, precision = 0, method = 'common']) => {
        const mode = asText(method, 'method');
        if (!['common', 'ceil', 'floor'].includes(mode)) {
          throw new EvaluationError('the method of round must be common, ceil or floor');
        }
        const result = rounded(asNumber(value, 'the value'), asInt(precision, 'precision'), mode);
        return isInt(value) && mode === 'common' ? toInt(result) : toFloat(result);
      },
    ),
  ],
  [
    'tojson',
    native(['value', ['indent', null]], ({ meter }, [value = null, indent = null]) => {
      const style = {
        indent: indent === null ? null : Math.min(16, asInt(indent, 'indent')),
        sortKeys: true,
      };
      return meter.made(htmlSafe(dumpJson(defined(value), style, meter)));
    }),
  ],
  [
    'filesizeformat',
    native(['value', ['binary', false]], (_environment, [value = null, binary = false]) => {
      const number = typeof value === 'string' ? parseFloatText(value) : asNumber(value, 'the value');
      if (number === undefined) throw new EvaluationError('filesizeformat takes a number');
      return fileSize(number, truth(binary));
    }),
  ],
];
