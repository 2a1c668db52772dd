/**
 * One execution while something happens to it: its events one after another, those that wait together in one
 * write. Between events its state may be dropped and loaded again.
 *
 *     deliver(event) -> queue -> batch -> one transaction
 *         -> settle the deliveries, carry out what was asked for
 *
 * When the write is refused because the execution was changed meanwhile, the batch is repeated on what is
 * there now. Work that another process has taken (a timer, a message, an action that is no longer ours) is
 * dropped.
 */
import type { Store } from '../../store/store.ts';
import {
  actionsOfExecution,
  getExecution,
  StaleExecution,
  tasksOfExecution,
  WorkTaken,
} from '../../store/workflow-executions.ts';
import { isTimerSet, type WorkflowMessage } from '../../store/workflow-work.ts';
import { RefusedRequest } from '../language/conductor/fault.ts';
import { ExecutionState } from '../language/state/execution-state.ts';
import { hasActionEnded } from '../../domain/workflow-records.ts';
import { hasEnded } from '../workflow-service.ts';
import type { DefinitionLibrary } from './definition-library.ts';
import { ExecutionExists, saveBatch, type Proof } from './save-batch.ts';
import { type BatchTools, type LoadedExecution, StepBatch, type UntimedEvent } from './step-batch.ts';
import type { Semaphore } from './semaphore.ts';

export interface Delivery {
  readonly event: UntimedEvent;
  readonly proof?: Proof;
  /** It ends an action that this process runs. */
  readonly byRunner?: boolean;
  /** A caller waits for the answer and gets the failure; else this process tries again. */
  readonly isAsked: boolean;
  readonly settle: (refusal: RefusedRequest | undefined) => void;
  readonly fail: (error: unknown) => void;
}

export interface LiveTools {
  readonly store: Store;
  readonly library: DefinitionLibrary;
  readonly owner: string;
  readonly now: () => number;
  /** For what nobody waits for. */
  readonly semaphore: Semaphore;
  readonly batchTools: () => BatchTools;
  /** After the commit. */
  readonly committed: (batch: StepBatch, messages: readonly WorkflowMessage[]) => void;
  /** An error that is ours: for the log. */
  readonly failed: (error: unknown, about: string) => void;
  /** Nothing is left to do for now. */
  readonly idle: (live: LiveExecution) => void;
  readonly isStopping: () => boolean;
}

/** What an execution that has ended answers by itself, without its tasks. */
const needsNoTasks: ReadonlySet<UntimedEvent['type']> = new Set([
  'start',
  'pause',
  'resume',
  'change-env',
  'stop',
  'timer',
]);

/** Bounds how long the first of them waits for the others. */
const mostInBatch = 100;
const mostAttempts = 10;
const retryAfterMs = 1000;

export class LiveExecution {
  readonly id: string;
  readonly #tools: LiveTools;
  #queue: Delivery[] = [];
  #loaded: LoadedExecution | undefined;
  #working: Promise<void> | undefined;

  constructor(id: string, tools: LiveTools, loaded?: LoadedExecution) {
    this.id = id;
    this.#tools = tools;
    this.#loaded = loaded;
  }

  get working(): Promise<void> | undefined {
    return this.#working;
  }

  get isIdle(): boolean {
    return this.#working === undefined;
  }

  get hasEnded(): boolean {
    const state = this.#loaded?.state.execution.state;
    return state === undefined || state === 'SUCCESS' || state === 'ERROR' || state === 'CANCELLED';
  }

  /** Whether something of it still runs that will tell how it ended, though it has ended itself. */
  get awaitsActions(): boolean {
    const actions = this.#loaded?.state.actions ?? [];
    return [...actions].some(({ state }) => !hasActionEnded(state));
  }

  deliver(delivery: Delivery): void {
    this.#queue.push(delivery);
    this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    // What is delivered together is written together.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      // A caller waits for the answer: what runs by itself may wait longer.
      if (this.#queue.some((delivery) => delivery.isAsked)) await this.#handleFirst();
      else await this.#withPermit();
    }
    this.#working = undefined;
    this.#tools.idle(this);
  }

  async #withPermit(): Promise<void> {
    const { semaphore: turns, isStopping } = this.#tools;
    await turns.acquire();
    try {
      if (!isStopping()) return await this.#handleFirst();
      // All of it is a row, and is found at the next start.
      for (const delivery of this.#queue.splice(0)) delivery.fail(new Error('The process stops.'));
    } finally {
      turns.release();
    }
  }

