/** Names that a template reads from the data itself: `nod` in `{{ _.nod.name }}`. */
import { nodesOf } from '../yaql/tree-nodes.ts';
import type { Expression, Statement } from './ast.ts';
import type { JinjaTemplate } from './jinja.ts';

type Part = Expression | Statement;

/** Not those for which a template provides (`is defined`, `default`), and none where it sets `_` itself. */
export function readsOfJinja({ body }: JinjaTemplate): string[] {
  const parts = nodesOf<Part>(body);
  if (parts.some(setsData)) return [];
  const provided = new Set(parts.flatMap(providedFor));
  const read = parts.flatMap((part) => variableRead(part) ?? []);
  return [...new Set(read)].filter((name) => !provided.has(name));
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

function providedFor(part: Part): string[] {
  const provides =
    (part.kind === 'test' && ['defined', 'undefined', 'none'].includes(part.name)) ||
    (part.kind === 'filter' && ['default', 'd'].includes(part.name));
  const name = provides && part.target !== undefined ? variableRead(part.target) : undefined;
  return name === undefined ? [] : [name];
}
