/**
 * The one door to the expression languages of workflows: YAQL in `<% %>`, Jinja2 in `{{ }}` and `{% %}`.
 *
 * A definition is compiled once (`compileTemplate` parses and checks every expression of a value, deep) and
 * evaluated many times. A string that is exactly one expression keeps the type of its value; with text around
 * it, it gives text in Python's spelling (`True`, `None`, `{'a': 1}`), as Mistral does. One string speaks one
 * language.
 *
 * What expressions see is given by the scope: variables (`$` in YAQL, `_` in Jinja), functions such as
 * `task()` and the time for `now()`. Nothing else can be reached: no clock, no randomness, no object of the
 * process. Work, depth and the size of results are bounded (`yaql/python/limits.ts`), so a hostile expression
 * ends in a clear error.
 */
import type { Json, JsonObject } from '../domain/json.ts';
import { compileJinja, evaluateJinja, type JinjaTemplate } from './jinja/jinja.ts';
import { readsOfJinja } from './jinja/template-reads.ts';
import { unknownInJinja } from './jinja/unknown-names.ts';
import { truth } from './yaql/python/compare.ts';
import { EvaluationError, LanguageSyntaxError } from './yaql/python/errors.ts';
import { maxDataDepth, defaultLimits, type Limits, Meter } from './yaql/python/limits.ts';
import { Layers } from './yaql/python/mapping.ts';
import { toJson } from './yaql/python/result.ts';
import { ItemsView } from './yaql/python/sets.ts';
import { str } from './yaql/python/text.ts';
import type { Value } from './yaql/python/values.ts';
import { compileYaql, evaluateYaql, type YaqlExpression } from './yaql/yaql.ts';
import { readsOfYaql, type ExpressionReads } from './yaql/expression-reads.ts';
import { unknownInYaql, type UnknownName } from './yaql/unknown-names.ts';

export type ExpressionLanguage = 'yaql' | 'jinja';

/**
 * A function that the workflow or the health policy lends to expressions, e.g. `task(name)`; it may throw an
 * Error.
 */
export type ExpressionFunction = (args: readonly Json[], named: Readonly<Record<string, Json>>) => Json;

/**
 * Variables looked up layer by layer; the first layer that has a name wins. Nothing is copied for a lookup.
 */
export class VariableLayers {
  readonly layers: readonly JsonObject[];

  constructor(layers: readonly JsonObject[]) {
    this.layers = layers;
  }
}

export interface ExpressionScope {
  /**
   * `$` in YAQL, `_` in Jinja: usually an object or layers of objects; any value in the output of an ad-hoc
   * action.
   */
  readonly variables: Json | VariableLayers;
  readonly functions?: Readonly<Record<string, ExpressionFunction>>;
  /** What `now()` answers: an ISO 8601 time. Without it, `now()` is an evaluation error. */
  readonly now?: string;
}

/** A value whose expressions are parsed; made by `compileTemplate` only. */
export type Template =
  | { readonly kind: 'constant'; readonly value: Json }
  | { readonly kind: 'list'; readonly items: readonly Template[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, Template])[] }
  | ExpressionTemplate;

type ExpressionTemplate =
  | { readonly kind: 'yaql'; readonly text: string; readonly parsed: YaqlExpression }
  | {
      readonly kind: 'yaql-text';
      readonly text: string;
      readonly parts: readonly (string | YaqlExpression)[];
    }
  | { readonly kind: 'jinja'; readonly text: string; readonly parsed: JinjaTemplate };

/** The definition is wrong: found when it is checked, before anything runs. */
export class ExpressionSyntaxError extends Error {
  override readonly name = 'ExpressionSyntaxError';
  readonly expression: string;
  readonly language: ExpressionLanguage;
  /** 1-based, within `expression`; absent when the whole string is at fault. */
  readonly line?: number;
  readonly column?: number;

