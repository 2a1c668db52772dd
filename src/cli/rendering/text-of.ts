import type { Json } from '../../domain/json.ts';

/**
 * A value of an answer that should be a plain one, as text; `none` where it is absent, empty, or a list or
 * map.
 */
export function textOf(value: Json | undefined, none = ''): string {
  if (value === undefined || value === null || typeof value === 'object') return none;
  return value === '' ? none : String(value);
}

/** As it stands in a table. */
export function orDash(value: Json | undefined): string {
  return textOf(value, '-');
}
