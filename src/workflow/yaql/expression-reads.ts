/** Finds the variables that an expression reads from its data, and comparisons that are probably mistakes. */
import type { ArgumentNode } from './ast.ts';
import type { YaqlExpression } from './yaql.ts';

type Part = ArgumentNode;

export interface ExpressionReads {
  /** Names read from the data itself: `nod` in `$.nod.name`. */
  readonly variables: readonly string[];
  /** Comparisons of two constants one of which is a bare word: `status = UP`, as `['status', 'UP']`. */
  readonly wordComparisons: readonly (readonly [left: string, right: string])[];
}

/**
 * Arguments of calls and the right side of `->` are skipped, because `$` may have another meaning there
 * (`$.list.where($.x = 1)`).
 */
export function readsOfYaql({ tree }: YaqlExpression): ExpressionReads {
  const variables = new Set<string>();
  const wordComparisons: [string, string][] = [];
  const waiting: Part[] = [tree];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    const name = variableRead(part);
    if (name !== undefined) variables.add(name);
    const compared = comparedWords(part);
    if (compared !== undefined) wordComparisons.push(compared);
    waiting.push(...innerParts(part));
  }
  return { variables: [...variables], wordComparisons };
}

function variableRead(part: Part): string | undefined {
  if (part.kind !== 'binary' || part.operator !== '.' || part.right.kind !== 'word') return undefined;
  const isData = part.left.kind === 'variable' && /^\$?$/.test(part.left.name);
  return isData ? part.right.name : undefined;
}

function comparedWords(part: Part): [string, string] | undefined {
  if (part.kind !== 'binary' || (part.operator !== '=' && part.operator !== '!=')) return undefined;
  const [left, right] = [constantText(part.left), constantText(part.right)];
  const hasWord = part.left.kind === 'word' || part.right.kind === 'word';
  return hasWord && left !== undefined && right !== undefined ? [left, right] : undefined;
}

function constantText(part: Part): string | undefined {
  if (part.kind === 'word') return part.name;
  return part.kind === 'constant' && typeof part.value === 'string' ? part.value : undefined;
}

function innerParts(part: Part): readonly Part[] {
  switch (part.kind) {
    case 'binary':
      return part.operator === '->' ? [part.left] : [part.left, part.right];
    case 'unary':
      return [part.operand];
    case 'wrap':
      return [part.inner];
    case 'index':
      return [part.target];
    case 'list':
    case 'map':
      return part.args;
    case 'rule':
      return [part.source, part.destination];
    case 'call':
    case 'constant':
    case 'word':
    case 'variable':
    case 'absent':
      return [];
  }
}
