/**
 * Paths of the healing context that expressions read in the plain way, `$.node.name` or
 * `_.cluster.metadata.zone`, and that the context does not have. Only a warning: inside of a function of YAQL
 * `$` may be something else.
 */
import { didYouMean } from '../../domain/did-you-mean.ts';
import type { Issue } from '../../domain/errors.ts';

/** As `recovery/workflow-input.ts` builds it. */
const context: Readonly<Record<string, readonly string[]>> = {
  cluster: ['id', 'name', 'profile_id', 'desired_capacity', 'min_size', 'max_size', 'metadata'],
  node: ['id', 'name', 'index', 'role', 'physical_id', 'profile_id', 'status', 'metadata', 'data'],
  failure: ['class', 'reason', 'failed_at'],
  episode: ['id', 'opened_at', 'policy_id'],
  steps: [],
};

const ofStep = ['name', 'state', 'attempt', 'reason', 'output'];

export const contextRoots: readonly string[] = Object.keys(context);

/** @param text that holds an expression. */
export function strangePaths(text: string, field: string): Issue[] {
  const paths = expressionsIn(text).flatMap(pathsOf);
  const issues = paths.flatMap((path) => strange(path, field) ?? []);
  return issues.filter((issue, index) => issues.findIndex((other) => other.found === issue.found) === index);
}

/**
 * The path of a text that was obviously meant as an expression and is none: `$.node.id`, `node.id`,
 * `${node.id}`.
 */
export function pathWithoutMarks(text: string): string | undefined {
  const [, sign, braced, path = ''] =
    /^\s*(?:([$_])\.|(\$?\{\s*(?:[$_]\.)?))?([a-z]\w*(?:\.\w+)*)\s*\}?\s*$/.exec(text) ?? [];
  const [root = '', key = ''] = path.split('.');
  if (sign === '$' || (sign === '_' && contextRoots.includes(root))) return path;
  const isPath = context[root]?.includes(key) === true || (root === 'steps' && path.split('.').length > 2);
  return isPath || (braced !== undefined && contextRoots.includes(root)) ? path : undefined;
}

function strange([root = '', key, stepKey]: readonly string[], field: string): Issue | null {
  if (!Object.hasOwn(context, root)) return warning(field, root, root, contextRoots);
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

/** Calls (`$.get(x)`) are not paths. */
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