  constructor(
    message: string,
    at: { expression: string; language: ExpressionLanguage; line?: number; column?: number },
  ) {
    super(message);
    this.expression = at.expression;
    this.language = at.language;
    if (at.line !== undefined) this.line = at.line;
    if (at.column !== undefined) this.column = at.column;
  }
}

/**
 * The expression is healthy formed but has no value here: an absent variable, a wrong type, a limit reached.
 */
export class ExpressionEvaluationError extends Error {
  override readonly name = 'ExpressionEvaluationError';
  readonly expression: string;
  readonly language: ExpressionLanguage;

  constructor(message: string, at: { expression: string; language: ExpressionLanguage }) {
    super(message);
    this.expression = at.expression;
    this.language = at.language;
  }
}

const yaqlMarks = [['<%', '%>']] as const;
const jinjaMarks = [
  ['{{', '}}'],
  ['{%', '%}'],
] as const;

/**
 * One pass: a regular expression would search to the end of the text again for each opening that has no end.
 */
function holds(text: string, marks: readonly (readonly [string, string])[]): boolean {
  return marks.some(([opening, closing]) => {
    const start = text.indexOf(opening);
    return start !== -1 && text.includes(closing, start + opening.length);
  });
}

/** Whether a value holds an expression anywhere inside it; keys of objects are not expressions. */
export function hasExpression(value: Json): boolean {
  const waiting: Json[] = [value];
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    if (typeof item === 'string') {
      if (holds(item, yaqlMarks) || holds(item, jinjaMarks)) return true;
    } else if (typeof item === 'object' && item !== null) {
      for (const inner of Object.values(item)) waiting.push(inner);
    }
  }
  return false;
}

/**
 * Whether an expression begins in a text and does not end, so that it stays text. Jinja finds that itself
 * where another one ends.
 */
export function hasUnclosedExpression(text: string): boolean {
  if (text.lastIndexOf('<%') > text.lastIndexOf('%>')) return true;
  return !holds(text, jinjaMarks) && jinjaMarks.some(([opening]) => text.includes(opening));
}

/**
 * Whether a text is exactly one expression, so that its value keeps its type; a blank outside makes it text.
 */
export function isSingleExpression(text: string): boolean {
  const isWhole = (opening: string, closing: string): boolean =>
    text.startsWith(opening) && text.length >= 4 && text.indexOf(closing, 2) === text.length - 2;
  return isWhole('<%', '%>') || isWhole('{{', '}}');
}

/**
 * What Mistral's schema takes where an expression is wanted and its truth is asked for: also a Jinja block
 * (`{% if _.x %}yes{% endif %}`) and a text of several expressions, which both give a text.
 */
export function isExpressionText(text: string): boolean {
  if (isSingleExpression(text)) return true;
  if (text.startsWith('<%')) return text.endsWith('%>');
  return (text.startsWith('{{') && text.includes('}}')) || (text.includes('{%') && text.endsWith('%}'));
}

/** Python's truth: null, false, 0, '' and empty lists and objects are false; the text 'false' is true. */
export function isTruthy(value: Json): boolean {
  return truth(value);
}

/** Text of a value as Python's str() spells it: `True`, `None`, `{'a': 1}`. */
export function pythonText(value: Json): string {
  return str(value, new Meter());
}

/**
 * Parses and checks every expression inside a value: strings, lists and objects, deep. Keys are left as they
 * are.
 * @throws ExpressionSyntaxError for the first expression that is no YAQL or Jinja, or mixes both
 */
export function compileTemplate(value: Json): Template {
  return hasExpression(value) ? compileInside(value, 0) : { kind: 'constant', value };
}

