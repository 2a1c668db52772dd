/**
 * One execution in memory. Handles its events in order and writes those that are queued together in one
 * transaction. Between events its state may be dropped and loaded again.
 *
 *     deliver(event) -> queue -> batch -> one transaction
 *         -> settle the deliveries, carry out the commands
 *
 * When the write is refused because the execution has changed since it was loaded, the batch is repeated on
 * the current state. Work that another process has taken over (a timer, a message, an action) is dropped.
 */
import type { Store } from '../../store/store.ts';
import { getExecution, StaleExecution } from '../../store/workflow-executions.ts';
import type { ExecutionRecordKeeping } from '../../store/workflow-executions.ts';
import { actionsOfExecution, WorkTaken } from '../../store/workflow-actions.ts';
import { tasksOfExecution } from '../../store/workflow-tasks.ts';
import { isTimerSet, type WorkflowMessage } from '../../store/workflow-work.ts';
import { RefusedRequest } from '../language/conductor/fault.ts';
import { ExecutionState } from '../language/state/execution-state.ts';
import { hasActionEnded } from '../../domain/workflow-records.ts';
import { hasEnded } from '../workflow-service.ts';
import type { DefinitionLibrary } from './definition-library.ts';
import { ExecutionExists, saveBatch, type EventOrigin } from './save-batch.ts';
import { type BatchTools, type LoadedExecution, StepBatch, type UntimedEvent } from './step-batch.ts';
import type { Semaphore } from './semaphore.ts';

export interface Delivery {
  readonly event: UntimedEvent;
  readonly proof?: EventOrigin;
  /** The event reports the end of an action that this process runs. */
  readonly byRunner?: boolean;
  /** A caller waits for the outcome and receives a failure; otherwise the delivery is retried. */
  readonly isAwaited: boolean;
  readonly settle: (refusal: RefusedRequest | undefined) => void;
  readonly fail: (error: unknown) => void;
}

export interface LiveTools {
  readonly store: Store;
  readonly library: DefinitionLibrary;
  readonly owner: string;
  readonly now: () => number;
  /** Limits the executions that are processed while no caller waits. */
  readonly semaphore: Semaphore;
  readonly batchTools: (keeping: ExecutionRecordKeeping) => BatchTools;
  /** Called after the commit. */
  readonly committed: (batch: StepBatch, messages: readonly WorkflowMessage[]) => void;
  /** Reports an internal error to the log. */
  readonly failed: (error: unknown, about: string) => void;
  /** The queue is empty. */
  readonly idle: (live: LiveExecution) => void;
  readonly isStopping: () => boolean;
}

/** Events that an ended execution can answer without its tasks being loaded. */
const needsNoTasks: ReadonlySet<UntimedEvent['type']> = new Set([
  'start',
  'pause',
  'resume',
  'change-env',
  'stop',
  'timer',
]);

