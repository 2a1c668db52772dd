/**
 * Paths of the healing context that expressions read in the plain way, `$.node.name` or `_.cluster.metadata.zone`, and that the context
 * does not have. Only a warning: inside of a function of YAQL `$` may be something else.
 */
import { didYouMean } from '../../domain/did-you-mean.ts';
import type { Issue } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { hasExpression } from '../../workflow/expressions.ts';

/** As `recovery/workflow-input.ts` builds it. */
const context: Readonly<Record<string, readonly string[]>> = {
  cluster: ['id', 'name', 'profile_id', 'desired_capacity', 'min_size', 'max_size', 'metadata'],
  node: ['id', 'name', 'index', 'role', 'physical_id', 'profile_id', 'status', 'metadata', 'data'],
  failure: ['class', 'reason', 'failed_at'],
  episode: ['id', 'opened_at', 'policy_id'],
  steps: [],
};

const ofStep = ['name', 'state', 'attempt', 'reason', 'output'];

export function strangePaths(inputs: Json, field: string): Issue[] {
  const issues = pathsRead(inputs).flatMap((path) => strange(path, field) ?? []);
  return issues.filter((issue, index) => issues.findIndex((other) => other.found === issue.found) === index);
}

function strange([root = '', key, stepKey]: readonly string[], field: string): Issue | null {
  const roots = Object.keys(context);
  if (!Object.hasOwn(context, root)) return warning(field, root, root, roots);
  if (key === undefined) return null;
  if (root === 'steps')
    return stepKey === undefined || ofStep.includes(stepKey)
      ? null
      : warning(field, `${root}.${key}.${stepKey}`, stepKey, ofStep);
  const known = context[root] ?? [];
  return known.includes(key) ? null : warning(field, `${root}.${key}`, key, known);
}

function warning(field: string, found: string, word: string, known: readonly string[]): Issue {
  const hint = didYouMean(word, known) ?? 'the context has no such key: the step would fail';
  return { field, expected: `one of ${known.join(', ')}`, found, hint };
}

/** What stands in the expressions of a text; calls (`$.get(x)`) are not paths. */
function pathsRead(value: Json): string[][] {
  if (typeof value === 'string') return hasExpression(value) ? expressionsIn(value).flatMap(pathsOf) : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((entry: Json) => pathsRead(entry));
}

function pathsOf(expression: string): string[][] {
  const found = [...expression.matchAll(/(?<![\w$.)\]])([$_])((?:\.[A-Za-z_]\w*(?![\w(]))+)/g)];
  const outside = found.filter(({ 1: root, index }) => root === '_' || depthAt(expression, index) === 0);
  return outside.map(([, , path = '']) => path.slice(1).split('.'));
}

/** How many parentheses are open: `$` in `where($.x > 1)` is an entry of a list. */
function depthAt(expression: string, index: number): number {
  const before = expression.slice(0, index);
  return before.split('(').length - before.split(')').length;
}

function expressionsIn(text: string): string[] {
  return [...text.matchAll(/<%(.*?)%>|\{\{(.*?)\}\}|\{%(.*?)%\}/gs)].map((match) => match.slice(1).join(''));
}
