/**
 * Helpers that read a part of a definition: its value, its position, and the list in which problems are
 * recorded.
 */
import { isJsonObject, type Json, type JsonObject } from '../../../domain/json.ts';
import { didYouMean } from '../../../domain/did-you-mean.ts';
import { quoteFound } from '../../../domain/quote-found.ts';
import type { ExpressionSyntaxError, Template, UnknownName } from '../../expressions.ts';
import {
  hasExpression,
  hasUnclosedExpression,
  isExpressionText,
  isSingleExpression,
} from '../../expression-text.ts';
import { type CompiledTexts, hasTooManyExpressions, maxExpressions } from './compiled-texts.ts';
import { type DefinitionPath, type ProblemList, shortText } from './problem.ts';

export interface Source {
  readonly value: Json | undefined;
  readonly path: DefinitionPath;
  readonly problems: ProblemList;
  readonly texts: CompiledTexts;
}

export const emptyTemplate: Template = { kind: 'constant', value: {} };

export function constant(value: Json): Template {
  return { kind: 'constant', value };
}

export function at(source: Source, key: string | number): Source {
  const { value } = source;
  const path = [...source.path, key];
  if (Array.isArray(value)) return { ...source, path, value: value[Number(key)] as Json | undefined };
  if (!isJsonObject(value) || !Object.hasOwn(value, key)) return { ...source, path, value: undefined };
  return { ...source, path, value: value[String(key)] };
}

export function has(source: Source, key: string): boolean {
  return at(source, key).value !== undefined;
}

/** Records an error with the expected and the found value. */
export function wrong(source: Source, message: string, expected: string): undefined {
  const found = quoteFound(source.path.join('.'), source.value);
  source.problems.error(source.path, message, { expected, found });
  return undefined;
}

export function readObject(source: Source, expected = 'a mapping'): JsonObject | undefined {
  if (isJsonObject(source.value)) return source.value;
  return wrong(source, 'wrong type', expected);
}

export function readText(source: Source): string | undefined {
  if (source.value === undefined) return undefined;
  if (typeof source.value === 'string' && source.value !== '') return source.value;
  return wrong(source, 'wrong type', 'a text that is not empty');
}

export function refuseUnknownKeys(source: Source, known: readonly string[], what: string): void {
  if (!isJsonObject(source.value)) return;
  for (const key of Object.keys(source.value)) {
    if (known.includes(key)) continue;
    source.problems.error([...source.path, key], `unknown key '${key}' of ${what}${suggestion(key, known)}`, {
      expected: `one of ${known.join(', ')}`,
    });
  }
}

/** `; did you mean retry?`, or nothing */
export function suggestion(written: string, known: Iterable<string>): string {
  const hint = didYouMean(written, [...known]);
  return hint === undefined ? '' : `; ${hint}`;
}

/** A list of unique texts; undefined if absent or invalid. */
export function readTexts(source: Source): string[] | undefined {
  const { value } = source;
  if (value === undefined) return undefined;
  const isRight =
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => typeof item === 'string' && item !== '');
  if (!isRight) return wrong(source, 'wrong type', 'a list of texts with at least one entry');
  const texts = value as string[];
  if (new Set(texts).size !== texts.length)
    return wrong(source, 'an entry is repeated', 'a list without repetitions');
  return texts;
}

/** Parses all expressions in a value; each invalid one is recorded with its position. */
export function readTemplate(source: Source): Template {
  const { value } = source;
  if (value === undefined) return constant(null);
  if (Array.isArray(value))
    return listTemplate(
      value,
      [...value.keys()].map((index) => readTemplate(at(source, index))),
    );
  if (isJsonObject(value)) {
    const entries = Object.keys(value).map((key) => [key, readTemplate(at(source, key))] as const);
    return entries.every(([, item]) => item.kind === 'constant')
      ? constant(value)
      : { kind: 'object', entries };
  }
  return compileText(source, value);
}

function listTemplate(value: Json, items: readonly Template[]): Template {
  return items.every((item) => item.kind === 'constant') ? constant(value) : { kind: 'list', items };
}

function compileText(source: Source, value: Json): Template {
  if (typeof value !== 'string') return constant(value);
  if (hasUnclosedExpression(value))
    source.problems.warn(
      source.path,
      'an expression begins here and does not end, so it is plain text; inside { } or [ ] it has to be quoted',
    );
  if (!hasExpression(value)) return constant(value);
  if (hasTooManyExpressions(value)) {
    source.problems.error(source.path, `more than ${maxExpressions} expressions in one text`);
    return constant(null);
  }
  const compiled = source.texts.get(value);
  if ('error' in compiled) {
    noteSyntaxError(source, compiled.error);
    return constant(null);
  }
  for (const unknown of compiled.unknown) warnOfUnknown(source, unknown);
  for (const [left, right] of compiled.wordComparisons)
    source.problems.warn(
      source.path,
      `this compares the literal words '${left}' and '${right}', so the result never changes; a variable is written $.${left}`,
    );
  return compiled.template;
}

/** Mistral accepts such a definition, and the task fails at run time. */
function warnOfUnknown({ path, problems }: Source, { kind, name, known, instead }: UnknownName): void {
  if (kind === 'variable') return problems.warn(path, `nothing sets the variable '${name}'`);
  const hint = instead === undefined ? suggestion(name, known) : `; write it as ${instead}`;
  problems.warn(path, `there is no ${kind} '${name}': the task fails when it runs${hint}`);
}

function noteSyntaxError(source: Source, error: ExpressionSyntaxError): void {
  source.problems.error(source.path, error.message, { found: shortText(error.expression) });
}

/** A mapping with at least one entry (`publish`, `output`, `vars`, ...). */
export function readTemplateObject(source: Source): Template | undefined {
  if (source.value === undefined) return undefined;
  const object = readObject(source, 'a mapping with at least one entry');
  if (object === undefined) return undefined;
  if (Object.keys(object).length === 0) return wrong(source, 'empty', 'a mapping with at least one entry');
  return readTemplate(source);
}

/** One expression, or a value that `accepts` allows. */
export function readExpressionOr(
  source: Source,
  accepts: (value: Json) => boolean,
  expected: string,
): Template | undefined {
  const { value } = source;
  if (value === undefined) return undefined;
  if (typeof value === 'string' && isSingleExpression(value.trimEnd()))
    return readTemplate({ ...source, value: value.trimEnd() });
  if (accepts(value)) return constant(value);
  return wrong(source, 'wrong type', expected);
}

/** An expression that is used as a condition, or true or false if these are allowed. */
export function readCondition(source: Source, accepts: 'expression' | 'boolean too'): Template | undefined {
  const { value } = source;
  if (typeof value !== 'string' || !isExpressionText(value.trimEnd())) {
    return accepts === 'expression'
      ? readExpressionOr(source, nothing, 'one expression')
      : readExpressionOr(source, isBoolean, 'true, false or one expression');
  }
  const text = value.trimEnd();
  if (!isSingleExpression(text))
    source.problems.warn(source.path, 'this gives a text, and every text that is not empty counts as true');
  return readTemplate({ ...source, value: text });
}

export function isWholeNumber(value: Json): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

export function isBoolean(value: Json): boolean {
  return typeof value === 'boolean';
}

function nothing(): boolean {
  return false;
}
