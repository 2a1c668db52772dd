/**
 * Checks constant regular expressions in an expression, so that invalid ones are reported when the definition
 * is created.
 */
import type { ArgumentNode, CallNode, YaqlNode } from './ast.ts';
import { EvaluationError, LanguageSyntaxError } from './python/errors.ts';
import { checkPattern, noFlags } from './python/regex.ts';
import { treeNodes } from './tree-nodes.ts';

/** Far more than real expressions have; further patterns are checked only at evaluation. */
const maxCheckedPatterns = 100;

/** @throws LanguageSyntaxError */
export function checkRegexes(tree: YaqlNode): void {
  const patterns = treeNodes<ArgumentNode>(tree).flatMap((node) => patternIn(node) ?? []);
  for (const pattern of patterns.slice(0, maxCheckedPatterns)) check(pattern);
}

function patternIn(node: ArgumentNode): string | undefined {
  if (node.kind === 'binary' && (node.operator === '=~' || node.operator === '!~')) return textOf(node.right);
  if (isMatches(node)) return textOf(node.right.args[0]);
  return node.kind === 'call' && node.name === 'regex' ? textOf(node.args[0]) : undefined;
}

type Matches = Extract<YaqlNode, { kind: 'binary' }> & { readonly right: CallNode };

/** `$.text.matches('pattern')`; the argument of `regex('pattern').matches('text')` is not a pattern. */
function isMatches(node: ArgumentNode): node is Matches {
  if (node.kind !== 'binary' || (node.operator !== '.' && node.operator !== '?.')) return false;
  const { left, right } = node;
  const isOfRegex = left.kind === 'call' && left.name === 'regex';
  const isPlain = left.kind === 'constant' || (left.kind === 'binary' && left.right.kind === 'word');
  return right.kind === 'call' && right.name === 'matches' && !isOfRegex && isPlain;
}

function textOf(node: ArgumentNode | undefined): string | undefined {
  return node?.kind === 'constant' && typeof node.value === 'string' ? node.value : undefined;
}

function check(pattern: string): void {
  try {
    checkPattern(pattern, noFlags);
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    throw new LanguageSyntaxError(`${error.message}: ${JSON.stringify(pattern)}`);
  }
}
