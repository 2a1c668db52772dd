/**
 * A runner of workflows in memory and in simulated time: what the durable runner does with a database, in a
 * few lines. Time only passes when nothing is left to do at this instant, so a case of a minute takes
 * milliseconds.
 */
import { deepStrictEqual } from 'node:assert';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import type { Command } from '../../src/workflow/language/conductor/command.ts';
import {
  conduct,
  createExecution,
  createSubExecution,
  type ExecutionStartRequest,
  type Step,
} from '../../src/workflow/language/conductor.ts';
import type { WorkflowEvent } from '../../src/workflow/language/conductor/event.ts';
import type {
  ActionInfo,
  OtherExecution,
  CallName,
  ConductorLookups,
  WorkflowInfo,
} from '../../src/workflow/language/conductor/lookups.ts';
import {
  parseActions,
  parseWorkbook,
  parseWorkflows,
} from '../../src/workflow/language/definition/parse-definition.ts';
import type { AdhocActionSpec, WorkflowSpec } from '../../src/workflow/language/definition/workflow-spec.ts';
import { ExecutionState } from '../../src/workflow/language/state/execution-state.ts';
import type { ActionRecord, ExecutionRecord, TaskRecord } from '../../src/domain/workflow-records.ts';
import { type Outcome, SimulatedActions, systemAction } from './mistral-corpus-actions.ts';

type UntimedEvent = WorkflowEvent extends infer Event
  ? Event extends WorkflowEvent
    ? Omit<Event, 'now'>
    : never
  : never;

interface Running {
  readonly workflow: WorkflowSpec;
  readonly state: ExecutionState;
}

interface Due {
  readonly at: number;
  readonly number: number;
  readonly run: () => void;
}

export type OutcomeOverride = (
  action: string,
  input: JsonObject,
  command: Extract<Command, { type: 'run-action' }>,
) => Outcome | undefined;

/** As a database would give it back. */
function copyOf({ execution, tasks, actions }: ExecutionState): ExecutionState {
  const copy = <Row>(row: Row): Row => JSON.parse(JSON.stringify(row)) as Row;
  return new ExecutionState(copy(execution), [...tasks].map(copy), [...actions].map(copy));
}

/** All is of one project. */
const own = { project: 'p', isShared: false };

export class VirtualRunner implements ConductorLookups {
  readonly definitionProject = own.project;
  now = Date.UTC(2026, 0, 1);
  readonly steps: { readonly executionId: string; readonly event: WorkflowEvent; readonly step: Step }[] = [];
  readonly #simulated = new SimulatedActions();
  readonly #override: OutcomeOverride;
  readonly #workflows = new Map<string, WorkflowSpec>();
  readonly #actions = new Map<string, AdhocActionSpec>();
  readonly #running = new Map<string, Running>();
  readonly #due: Due[] = [];
  #number = 0;

  readonly #isForgetful: boolean;

  /**
   * `override` answers before the usual actions do; undefined leaves it to them. A forgetful runner repeats
   * each step, which must give the same, and keeps nothing between steps but JSON, like one that dies after
   * each.
   */
  constructor(
    override: OutcomeOverride = () => undefined,
    options: { forgetful: boolean } = { forgetful: false },
  ) {
    this.#override = override;
    this.#isForgetful = options.forgetful;
  }

  define(
    text: string,
    kind: 'workflow' | 'workbook' | 'action' = 'workflow',
    namespace = '',
  ): readonly WorkflowSpec[] {
    if (kind === 'action') return this.#addActions(parseActions(text).spec, namespace);
    if (kind === 'workflow') return this.#addWorkflows(parseWorkflows(text).spec, namespace);
    const { workflows, actions } = parseWorkbook(text).spec;
    this.#addActions(actions, namespace);
    return this.#addWorkflows(workflows, namespace);
  }

