/** Finds names in an expression that do not exist, before it is evaluated. */
import type { ArgumentNode, CallNode } from './ast.ts';
import { library } from './library.ts';
import { treeNodes } from './tree-nodes.ts';
import type { YaqlExpression } from './yaql.ts';

export interface UnknownName {
  readonly kind: 'function' | 'method' | 'variable' | 'filter' | 'test';
  /** As written: `$node` in YAQL. */
  readonly name: string;
  /** The existing names of this kind. */
  readonly known: readonly string[];
  /** How to write it instead, if a name of another kind exists. */
  readonly instead?: string;
}

type Part = ArgumentNode;

/** @param hostFunctions names of the functions that the host provides. */
export function unknownInYaql({ tree }: YaqlExpression, hostFunctions: readonly string[]): UnknownName[] {
  const parts = treeNodes<Part>(tree);
  const members = new Set(parts.flatMap((part) => (isMember(part) ? [part.right] : [])));
  const calls = parts.filter((part): part is CallNode => part.kind === 'call');
  const [methods, functions] = [
    calls.filter((call) => members.has(call)),
    calls.filter((call) => !members.has(call)),
  ];
  const defined = functions.filter(({ name }) => name === 'def').map(({ args: [name] }) => textOf(name));
  const more = [...hostFunctions, ...defined.filter((name) => name !== undefined)];
  return [
    // A computed name can be anything.
    ...(defined.includes(undefined) ? [] : functions.flatMap(({ name }) => unknownFunction(name, more))),
    ...methods.flatMap(({ name }) => unknownMethod(name)),
    ...unknownVariables(parts),
  ];
}

type Member = Extract<Part, { kind: 'binary' }>;

function isMember(part: Part): part is Member {
  return part.kind === 'binary' && (part.operator === '.' || part.operator === '?.');
}

function textOf(part: Part | undefined): string | undefined {
  if (part?.kind === 'word') return part.name;
  return part?.kind === 'constant' && typeof part.value === 'string' ? part.value : undefined;
}

function unknownFunction(name: string, more: readonly string[]): UnknownName[] {
  if (library.functions.has(name) || more.includes(name)) return [];
  const known = [...library.functions.keys(), ...more];
  return [{ kind: 'function', name, known, ...(library.methods.has(name) && { instead: `$.${name}()` }) }];
}

function unknownMethod(name: string): UnknownName[] {
  if (library.methods.has(name)) return [];
  const known = [...library.methods.keys()];
  return [{ kind: 'method', name, known, ...(library.functions.has(name) && { instead: `${name}($)` }) }];
}

/**
 * `$x` is set by `let(x => 1)`, `unpack(x)` and similar calls: any mention of its name in the expression
 * counts.
 */
function unknownVariables(parts: readonly Part[]): UnknownName[] {
  const mentioned = new Set(parts.map(textOf));
  return parts.flatMap((part) => {
    if (part.kind !== 'variable' || /^\$?\d*$/.test(part.name)) return [];
    const bare = part.name.replace(/^\$/, '');
    return mentioned.has(bare) ? [] : [{ kind: 'variable', name: `$${bare}`, known: ['$'] } as const];
  });
}
