/**
 * Writes YAML as Mistral's yaml_dump does: block style, sorted keys, lists not indented (PyYAML's safe_dump).
 */
import { compareTexts, itemsOf } from './compare.ts';
import { EvaluationError } from './errors.ts';
import { checkDataDepth, type Meter } from './limits.ts';
import { isMapping, mapEntries } from './mapping.ts';
import { floatText, isFloat, isNumber, numberOf } from './numbers.ts';
import { keyText } from './result.ts';
import { type Value, pythonTypeName } from './values.ts';
import { readsAsOther } from './yaml-scalars.ts';

export function dumpYaml(value: Value, meter: Meter): string {
  const lines = node(value, '', meter, 0);
  const isPlainScalar = lines.length === 1 && !isCollection(value) && !/^['"]/.test(lines[0]!);
  return meter.made(`${lines.join('\n')}\n${isPlainScalar ? '...\n' : ''}`);
}

function isCollection(value: Value): boolean {
  return isMapping(value) || itemsOf(value) !== undefined;
}

/** The lines of a value at an indent; the first line is not indented, because it follows a key or a dash. */
function node(value: Value, indent: string, meter: Meter, depth: number): string[] {
  meter.step();
  checkDataDepth(depth);
  if (isMapping(value)) return mappingLines(value, indent, meter, depth);
  const items = itemsOf(value);
  if (items === undefined) return [meter.made(scalar(value))];
  const lines = [...items].flatMap((item) =>
    prefixed('- ', node(item, `${indent}  `, meter, depth + 1), indent),
  );
  meter.produce(lines.length * (indent.length + 2));
  return lines.length === 0 ? ['[]'] : unindentedFirst(lines, indent);
}

function mappingLines(
  value: Parameters<typeof mapEntries>[0],
  indent: string,
  meter: Meter,
  depth: number,
): string[] {
  const entries = mapEntries(value, meter).map(([key, item]) => [keyText(key, meter), key, item] as const);
  const lines = entries
    .toSorted(([a], [b]) => compareTexts(a, b))
    .flatMap(([, key, item]) => entryLines(scalar(key), item, indent, meter, depth));
  meter.produce(lines.length * (indent.length + 2));
  return lines.length === 0 ? ['{}'] : unindentedFirst(lines, indent);
}

/** A collection is written on the lines below its key, a list at the key's own indent. */
function entryLines(key: string, item: Value, indent: string, meter: Meter, depth: number): string[] {
  const inner = isMapping(item) ? `${indent}  ` : indent;
  const lines = node(item, inner, meter, depth + 1);
  const isInline = !isCollection(item) || lines[0] === '[]' || lines[0] === '{}';
  if (isInline) return [`${indent}${key}: ${lines[0]}`];
  return [`${indent}${key}:`, `${inner}${lines[0]}`, ...lines.slice(1)];
}

function prefixed(prefix: string, lines: readonly string[], indent: string): string[] {
  return [`${indent}${prefix}${lines[0]}`, ...lines.slice(1)];
}

function unindentedFirst(lines: readonly string[], indent: string): string[] {
  return [lines[0]!.slice(indent.length), ...lines.slice(1)];
}

function scalar(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return text(value);
  if (!isNumber(value)) throw new EvaluationError(`a ${pythonTypeName(value)} cannot be written as YAML`);
  return isFloat(value) ? floatYaml(numberOf(value)!) : String(numberOf(value));
}

/** YAML 1.1 requires a decimal point in a float with an exponent, and a dot before its special names. */
function floatYaml(number: number): string {
  const shown = floatText(number);
  if (!Number.isFinite(number)) return shown.replace(/(inf|nan)/, '.$1');
  return shown.includes('e') && !shown.includes('.') ? shown.replace('e', '.0e') : shown;
}

function text(value: string): string {
  if (/[^\x20-\x7e]/.test(value)) return `"${escaped(value)}"`;
  const needsQuotes =
    /^[\s,[\]{}#&*!|>'"%@`]|^[-?:](?:\s|$)|: |:$| #|\s$|^(?:---|\.\.\.)/.test(value) || readsAsOther(value);
  return needsQuotes ? `'${value.replaceAll("'", "''")}'` : value;
}

const shortEscapes = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

function escaped(value: string): string {
  return value.replaceAll(/["\\]|[^\x20-\x7e]/gu, (character) => {
    return shortEscapes.get(character) ?? codeEscape(character.codePointAt(0)!);
  });
}

function codeEscape(code: number): string {
  const hex = code.toString(16).toUpperCase();
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
