/**
 * The engine: claims actions and runs them, and takes over those of processes that are gone (`membership/`).
 *
 *     pass:  wake what is due -> claim what is ready (with its locks) -> run, up to `concurrency` at once
 *
 * Projects share the slots: the next one is of the project that runs the fewest actions, and none has more
 * than two thirds. What waits, for a time, a signal, its children or its turn at a load balancer, has none.
 *
 * A pass takes no argument about what changed: it is started by a notice that something did, by the timer of
 * the next wait that is due, and every second besides; a lost notice costs a second, never an action.
 */
import { isStorageFailure, toErrorRecord } from '../domain/errors.ts';
import type { Action } from '../domain/model.ts';
import type { Membership } from '../membership/membership.ts';
import {
  claimActions,
  endAction,
  findControls,
  StaleClaim,
  suspendAction,
  takeOverActions,
  type ActionClaim,
  type Ending,
} from '../store/action-claims.ts';
import { deleteOldSignals, nextWakeAt, wakeDueActions } from '../store/action-wakes.ts';
import { hasReadyActions } from '../store/ready-actions.ts';
import { loadSteps } from '../store/action-steps.ts';
import type { Store, Tx } from '../store/store.ts';
import { ActionInterrupted, type ActionDefinition } from './action-context.ts';
import { ActionRun, type RunOutcome } from './action-run.ts';
import { givenUp, MAX_ATTEMPTS, pauseAfterMs, RepeatedFailures, type Failures } from './repeated-failures.ts';

export interface EngineOptions {
  readonly store: Store;
  readonly definitions: readonly ActionDefinition[];
  readonly now?: () => number;
  /** Actions that run at once; those that wait do not count. Two thirds of them may be of one project. */
  readonly concurrency?: number;
  /** Joined: its id owns the claims. */
  readonly membership: Membership;
  readonly observer?: EngineObserver;
  /** For tests: how long an action waits after an error that is not its own. */
  readonly pauseAfterMs?: (attempt: number) => number;
}

/**
 * What the rest of the program adds to an action's life, within its transactions, and what it wants to know.
 */
export interface EngineObserver {
  started?(tx: Tx, action: Action): Promise<void>;
  ended?(tx: Tx, action: Action, ending: Ending): Promise<void>;
  /** An error that is ours, not the action's: for the log. */
  failed?(error: unknown, action: Action | undefined): void;
}

/** What one project leaves free is there at once for another one, however long its own actions take. */
const SHARE_OF_ONE_PROJECT = 2 / 3;
const PASS_EVERY_MS = 1000;
const CLEAN_EVERY_MS = 3_600_000;
/**
 * Longer than any caller is late in waiting for a signal; the wait itself may be longer, it was there before.
 */
const KEEP_SIGNALS_MS = 7 * 24 * 3_600_000;
const SUCCESS = 'Action completed successfully.';

export class Engine {
  readonly #options: EngineOptions;
  readonly #store: Store;
  readonly #now: () => number;
  readonly #concurrency: number;
  readonly #definitions: ReadonlyMap<string, ActionDefinition>;
  readonly #runs = new Map<string, ActionRun>();
  readonly #ended = new Set<Promise<void>>();
  readonly #unlisten: (() => void)[] = [];
  #passing: Promise<void> | undefined;
  #isKicked = false;
  readonly #failures = new RepeatedFailures();
  readonly #abort = new AbortController();
  readonly #pauseAfterMs: (attempt: number) => number;
  #stopping = false;
  #wakeTimer: NodeJS.Timeout | undefined;
  #timers: NodeJS.Timeout[] = [];

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#now = options.now ?? Date.now;
    this.#concurrency = options.concurrency ?? 96;
    this.#pauseAfterMs = options.pauseAfterMs ?? pauseAfterMs;
    this.#definitions = new Map(options.definitions.map((definition) => [definition.action, definition]));
    if (this.#definitions.size !== options.definitions.length)
      throw new Error('Two definitions of one action.');
  }

