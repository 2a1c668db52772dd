/**
 * What a run writes for its action. Each write proves first that the claim is still the run's; one that is
 * refused throws `StaleClaim`, and has changed nothing.
 */
import { fence, releaseAction, suspendAction, type Waiting, type Writer } from '../store/action-claims.ts';
import { saveStep, type StepRecord } from '../store/action-steps.ts';
import { endTurn, hasTurn, takeTurn, turnSignal } from '../store/action-turns.ts';
import type { Store, Tx } from '../store/store.ts';
import { fromErrorRecord, type ErrorRecord } from '../domain/errors.ts';
import type { TurnWanted } from './action-context.ts';

export interface RunRecordsOptions {
  readonly store: Store;
  readonly now: () => number;
  readonly claim: { readonly actionId: string; readonly epoch: number };
  readonly isCancelled: () => boolean;
}

export class RunRecords {
  readonly #options: RunRecordsOptions;
  /** The resource at which it is the action's turn, until the operation that it is for is recorded. */
  #turn: string | undefined;

  constructor(options: RunRecordsOptions) {
    this.#options = options;
  }

  async save(record: StepRecord): Promise<void> {
    await this.#options.store.write((tx) => this.saveIn(tx, record));
  }

  async saveIn(tx: Tx, record: StepRecord): Promise<void> {
    await this.saveWith(tx, () => Promise.resolve(record));
  }

  /** @param work what is written with the record, and before it. */
  async saveWith(tx: Tx, work: () => Promise<StepRecord>): Promise<void> {
    const { claim, now } = this.#options;
    await fence(tx, claim.actionId, claim.epoch);
    await saveStep(tx, claim, await work(), now());
    if (this.#turn !== undefined) await endTurn(tx, claim.actionId, this.#turn);
    this.#turn = undefined;
  }

  /** Commits a wait: the row waits, and will be woken. */
  async suspend(prepare: (tx: Tx) => Promise<Waiting>): Promise<void> {
    await this.#options.store.write(async (tx) => {
      await suspendAction(tx, this.#writer(), await prepare(tx), this.#options.now());
    });
  }

  /** Gives the claim back. */
  async release(): Promise<void> {
    const { store, claim } = this.#options;
    await store.write((tx) => releaseAction(tx, claim.actionId, claim.epoch));
  }

  /** Whether it is the action's turn already: an earlier claim took it, or it was handed over. */
  async hasTurn(resource: string): Promise<boolean> {
    const { store, claim } = this.#options;
    const isOurs = await hasTurn(store.db, claim.actionId, resource);
    if (isOurs) this.#turn = resource;
    return isOurs;
  }

  /**
   * Takes the turn where it is free; else the action waits for it.
   * @param until when it gives up; Infinity: never.
   * @returns whether it was taken.
   */
  async takeTurnOrWait(
    name: string,
    { resource, shown }: TurnWanted,
    until: number,
    wakeAt: () => number | null,
  ): Promise<boolean> {
    const { store, claim, now } = this.#options;
    const isOurs = await store.write(async (tx) => {
      await fence(tx, claim.actionId, claim.epoch);
      if (await takeTurn(tx, claim.actionId, resource)) return true;
      const result = Number.isFinite(until) ? until : null;
      await saveStep(tx, claim, { name, kind: 'turn', state: 'WAITING', result }, now());
      const reason = `Waiting for its turn to change ${shown}.`;
      const waiting = { reason, wakeAt: wakeAt(), signal: turnSignal(resource), children: 0 };
      await suspendAction(tx, this.#writer(), waiting, now());
      return false;
    });
    if (isOurs) this.#turn = resource;
    return isOurs;
  }

  #writer(): Writer {
    return { ...this.#options.claim, cancelled: this.#options.isCancelled() };
  }
}

/** What a step that is recorded returned. @throws what it threw. */
export function settled<T>(record: StepRecord): T {
  if (record.state === 'FAILED') throw fromErrorRecord(record.result as unknown as ErrorRecord);
  return record.result as T;
}
