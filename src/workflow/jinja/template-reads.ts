/** Names that a template reads from the data itself: `nod` in `{{ _.nod.name }}`. */
import { treeNodes } from '../yaql/tree-nodes.ts';
import type { Expression, Statement } from './ast.ts';
import type { JinjaTemplate } from './jinja.ts';

type Part = Expression | Statement;

/** Without names that the template guards (`is defined`, `default`); empty if it assigns `_` itself. */
export function readsOfJinja({ body }: JinjaTemplate): string[] {
  const parts = treeNodes<Part>(body);
  if (parts.some(setsData)) return [];
  const guarded = new Set(parts.flatMap(guardedVariable));
  const read = parts.flatMap((part) => variableRead(part) ?? []);
  return [...new Set(read)].filter((name) => !guarded.has(name));
}

function variableRead(part: Part): string | undefined {
  const isRead = part.kind === 'attribute' && part.target.kind === 'name' && part.target.name === '_';
  return isRead ? part.name : undefined;
}

function setsData(part: Part): boolean {
  return 'target' in part &&
    part.target?.kind === 'name' &&
    part.target.name === '_' &&
    part.kind !== 'filter'
    ? part.kind === 'for' || part.kind === 'set' || part.kind === 'set-block'
    : false;
}

function guardedVariable(part: Part): string[] {
  const isGuard =
    (part.kind === 'test' && ['defined', 'undefined', 'none'].includes(part.name)) ||
    (part.kind === 'filter' && ['default', 'd'].includes(part.name));
  const name = isGuard && part.target !== undefined ? variableRead(part.target) : undefined;
  return name === undefined ? [] : [name];
}