function compileInside(value: Json, depth: number): Template {
  if (typeof value === 'string') return compileText(value);
  if (typeof value !== 'object' || value === null) return { kind: 'constant', value };
  if (depth > maxDataDepth) {
    const message = `lists and objects nest more than ${maxDataDepth} levels deep`;
    throw new ExpressionSyntaxError(message, { expression: '', language: 'yaql' });
  }
  if (Array.isArray(value)) {
    return { kind: 'list', items: value.map((item: Json) => compileInside(item, depth + 1)) };
  }
  const entries = Object.entries(value).map(([key, item]) => [key, compileInside(item, depth + 1)] as const);
  return { kind: 'object', entries };
}

/**
 * The same definition is compiled again when an execution is resumed; the latest texts of usual length are
 * remembered.
 */
const compiledTexts = new Map<string, Template>();
const cachedTexts = 2_000;
const maxCachedTextLength = 1_000;

function compileText(text: string): Template {
  const known = compiledTexts.get(text);
  if (known !== undefined) return known;
  const template = parseText(text);
  if (text.length > maxCachedTextLength) return template;
  if (compiledTexts.size >= cachedTexts) compiledTexts.delete(compiledTexts.keys().next().value!);
  compiledTexts.set(text, template);
  return template;
}

function parseText(text: string): Template {
  const isYaql = holds(text, yaqlMarks);
  const isJinja = holds(text, jinjaMarks);
  if (isYaql && isJinja) {
    const message = 'one string holds YAQL (<% %>) and Jinja ({{ }} or {% %}); use one of them';
    throw new ExpressionSyntaxError(message, { expression: text, language: 'yaql' });
  }
  if (isYaql) return parseYaqlText(text);
  return isJinja ? parseJinjaText(text) : { kind: 'constant', value: text };
}

function parseYaqlText(text: string): Template {
  const parts: (string | YaqlExpression)[] = [];
  let offset = 0;
  const closed = text.slice(0, text.lastIndexOf('%>') + 2);
  for (const match of closed.matchAll(/<%(.*?)%>/gs)) {
    if (match.index > offset) parts.push(text.slice(offset, match.index));
    const parsed = syntaxChecked(text, 'yaql', match.index + 2, () => compileYaql(match[1]!));
    if (match[0] === text) return { kind: 'yaql', text, parsed };
    parts.push(parsed);
    offset = match.index + match[0].length;
  }
  if (offset < text.length) parts.push(text.slice(offset));
  return { kind: 'yaql-text', text, parts };
}

function parseJinjaText(text: string): Template {
  const isSingle = isSingleExpression(text);
  const parsed = syntaxChecked(text, 'jinja', 0, () => compileJinja(text, isSingle));
  return { kind: 'jinja', text, parsed };
}

function syntaxChecked<T>(text: string, language: ExpressionLanguage, start: number, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof LanguageSyntaxError)) throw error;
    const place = error.offset === undefined ? {} : placeOf(text, start + error.offset);
    throw new ExpressionSyntaxError(error.message, { expression: text, language, ...place });
  }
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

export type { UnknownName };

/**
 * Functions, methods, filters, tests and variables that nothing has, each once: evaluated, they would fail.
 * @param lent names of the functions that the scope will lend
 */
export function unknownNames(template: Template, lent: readonly string[] = []): UnknownName[] {
  const found = new Map(namesUnknownIn(template, lent).map((one) => [`${one.kind} ${one.name}`, one]));
  return [...found.values()];
}

function namesUnknownIn(template: Template, lent: readonly string[]): UnknownName[] {
  switch (template.kind) {
    case 'constant':
      return [];
    case 'list':
      return template.items.flatMap((item) => namesUnknownIn(item, lent));
    case 'object':
      return template.entries.flatMap(([, item]) => namesUnknownIn(item, lent));
    case 'yaql':
      return unknownInYaql(template.parsed, lent);
    case 'yaql-text':
      return template.parts.flatMap((part) => (typeof part === 'string' ? [] : unknownInYaql(part, lent)));
    case 'jinja':
      return unknownInJinja(template.parsed, lent);
  }
}