/** Limits how long the first event of a batch waits for the others. */
const maxBatchSize = 100;
const maxAttempts = 10;
const retryDelayMs = 1000;

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

  /** Whether any of its actions still runs and will report its end, even if the execution has ended. */
  get awaitsActions(): boolean {
    const actions = this.#loaded?.state.actions ?? [];
    return [...actions].some(({ state }) => !hasActionEnded(state));
  }

  deliver(delivery: Delivery): void {
    this.#queue.push(delivery);
    this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    // Events delivered in the same tick are written together.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      // A waiting caller takes precedence over background work.
      if (this.#queue.some((delivery) => delivery.isAwaited)) await this.#handleFirst();
      else await this.#withPermit();
    }
    this.#working = undefined;
    this.#tools.idle(this);
  }

  async #withPermit(): Promise<void> {
    const { semaphore, isStopping } = this.#tools;
    await semaphore.acquire();
    try {
      if (!isStopping()) return await this.#handleFirst();
      // Every queued event comes from a row, which is read at the next start.
      for (const delivery of this.#queue.splice(0)) delivery.fail(new Error('The process stops.'));
    } finally {
      semaphore.release();
    }
  }

  async #handleFirst(): Promise<void> {
    const deliveries = this.#queue.slice(0, maxBatchSize);
    this.#queue = this.#queue.slice(maxBatchSize);
    await this.#handle(deliveries);
  }

  async #handle(deliveries: readonly Delivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#runBatch(deliveries);
      } catch (error) {
        this.#loaded = undefined;
        if (error instanceof StaleExecution && attempt < maxAttempts) continue;
        const left = error instanceof WorkTaken ? await this.#withoutTaken(deliveries) : deliveries;
        if (left.length < deliveries.length) return await this.#handle(left);
        if (deliveries.length > 1 && !(error instanceof ExecutionExists)) {
          for (const delivery of deliveries) await this.#handle([delivery]);
          return;
        }
        return this.#handleFailure(deliveries, error);
      }
    }
  }

  /**
   * The end of an execution may have cleared many timers: they are dropped together, not tried one by one.
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

  #handleFailure(deliveries: readonly Delivery[], error: unknown): void {
    for (const delivery of deliveries) {
      if (delivery.isAwaited) delivery.fail(error);
      else if (error instanceof WorkTaken) delivery.settle(undefined);
      else this.#retryOrStop(delivery, error);
    }
  }

  /**
   * After a failure of the database nothing was committed, so the event is retried. An event that the
   * conductor cannot handle ends the execution.
   */
  #retryOrStop(delivery: Delivery, error: unknown): void {
    this.#tools.failed(error, `execution ${this.id}, event ${delivery.event.type}`);
    if (this.#tools.isStopping()) return delivery.fail(error);
    if (!(error instanceof ConductFailed)) {
      setTimeout(() => this.deliver(delivery), retryDelayMs).unref();
      return;
    }
    if (delivery.event.type === 'stop') return delivery.fail(error);
    const stateInfo = `Coppice failed to handle the event ${delivery.event.type}: ${error.message}`;
    // The stop replaces the event at its position in the queue, with the same proof.
    this.#queue.unshift({ ...delivery, byRunner: false, event: { type: 'stop', state: 'ERROR', stateInfo } });
  }

  async #runBatch(deliveries: readonly Delivery[]): Promise<void> {
    // An ended execution may have tens of thousands of tasks and actions: they are read only when an event
    // needs them.
    const ended = this.#loaded === undefined && deliveries.every(({ event }) => needsNoTasks.has(event.type));
    const loaded = (ended ? await this.#loadEnded() : undefined) ?? (this.#loaded ??= await this.#load());
    if (loaded === undefined) {
      for (const delivery of deliveries) delivery.settle(notFound(this.id));
      return;
    }
    const batch = new StepBatch(loaded, this.#tools.batchTools(loaded.keeping));
    const refusals: (RefusedRequest | undefined)[] = [];
    for (const delivery of deliveries) {
      if (delivery.byRunner === true && delivery.event.type === 'action-ended')
        batch.endedByRunner.add(delivery.event.actionId);
      refusals.push(await handleEvent(batch, delivery.event));
    }
    const proofs = deliveries.flatMap((delivery) => delivery.proof ?? []);
    if (batch.hasChanges || proofs.length > 0) await this.#save(batch, proofs);
    deliveries.forEach((delivery, index) => delivery.settle(refusals[index]));
  }

  async #save(batch: StepBatch, proofs: readonly EventOrigin[]): Promise<void> {
    const { store, owner, now, committed } = this.#tools;
    const messages = await store.write((tx) => saveBatch(tx, batch, proofs, owner, now()));
    batch.loaded.version += 1;
    batch.loaded.isNew = false;
    committed(batch, messages);
  }

  /** Loads an ended execution without its tasks and actions; undefined if it has not ended. */
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

/** An error in the conductor: the same event would fail again. */
class ConductFailed extends Error {
  override readonly name = 'ConductFailed';
}

async function handleEvent(batch: StepBatch, event: UntimedEvent): Promise<RefusedRequest | undefined> {
  try {
    return await batch.handle(event);
  } catch (error) {
    throw new ConductFailed(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function notFound(id: string): RefusedRequest {
  return new RefusedRequest('not-found', `WorkflowExecution not found [id=${id}]`);
}
