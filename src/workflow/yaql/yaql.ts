/**
 * YAQL, the query language of OpenStack: `$.servers.where($.status = ERROR).id`.
 *
 * A self-contained package: it depends on JSON types and nothing else of this program.
 *
 *     text -> lexer -> parser -> tree -> evaluator + library -> value -> JSON
 *
 * `compileYaql` parses once, `evaluateYaql` evaluates the tree over data any number of times. Values behave
 * as in Python (`python/`): truth, integer division, text form. Evaluation is lazy where yaql's is, so that
 * `sequence(1).take(3)` ends.
 *
 * It has no clock (`now()` returns the caller's time), no randomness, no access to objects of the process,
 * and no unlimited work (`python/limits.ts`).
 */
import type { YaqlNode } from './ast.ts';
import { checkRegexes } from './check-regexes.ts';
import { YaqlEvaluator, type HostFunctions } from './evaluator.ts';
import { parse } from './parser.ts';
import { Meter } from './python/limits.ts';
import type { Value } from './python/values.ts';
import { Scope } from './scope.ts';

export interface YaqlExpression {
  readonly source: string;
  readonly tree: YaqlNode;
}

export interface YaqlContext {
  /** `$`. */
  readonly data: Value;
  readonly functions?: HostFunctions;
  /** What `now()` answers, ISO 8601. */
  readonly now?: string | undefined;
  readonly meter?: Meter;
}

/** @throws LanguageSyntaxError */
export function compileYaql(source: string): YaqlExpression {
  const tree = parse(source);
  checkRegexes(tree);
  return { source, tree };
}

/**
 * The value, possibly lazy: `toJson` converts it to JSON under the same meter.
 * @throws EvaluationError
 */
export function evaluateYaql(expression: YaqlExpression, context: YaqlContext): Value {
  const scope = new Scope();
  scope.set('$', context.data);
  const evaluator = new YaqlEvaluator(context.meter ?? new Meter(), context.functions ?? {}, context.now);
  return evaluator.evaluate(expression.tree, scope);
}
