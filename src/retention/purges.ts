/**
 * What is kept for a time: each kind has the days of its own (`events`, `recoveries` and `actions` of the
 * configuration, each with `keep_days`). Executions of workflows are the runner's
 * (`workflow/runner/execution-purge.ts`).
 */
import type { Db, Store } from '../store/store.ts';
import type { Age } from './old-part.ts';
import { purgeActions } from './purge-actions.ts';
import { purgeEvents } from './purge-events.ts';
import { purgeRecoveries } from './purge-recoveries.ts';

export const purgedKinds = ['event', 'action', 'recovery'] as const;
export type PurgedKind = (typeof purgedKinds)[number];

interface Purge {
  readonly kind: PurgedKind;
  /** Returns how many were deleted. */
  readonly purge: (store: Store, age: Age) => Promise<number>;
}

/**
 * Recoveries before actions: an action stays as long as a recovery names it.
 * @param windowMs how far back health policies count recoveries.
 */
export function purges(windowMs: (db: Db) => Promise<number>): readonly Purge[] {
  return [
    { kind: 'event', purge: purgeEvents },
    {
      kind: 'recovery',
      purge: async (store, age) => await purgeRecoveries(store, age, await windowMs(store.db)),
    },
    { kind: 'action', purge: purgeActions },
  ];
}
