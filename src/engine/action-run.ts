/**
 * One claim of one action, carried out: the context that the action's function sees, over the records of what
 * was done before. It ends in one of four ways (`RunOutcome`); only `returned` and `threw` are an end of the
 * action.
 */
import type { ActionRequest } from '../domain/action-requests.ts';
import { CoppiceError, fromErrorRecord, toErrorRecord, type ErrorRecord } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Action } from '../domain/model.ts';
import { requestCancel } from '../store/action-cancel.ts';
import { StaleClaim, type ActionClaim, type Waiting } from '../store/action-claims.ts';
import { findSignal } from '../store/action-wakes.ts';
import { childOutcomes, insertActions, type ChildOutcome } from '../store/actions.ts';
import type { StepKind, StepRecord } from '../store/action-steps.ts';
import type { Store, Tx } from '../store/store.ts';
import {
  ActionInterrupted,
  type ActionContext,
  type ActionDefinition,
  type ShownWait,
  type StepRequest,
  type TurnWanted,
} from './action-context.ts';
import { cancelReasonOfChildren, childAction, isEnded } from './child-actions.ts';
import { RunInterruption } from './run-interruption.ts';
import { RunRecords, settled } from './run-records.ts';

export type RunOutcome =
  | { readonly kind: 'returned'; readonly outputs: JsonObject }
  | { readonly kind: 'threw'; readonly error: unknown }
  /** The row waits, and will be woken. */
  | { readonly kind: 'suspended' }
  /** The claim is not ours any more, or the database failed: nothing more may be written. */
  | { readonly kind: 'lost'; readonly error: unknown };

export interface RunOptions {
  readonly store: Store;
  readonly now: () => number;
  readonly claim: ActionClaim;
  /** What earlier claims of the action have recorded. */
  readonly steps: ReadonlyMap<string, StepRecord>;
}

export class ActionRun implements ActionContext {
  readonly action: Action;
  readonly inputs: JsonObject;
  readonly now: () => number;
  readonly epoch: number;
  readonly #store: Store;
  readonly #steps: ReadonlyMap<string, StepRecord>;
  readonly #used = new Set<string>();
  readonly #left = Promise.withResolvers<RunOutcome>();
  readonly #interruption: RunInterruption;
  readonly #records: RunRecords;
  #stopping = false;
  #over = false;
  /** An earlier life may have begun what is first found without a record, and nothing after it. */
  #mayHaveBegun: boolean;

