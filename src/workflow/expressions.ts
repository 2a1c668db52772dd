/**
 * The one door to the expression languages of workflows: YAQL in `<% %>`, Jinja2 in `{{ }}` and `{% %}`.
 *
 * A definition is compiled once (`compileTemplate` parses and checks every expression of a value, deep) and evaluated
 * many times. A string that is exactly one expression keeps the type of its value; with text around it, it gives
 * text in Python's spelling (`True`, `None`, `{'a': 1}`), as Mistral does. One string speaks one language.
 *
 * What expressions see is given by the scope: variables (`$` in YAQL, `_` in Jinja), functions such as `task()` and
 * the time for `now()`. Nothing else can be reached: no clock, no randomness, no object of the process. Work, depth
 * and the size of results are bounded (`yaql/python/limits.ts`), so a hostile expression ends in a clear error.
 */
import type { Json, JsonObject } from '../domain/json.ts';

export type ExpressionLanguage = 'yaql' | 'jinja';

/** A function that the workflow or the health policy lends to expressions, e.g. `task(name)`; it may throw an Error. */
export type ExpressionFunction = (args: readonly Json[], named: Readonly<Record<string, Json>>) => Json;

/** Variables looked up layer by layer; the first layer that has a name wins. Nothing is copied for a lookup. */
export class VariableLayers {
  readonly layers: readonly JsonObject[];

  constructor(layers: readonly JsonObject[]) {
    this.layers = layers;
  }
}

export interface ExpressionScope {
  /** `$` in YAQL, `_` in Jinja: usually an object or layers of objects; any value in the output of an ad-hoc action. */
  readonly variables: Json | VariableLayers;
  readonly functions?: Readonly<Record<string, ExpressionFunction>>;
  /** What `now()` answers: an ISO 8601 time. Without it, `now()` is an evaluation error. */
  readonly now?: string;
}

/** A value whose expressions are parsed; made by `compileTemplate` only. */
export type Template =
  | { readonly kind: 'constant'; readonly value: Json }
  | { readonly kind: 'list'; readonly items: readonly Template[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, Template])[] };

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

/** The expression is well formed but has no value here: an absent variable, a wrong type, a limit reached. */
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

const anyExpression = /<%.*?%>|\{\{.*?\}\}|\{%.*?%\}/s;
const singleExpression = /^(?:<%(?:(?!%>).)*%>|\{\{(?:(?!\}\}).)*\}\})$/s;

/** Whether a value holds an expression anywhere inside it; keys of objects are not expressions. */
export function hasExpression(value: Json): boolean {
  if (typeof value === 'string') return anyExpression.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((item: Json) => hasExpression(item));
}

/** Whether a text is exactly one expression, so that its value keeps its type; a blank outside makes it text. */
export function isSingleExpression(text: string): boolean {
  return singleExpression.test(text);
}

/** Python's truth: null, false, 0, '' and empty lists and objects are false; the text 'false' is true. */
export function isTruthy(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return Boolean(value);
  return Object.keys(value).length > 0;
}

/**
 * Parses and checks every expression inside a value: strings, lists and objects, deep.
 * @throws ExpressionSyntaxError for the first expression that is no YAQL or Jinja, or mixes both.
 */
export function compileTemplate(value: Json): Template {
  if (hasExpression(value)) throw new Error('expressions are not built yet');
  return { kind: 'constant', value };
}

/**
 * The value of a template in a scope.
 * @throws ExpressionEvaluationError
 */
export function evaluateTemplate(template: Template, _scope: ExpressionScope): Json {
  if (template.kind !== 'constant') throw new Error('expressions are not built yet');
  return template.value;
}
