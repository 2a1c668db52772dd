/**
 * The workflow language of OpenStack Mistral (DSL v2), as a library that knows no database, no network and no
 * clock.
 *
 *     text --parse-definition--> WorkflowSpec --+
 *                                               |
 *     event (an action ended, a timer is due) --+--> conduct
 *         --> changed records + commands (run this action, set this timer, ...)
 *                                               |
 *     ExecutionState (records of one execution)-+
 *
 * `conduct` only decides and has no side effects. It does not modify the given state: a runner writes the
 * changed records and the commands in one transaction, applies the changes to its state
 * (`ExecutionState.apply`) or drops it, and then carries out the commands. The same state and event always
 * give the same result, ids included, so a step interrupted by a crash is repeated. Events of one execution
 * are handled one at a time; an idle execution needs no memory.
 *
 *     definition/   text to checked specs          graph/   tasks and transitions: checks, pictures
 *     state/        the records and their indexes  conductor/   what each event does
 *
 * Where it differs from Mistral, and why: docs/workflow-differences.md.
 */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import {
  compileTemplate,
  evaluateTemplate,
  ExpressionEvaluationError,
  ExpressionSyntaxError,
  isTruthy,
} from '../expressions.ts';
import { hasExpression } from '../expression-text.ts';
import type { Command } from './conductor/command.ts';
import {
  abandon,
  actionChanged,
  changeEnv,
  pause,
  rerun,
  resume,
  skip,
  stop,
  subExecutionChanged,
  timerDue,
} from './conductor/control.ts';
import { Draft, TooMuchData } from './conductor/draft.ts';
import type { WorkflowEvent } from './conductor/event.ts';
import { completeExecution, endExecution } from './conductor/execution-end.ts';
import { describeEvaluation, EngineFault, evaluate, RefusedRequest } from './conductor/fault.ts';
import { endTaskAction, endAttempt } from './conductor/finish-task.ts';
import { failBlockedJoin, failImpossibleJoins } from './conductor/joins.ts';
import { checkInput, inputWithDefaults, workflowClass } from './conductor/resolve-call.ts';
import { scopeOf } from './conductor/scope.ts';
import type { ConductorLookups } from './conductor/lookups.ts';
import { decideTransitions, dispatch, neededFor, startFirstTasks } from './conductor/transitions.ts';
import type { WorkflowSpec } from './definition/workflow-spec.ts';
import { tasksInCycles } from './graph/check-graph.ts';
import { type Changes, ExecutionState } from './state/execution-state.ts';
import type { ExecutionRecord } from '../../domain/workflow-records.ts';

export interface Step {
  readonly changes: Changes;
  /** In the order in which they were decided. */
  readonly commands: readonly Command[];
  /** The size of the execution's data after it. */
  readonly size: number;
  /** Why the event was refused; then nothing has changed. */
  readonly refusal: RefusedRequest | undefined;
}

/**
 * Decides what an event changes in an execution.
 * @throws LookupNeeded when something must be loaded first: load it and call again.
 */
export function conduct(
  workflow: WorkflowSpec,
  state: ExecutionState,
  event: WorkflowEvent,
  lookups: ConductorLookups,
): Step {
  const draft = new Draft(workflow, state, lookups, { now: event.now, seed: seedOf(event) });
  try {
    handle(draft, event);
    settle(draft);
  } catch (error) {
    if (error instanceof TooMuchData && event.type !== 'abandon')
      return conduct(workflow, state, abandonment(event, error.message), lookups);
    if (error instanceof RefusedRequest) {
      const changes = { execution: undefined, tasks: [], actions: [] };
      return { changes, commands: [], size: state.size, refusal: error };
    }
    throw error;
  }
  return { changes: draft.changes(), commands: draft.commands, size: draft.size, refusal: undefined };
}

/** What is handled instead of an event whose step would exceed a limit: the event's data are dropped. */
export function abandonment(event: WorkflowEvent, cause: string): WorkflowEvent {
  const { now, seed } = event;
  return {
    type: 'abandon',
    now,
    cause,
    ...(seed === undefined ? {} : { seed }),
    ...('actionId' in event ? { actionId: event.actionId } : {}),
  };
}

function seedOf(event: WorkflowEvent): string {
  const subject = 'actionId' in event ? event.actionId : 'taskId' in event ? event.taskId : '';
  return [event.seed ?? '', event.type, subject, event.now].join(' ');
}

