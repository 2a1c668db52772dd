/**
 * Handles events of one execution in order and collects their changes into one write. After each event the
 * state in memory is ahead of the database until the write is committed; if the write fails, the state must
 * be dropped.
 *
 * A pure action (`actions/action-type.ts`) that ends at once needs no round trip: its ending is the batch's
 * next event. A workflow of such actions advances as far as it can in one commit; after a crash before the
 * commit the same steps are repeated with the same result.
 */
import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Tx } from '../../store/store.ts';
import type { ExecutionRecordKeeping } from '../../store/workflow-executions.ts';
import type { TreeTotals } from '../../store/workflow-tree.ts';
import type { WorkflowTimer } from '../../store/workflow-work.ts';
import { yieldToEventLoop } from '../../event-loop.ts';
import { isPure, type ActionCall, type ActionEnding } from '../actions/action-type.ts';
import type { ActionRegistry } from '../actions/registry.ts';
import { abandonment, conduct, createSubExecution, type Step } from '../language/conductor.ts';
import type { Command } from '../language/conductor/command.ts';
import type { WorkflowEvent } from '../language/conductor/event.ts';
import type { RefusedRequest } from '../language/conductor/fault.ts';
import { LookupNeeded } from '../language/conductor/lookups.ts';
import type { WorkflowSpec } from '../language/definition/workflow-spec.ts';
import { executionSize } from '../language/state/data-size.ts';
import type { ExecutionState } from '../language/state/execution-state.ts';
import {
  type ActionRecord,
  type ExecutionRecord,
  hasActionEnded,
  type TaskRecord,
} from '../../domain/workflow-records.ts';
import type { DefinitionLibrary } from './definition-library.ts';
import type { LookupCache } from './lookup-cache.ts';
import { countedSize, treeLimitExceeded } from './tree-limits.ts';

export type UntimedEvent = WorkflowEvent extends infer Event
  ? Event extends WorkflowEvent
    ? Omit<Event, 'now' | 'seed'>
    : never
  : never;

type RunAction = Extract<Command, { type: 'run-action' }>;
type StartSubExecution = Extract<Command, { type: 'start-sub-execution' }>;

/** An execution in memory: its definition, its state, and the version of its row. */
export interface LoadedExecution {
  readonly workflow: WorkflowSpec;
  readonly state: ExecutionState;
  readonly keeping: ExecutionRecordKeeping;
  version: number;
  /** Its row has not been inserted yet. */
  isNew: boolean;
  /** As in `ExecutionRequest`. */
  readonly admit?: ((tx: Tx) => Promise<void>) | undefined;
}

export interface BatchTools {
  readonly library: DefinitionLibrary;
  readonly registry: ActionRegistry;
  readonly lookups: LookupCache;
  readonly now: () => number;
}

export interface NewSubExecution {
  readonly record: ExecutionRecord;
  readonly keeping: ExecutionRecordKeeping;
}

/** A call that a process makes after the commit; kept in the action's row while it runs. */
export interface PerformedCall {
  readonly action: string;
  readonly call: ActionCall;
}

/** Stops a workflow which starts itself endlessly. Far above what workflows use on purpose. */
const maxNestingDepth = 50;

/**
 * Endings of pure actions in one batch: further ones wait for the next batch, so that a loop cannot keep a
 * batch open forever.
 */
const maxEndingsPerBatch = 500;

export class StepBatch {
  readonly loaded: LoadedExecution;
  readonly executionBefore: ExecutionRecord;
  /** Records as they were before the batch; undefined: created by it. */
  readonly tasksBefore = new Map<string, TaskRecord | undefined>();
  readonly actionsBefore = new Map<string, ActionRecord | undefined>();
  /** null: to be cleared. */
  readonly timers = new Map<
    string,
    { readonly subjectId: string; readonly kind: string; readonly set: WorkflowTimer | null }
  >();
  readonly messages: { readonly executionId: string; readonly event: JsonObject }[] = [];
  readonly subExecutions: NewSubExecution[] = [];
  /** What the batch adds to the totals of its tree. */
  growth: TreeTotals = { executions: 0, data: 0 };
  readonly calls = new Map<string, PerformedCall>();
  readonly cancelled: string[] = [];
  /** Actions whose end was reported by the process that runs them. */
  readonly endedByRunner = new Set<string>();
  hasEnded = false;
  readonly #tools: BatchTools;
  #endings: { readonly actionId: string; readonly ending: ActionEnding }[] = [];
  #refusedSubExecutions: UntimedEvent[] = [];
  #endingsHandled = 0;