/**
 * Names that the expressions of one text read from the data, and comparisons of bare words
 * (`expression-reads.ts`).
 */
export function readsOf(template: Template): ExpressionReads {
  const all = expressionsIn(template).map((one) =>
    'tree' in one ? readsOfYaql(one) : { variables: readsOfJinja(one), wordComparisons: [] },
  );
  return {
    variables: [...new Set(all.flatMap(({ variables }) => variables))],
    wordComparisons: all.flatMap(({ wordComparisons }) => wordComparisons),
  };
}

function expressionsIn(template: Template): (YaqlExpression | JinjaTemplate)[] {
  switch (template.kind) {
    case 'constant':
      return [];
    case 'list':
      return template.items.flatMap(expressionsIn);
    case 'object':
      return template.entries.flatMap(([, item]) => expressionsIn(item));
    case 'yaql':
    case 'jinja':
      return [template.parsed];
    case 'yaql-text':
      return template.parts.filter((part) => typeof part !== 'string');
  }
}

/**
 * The value of a template in a scope. The limits hold for all its expressions together.
 * @throws ExpressionEvaluationError for the first expression that has no value here
 */
export function evaluateTemplate(
  template: Template,
  scope: ExpressionScope,
  limits: Limits = defaultLimits,
): Json {
  if (template.kind === 'constant') return template.value;
  return new TemplateEvaluator(scope, new Meter(limits)).evaluate(template);
}

class TemplateEvaluator {
  readonly #data: Value;
  readonly #functions: Readonly<Record<string, ExpressionFunction>>;
  readonly #now: string | undefined;
  readonly #meter: Meter;

  constructor({ variables, functions, now }: ExpressionScope, meter: Meter) {
    this.#data = variables instanceof VariableLayers ? new Layers(variables.layers) : variables;
    this.#functions = functions ?? {};
    this.#now = now;
    this.#meter = meter;
  }

  evaluate(template: Template): Json {
    switch (template.kind) {
      case 'constant':
        return template.value;
      case 'list':
        return template.items.map((item) => this.evaluate(item));
      case 'object':
        return Object.fromEntries(template.entries.map(([key, item]) => [key, this.evaluate(item)]));
      case 'yaql':
      case 'yaql-text':
      case 'jinja':
        return this.#guarded(template);
    }
  }

  #guarded(template: ExpressionTemplate): Json {
    try {
      return this.#expression(template);
    } catch (error) {
      const message = evaluationMessage(error);
      if (message === undefined) throw error;
      const language = template.kind === 'jinja' ? 'jinja' : 'yaql';
      throw new ExpressionEvaluationError(message, { expression: template.text, language });
    }
  }

  #expression(template: ExpressionTemplate): Json {
    switch (template.kind) {
      case 'yaql':
        return toJson(this.#yaql(template.parsed), this.#meter);
      case 'yaql-text':
        return template.parts
          .map((part) => (typeof part === 'string' ? part : this.#yaqlText(part)))
          .join('');
      case 'jinja':
        return toJson(evaluateJinja(template.parsed, this.#context), this.#meter);
    }
  }

  get #context() {
    return { data: this.#data, functions: this.#functions, now: this.#now, meter: this.#meter };
  }

  #yaql(expression: YaqlExpression): Value {
    return evaluateYaql(expression, this.#context);
  }

  /** Around text stands the spelling of the result: lists, where yaql itself has tuples. */
  #yaqlText(expression: YaqlExpression): string {
    const value = this.#yaql(expression);
    if (value instanceof ItemsView) toJson(value, this.#meter);
    return str(value, this.#meter);
  }
}

/** The stack can end before the limits do when the caller is deep itself. */
function evaluationMessage(error: unknown): string | undefined {
  if (error instanceof EvaluationError) return error.message;
  const isStackOverflow = error instanceof RangeError && error.message.includes('call stack');
  return isStackOverflow ? 'the expression goes too deep' : undefined;
}
