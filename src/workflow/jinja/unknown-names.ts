/** Finds names in a template that do not exist, before it is rendered. */
import type { UnknownName } from '../yaql/unknown-names.ts';
import { treeNodes } from '../yaql/tree-nodes.ts';
import type { Arguments, Expression, Statement, Target } from './ast.ts';
import { filters } from './filters.ts';
import { globals } from './globals.ts';
import type { JinjaTemplate } from './jinja.ts';
import { predicates } from './predicates.ts';

type Part = Expression | Statement;

/** @param hostFunctions names of the functions that the host provides. */
export function unknownInJinja({ body }: JinjaTemplate, hostFunctions: readonly string[]): UnknownName[] {
  const parts = treeNodes<Part>(body);
  const functions = [...globals.keys(), ...hostFunctions, ...parts.flatMap(macroOf)];
  const names = new Set([
    '_',
    'loop',
    ...functions,
    ...parts.flatMap(namesSetBy),
    ...parts.flatMap(guardedName),
  ]);
  const called = new Set(parts.flatMap((part) => (part.kind === 'call' ? [part.callee] : [])));
  return parts.flatMap((part) => {
    if (part.kind === 'filter')
      return [...unknownFilter(part.name), ...unknownInArguments(part.name, part.args)];
    if (part.kind === 'test') return unknownTest(part.name);
    if (part.kind !== 'name' || names.has(part.name)) return [];
    return called.has(part) ? unknownFunction(part.name, functions) : unknownVariable(part.name);
  });
}

function macroOf(part: Part): string[] {
  return part.kind === 'macro' ? [part.name] : [];
}

function namesSetBy(part: Part): string[] {
  if (part.kind === 'macro') return part.parameters.map(([name]) => name);
  if (part.kind === 'with') return part.assignments.flatMap(([target]) => namesIn(target));
  const isSetting = part.kind === 'for' || part.kind === 'set' || part.kind === 'set-block';
  return isSetting ? namesIn(part.target) : [];
}

function namesIn(target: Target): string[] {
  if (target.kind === 'names') return target.targets.flatMap(namesIn);
  return target.kind === 'name' ? [target.name] : [];
}

/** `x is defined`, `x | default(1)`: the template handles a missing name. */
function guardedName(part: Part): string[] {
  const isGuard =
    (part.kind === 'test' && ['defined', 'undefined'].includes(part.name)) ||
    (part.kind === 'filter' && ['default', 'd'].includes(part.name));
  return isGuard && part.target?.kind === 'name' ? [part.target.name] : [];
}

function unknownFilter(name: string): UnknownName[] {
  if (filters.has(name)) return [];
  const known = [...filters.keys()];
  return [{ kind: 'filter', name, known, ...(globals.has(name) && { instead: `${name}(_)` }) }];
}

function unknownTest(name: string): UnknownName[] {
  return predicates.has(name) ? [] : [{ kind: 'test', name, known: [...predicates.keys()] }];
}

function unknownFunction(name: string, known: readonly string[]): UnknownName[] {
  return [{ kind: 'function', name, known, ...(filters.has(name) && { instead: `_ | ${name}` }) }];
}

function unknownVariable(name: string): UnknownName[] {
  return [{ kind: 'variable', name, known: ['_'] }];
}

/** `map('upper')` names a filter, `select('odd')` and `selectattr('x', 'odd')` a test. */
function unknownInArguments(filter: string, { positional: [first, second] }: Arguments): UnknownName[] {
  if (filter === 'map') return ofText(first, unknownFilter);
  if (filter === 'select' || filter === 'reject') return ofText(first, unknownTest);
  return filter === 'selectattr' || filter === 'rejectattr' ? ofText(second, unknownTest) : [];
}

function ofText(part: Expression | undefined, unknown: (name: string) => UnknownName[]): UnknownName[] {
  return part?.kind === 'constant' && typeof part.value === 'string' ? unknown(part.value) : [];
}