  constructor(loaded: LoadedExecution, tools: BatchTools) {
    this.loaded = loaded;
    this.executionBefore = loaded.state.execution;
    this.#tools = tools;
  }

  get hasChanges(): boolean {
    const { state, isNew } = this.loaded;
    return (
      isNew ||
      this.executionBefore !== state.execution ||
      this.tasksBefore.size + this.actionsBefore.size + this.timers.size + this.messages.length > 0
    );
  }

  /** @returns why the event is refused; then nothing has changed. */
  async handle(event: UntimedEvent): Promise<RefusedRequest | undefined> {
    const refusal = await this.#conduct(event);
    while (this.#endings.length + this.#refusedSubExecutions.length > 0) {
      const [endings, refused] = [this.#endings, this.#refusedSubExecutions];
      [this.#endings, this.#refusedSubExecutions] = [[], []];
      for (const ended of refused) await this.#conduct(ended);
      for (const { actionId, ending } of endings) {
        await this.#end(actionId, ending);
        // A loop of pure actions never waits for the database: without this yield it would block all
        // requests.
        await yieldToEventLoop();
      }
    }
    return refusal;
  }

  async #end(actionId: string, ending: ActionEnding): Promise<void> {
    this.#endingsHandled += 1;
    if (this.#endingsHandled <= maxEndingsPerBatch)
      await this.#conduct({ type: 'action-ended', actionId, ...ending });
    else this.#endLater(actionId, this.#tools.now(), ending);
  }

  #endLater(actionId: string, due: number, { state, result }: ActionEnding): void {
    const { id } = this.loaded.state.execution;
    const set = { subjectId: actionId, kind: 'action', executionId: id, due, payload: { state, result } };
    this.#setTimer(actionId, 'action', set);
  }

  #setTimer(subjectId: string, kind: string, set: WorkflowTimer | null): void {
    this.timers.set(`${subjectId} ${kind}`, { subjectId, kind, set });
  }

