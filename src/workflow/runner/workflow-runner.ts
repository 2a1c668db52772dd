/**
 * Runs workflows durably: feeds events to the pure conductor (`../language/conductor.ts`) and carries out its
 * commands.
 *
 *     event --> LiveExecution (one after another) --> StepBatch (conduct) --> saveBatch (one transaction)
 *       ^                                                                         |
 *       +-- DueTimers, ActionRuns, messages of other executions, the API <--------+ committed
 *
 * All pending work is a row before it starts: running actions with the process that runs them, timers,
 * messages between executions, sub-executions to start. They are read again at startup, so a crash at any
 * point loses nothing: committed work is not repeated, and an action that was running is run again (at least
 * once). A result from a process that no longer owns the action is refused. An idle execution needs no
 * memory.
 *
 * It decides nothing about workflows, and knows no HTTP.
 */
import { randomUUID } from 'node:crypto';
import { CoppiceError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { Membership } from '../../membership/membership.ts';
import type { Store } from '../../store/store.ts';
import { describeExecution, getExecution, type StoredExecution } from '../../store/workflow-executions.ts';
import { deleteExecutionTree } from '../../store/workflow-purge.ts';
import {
  listIdleExecutions,
  listMessages,
  releaseWorkflowAction,
  takeOverWorkflowActions,
  type WorkflowMessage,
  type WorkflowTimer,
} from '../../store/workflow-work.ts';
import type { ActionOutcome } from '../actions/action-type.ts';
import type { ActionRegistry } from '../actions/registry.ts';
import type { TimerKind } from '../language/conductor/event.ts';
import type { RefusedRequest } from '../language/conductor/fault.ts';
import type { EndState } from '../../domain/workflow-records.ts';
import { ActionRuns } from './action-runs.ts';
import { DefinitionLibrary } from './definition-library.ts';
import { DueTimers } from './due-timers.ts';
import { ExecutionPurge } from './execution-purge.ts';
import { newExecution, type ExecutionRequest } from './new-execution.ts';
import { LookupCache } from './lookup-cache.ts';
import { type Delivery, LiveExecution, type LiveTools } from './live-execution.ts';
import { ExecutionExists } from './save-batch.ts';
import { StandaloneActions } from './standalone-actions.ts';
import type { LoadedExecution, PerformedCall, StepBatch, UntimedEvent } from './step-batch.ts';
import { Semaphore } from './semaphore.ts';

export interface RunnerLog {
  error(fields: { readonly err: unknown }, text: string): void;
}

export interface WorkflowRunnerOptions {
  readonly store: Store;
  /** Joined before the runner starts: its id owns the running actions. */
  readonly membership: Membership;
  /**
   * Whether this process carries out what executions decide: actions, timers, messages, sub-executions. One
   * that does not (without the role `engine`) records all of it, and a process that does takes it over.
   */
  readonly carriesOut: boolean;
  readonly registry: ActionRegistry;
  readonly now: () => number;
  readonly log: RunnerLog;
  /** How many performed actions (std.http) run at the same time; the others wait. */
  readonly concurrency?: number;
  /** How long executions are kept after their end, in milliseconds; 0: forever. */
  readonly keepMs: number;
}

/** Idle executions that stay in memory, because events often come in bursts. */
const maxIdleInMemory = 256;
/** Of an action that no process runs yet. No process has this id, so that it counts as abandoned. */
const noOwner = '';
/**
 * Executions that are processed concurrently when no caller waits: enough to fill two groups of database
 * writes, so that the database is never idle.
 */
const maxConcurrentExecutions = 128;
const pageSize = 500;

export class WorkflowRunner {
  readonly library: DefinitionLibrary;
  readonly registry: ActionRegistry;
  /** Actions that run without a workflow. */
  readonly standalone: StandaloneActions;
  readonly #options: WorkflowRunnerOptions;
  readonly #store: Store;
  readonly #live = new Map<string, LiveExecution>();
  readonly #liveTools: LiveTools;
  readonly #actions: ActionRuns;
  readonly #timers: DueTimers;
  #stopping = false;
  #unsubscribe: (() => void) | undefined;
  readonly #purge: ExecutionPurge;

  constructor(options: WorkflowRunnerOptions) {
    const { store, registry, now } = options;
    this.#options = options;
    this.#store = store;
    this.registry = registry;
    this.library = new DefinitionLibrary(store, registry, now);
    this.standalone = new StandaloneActions({ store, library: this.library, registry, now });
    this.#actions = new ActionRuns({
      registry,
      concurrency: options.concurrency ?? 256,
      ended: (performed, outcome) => this.#actionEnded(performed, outcome),
    });
    this.#purge = new ExecutionPurge({
      store,
      now,
      keepMs: options.keepMs,
      failed: (error) => this.#failed(error, 'purge'),
    });
    this.#timers = new DueTimers({
      db: store.db,
      now,
      handle: (timer) => this.#timerDue(timer),
      failed: (error) => this.#failed(error, 'timers'),
    });
    this.#liveTools = {
      store,
      library: this.library,
      owner: options.carriesOut ? options.membership.id : noOwner,
      now,
      semaphore: new Semaphore(maxConcurrentExecutions),
      batchTools: (keeping) => ({
        library: this.library,
        registry,
        now,
        lookups: new LookupCache(store.db, this.library, keeping),
      }),
      committed: (batch, messages) => this.#committed(batch, messages),
      failed: (error, about) => this.#failed(error, about),
      idle: (live) => this.#retire(live),
      isStopping: () => this.#stopping,
    };
  }

  /** Carries out what is recorded: the work of processes that are gone, or that do not carry out any. */
  async start(): Promise<void> {
    const { membership } = this.#options;
    this.#unsubscribe = await membership.subscribe(async (tx) => {
      const running = await takeOverWorkflowActions(tx, membership.id);
      return () => {
        for (const { call } of running) this.#actions.start(call as unknown as PerformedCall);
      };
    });
    await this.#startIdle();
    await this.#deliverMessages();
    this.#timers.start();
    this.#purge.start();
  }

  /** Aborts running actions, which run again at the next start; decisions already made are written. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#unsubscribe?.();
    await this.#purge.stop();
    await this.#timers.stop();
    await this.#actions.stop();
    for (const live of this.#live.values()) await live.working;
  }

  async #startIdle(): Promise<void> {
    for (let after = 0; ;) {
      const idle = await listIdleExecutions(this.#store.db, after, pageSize);
      for (const { id } of idle) void this.#deliver(id, { type: 'start' });
      const last = idle.at(-1);
      if (last === undefined) return;
      after = last.seq;
    }
  }

  async #deliverMessages(): Promise<void> {
    for (let after = 0; ;) {
      const messages = await listMessages(this.#store.db, after, pageSize);
      for (const message of messages) this.#deliverMessage(message);
      const last = messages.at(-1);
      if (last === undefined) return;
      after = last.seq;
    }
  }

  /**
   * @throws CoppiceError `resource-not-found` (no such workflow or environment), `bad-request` (input,
   * params).
   */
  async startExecution(request: ExecutionRequest): Promise<StoredExecution> {
    const id = request.id ?? randomUUID();
    const known = request.id === undefined ? undefined : await this.#findExecution(id);
    if (known !== undefined) return ofProject(known, request.owner.project);
    const tools = { db: this.#store.db, library: this.library, now: this.#options.now };
    return await this.#begin(await newExecution(tools, id, request));
  }

  async #findExecution(id: string): Promise<StoredExecution | undefined> {
    await this.#live.get(id)?.working;
    return await getExecution(this.#store.db, id);
  }

  async #begin(loaded: LoadedExecution): Promise<StoredExecution> {
    const { state, keeping } = loaded;
    const { id } = state.execution;
    const live = new LiveExecution(id, this.#liveTools, loaded);
    if (!this.#live.has(id)) this.#live.set(id, live);
    try {
      await sendAndWait(live, { type: 'start' });
      return { record: state.execution, version: loaded.version, ...keeping };
    } catch (error) {
      if (this.#live.get(id) === live) this.#live.delete(id);
      const existing = error instanceof ExecutionExists ? await this.#findExecution(id) : undefined;
      if (existing === undefined) throw error;
      return ofProject(existing, keeping.project);
    }
  }

  /** Handles an event for an execution. @returns why the event is refused; undefined when it was handled. */
  async sendEvent(executionId: string, event: UntimedEvent): Promise<RefusedRequest | undefined> {
    return await sendAndWait(this.#liveExecution(executionId), event);
  }

  /** Completes an action from outside. */
  async completeAction(
    action: { readonly id: string; readonly executionId: string; readonly type: 'ACTION' | 'WORKFLOW' },
    state: EndState,
    result: Json,
  ): Promise<RefusedRequest | undefined> {
    const refusal = await this.sendEvent(action.executionId, {
      type: 'action-ended',
      actionId: action.id,
      state,
      result,
    });
    if (refusal === undefined) this.#actions.cancel(action.id);
    return refusal;
  }

  /** Deletes root executions that ended before a time, with all that belongs to them. @returns how many. */
  async purge(endedBefore: number): Promise<number> {
    return await this.#purge.before(endedBefore);
  }

  async describeExecution(id: string, description: string): Promise<void> {
    await this.#store.write((tx) => describeExecution(tx, id, description, this.#options.now()));
    this.#live.delete(id);
  }

  /** Deletes the execution and everything that belongs to it; its running actions are aborted. */
  async deleteExecution(id: string): Promise<void> {
    await this.#live.get(id)?.working;
    const deleted = await this.#store.write((tx) => deleteExecutionTree(tx, id));
    for (const executionId of deleted.executions) this.#live.delete(executionId);
    for (const actionId of deleted.runningActions) this.#actions.cancel(actionId);
  }

  #liveExecution(id: string): LiveExecution {
    const known = this.#live.get(id);
    if (known !== undefined) {
      // Moved to the end of the map: the first entries are the least recently used.
      this.#live.delete(id);
      this.#live.set(id, known);
      return known;
    }
    const live = new LiveExecution(id, this.#liveTools);
    this.#live.set(id, live);
    return live;
  }

  /** Delivers an internal event; resolves with whether it was handled, and never rejects. */
  async #deliver(executionId: string, event: UntimedEvent, more: Partial<Delivery> = {}): Promise<boolean> {
    if (this.#stopping) return false;
    const live = this.#liveExecution(executionId);
    return await new Promise((resolve) => {
      live.deliver({
        event,
        isAwaited: false,
        settle: () => resolve(true),
        fail: () => resolve(false),
        ...more,
      });
    });
  }

  /**
   * Drops ended executions from memory, and the least recently used idle ones. An ended execution stays while
   * its actions still run, because each of them reports its end.
   */
  #retire(live: LiveExecution): void {
    const isOver = live.hasEnded && !live.awaitsActions;
    if (isOver && this.#live.get(live.id) === live) this.#live.delete(live.id);
    let checked = 0;
    for (const [id, other] of this.#live) {
      // With thousands of busy executions the oldest are not idle: they are checked again when the next one
      // retires.
      if (this.#live.size <= maxIdleInMemory || (checked += 1) > maxIdleInMemory) return;
      if (other.isIdle) this.#live.delete(id);
    }
  }

  #committed(batch: StepBatch, messages: readonly WorkflowMessage[]): void {
    if (!this.#options.carriesOut) return;
    for (const actionId of batch.cancelled) this.#actions.cancel(actionId);
    for (const performed of batch.calls.values()) this.#actions.start(performed);
    for (const { set } of batch.timers.values()) if (set !== null) this.#timers.set(set.due);
    for (const { record } of batch.subExecutions) void this.#deliver(record.id, { type: 'start' });
    for (const message of messages) this.#deliverMessage(message);
  }

  #deliverMessage({ seq, executionId, event }: WorkflowMessage): void {
    void this.#deliver(executionId, event as unknown as UntimedEvent, { proof: { kind: 'message', seq } });
  }

  async #timerDue(timer: WorkflowTimer): Promise<boolean> {
    const proof = { kind: 'timer', timer } as const;
    const { subjectId, kind, due, executionId, payload } = timer;
    if (kind !== 'action') {
      const event = { type: 'timer', taskId: subjectId, timer: kind as TimerKind, due } as const;
      return await this.#deliver(executionId, event, { proof });
    }
    const { state, result = null } = payload ?? {};
    const event = { type: 'action-ended', actionId: subjectId, state: state as EndState, result } as const;
    return await this.#deliver(executionId, event, { proof });
  }

  async #actionEnded({ call }: PerformedCall, outcome: ActionOutcome): Promise<void> {
    if (outcome.kind === 'ended') {
      const { state, result } = outcome;
      const event = { type: 'action-ended', actionId: call.id, state, result } as const;
      return void (await this.#deliver(call.executionId, event, { byRunner: true }));
    }
    try {
      await this.#store.write((tx) => releaseWorkflowAction(tx, call.id, this.#options.membership.id));
    } catch (error) {
      // The row still names this process as owner: the action runs again, as any action may.
      this.#failed(error, `action ${call.id}`);
    }
  }

  #failed(error: unknown, about: string): void {
    this.#options.log.error({ err: error }, `workflows: ${about}`);
  }
}

function sendAndWait(live: LiveExecution, event: UntimedEvent): Promise<RefusedRequest | undefined> {
  return new Promise((settle, fail) => live.deliver({ event, isAwaited: true, settle, fail }));
}

/** @throws CoppiceError `action-conflict` where another project has an execution of this id. */
function ofProject(execution: StoredExecution, project: string): StoredExecution {
  if (execution.project === project) return execution;
  const { id } = execution.record;
  throw new CoppiceError('action-conflict', `Duplicate entry for WorkflowExecution with ID ${id}`);
}
