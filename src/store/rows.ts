/** How values become columns and come back: JSON text and 0/1, the same on every database. */
import type { JsonObject } from '../domain/json.ts';

export function toFlag(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}

export function toText(value: unknown): string {
  return JSON.stringify(value);
}

/** JSON that this program wrote; its shape is the writer's. Most maps of most rows are empty. */
export function fromText<T = JsonObject>(text: string): T {
  return (text === '{}' ? {} : JSON.parse(text)) as T;
}

/**
 * SQLite takes at most 32,766 parameters in a statement, PostgreSQL 65,535: rows of up to 40 columns, in
 * chunks.
 */
export function chunks<T>(rows: readonly T[], size = 500): T[][] {
  const result: T[][] = [];
  for (let start = 0; start < rows.length; start += size) result.push(rows.slice(start, start + size));
  return result;
}
