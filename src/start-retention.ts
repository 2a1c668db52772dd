/** Deletes old records from time to time, as the configuration says how long each kind is kept. */
import { longestWindowMs } from './clusters/counted-windows.ts';
import type { Config } from './config.ts';
import type { createLog } from './log.ts';
import type { retentionMetrics } from './metrics/retention-metrics.ts';
import type { Stops } from './open-cloud.ts';
import { PeriodicPurge } from './retention/periodic-purge.ts';
import { purges } from './retention/purges.ts';
import type { Store } from './store/store.ts';

interface RetentionParts {
  readonly config: Config;
  readonly store: Store;
  readonly log: ReturnType<typeof createLog>;
  readonly onPurged: ReturnType<typeof retentionMetrics>;
}

export function startRetention({ config, store, log, onPurged }: RetentionParts, stops: Stops): void {
  const days = {
    event: config.eventKeepDays,
    recovery: config.recoveryKeepDays,
    action: config.actionKeepDays,
  };
  for (const { kind, purge: deleteOld } of purges(longestWindowMs)) {
    const keepDays = days[kind];
    const purge = new PeriodicPurge({
      now: Date.now,
      keepMs: keepDays * 24 * 3600 * 1000,
      purge: async (age) => {
        const deleted = await deleteOld(store, age);
        onPurged(kind, deleted);
        if (deleted > 0) log.info({ kind, deleted, keep_days: keepDays }, 'Old records were deleted');
      },
      failed: (error) =>
        log.error({ err: error, kind }, 'old records could not be deleted; tried again in an hour'),
    });
    stops.push(() => purge.stop());
    purge.start();
  }
}