function handle(draft: Draft, event: WorkflowEvent): void {
  switch (event.type) {
    case 'start':
      return start(draft);
    case 'action-ended':
      return endTaskAction(draft, event.actionId, { ...event, cause: event.result });
    case 'sub-execution-ended':
      return endTaskAction(draft, event.actionId, {
        state: event.state,
        result: event.output,
        cause: event.output['result'] ?? event.stateInfo,
      });
    case 'sub-execution-changed':
      return subExecutionChanged(draft, event.actionId, event.state);
    case 'action-changed':
      return actionChanged(draft, event.actionId, event.state);
    case 'timer':
      return timerDue(draft, event.taskId, event.timer, event.due);
    case 'pause':
      return pause(draft, event.stateInfo ?? null);
    case 'resume':
      return resume(draft, event.env ?? {});
    case 'change-env':
      return changeEnv(draft, event.env);
    case 'stop':
      return stop(draft, event.state, event.stateInfo);
    case 'abandon':
      return abandon(draft, event.cause, event.actionId);
    case 'skip':
      return skip(draft, event.taskId, event.env ?? {});
    case 'rerun':
      return rerun(draft, event.taskId, event.reset, event.env ?? {});
  }
}

/** A second start of the same execution does nothing: a start may be repeated after a crash. */
function start(draft: Draft): void {
  if (draft.execution.state !== 'IDLE') return;
  draft.updateExecution({ state: 'RUNNING' });
  try {
    if (draft.execution.parent !== null) prepareSubExecution(draft);
    startFirstTasks(draft);
  } catch (error) {
    if (draft.lookups.missing !== undefined || !(error instanceof EngineFault))
      throw draft.lookups.missing ?? error;
    endExecution(draft, 'ERROR', error.message);
  }
}

/**
 * Errors that refuse the start of a root execution end a sub-execution in ERROR, because its parent is
 * already running.
 */
function prepareSubExecution(draft: Draft): void {
  checkParams(draft.workflow, draft.execution.params);
  const { vars } = draft.workflow;
  if (vars !== undefined) draft.updateExecution({ vars: objectOf(evaluate(vars, scopeOf(draft, []))) });
}

/** Processes the consequences of the event until none are left. */
function settle(draft: Draft): void {
  const limit = 1000 + 10 * draft.workflow.tasks.size;
  let decisions = 0;
  for (;;) {
    const work = draft.work.shift();
    if (work === undefined) {
      if (!settleIdle(draft)) return;
      continue;
    }
    if (work.kind === 'attempt-ended') endAttempt(draft, work.taskId, work.state, work.stateInfo);
    else if (work.kind === 'dispatch') dispatch(draft, work.dispatch);
    else if ((decisions += 1) > limit)
      endExecution(
        draft,
        'ERROR',
        `More than ${limit} tasks ended without running anything: the workflow has a cycle without actions.`,
      );
    else decideTransitions(draft, work.taskId, work.ignorePause);
  }
}

/**
 * Called when no work is left: fails impossible joins, or ends the execution. @returns whether anything
 * changed.
 */
function settleIdle(draft: Draft): boolean {
  const { state, openTasks, waitingTasks } = draft.execution;
  if (state !== 'RUNNING') return false;
  if (draft.joinsMayFail) {
    draft.joinsMayFail = false;
    if (waitingTasks > 0 && failImpossibleJoins(draft)) return true;
  }
  if (openTasks === 0) {
    completeExecution(draft);
    return true;
  }
  if (waitingTasks < openTasks) return false;
  failBlockedJoin(draft);
  return true;
}

export interface ExecutionStartRequest {
  /** Chosen by the caller. */
  readonly id: string;
  readonly namespace?: string;
  readonly description?: string;
  readonly input: JsonObject;
  /**
   * `env` (an object; the caller has resolved the name of a stored environment), `task_name`, `evaluate_env`,
   * ...
   */
  readonly params: JsonObject;
}

/**
 * The record of a new execution, in IDLE; its first event is `start`.
 * @throws RefusedRequest (bad-input) for missing or unknown input, a reverse workflow without target, vars or
 * env that have no value.
 */
export function createExecution(
  workflow: WorkflowSpec,
  request: ExecutionStartRequest,
  now: number,
): ExecutionRecord {
  try {
    const { env, ...params } = request.params;
    const record = newRecord(workflow, { ...request, params, env: evaluateEnv(env, params) }, now);
    return workflow.vars === undefined ? record : { ...record, vars: evaluateVars(workflow, record) };
  } catch (error) {
    if (error instanceof EngineFault) throw new RefusedRequest('bad-input', error.message);
    throw error;
  }
}

