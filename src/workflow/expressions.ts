/**
 * The interface to the expression languages of workflows: YAQL in `<% %>`, Jinja2 in `{{ }}` and `{% %}`.
 *
 * A definition is compiled once (`compileTemplate` parses and checks every expression in a value,
 * recursively) and evaluated many times. A string that is exactly one expression keeps the type of its value;
 * with text around it, the value is converted to text as by Python's str() (`True`, `None`, `{'a': 1}`), as
 * in Mistral. A string must not mix the two languages.
 *
 * Expressions see only the scope: variables (`$` in YAQL, `_` in Jinja), functions such as `task()`, and the
 * time for `now()`. They cannot access a clock, randomness, or objects of the process. Work, depth and the
 * size of results are limited (`yaql/python/limits.ts`), so a hostile expression ends in a clear error.
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
import { yaqlMarks, jinjaMarks, holdsMarks, hasExpression, isSingleExpression } from './expression-text.ts';

export type ExpressionLanguage = 'yaql' | 'jinja';

/**
 * A function that the workflow or the health policy provides to expressions, e.g. `task(name)`; it may throw
 * an Error.
 */
export type ExpressionFunction = (args: readonly Json[], named: Readonly<Record<string, Json>>) => Json;

/** Variables in layers; the first layer that has a name wins. A lookup copies nothing. */
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

/** A value whose expressions are parsed; created only by `compileTemplate`. */
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

/** An invalid expression, found when the definition is checked, before anything runs. */
export class ExpressionSyntaxError extends Error {
  override readonly name = 'ExpressionSyntaxError';
  readonly expression: string;
  readonly language: ExpressionLanguage;
  /** 1-based, within `expression`; absent if the error concerns the whole string. */
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
 * The expression is well-formed but cannot be evaluated: a missing variable, a wrong type, a limit exceeded.
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

/** Python's truth: null, false, 0, '' and empty lists and objects are false; the text 'false' is true. */
export function isTruthy(value: Json): boolean {
  return truth(value);
}

/** A value as text, as by Python's str(): `True`, `None`, `{'a': 1}`. */
export function pythonStr(value: Json): string {
  return str(value, new Meter());
}

/**
 * Parses and checks every expression in strings, lists and objects, recursively. Keys are left as they are.
 * @throws ExpressionSyntaxError for the first expression that is not valid YAQL or Jinja, or mixes both
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
 * A cache, because the same definition is compiled again when an execution is resumed; only texts of usual
 * length are kept.
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
  const isYaql = holdsMarks(text, yaqlMarks);
  const isJinja = holdsMarks(text, jinjaMarks);
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
    const position = error.offset === undefined ? {} : placeOf(text, start + error.offset);
    throw new ExpressionSyntaxError(error.message, { expression: text, language, ...position });
  }
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

export type { UnknownName };

/**
 * Functions, methods, filters, tests and variables that do not exist, without duplicates: evaluating them
 * would fail.
 * @param hostFunctions names of the functions that the scope will provide
 */
export function unknownNames(template: Template, hostFunctions: readonly string[] = []): UnknownName[] {
  const found = new Map(
    namesUnknownIn(template, hostFunctions).map((one) => [`${one.kind} ${one.name}`, one]),
  );
  return [...found.values()];
}

function namesUnknownIn(template: Template, hostFunctions: readonly string[]): UnknownName[] {
  switch (template.kind) {
    case 'constant':
      return [];
    case 'list':
      return template.items.flatMap((item) => namesUnknownIn(item, hostFunctions));
    case 'object':
      return template.entries.flatMap(([, item]) => namesUnknownIn(item, hostFunctions));
    case 'yaql':
      return unknownInYaql(template.parsed, hostFunctions);
    case 'yaql-text':
      return template.parts.flatMap((part) =>
        typeof part === 'string' ? [] : unknownInYaql(part, hostFunctions),
      );
    case 'jinja':
      return unknownInJinja(template.parsed, hostFunctions);
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
 * The value of a template in a scope. The limits apply to all its expressions together.
 * @throws ExpressionEvaluationError for the first expression that cannot be evaluated
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

  /** Within text the converted result is inserted: as lists, where yaql itself has tuples. */
  #yaqlText(expression: YaqlExpression): string {
    const value = this.#yaql(expression);
    if (value instanceof ItemsView) toJson(value, this.#meter);
    return str(value, this.#meter);
  }
}

/** If the caller is itself deep in the stack, it can overflow before a limit is reached. */
function evaluationMessage(error: unknown): string | undefined {
  if (error instanceof EvaluationError) return error.message;
  const isStackOverflow = error instanceof RangeError && error.message.includes('call stack');
  return isStackOverflow ? 'the expression goes too deep' : undefined;
}