  async #conduct(untimed: UntimedEvent): Promise<RefusedRequest | undefined> {
    const { workflow, state } = this.loaded;
    let event = { ...untimed, now: this.#tools.now(), seed: randomUUID() } as WorkflowEvent;
    for (;;) {
      try {
        const step = conduct(workflow, state, event, this.#tools.lookups);
        if (step.refusal !== undefined) return step.refusal;
        const started = await this.#subExecutionsOf(step, event.now);
        const growth = this.#growthWith(step, started);
        const exceeded = event.type === 'abandon' ? null : await this.#limitExceeded(growth);
        if (exceeded !== null) {
          event = abandonment(event, exceeded);
          continue;
        }
        this.growth = growth;
        this.subExecutions.push(...started);
        this.#recordBefore(step.changes);
        state.apply(step.changes);
        for (const command of step.commands) this.#collect(command);
        return undefined;
      } catch (error) {
        if (!(error instanceof LookupNeeded)) throw error;
        await this.#tools.lookups.lookUp(error.lookup);
      }
    }
  }

  #recordBefore({
    tasks,
    actions,
  }: {
    tasks: readonly TaskRecord[];
    actions: readonly ActionRecord[];
  }): void {
    const { state } = this.loaded;
    for (const { id } of tasks) if (!this.tasksBefore.has(id)) this.tasksBefore.set(id, state.task(id));
    for (const { id, state: now } of actions) {
      if (!this.actionsBefore.has(id)) this.actionsBefore.set(id, state.action(id));
      if (hasActionEnded(now)) this.calls.delete(id);
    }
  }

  #collect(command: Command): void {
    const { id } = this.loaded.state.execution;
    switch (command.type) {
      case 'run-action':
        return this.#run(command);
      case 'start-sub-execution':
        if (!this.#nestsTooDeep) return;
        return void this.#refusedSubExecutions.push(nestedTooDeep(command));
      case 'set-timer': {
        const { taskId: subjectId, timer: kind, due } = command;
        return this.#setTimer(subjectId, kind, { subjectId, kind, executionId: id, due, payload: null });
      }
      case 'clear-timer':
        return this.#setTimer(command.taskId, command.timer, null);
      case 'cancel-action':
        this.calls.delete(command.actionId);
        this.cancelled.push(command.actionId);
        return this.#setTimer(command.actionId, 'action', null);
      case 'stop-sub-execution': {
        const { state, stateInfo } = command;
        return this.#send(command.executionId, { type: 'stop', state, stateInfo });
      }
      case 'pause-sub-execution':
        return this.#send(command.executionId, { type: 'pause' });
      case 'resume-sub-execution':
        return this.#send(command.executionId, { type: 'resume', env: command.env });
      case 'state-changed':
        return this.#reportState(command.state);
    }
  }

  #run({ actionId, action: name, input, taskId }: RunAction): void {
    const { id, workflow } = this.loaded.state.execution;
    const { owner: session } = this.loaded.keeping;
    const call = { id: actionId, input, workflowName: workflow, executionId: id, taskId, session };
    const action = this.#tools.registry.find(name);
    if (action === undefined) return this.#endAtOnce(actionId, unknownAction(name));
    if (!isPure(action)) return void this.calls.set(actionId, { action: name, call });
    const outcome = action.evaluate(call);
    if (outcome.kind === 'ended') this.#endAtOnce(actionId, outcome);
    if (outcome.kind !== 'delayed') return;
    this.#endLater(actionId, this.#tools.now() + Math.ceil(outcome.seconds * 1000), outcome.ending);
  }

  #endAtOnce(actionId: string, { state, result }: ActionEnding): void {
    this.#endings.push({ actionId, ending: { state, result } });
  }

  get #nestsTooDeep(): boolean {
    return this.loaded.keeping.depth >= maxNestingDepth;
  }

  async #subExecutionsOf({ changes, commands }: Step, now: number): Promise<NewSubExecution[]> {
    if (this.#nestsTooDeep) return [];
    const parent = changes.execution ?? this.loaded.state.execution;
    const started: NewSubExecution[] = [];
    for (const command of commands)
      if (command.type === 'start-sub-execution')
        started.push(await this.#newSubExecution(command, parent, now));
    return started;
  }

  async #newSubExecution(
    command: StartSubExecution,
    parent: ExecutionRecord,
    now: number,
  ): Promise<NewSubExecution> {
    const { name, namespace, project: definitionProject } = command.workflow;
    const { project, owner, depth } = this.loaded.keeping;
    const at = { name, namespace, project: definitionProject };
    const found = await this.#tools.library.workflowFor(project, at);
    // It existed when the task was checked, just before.
    if (found === null) throw new Error(`The workflow ${name} was deleted while it was being started.`);
    const { definition, spec } = found;
    const keeping = {
      workflowId: definition.id,
      sourceId: definition.sourceId,
      definitionProject,
      project,
      owner,
      signalsEnd: false,
      depth: depth + 1,
    };
    return { record: createSubExecution(spec, command, parent, now), keeping };
  }

  /** A sub-workflow's first data are counted with its start. */
  #growthWith({ size }: Step, started: readonly NewSubExecution[]): TreeTotals {
    const { state } = this.loaded;
    const own = state.execution.rootId === null ? 0 : countedSize(size) - countedSize(state.size);
    const data = started.reduce((sum, { record }) => sum + countedSize(executionSize(record)), own);
    return { executions: this.growth.executions + started.length, data: this.growth.data + data };
  }

  async #limitExceeded(growth: TreeTotals): Promise<string | null> {
    if (growth.executions <= this.growth.executions && growth.data <= this.growth.data) return null;
    const { id, rootId } = this.loaded.state.execution;
    const root = rootId ?? id;
    return treeLimitExceeded(root, await this.#tools.lookups.treeTotals(root), growth);
  }

  #send(executionId: string, event: { readonly [key: string]: Json }): void {
    this.messages.push({ executionId, event });
  }

  #reportState(state: Extract<Command, { type: 'state-changed' }>['state']): void {
    const { id, parent, stateInfo, output } = this.loaded.state.execution;
    this.hasEnded = state !== 'RUNNING' && state !== 'PAUSED';
    if (parent === null) return;
    if (state === 'RUNNING' || state === 'PAUSED')
      this.#send(parent.executionId, { type: 'sub-execution-changed', actionId: id, state });
    else
      this.#send(parent.executionId, { type: 'sub-execution-ended', actionId: id, state, stateInfo, output });
  }
}

function nestedTooDeep({ executionId: actionId, workflow }: StartSubExecution): UntimedEvent {
  const stateInfo = `The workflow ${workflow.name} was not started: sub-workflows are nested more than ${maxNestingDepth} levels deep. Check for a workflow that starts itself endlessly.`;
  return { type: 'sub-execution-ended', actionId, state: 'ERROR', stateInfo, output: { result: stateInfo } };
}

function unknownAction(name: string): ActionEnding {
  return { state: 'ERROR', result: `Failed to find action [action_name=${name}]` };
}
