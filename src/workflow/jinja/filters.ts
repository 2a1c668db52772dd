import { sequenceFilters } from './filters-sequence.ts';
import { textFilters } from './filters-text.ts';
import { valueFilters } from './filters-value.ts';
import type { Native } from './native.ts';

/** All filters by name. `random` is missing: the same template over the same data must give the same text. */
export const filters: ReadonlyMap<string, Native> = new Map([
  ...valueFilters,
  ...textFilters,
  ...sequenceFilters,
]);
