/**
 * One action carried out as the engine does it, but in a time that only waits move, and with a process that
 * dies where a test wants it to: before or after any one commit. What is lost is what a SIGKILL loses, all
 * but the rows.
 */
import { toErrorRecord } from '../../src/domain/errors.ts';
import { ActionInterrupted } from '../../src/engine/action-context.ts';
import type { ActionDefinition } from '../../src/engine/action-context.ts';
import { ActionRun } from '../../src/engine/action-run.ts';
import type { RunOutcome } from '../../src/engine/action-run.ts';
import { loadSteps } from '../../src/store/action-steps.ts';
import { requestCancel } from '../../src/store/action-cancel.ts';
import { claimActions, endAction, StaleClaim, releaseAction } from '../../src/store/action-claims.ts';
import { nextWakeAt, wakeDueActions } from '../../src/store/action-wakes.ts';
import type { ActionClaim, Ending } from '../../src/store/action-claims.ts';
import type { Store } from '../../src/store/store.ts';

export interface Crash {
  /** Which of the action's commits, from 1. */
  readonly commit: number;
  readonly when: 'before' | 'after';
}

class Killed extends Error {}

export class CrashingRun {
  now: number;
  commits = 0;
  crashes = 0;
  readonly #store: Store;
  readonly #definition: ActionDefinition;
  readonly #crash: Crash | null;
  readonly #dying: Store;

  constructor(store: Store, definition: ActionDefinition, now: number, crash: Crash | null = null) {
    this.#store = store;
    this.#definition = definition;
    this.#crash = crash;
    this.now = now;
    this.#dying = {
      db: store.db,
      listen: (topic, listener) => store.listen(topic, listener),
      onCommitted: (listener) => store.onCommitted(listener),
      close: () => store.close(),
      location: store.location,
      writeFailure: undefined,
      dataVersion: () => undefined,
      isExclusive: true,
      secrets: store.secrets,
      isFailure: (error) => error instanceof Killed || store.isFailure(error),
      write: (work) => this.#write(() => store.write(work)),
    };
  }

  async #write<T>(commit: () => Promise<T>): Promise<T> {
    this.commits += 1;
    const dies = this.crashes === 0 && this.#crash?.commit === this.commits;
    if (dies) this.crashes += 1;
    if (dies && this.#crash?.when === 'before') throw new Killed('before the commit');
    const result = await commit();
    if (dies) throw new Killed('after the commit');
    return result;
  }

  /**
   * Runs the one action that is queued. @param cancelAt the number of the claim before which it is cancelled.
   */
  async toTheEnd(cancelAt?: number): Promise<Ending> {
    for (let claims = 1; claims < 2000; claims += 1) {
      const claim = await this.#claim();
      if (claims === cancelAt)
        await this.#store.write((tx) => requestCancel(tx, claim.action.id, 'test', this.now));
      const cancelled = cancelAt !== undefined && claims >= cancelAt;
      const ending = await this.#run(cancelled ? { ...claim, cancelReason: 'test' } : claim);
      if (ending !== null) return ending;
    }
    throw new Error('the action does not end');
  }

  async #claim(): Promise<ActionClaim> {
    return await this.#store.write(async (tx) => {
      const next = await nextWakeAt(tx.db);
      this.now = Math.max(this.now, next ?? 0);
      await wakeDueActions(tx, this.now);
      const [claim] = await claimActions(tx, 'test', { free: 1, ofOneProject: 1 }, this.now);
      if (claim === undefined) throw new Error('nothing is left to run');
      return claim;
    });
  }

  async #run(claim: ActionClaim): Promise<Ending | null> {
    const steps = await loadSteps(this.#store.db, claim.action.id);
    const run = new ActionRun({ store: this.#dying, now: () => this.now, claim, steps });
    const outcome = await run.execute(this.#definition);
    if (outcome.kind === 'suspended') return null;
    if (outcome.kind === 'lost') {
      if (!(outcome.error instanceof Killed)) throw outcome.error;
      await this.#takeOver(claim);
      return null;
    }
    return await this.#end(claim, outcome);
  }

  async #takeOver({ action, epoch }: ActionClaim): Promise<void> {
    try {
      await this.#store.write((tx) => releaseAction(tx, action.id, epoch));
    } catch (error) {
      // It died after it had gone to wait: there is nothing to take over.
      if (!(error instanceof StaleClaim)) throw error;
    }
  }

  async #end(
    claim: ActionClaim,
    outcome: Extract<RunOutcome, { kind: 'returned' | 'threw' }>,
  ): Promise<Ending> {
    const ending =
      outcome.kind === 'returned'
        ? { status: 'SUCCEEDED' as const, reason: '', outputs: outcome.outputs }
        : endingOf(outcome.error);
    await this.#store.write((tx) => endAction(tx, claim, ending, this.now));
    return ending;
  }
}

function endingOf(error: unknown): Ending {
  const cancelled = error instanceof ActionInterrupted && error.why === 'cancelled';
  return { status: cancelled ? 'CANCELLED' : 'FAILED', reason: toErrorRecord(error).message, outputs: {} };
}