  #addWorkflows(specs: readonly WorkflowSpec[], namespace: string): readonly WorkflowSpec[] {
    for (const spec of specs) this.#workflows.set(`${namespace}/${spec.fullName}`, spec);
    return specs;
  }

  #addActions(specs: readonly AdhocActionSpec[], namespace: string): readonly WorkflowSpec[] {
    for (const spec of specs) this.#actions.set(`${namespace}/${spec.fullName}`, spec);
    return [];
  }

  spec(name: string, namespace = ''): WorkflowSpec | undefined {
    return this.#workflows.get(`${namespace}/${name}`);
  }

  action({ name, namespace }: CallName): ActionInfo | null {
    const adhoc = this.#actions.get(`${namespace}/${name}`);
    return adhoc === undefined ? systemAction(name) : { kind: 'adhoc', spec: adhoc, ...own };
  }

  reasonMissing(): undefined {
    return undefined;
  }

  workflow({ name, namespace }: CallName): WorkflowInfo | null {
    const spec = this.spec(name, namespace);
    return spec === undefined
      ? null
      : { name: spec.fullName, namespace, type: spec.type, inputs: spec.inputs, ...own };
  }

  execution(id: string): OtherExecution | null {
    const running = this.#running.get(id);
    if (running === undefined) return null;
    const { workflow, state } = running;
    return {
      state,
      taskSources: (name) => workflow.tasks.get(name)?.source ?? {},
      hasItems: (name) => (workflow.tasks.get(name)?.withItems.length ?? 0) > 0,
    };
  }

  executions(): readonly JsonObject[] {
    return [...this.#running.values()].map(({ state }) => ({
      id: state.execution.id,
      state: state.execution.state,
    }));
  }

  /** @throws Refusal */
  start(name: string, input: JsonObject = {}, options: Partial<ExecutionStartRequest> = {}): string {
    const workflow = this.spec(name, options.namespace);
    if (workflow === undefined) throw new Error(`Workflow not found: ${name}`);
    const id = options.id ?? `00000000-0000-4000-8000-${String(this.#running.size).padStart(12, '0')}`;
    const record = createExecution(workflow, { params: {}, ...options, id, input }, this.now);
    this.#begin(workflow, record);
    return id;
  }

  #begin(workflow: WorkflowSpec, record: ExecutionRecord): void {
    this.#running.set(record.id, { workflow, state: new ExecutionState(record) });
    this.sendEvent(record.id, { type: 'start' });
  }

  /** Gives an execution an event now, and carries out what it answers. */
  sendEvent(executionId: string, untimed: UntimedEvent): Step {
    const running = this.#running.get(executionId);
    if (running === undefined) throw new Error(`no execution ${executionId}`);
    const event = { ...untimed, now: this.now } as WorkflowEvent;
    const before = this.#isForgetful ? copyOf(running.state) : undefined;
    const step = conduct(running.workflow, running.state, event, this);
    this.steps.push({ executionId, event, step });
    if (before !== undefined) deepStrictEqual(conduct(running.workflow, before, event, this), step);
    running.state.apply(step.changes);
    if (this.#isForgetful) this.#running.set(executionId, { ...running, state: copyOf(running.state) });
    for (const command of step.commands) this.#schedule(0, () => this.#carryOut(executionId, command));
    return step;
  }

  #schedule(afterMs: number, run: () => void): void {
    this.#due.push({ at: this.now + afterMs, number: (this.#number += 1), run });
  }

  #carryOut(executionId: string, command: Command): void {
    const { execution } = this.state(executionId);
    switch (command.type) {
      case 'run-action':
        return this.#runAction(execution.id, command);
      case 'start-sub-execution': {
        const workflow = this.spec(command.workflow.name, command.workflow.namespace);
        if (workflow !== undefined)
          this.#begin(workflow, createSubExecution(workflow, command, execution, this.now));
        return;
      }
      case 'set-timer':
        this.#schedule(
          command.due - this.now,
          () => void this.sendEvent(execution.id, { ...command, type: 'timer' }),
        );
        return;
      case 'stop-sub-execution':
        this.sendEvent(command.executionId, {
          type: 'stop',
          state: command.state,
          stateInfo: command.stateInfo,
        });
        return;
      case 'pause-sub-execution':
        this.sendEvent(command.executionId, { type: 'pause' });
        return;
      case 'resume-sub-execution':
        this.sendEvent(command.executionId, { type: 'resume', env: command.env });
        return;
      case 'state-changed':
        return this.#tellParent({ ...execution, state: command.state });
      case 'clear-timer':
      case 'cancel-action':
    }
  }

  #runAction(executionId: string, command: Extract<Command, { type: 'run-action' }>): void {
    const outcome =
      this.#override(command.action, command.input, command) ??
      this.#simulated.run(command.action, command.input);
    if (outcome === undefined) return;
    this.#schedule(outcome.afterMs, () => {
      outcome.atEnd?.();
      const { state, result } = outcome;
      this.sendEvent(executionId, { type: 'action-ended', actionId: command.actionId, state, result });
    });
  }

  #tellParent({ id, parent, state, stateInfo, output }: ExecutionRecord): void {
    if (parent === null || state === 'IDLE') return;
    if (state === 'RUNNING' || state === 'PAUSED')
      this.sendEvent(parent.executionId, { type: 'sub-execution-changed', actionId: id, state });
    else
      this.sendEvent(parent.executionId, {
        type: 'sub-execution-ended',
        actionId: id,
        state,
        stateInfo,
        output,
      });
  }

  /** Does the next thing that is due; false if there is none, or none before `until`. */
  advance(until = Infinity): boolean {
    let next: Due | undefined;
    for (const due of this.#due) {
      if (next === undefined || due.at < next.at || (due.at === next.at && due.number < next.number))
        next = due;
    }
    if (next === undefined || next.at > until) return false;
    this.#due.splice(this.#due.indexOf(next), 1);
    this.now = Math.max(this.now, next.at);
    next.run();
    return true;
  }

  sleep(seconds: number): void {
    const until = this.now + seconds * 1000;
    while (this.advance(until));
    this.now = until;
  }

  /** @throws Error when the condition does not come true within the simulated time. */
  waitUntil(condition: () => boolean, what: string, seconds = 40): void {
    const until = this.now + seconds * 1000;
    while (!condition())
      if (!this.advance(until)) throw new Error(`waited for ${what}, and nothing is left to do`);
  }

  waitForEnd(id: string, seconds = 86_400): ExecutionRecord {
    const hasEnded = (): boolean => ['SUCCESS', 'ERROR', 'CANCELLED'].includes(this.record(id).state);
    this.waitUntil(hasEnded, `the end of ${id}`, seconds);
    return this.record(id);
  }

  run(name: string, input: JsonObject = {}, options: Partial<ExecutionStartRequest> = {}): ExecutionRecord {
    return this.waitForEnd(this.start(name, input, options));
  }

  state(id: string): ExecutionState {
    const running = this.#running.get(id);
    if (running === undefined) throw new Error(`no execution ${id}`);
    return running.state;
  }

  record(id: string): ExecutionRecord {
    return this.state(id).execution;
  }

  tasks(id: string): TaskRecord[] {
    return [...this.state(id).tasks];
  }

  task(id: string, name: string): TaskRecord | undefined {
    return this.tasks(id).findLast((task) => task.name === name);
  }

  actionsOf(id: string, taskId: string): ActionRecord[] {
    return this.state(id)
      .actionIdsOf(taskId)
      .flatMap((actionId) => this.state(id).action(actionId) ?? []);
  }

  completeAction(
    id: string,
    task: string,
    state: 'SUCCESS' | 'ERROR' | 'CANCELLED',
    result: Json,
    where?: JsonObject,
  ): Step {
    const isWanted = (action: ActionRecord): boolean =>
      action.state === 'RUNNING' &&
      (where === undefined || JSON.stringify(action.input) === JSON.stringify(where));
    const find = (): ActionRecord | undefined =>
      this.actionsOf(id, this.task(id, task)?.id ?? '').find(isWanted);
    this.waitUntil(() => find() !== undefined, `a running action of ${task}`);
    return this.sendEvent(id, { type: 'action-ended', actionId: find()?.id ?? '', state, result });
  }
}
