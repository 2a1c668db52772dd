import type { Json } from '../../src/domain/json.ts';

/** A text as it is, and anything else as JSON. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
