/**
 * How much data an execution holds, in characters: a number, a truth and an item of a collection count as
 * eight. What each expression may make is bounded (`yaql/python/limits.ts`), and so is an answer of std.http;
 * but tasks go on and on, and each carries the variables of its branch along. Without a bound on the whole a
 * small definition fills the memory of the process that all others run in.
 */
import type { Json } from '../../../domain/json.ts';
import type { ActionRecord, ExecutionRecord, TaskRecord } from '../../../domain/workflow-records.ts';

/**
 * Far above what workflows carry (a console log has some MB); several executions of this size fit a small
 * server.
 */
export const maxDataSize = 50_000_000;

const itemSize = 8;
/**
 * What a task or an action takes by itself (measured: 5 KB of memory): a workflow that forks again and again
 * would hold millions of them.
 */
export const recordSize = 2000;
const sizes = new WeakMap<object, number>();
/** Of smaller values the size is found again as quickly. */
const worthKeeping = 1000;

/** Values are not changed: what stands in many places is measured once. */
export function dataSize(value: Json): number {
  if (typeof value === 'string') return value.length + itemSize;
  if (typeof value !== 'object' || value === null) return itemSize;
  const known = sizes.get(value);
  if (known !== undefined) return known;
  let size = itemSize;
  if (Array.isArray(value)) for (const item of value) size += dataSize(item as Json);
  else for (const [key, item] of Object.entries(value)) size += key.length + dataSize(item);
  if (size > worthKeeping) sizes.set(value, size);
  return size;
}

export function executionSize({ input, env, vars, globals, output }: ExecutionRecord): number {
  return [input, env, vars, globals, output].reduce((size, value) => size + dataSize(value), 0);
}

export function taskSize({ context, published, items }: TaskRecord): number {
  return recordSize + dataSize(context) + dataSize(published) + (items === null ? 0 : dataSize(items));
}

export function actionSize({ input, result }: ActionRecord): number {
  return recordSize + dataSize(input) + dataSize(result);
}
