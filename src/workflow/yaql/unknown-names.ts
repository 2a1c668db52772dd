/** Names in an expression that nothing has, told before it is evaluated. */
import type { ArgumentNode, CallNode } from './ast.ts';
import { library } from './library.ts';
import { nodesOf } from './tree-nodes.ts';
import type { YaqlExpression } from './yaql.ts';

export interface UnknownName {
  readonly kind: 'function' | 'method' | 'variable' | 'filter' | 'test';
  /** As it is written: `$node` in YAQL. */
  readonly name: string;
  /** What there is of this kind. */
  readonly known: readonly string[];
  /** The way to write it where there is something of this name of another kind. */
  readonly instead?: string;
}

type Part = ArgumentNode;

/** @param lent names of the functions that the host lends. */
export function unknownInYaql({ tree }: YaqlExpression, lent: readonly string[]): UnknownName[] {
  const parts = nodesOf<Part>(tree);
  const members = new Set(parts.flatMap((part) => (isMember(part) ? [part.right] : [])));
  const calls = parts.filter((part): part is CallNode => part.kind === 'call');
  const [methods, functions] = [
    calls.filter((call) => members.has(call)),
    calls.filter((call) => !members.has(call)),
  ];
  const defined = functions.filter(({ name }) => name === 'def').map(({ args: [name] }) => textOf(name));
  const more = [...lent, ...defined.filter((name) => name !== undefined)];
  return [
    // A name that is computed may be any.
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
 * `$x` is set by `let(x => 1)`, `unpack(x)` and the like: by anything in the expression that says its name.
 */
function unknownVariables(parts: readonly Part[]): UnknownName[] {
  const said = new Set(parts.map(textOf));
  return parts.flatMap((part) => {
    if (part.kind !== 'variable' || /^\$?\d*$/.test(part.name)) return [];
    const bare = part.name.replace(/^\$/, '');
    return said.has(bare) ? [] : [{ kind: 'variable', name: `$${bare}`, known: ['$'] } as const];
  });
}
