import { toFloat, toInt } from './numbers.ts';
import type { Value } from './values.ts';

/**
 * Resolves plain scalars of YAML 1.1 by PyYAML's rules: `yes` is true, but `y` and `1e5` are texts. Dates are
 * texts too, where PyYAML has dates, because JSON has none.
 */
export function plainScalar(word: string): Value {
  if (!/^[-+.\d~yYnNtTfFoO]/.test(word) && word !== '') return word;
  if (/^(?:~|null|Null|NULL|)$/.test(word)) return null;
  if (/^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/.test(word)) return true;
  if (/^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/.test(word)) return false;
  // Longer words cannot be numbers.
  return word.length > 100 ? word : (integer(word) ?? float(word) ?? word);
}

/** Whether a text must be quoted to remain text. */
export function readsAsOther(text: string): boolean {
  const isDate = /^\d{4}-\d\d-\d\d$|^\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d/.test(text);
  return isDate || text === '<<' || text === '=' || typeof plainScalar(text) !== 'string';
}

function integer(word: string): number | undefined {
  const match =
    /^([-+]?)(?:0b([01_]+)|0x([\da-fA-F_]+)|0([0-7_]+)|(0|[1-9][\d_]*)|([1-9][\d_]*(?::[0-5]?\d)+))$/.exec(
      word,
    );
  if (match === null) return undefined;
  const [, sign, binary, hex, octal, decimal, sexagesimal] = match;
  const size = sexagesimal === undefined ? radix(binary, hex, octal, decimal) : base60(sexagesimal);
  return toInt(sign === '-' ? -size : size);
}

function radix(binary = '', hex = '', octal = '', decimal = ''): number {
  const bare = (digits: string): string => digits.replaceAll('_', '');
  if (binary !== '') return Number.parseInt(bare(binary) || '0', 2);
  if (hex !== '') return Number.parseInt(bare(hex) || '0', 16);
  return octal === '' ? Number(bare(decimal)) : Number.parseInt(bare(octal) || '0', 8);
}

/** `1:30` is 90: YAML 1.1 has base-60 numbers. */
function base60(text: string): number {
  return text
    .replaceAll('_', '')
    .split(':')
    .reduce((total, part) => total * 60 + Number(part), 0);
}

function float(word: string): Value | undefined {
  const infinity = /^([-+]?)\.(?:inf|Inf|INF)$/.exec(word);
  if (infinity !== null) return infinity[1] === '-' ? -Infinity : Infinity;
  if (/^\.(?:nan|NaN|NAN)$/.test(word)) return Number.NaN;
  const sexagesimal = /^([-+]?)(\d[\d_]*(?::[0-5]?\d)+\.[\d_]*)$/.exec(word);
  if (sexagesimal !== null) return toFloat((sexagesimal[1] === '-' ? -1 : 1) * base60(sexagesimal[2]!));
  const isFloat = /^(?:[-+]?\d[\d_]*\.[\d_]*(?:[eE][-+]\d+)?|\.\d[\d_]*(?:[eE][-+]\d+)?)$/.test(word);
  return isFloat ? toFloat(Number(word.replaceAll('_', ''))) : undefined;
}
