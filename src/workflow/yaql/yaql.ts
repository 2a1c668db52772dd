/**
 * YAQL, the query language of OpenStack: `$.servers.where($.status = ERROR).id`.
 *
 * A package of its own: it knows JSON and nothing else of this program.
 *
 *     text -> lexer -> parser -> tree -> evaluator + library -> value -> JSON
 *
 * `compileYaql` parses once, `evaluateYaql` runs the tree over data as often as wanted. The values are
 * Python's where people meet them (`python/`): truth, integer division, spelling. Evaluation is lazy where
 * yaql's is, so that `sequence(1).take(3)` ends.
 *
 * It refuses to know the time (`now()` reads what the caller gives), to be random, to reach any object of the
 * process, and to work without bound (`python/limits.ts`).
 */
import type { Node } from './ast.ts';
import { checkRegexes } from './check-regexes.ts';
import { Evaluator, type HostFunctions } from './evaluator.ts';
import { parse } from './parser.ts';
import { Meter } from './python/limits.ts';
import type { Value } from './python/values.ts';
import { Scope } from './scope.ts';

export interface YaqlExpression {
  readonly source: string;
  readonly tree: Node;
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
 * The value, possibly lazy: `toJson` makes JSON of it, under the same meter.
 * @throws EvaluationError
 */
export function evaluateYaql(expression: YaqlExpression, context: YaqlContext): Value {
  const scope = new Scope();
  scope.set('$', context.data);
  const evaluator = new Evaluator(context.meter ?? new Meter(), context.functions ?? {}, context.now);
  return evaluator.evaluate(expression.tree, scope);
}