  async start(): Promise<void> {
    this.#unlisten.push(await this.#options.membership.subscribe(takeOverActions));
    this.#unlisten.push(this.#store.listen('actions', () => this.kick()));
    this.#unlisten.push(this.#store.listen('controls', () => void this.#control()));
    this.#timers = [
      setInterval(() => this.kick(), PASS_EVERY_MS),
      setInterval(() => void this.#control(), PASS_EVERY_MS),
      setInterval(() => void this.#clean(), CLEAN_EVERY_MS),
    ];
    this.kick();
  }

  /** Stops claiming, lets running steps end (or be aborted), gives the claims back. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#abort.abort();
    for (const unlisten of this.#unlisten) unlisten();
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#wakeTimer);
    await this.#passing;
    for (const run of this.#runs.values()) run.stop();
    await Promise.all(this.#ended);
  }

  /** How many actions run now; those that wait are rows, not here. */
  get running(): number {
    return this.#runs.size;
  }

  kick(): void {
    if (this.#stopping) return;
    this.#isKicked = true;
    this.#passing ??= this.#passes();
  }

  async #passes(): Promise<void> {
    try {
      while (this.#isKicked && !this.#stopping) {
        this.#isKicked = false;
        await this.#pass();
      }
    } catch (error) {
      this.#options.observer?.failed?.(error, undefined);
    } finally {
      this.#passing = undefined;
    }
  }

  async #pass(): Promise<void> {
    const free = this.#concurrency - this.#runs.size;
    const next = await nextWakeAt(this.#store.db);
    const due = next !== null && next <= this.#now();
    this.#schedule(due ? null : next);
    if (free <= 0 || !(due || (await hasReadyActions(this.#store.db)))) return;
    const claims = await this.#store.write(async (tx) => {
      this.#schedule(await wakeDueActions(tx, this.#now()));
      return await this.#claim(tx, free);
    });
    for (const claim of claims) this.#run(claim);
  }

  async #claim(tx: Tx, most: number): Promise<ActionClaim[]> {
    const slots = { free: most, ofOneProject: Math.ceil(this.#concurrency * SHARE_OF_ONE_PROJECT) };
    const claims = await claimActions(tx, this.#options.membership.id, slots, this.#now());
    for (const { epoch, action } of claims) if (epoch === 1) await this.#announce(tx, action);
    return claims;
  }

  /** What the observer fails at for one action must not keep all others from being claimed. */
  async #announce(tx: Tx, action: Action): Promise<void> {
    try {
      await this.#options.observer?.started?.(tx, action);
    } catch (error) {
      if (isStorageFailure(error)) throw error;
      this.#options.observer?.failed?.(error, action);
    }
  }

  #schedule(next: number | null): void {
    clearTimeout(this.#wakeTimer);
    if (next === null) return;
    const delay = Math.max(0, next - this.#now());
    // The pass of every second finds what is further away.
    if (delay < PASS_EVERY_MS) this.#wakeTimer = setTimeout(() => this.kick(), delay);
  }

  #run(claim: ActionClaim): void {
    const done = this.#carryOut(claim)
      .then(() => this.#failures.clear(claim.action.id))
      .catch((error: unknown) => this.#recoverFromFailure(claim, error))
      .finally(() => {
        this.#runs.delete(claim.action.id);
        this.#ended.delete(done);
        this.kick();
      });
    this.#ended.add(done);
  }

  async #carryOut(claim: ActionClaim): Promise<void> {
    const definition = this.#definitions.get(claim.action.action);
    if (definition === undefined) {
      const reason = `The action ${claim.action.action} is unknown to this version of Coppice.`;
      return await this.#end(claim, { status: 'FAILED', reason, outputs: {} });
    }
    const steps = await loadSteps(this.#store.db, claim.action.id);
    const run = new ActionRun({ store: this.#store, now: this.#now, claim, steps });
    this.#runs.set(claim.action.id, run);
    const outcome = await run.execute(definition);
    await this.#settle(claim, outcome);
  }

  async #settle(claim: ActionClaim, outcome: RunOutcome): Promise<void> {
    switch (outcome.kind) {
      case 'returned':
        return await this.#end(claim, { status: 'SUCCEEDED', reason: SUCCESS, outputs: outcome.outputs });
      case 'threw':
        return await this.#end(claim, endingOf(outcome.error));
      case 'suspended':
        return;
      case 'lost':
        throw outcome.error;
    }
  }

  async #end(claim: ActionClaim, ending: Ending): Promise<void> {
    await this.#store.write(async (tx) => {
      await endAction(tx, claim, ending, this.#now());
      await this.#options.observer?.ended?.(tx, claim.action, ending);
    });
  }

  /**
   * The database failed, Coppice has a bug, or the claim is another's. What was not committed did not happen:
   * the action waits for a while and is taken again, or fails where only a bug can be left.
   */
  async #recoverFromFailure(claim: ActionClaim, error: unknown): Promise<void> {
    if (error instanceof StaleClaim) return this.#failures.clear(claim.action.id);
    this.#options.observer?.failed?.(error, claim.action);
    const failures = this.#failures.add(claim.action.id, error);
    for (let attempt = 1; !this.#stopping; attempt += 1) {
      try {
        return await this.#giveBack(claim, failures);
      } catch (again) {
        if (again instanceof StaleClaim) return;
        this.#options.observer?.failed?.(again, claim.action);
        await this.#pause(this.#pauseAfterMs(attempt));
      }
    }
  }

  async #giveBack(claim: ActionClaim, { inARow, own }: Failures): Promise<void> {
    if (own >= MAX_ATTEMPTS) return await this.#giveUp(claim);
    const writer = { actionId: claim.action.id, epoch: claim.epoch, cancelled: claim.cancelReason !== null };
    const reason = 'Stopped by an internal error of Coppice or by its database; tried again soon.';
    const wakeAt = this.#now() + this.#pauseAfterMs(inARow);
    await this.#store.write((tx) =>
      suspendAction(tx, writer, { reason, wakeAt, signal: null, children: 0 }, this.#now()),
    );
  }

  /** Where the observer is what fails, the action ends without it: nothing else would free its locks. */
  async #giveUp(claim: ActionClaim): Promise<void> {
    const ending = endingOf(givenUp(claim.action.id));
    try {
      await this.#end(claim, ending);
    } catch (error) {
      if (error instanceof StaleClaim || isStorageFailure(error)) throw error;
      this.#options.observer?.failed?.(error, claim.action);
      await this.#store.write((tx) => endAction(tx, claim, ending, this.#now()));
    }
    this.#failures.clear(claim.action.id);
  }

  /** Ends at once where the engine stops. */
  async #pause(milliseconds: number): Promise<void> {
    const { signal } = this.#abort;
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = () => resolve();
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end);
    await promise;
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }

  async #control(): Promise<void> {
    if (this.#runs.size === 0 || this.#stopping) return;
    try {
      const claims = [...this.#runs.entries()].map(([id, run]) => ({ id, epoch: run.epoch }));
      const { cancelled, stale } = await findControls(this.#store.db, claims);
      for (const { id, reason } of cancelled) this.#runs.get(id)?.cancel(reason);
      for (const { id, epoch } of claims) {
        const run = this.#runs.get(id);
        if (stale.includes(id) && run?.epoch === epoch && !run.left) run.lose();
      }
    } catch (error) {
      this.#options.observer?.failed?.(error, undefined);
    }
  }

  async #clean(): Promise<void> {
    try {
      await this.#store.write((tx) => deleteOldSignals(tx, this.#now() - KEEP_SIGNALS_MS));
    } catch (error) {
      this.#options.observer?.failed?.(error, undefined);
    }
  }
}

function endingOf(error: unknown): Ending {
  const { message: reason, code } = toErrorRecord(error);
  const cancelled = error instanceof ActionInterrupted && error.why === 'cancelled';
  return cancelled
    ? { status: 'CANCELLED', reason, outputs: {} }
    : { status: 'FAILED', reason, outputs: {}, failureCode: code };
}
