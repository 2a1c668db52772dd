/**
 * Jinja2 as Mistral uses it: expressions in `{{ }}`, and templates with blocks around them.
 *
 *     text -> lexer -> parser -> statements and expressions -> renderer + evaluator -> value or text
 *
 * Values, their spelling and the limits are those of `../yaql/python`, shared so that both languages behave
 * like Python. Undefined is strict: it may be tested and given a default, any other use is an error.
 *
 * Not supported, on purpose: loading or extending other templates, recursive loops, randomness, methods that
 * modify data, attributes of objects. Why no library is used:
 * docs/decisions/2026-11-22-expression-languages.md.
 */
import type { HostFunctions } from '../yaql/evaluator.ts';
import { EvaluationError } from '../yaql/python/errors.ts';
import { Meter } from '../yaql/python/limits.ts';
import type { Value } from '../yaql/python/values.ts';
import type { Body, Expression } from './ast.ts';
import { JinjaEvaluator, Frame } from './evaluator.ts';
import { parseTemplate } from './parser.ts';
import { Renderer } from './renderer.ts';
import { Blank, defined } from './undefined.ts';

export interface JinjaTemplate {
  readonly source: string;
  readonly body: Body;
  /** Set when the template is one expression, which keeps the type of its value. */
  readonly expression: Expression | undefined;
}

export interface JinjaContext {
  /** `_`. */
  readonly data: Value;
  readonly functions?: HostFunctions;
  /** What `now()` answers, ISO 8601. */
  readonly now?: string | undefined;
  readonly meter?: Meter;
}

/**
 * @param isSingle whether the source is one `{{ }}` and nothing else
 * @throws LanguageSyntaxError
 */
export function compileJinja(source: string, isSingle: boolean): JinjaTemplate {
  const body = parseTemplate(source);
  const [first] = body;
  const expression = isSingle && body.length === 1 && first?.kind === 'output' ? first.value : undefined;
  return { source, body, expression };
}

/**
 * The value of a single expression, or the text of a template.
 * @throws EvaluationError; also for a template without any `{{ }}`, which Mistral does not evaluate
 */
export function evaluateJinja(template: JinjaTemplate, context: JinjaContext): Value {
  const evaluator = new JinjaEvaluator(context.meter ?? new Meter(), context.functions ?? {}, context.now);
  const frame = new Frame();
  frame.set('_', context.data);
  if (template.expression !== undefined) {
    const value = evaluator.evaluate(template.expression, frame);
    return value instanceof Blank ? null : defined(value);
  }
  if (!/\{\{.*?\}\}/s.test(template.source)) {
    throw new EvaluationError('a Jinja string with {% %} needs at least one {{ }}');
  }
  return new Renderer(evaluator).render(template.body, frame);
}