  async #handleFirst(): Promise<void> {
    const deliveries = this.#queue.slice(0, mostInBatch);
    this.#queue = this.#queue.slice(mostInBatch);
    await this.#handle(deliveries);
  }

  async #handle(deliveries: readonly Delivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#runBatch(deliveries);
      } catch (error) {
        this.#loaded = undefined;
        if (error instanceof StaleExecution && attempt < mostAttempts) continue;
        const left = error instanceof WorkTaken ? await this.#withoutTaken(deliveries) : deliveries;
        if (left.length < deliveries.length) return await this.#handle(left);
        if (deliveries.length > 1 && !(error instanceof ExecutionExists)) {
          for (const delivery of deliveries) await this.#handle([delivery]);
          return;
        }
        return this.#giveUp(deliveries, error);
      }
    }
  }

  /**
   * Many timers may have been cleared at once, when the execution ended: they are not tried one after
   * another.
   */
  async #withoutTaken(deliveries: readonly Delivery[]): Promise<readonly Delivery[]> {
    const left: Delivery[] = [];
    for (const delivery of deliveries) {
      const { proof } = delivery;
      if (proof?.kind !== 'timer' || (await isTimerSet(this.#tools.store.db, proof.timer)))
        left.push(delivery);
      else delivery.settle(undefined);
    }
    return left;
  }

  #giveUp(deliveries: readonly Delivery[], error: unknown): void {
    for (const delivery of deliveries) {
      if (delivery.isAsked) delivery.fail(error);
      else if (error instanceof WorkTaken) delivery.settle(undefined);
      else this.#tryAgain(delivery, error);
    }
  }

  /**
   * The database failed: what was not committed did not happen. What nobody can conduct ends the execution.
   */
  #tryAgain(delivery: Delivery, error: unknown): void {
    this.#tools.failed(error, `execution ${this.id}, event ${delivery.event.type}`);
    if (this.#tools.isStopping()) return delivery.fail(error);
    if (!(error instanceof ConductFailed)) {
      setTimeout(() => this.deliver(delivery), retryAfterMs).unref();
      return;
    }
    if (delivery.event.type === 'stop') return delivery.fail(error);
    const stateInfo = `Coppice failed to handle the event ${delivery.event.type}: ${error.message}`;
    // The place of the event in the queue is the stop's, with what proves that it was handled.
    this.#queue.unshift({ ...delivery, byRunner: false, event: { type: 'stop', state: 'ERROR', stateInfo } });
  }

  async #runBatch(deliveries: readonly Delivery[]): Promise<void> {
    // What an ended execution ran may be tens of thousands of rows: they are read for what needs them only.
    const ended = this.#loaded === undefined && deliveries.every(({ event }) => needsNoTasks.has(event.type));
    const loaded = (ended ? await this.#loadEnded() : undefined) ?? (this.#loaded ??= await this.#load());
    if (loaded === undefined) {
      for (const delivery of deliveries) delivery.settle(notFound(this.id));
      return;
    }
    const batch = new StepBatch(loaded, this.#tools.batchTools());
    const refusals: (RefusedRequest | undefined)[] = [];
    for (const delivery of deliveries) {
      if (delivery.byRunner === true && delivery.event.type === 'action-ended')
        batch.endedByRunner.add(delivery.event.actionId);
      refusals.push(await conducted(batch, delivery.event));
    }
    const proofs = deliveries.flatMap((delivery) => delivery.proof ?? []);
    if (batch.hasChanges || proofs.length > 0) await this.#save(batch, proofs);
    deliveries.forEach((delivery, index) => delivery.settle(refusals[index]));
  }

  async #save(batch: StepBatch, proofs: readonly Proof[]): Promise<void> {
    const { store, owner, now, committed } = this.#tools;
    const messages = await store.write((tx) => saveBatch(tx, batch, proofs, owner, now()));
    batch.loaded.version += 1;
    batch.loaded.isNew = false;
    committed(batch, messages);
  }

  /** Without its tasks and actions; undefined where it has not ended. */
  async #loadEnded(): Promise<LoadedExecution | undefined> {
    const { store, library } = this.#tools;
    const found = await getExecution(store.db, this.id);
    if (found === undefined || !hasEnded(found.record.state)) return undefined;
    const { record, version, ...keeping } = found;
    const workflow = await library.specOf(keeping.sourceId, record.workflow);
    return { workflow, state: new ExecutionState(record), keeping, version, isNew: false };
  }

  async #load(): Promise<LoadedExecution | undefined> {
    const { store, library } = this.#tools;
    const found = await getExecution(store.db, this.id);
    if (found === undefined) return undefined;
    const { record, version, ...keeping } = found;
    const state = new ExecutionState(
      record,
      await tasksOfExecution(store.db, this.id),
      await actionsOfExecution(store.db, this.id),
    );
    const workflow = await library.specOf(keeping.sourceId, record.workflow);
    return { workflow, state, keeping, version, isNew: false };
  }
}

/** An error in the conductor, which the same event would meet again. */
class ConductFailed extends Error {
  override readonly name = 'ConductFailed';
}

async function conducted(batch: StepBatch, event: UntimedEvent): Promise<RefusedRequest | undefined> {
  try {
    return await batch.take(event);
  } catch (error) {
    throw new ConductFailed(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function notFound(id: string): RefusedRequest {
  return new RefusedRequest('not-found', `WorkflowExecution not found [id=${id}]`);
}
