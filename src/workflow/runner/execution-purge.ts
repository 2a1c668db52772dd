/** Deletes executions that ended long ago, with all that belongs to them. */
import { PeriodicPurge } from '../../retention/periodic-purge.ts';
import { purgeStandaloneActions } from '../../store/standalone-actions.ts';
import type { Store } from '../../store/store.ts';
import { deleteUnusedSources } from '../../store/workflow-definitions.ts';
import { purgeExecutions } from '../../store/workflow-purge.ts';

export interface PurgeOptions {
  readonly store: Store;
  readonly now: () => number;
  /** How long executions are kept after their end, in milliseconds; 0: forever. */
  readonly keepMs: number;
  /** A purge failed; the next one is tried at its time. */
  readonly failed: (error: unknown) => void;
}

export class ExecutionPurge {
  readonly #options: PurgeOptions;
  readonly #periodic: PeriodicPurge;

  constructor(options: PurgeOptions) {
    this.#options = options;
    this.#periodic = new PeriodicPurge({ ...options, purge: ({ before }) => this.before(before) });
  }

  start(): void {
    this.#periodic.start();
  }

  async stop(): Promise<void> {
    await this.#periodic.stop();
  }

  /** Those that are no sub-workflow and ended before a time. @returns how many. */
  async before(endedBefore: number): Promise<number> {
    const { store } = this.#options;
    let purged = 0;
    for (;;) {
      const now = await store.write((tx) => purgeExecutions(tx, endedBefore, 100));
      purged += now;
      if (now === 0) break;
    }
    if (purged > 0) await store.write((tx) => deleteUnusedSources(tx));
    await store.write((tx) => purgeStandaloneActions(tx, endedBefore));
    return purged;
  }
}
