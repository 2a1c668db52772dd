/**
 * What an action expects of a parameter's value: checked when a definition is validated, where the value is
 * literal, and again when the action runs. undefined: the value is good.
 */
import { isJsonObject, type Json } from '../../domain/json.ts';
import { pythonText } from '../language/conductor/python-text.ts';
import { withoutCredentials } from '../../domain/errors.ts';
import { describeShape } from '../../domain/quote-found.ts';
import { isTruthy } from '../expressions.ts';

export type ParameterCheck = (value: Json) => string | undefined;

/** @returns `expected seconds above 0, found "5s" (write 5: a number without its unit)` */
function unexpected(expected: string, value: Json, hint = ''): string {
  return `expected ${expected}, found ${foundText(value)}${hint === '' ? '' : ` (${hint})`}`;
}

function foundText(value: Json): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isJsonObject(value)) return 'a mapping';
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
}

/** A number, or a text that holds one; undefined for anything else. */
export function numberIn(value: Json): number | undefined {
  const isNumeric = typeof value === 'number' || (typeof value === 'string' && value.trim() !== '');
  const number = isNumeric ? Number(value) : NaN;
  return Number.isFinite(number) ? number : undefined;
}

export const isSecondsAboveZero: ParameterCheck = (value) => {
  if (value === null || (numberIn(value) ?? 0) > 0) return undefined;
  return unexpected('seconds above 0', value, unitHint(value));
};

/** @param most the largest that is good. */
export function isNumberUpTo(most: number, what: string): ParameterCheck {
  return (value) => {
    const number = numberIn(value);
    if (number !== undefined && number >= 0 && number <= most) return undefined;
    return unexpected(`${what} from 0 to ${most}`, value, unitHint(value));
  };
}

const secondsIn: Readonly<Record<string, number>> = { ms: 0.001, s: 1, sec: 1, m: 60, min: 60, h: 3600 };

/** Where a unit was written: the same time as Mistral has it. */
function unitHint(value: Json): string {
  const [, digits, unit = ''] =
    typeof value === 'string' ? (/^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i.exec(value) ?? []) : [];
  const factor = Object.hasOwn(secondsIn, unit) ? secondsIn[unit] : undefined;
  if (digits === undefined || factor === undefined) return '';
  return `write ${Number((Number(digits) * factor).toFixed(3))}: a number of seconds without a unit`;
}

export const isHttpUrl: ParameterCheck = (value) => {
  const text = pythonText(value ?? '');
  const url = URL.parse(text);
  if (url !== null && ['http:', 'https:'].includes(url.protocol)) return undefined;
  // Neither credentials nor a query are shown: they may be secret.
  const shown = withoutCredentials(text).replace(/\?.*$/s, '?...');
  return unexpected(
    'a URL of http or https',
    shown,
    /^[\w.-]+(:\d+)?(\/|$)/.test(text) ? 'http:// is missing' : '',
  );
};

/** CONNECT opens a tunnel: it has no response that could be the action's result. */
export const isHttpMethod: ParameterCheck = (value) => {
  const method = pythonText(value ?? 'GET').toUpperCase();
  if (method === 'CONNECT') return 'CONNECT is not supported';
  if (/^[A-Z][A-Z-]*$/.test(method)) return undefined;
  return unexpected('a method such as GET or POST', value);
};

export const isMappingOrEmpty: ParameterCheck = (value) =>
  value === null || value === '' || isJsonObject(value)
    ? undefined
    : `expected a mapping, found ${describeShape(value)}`;

export const isMappingOrText: ParameterCheck = (value) =>
  !isTruthy(value) || typeof value === 'string' || isJsonObject(value)
    ? undefined
    : unexpected('a mapping or a text', value);

export const isNothing: ParameterCheck = (value) => (isTruthy(value) ? 'not supported' : undefined);