  constructor({ store, now, claim, steps }: RunOptions) {
    this.#store = store;
    this.#steps = steps;
    this.now = now;
    this.action = claim.action;
    this.inputs = claim.action.inputs;
    this.epoch = claim.epoch;
    this.#mayHaveBegun = claim.epoch > 1;
    this.#interruption = new RunInterruption(claim.action, now);
    this.#records = new RunRecords({
      store,
      now,
      claim: { actionId: claim.action.id, epoch: claim.epoch },
      isCancelled: () => this.#interruption.isCancelled,
    });
    if (claim.cancelReason !== null) this.cancel(claim.cancelReason);
  }

  /** Whether the run is over: it ended, waits, or was lost. */
  get left(): boolean {
    return this.#over;
  }

  get signal(): AbortSignal {
    return this.#interruption.signal;
  }

  /** Runs the action until it ends, waits, or is lost. */
  async execute(definition: ActionDefinition): Promise<RunOutcome> {
    this.#interruption.startDeadline();
    const body = definition.run(this).then(
      (outputs): RunOutcome => ({ kind: 'returned', outputs: outputs ?? {} }),
      (error: unknown): RunOutcome => ({ kind: 'threw', error }),
    );
    try {
      return await Promise.race([this.#left.promise, body]);
    } finally {
      this.#over = true;
      this.#interruption.stopDeadline();
    }
  }

  /** @param reason a sentence: it is what the action ends with. */
  cancel(reason: string): void {
    this.#interruption.cancel(reason);
  }

  /** The process stops: what runs may end its step; then the claim is given back. */
  stop(): void {
    this.#stopping = true;
    this.#interruption.abort();
  }

  /** The claim was taken over: writes would be refused, so the work is aborted. */
  lose(): void {
    this.#leave({ kind: 'lost', error: new StaleClaim(this.action.id) });
    this.#interruption.abort();
  }

  async step<T extends Json | void>(
    name: string,
    work: (request: StepRequest) => Promise<T>,
    record?: (tx: Tx, result: T) => Promise<void>,
  ): Promise<T> {
    const known = await this.#enter(name);
    return known === undefined ? await this.#perform(name, work, record) : settled<T>(known);
  }

  async operation<T extends Json | void>(
    name: string,
    work: (request: StepRequest) => Promise<T>,
    record?: (tx: Tx, result: T) => Promise<void>,
    turn?: TurnWanted | null,
  ): Promise<T> {
    const known = await this.#enter(name, { evenIfInterrupted: this.#mayHaveBegun });
    if (known !== undefined && known.state !== 'WAITING') return settled<T>(known);
    if (turn !== undefined && turn !== null) await this.#untilTurn(name, turn, known);
    return await this.#perform(name, work, record);
  }

  /** Without the turn nothing was begun: an interruption is thrown at once. */
  async #untilTurn(name: string, turn: TurnWanted, known: StepRecord | undefined): Promise<void> {
    if (await this.#guard(() => this.#records.hasTurn(turn.resource))) return;
    this.#throwIfInterrupted();
    const until = (known?.result as number | null | undefined) ?? this.now() + (turn.withinMs ?? Infinity);
    if (this.now() >= until) {
      const sentence = `${turn.shown} was busy with changes of other nodes for too long`;
      await this.#failStep(name, new CoppiceError('operation-failed', sentence));
    }
    const isOurs = await this.#guard(() =>
      this.#records.takeTurnOrWait(name, turn, until, () => this.#interruption.wakeBy(until)),
    );
    if (!isOurs) await this.#leaveWaiting();
  }

  async cleanUp<T extends Json | void>(
    name: string,
    work: () => Promise<T>,
    record?: (tx: Tx, result: T) => Promise<void>,
  ): Promise<T> {
    const known = await this.#enter(name, { evenIfInterrupted: true });
    return known === undefined ? await this.#perform(name, work, record) : settled<T>(known);
  }

  async #perform<T extends Json | void>(
    name: string,
    work: (request: StepRequest) => Promise<T>,
    record?: (tx: Tx, result: T) => Promise<void>,
  ): Promise<T> {
    const request = { key: `${this.action.id}/${name}`, signal: this.signal };
    let result: T;
    try {
      result = await work(request);
    } catch (error) {
      return await this.#failStep(name, error);
    }
    return await this.#saveResult(name, async (tx) => {
      await record?.(tx, result);
      return result;
    });
  }

  async transaction<T extends Json | void>(name: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    const known = await this.#enter(name);
    return known === undefined ? await this.#saveResult(name, work) : settled<T>(known);
  }

  async sleep(name: string, milliseconds: number): Promise<void> {
    const known = await this.#enter(name);
    if (known?.state === 'DONE') return;
    const until = (known?.result as number | undefined) ?? this.now() + milliseconds;
    if (this.now() >= until) {
      // Else an interruption that comes later would be thrown here by a replay, before what was begun since.
      await this.#save(name, 'sleep', 'DONE', until);
      return;
    }
    await this.#wait(name, 'sleep', known, until, { reason: 'Waiting for a time.', wakeAt: until });
  }

  async waitFor(
    name: string,
    signal: string,
    milliseconds: number,
    shown: ShownWait = { status: 'WAITING', reason: 'Waiting for a signal.' },
  ): Promise<JsonObject | undefined> {
    const known = await this.#enter(name);
    if (known?.state === 'DONE') return (known.result as JsonObject | null) ?? undefined;
    const until = (known?.result as number | undefined) ?? this.now() + milliseconds;
    const payload = await this.#guard(() => findSignal(this.#store.db, signal));
    if (payload !== undefined || this.now() >= until) {
      await this.#save(name, 'wait', 'DONE', payload ?? null);
      return payload;
    }
    return await this.#wait(name, 'wait', known, until, { ...shown, wakeAt: until, signal });
  }

  async children(name: string, requests: readonly ActionRequest[]): Promise<ChildOutcome[]> {
    const known = await this.#enter(name, { evenIfInterrupted: true });
    if (known?.state === 'DONE') return known.result as unknown as ChildOutcome[];
    if (known?.state === 'FAILED') throw this.#deliver(known.result as unknown as ErrorRecord);
    if (known === undefined) return await this.#startChildren(name, requests);
    const ids = known.result as string[];
    const outcomes = await this.#guard(() => childOutcomes(this.#store.db, this.action.id, ids));
    const open = outcomes.filter((child) => !isEnded(child.status)).length;
    if (open > 0) return await this.#waitForChildren(name, ids, open, this.#interruption.pending);
    const interruption = this.#interruption.pending;
    if (interruption === undefined) {
      await this.#save(name, 'children', 'DONE', outcomes as unknown as Json);
      return outcomes;
    }
    const record = toErrorRecord(interruption);
    await this.#save(name, 'children', 'FAILED', record as unknown as Json);
    throw this.#deliver(record);
  }

  /**
   * Children are waited for even when interrupted, so that here the interruption itself is the recorded end.
   */
  #deliver(record: ErrorRecord): Error {
    this.#interruption.take();
    const why = record.code === 'cancelled' ? 'cancelled' : 'timed-out';
    return new ActionInterrupted(why, record.message);
  }

  async #startChildren(name: string, requests: readonly ActionRequest[]): Promise<ChildOutcome[]> {
    this.#throwIfInterrupted();
    if (requests.length === 0) return [];
    const children = requests.map((request) => childAction(this.action, request));
    const ids = children.map((child) => child.id);
    return await this.#suspend(async (tx) => {
      await this.#records.saveIn(tx, { name, kind: 'children', state: 'WAITING', result: ids });
      await insertActions(tx, children, this.now());
      return {
        reason: 'Waiting for depended actions.',
        wakeAt: this.#interruption.wakeBy(null),
        signal: null,
        children: ids.length,
      };
    });
  }

  /**
   * Waits on; once interrupted, the children are cancelled first, and their end is awaited without a
   * limit.
   */
  async #waitForChildren(
    name: string,
    ids: string[],
    open: number,
    interruption: ActionInterrupted | undefined,
  ): Promise<never> {
    return await this.#suspend(async (tx) => {
      if (interruption !== undefined)
        for (const id of ids)
          await requestCancel(tx, id, cancelReasonOfChildren(this.action, interruption), this.now());
      const after = interruption === undefined ? undefined : await childOutcomes(tx.db, this.action.id, ids);
      const left = after?.filter((child) => !isEnded(child.status)).length ?? open;
      await this.#records.saveIn(tx, { name, kind: 'children', state: 'WAITING', result: ids });
      // With none left nothing would wake us: read again at once.
      const wakeBy = interruption === undefined ? this.#interruption.wakeBy(null) : null;
      const wakeAt = left === 0 ? this.now() : wakeBy;
      return { reason: 'Waiting for depended actions.', wakeAt, signal: null, children: left };
    });
  }

  /**
   * Where each operation begins: names are used once, a stopping process lets go, an interruption is thrown
   * once.
   */
  async #enter(name: string, { evenIfInterrupted = false } = {}): Promise<StepRecord | undefined> {
    if (this.#over) return await never();
    if (this.#used.has(name))
      throw new Error(`The step name ${JSON.stringify(name)} is used twice in ${this.action.action}.`);
    this.#used.add(name);
    const known = this.#steps.get(name);
    if (known !== undefined && known.state !== 'WAITING') return known;
    if (this.#stopping) return await this.#release();
    if (!evenIfInterrupted) this.#throwIfInterrupted();
    this.#mayHaveBegun = false;
    return known;
  }

  #throwIfInterrupted(): void {
    const interruption = this.#interruption.take();
    if (interruption !== undefined) throw interruption;
  }

  async #failStep(name: string, error: unknown): Promise<never> {
    if (this.#stopping) return await this.#release();
    this.#throwIfInterrupted();
    const record = toErrorRecord(error);
    await this.#save(name, 'step', 'FAILED', record as unknown as Json);
    throw Object.assign(fromErrorRecord(record), { cause: error });
  }

  /** What the tables refuse is the step's failure; what the database cannot do is not. */
  async #saveResult<T extends Json | void>(name: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    let refusal: unknown;
    try {
      return await this.#store.write(async (tx) => {
        let value: T | undefined;
        await this.#records.saveWith(tx, async () => {
          value = await work(tx).catch((error: unknown) => {
            refusal = error ?? new Error('thrown without a value');
            throw error;
          });
          return { name, kind: 'step', state: 'DONE', result: value ?? null };
        });
        return value as T;
      });
    } catch (error) {
      const refused =
        refusal !== undefined && !(error instanceof StaleClaim) && !this.#store.isFailure(error);
      return refused ? await this.#failStep(name, error) : await this.#lost(error);
    }
  }

  async #save(name: string, kind: StepKind, state: StepRecord['state'], result: Json): Promise<void> {
    await this.#guard(() => this.#records.save({ name, kind, state, result }));
  }

  async #wait(
    name: string,
    kind: StepKind,
    known: StepRecord | undefined,
    until: number,
    waiting: Partial<ShownWait> & { readonly reason: string; wakeAt: number; signal?: string },
  ): Promise<never> {
    return await this.#suspend(async (tx) => {
      if (known === undefined)
        await this.#records.saveIn(tx, { name, kind, state: 'WAITING', result: until });
      const signal = waiting.signal ?? null;
      // A signal that was sent since the read would wake nothing: read again at once.
      const missed = signal !== null && (await findSignal(tx.db, signal)) !== undefined;
      const wakeAt = missed ? this.now() : this.#interruption.wakeBy(waiting.wakeAt);
      const { status = 'WAITING', reason } = waiting;
      return { status, reason, wakeAt, signal, children: 0 };
    });
  }

  /** Commits the wait and leaves: the promise never settles, and nothing of the run is kept. */
  async #suspend(prepare: (tx: Tx) => Promise<Waiting>): Promise<never> {
    await this.#guard(() => this.#records.suspend(prepare));
    return await this.#leaveWaiting();
  }

  async #release(): Promise<never> {
    await this.#guard(() => this.#records.release());
    return await this.#leaveWaiting();
  }

  async #leaveWaiting(): Promise<never> {
    this.#leave({ kind: 'suspended' });
    return await never();
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      return await this.#lost(error);
    }
  }

  async #lost(error: unknown): Promise<never> {
    this.#leave({ kind: 'lost', error });
    return await never();
  }

  #leave(outcome: RunOutcome): void {
    this.#over = true;
    this.#left.resolve(outcome);
  }
}

function never(): Promise<never> {
  return new Promise<never>(() => {});
}