type NewExecution = ExecutionStartRequest & { readonly env: JsonObject };

function newRecord(workflow: WorkflowSpec, request: NewExecution, now: number): ExecutionRecord {
  checkInput(workflow.fullName, workflowClass(workflow.type), workflow.inputs, request.input);
  checkParams(workflow, request.params);
  return { ...emptyRecord(workflow, request, now), parent: null, rootId: null };
}

function emptyRecord(
  workflow: WorkflowSpec,
  request: NewExecution,
  now: number,
): Omit<ExecutionRecord, 'parent' | 'rootId'> {
  return {
    id: request.id,
    workflow: workflow.fullName,
    namespace: request.namespace ?? '',
    description: request.description ?? '',
    createdAt: now,
    input: inputWithDefaults(workflow.inputs, request.input),
    params: request.params,
    env: request.env,
    vars: {},
    state: 'IDLE',
    stateInfo: null,
    output: {},
    globals: {},
    updatedAt: now,
    nextTask: 0,
    openTasks: 0,
    waitingTasks: 0,
    backlog: [],
  };
}

/** The record of the execution that a `start-sub-execution` command starts. */
export function createSubExecution(
  workflow: WorkflowSpec,
  command: Extract<Command, { type: 'start-sub-execution' }>,
  parent: ExecutionRecord,
  now: number,
): ExecutionRecord {
  const { env: _ignored, ...params } = command.params;
  const request = {
    id: command.executionId,
    namespace: parent.namespace,
    description: 'sub-workflow execution',
    input: command.input,
  };
  return {
    ...emptyRecord(workflow, { ...request, params, env: parent.env }, now),
    parent: { executionId: parent.id, taskId: command.taskId, index: command.index },
    rootId: parent.rootId ?? parent.id,
  };
}

/** Parameters that are not supported are refused, never ignored. */
function checkParams(workflow: WorkflowSpec, params: JsonObject): void {
  checkTarget(workflow, params);
  if (isTruthy(params['notify'] ?? null))
    throw new EngineFault(
      'params.notify: notifications of executions are not supported; poll the execution, or call std.http in one of its tasks',
    );
}

function checkTarget(workflow: WorkflowSpec, params: JsonObject): void {
  if (workflow.type !== 'reverse') return;
  const target = params['task_name'];
  if (typeof target !== 'string' || !workflow.tasks.has(target)) {
    throw new EngineFault(
      `Invalid task name [workflow=${workflow.fullName}, task_name=${typeof target === 'string' ? target : 'None'}]`,
    );
  }
  const stuck = new Set(tasksInCycles(workflow.tasks));
  const inCycle = neededFor({ workflow }, target).filter((name) => stuck.has(name));
  if (inCycle.length > 0)
    throw new EngineFault(
      `Invalid task name [task_name=${target}]: these tasks require themselves: ${inCycle.join(', ')}`,
    );
}

function evaluateVars(workflow: WorkflowSpec, record: ExecutionRecord): JsonObject {
  const nothing: ConductorLookups = {
    definitionProject: '',
    action: () => null,
    reasonMissing: () => undefined,
    workflow: () => null,
    execution: () => null,
    executions: () => [],
  };
  const draft = new Draft(workflow, new ExecutionState(record), nothing, {
    now: record.createdAt,
    seed: 'vars',
  });
  return workflow.vars === undefined ? {} : objectOf(evaluate(workflow.vars, scopeOf(draft, [])));
}

/** Expressions in the environment see the unevaluated environment. */
function evaluateEnv(given: Json | undefined, params: JsonObject): JsonObject {
  const env = objectOf(given ?? {});
  if (params['evaluate_env'] === false || !hasExpression(env)) return env;
  try {
    return objectOf(evaluateTemplate(compileTemplate(env), { variables: {}, functions: { env: () => env } }));
  } catch (error) {
    if (error instanceof ExpressionEvaluationError) throw new EngineFault(describeEvaluation(error));
    if (error instanceof ExpressionSyntaxError)
      throw new EngineFault(`the environment has an invalid expression: ${error.message}`);
    throw error;
  }
}

function objectOf(value: Json): JsonObject {
  if (isJsonObject(value)) return value;
  throw new EngineFault('Unexpected value type for environment or vars: expected a mapping');
}
