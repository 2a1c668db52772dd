/**
 * The amount of data that an execution holds, in characters: a number, a boolean and an item of a collection
 * count as eight. The result of an expression is limited (`yaql/python/limits.ts`), and so is a response of
 * std.http; but a workflow can run any number of tasks, and each of them holds the variables of its branch.
 * Without a limit on the total a small definition could fill the memory of the process that all executions
 * share.
 */
import type { Json } from '../../../domain/json.ts';
import type { ActionRecord, ExecutionRecord, TaskRecord } from '../../../domain/workflow-records.ts';

/**
 * Far above what real workflows hold (a console log has some MB); several executions of this size fit a small
 * server.
 */
export const maxDataSize = 50_000_000;

const itemSize = 8;
/**
 * The overhead of a task or an action (measured: 5 KB of memory): a workflow that keeps forking would hold
 * millions of them.
 */
export const recordSize = 2000;
const sizes = new WeakMap<object, number>();
/** For smaller values, computing the size again is as fast as a cache lookup. */
const worthKeeping = 1000;

/** Values are immutable, so a shared value is measured once. */
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
