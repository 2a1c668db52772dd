/** Tasks of executions: shown with their results, run again, skipped. */
import type { JsonObject } from '../../domain/json.ts';
import type { StoredExecution } from '../../store/workflow-executions.ts';
import { acceptedActionsOfTask } from '../../store/workflow-actions.ts';
import { getTask } from '../../store/workflow-tasks.ts';
import { listTasks, type PageQuery } from '../../store/workflow-listing.ts';
import type { TaskSpec } from '../../workflow/language/definition/workflow-spec.ts';
import type { ActionRecord, TaskRecord } from '../../domain/workflow-records.ts';
import type { Caller, RequestTools } from '../request-tools.ts';
import { executionsByIds } from './executions.ts';
import { badRequest, isVisible, notFound, runnerOf, visiblePage } from './workflow-tools.ts';

/** A task with what it belongs to. */
export interface TaskOfExecution {
  readonly task: TaskRecord;
  readonly execution: StoredExecution;
  /** undefined: the definition's text has no such task; it was changed by hand. */
  readonly spec: TaskSpec | undefined;
}

/** @throws CoppiceError `resource-not-found` */
export async function requireTask(tools: RequestTools, caller: Caller, id: string): Promise<TaskOfExecution> {
  const task = await getTask(tools.store.db, id);
  const [found] = task === undefined ? [] : await withExecutions(tools, [task]);
  if (found !== undefined && isVisible(caller, found.execution.project)) return found;
  throw notFound(`TaskExecution not found [id=${id}]`);
}

export async function listVisibleTasks(
  tools: RequestTools,
  caller: Caller,
  page: PageQuery,
): Promise<TaskOfExecution[]> {
  return await withExecutions(tools, await listTasks(tools.store.db, visiblePage(caller, page)));
}

/** Without those whose execution was deleted between the two reads. */
async function withExecutions(tools: RequestTools, tasks: readonly TaskRecord[]): Promise<TaskOfExecution[]> {
  const executions = await executionsByIds(
    tools,
    tasks.map(({ executionId }) => executionId),
  );
  const found: TaskOfExecution[] = [];
  for (const task of tasks) {
    const execution = executions.get(task.executionId);
    if (execution === undefined) continue;
    const { tasks: specs } = await runnerOf(tools).library.specOf(
      execution.sourceId,
      execution.record.workflow,
    );
    found.push({ task, execution, spec: specs.get(task.name) });
  }
  return found;
}

/** Those that make its result. */
export async function acceptedActionsOf({ store }: RequestTools, task: TaskRecord): Promise<ActionRecord[]> {
  return await acceptedActionsOfTask(store.db, task);
}

export interface TaskChange {
  /** Held against the task's, where they are given. */
  readonly name: string | undefined;
  readonly workflowName: string | undefined;
  readonly state: string | undefined;
  /** false: of with-items only what failed is run again. */
  readonly reset: boolean;
  readonly env: JsonObject | undefined;
}

/** @throws CoppiceError `resource-not-found`, `bad-request`, `forbidden` */
export async function changeTask(
  tools: RequestTools,
  caller: Caller,
  id: string,
  request: TaskChange,
): Promise<TaskOfExecution> {
  const { task, execution } = await requireTask(tools, caller, id);
  const { name, workflowName, state, reset, env } = request;
  if (name !== undefined && name !== task.name) throw badRequest(`Task name does not match: ${name}`);
  if (workflowName !== undefined && workflowName !== execution.record.workflow)
    throw badRequest(`Workflow name does not match: ${workflowName}`);
  if (state !== 'RUNNING' && state !== 'SKIPPED')
    throw badRequest('Invalid task state. Only updating task to RUNNING or SKIPPED is supported.');
  if (task.state !== 'ERROR' && (state === 'SKIPPED' || task.state !== 'CANCELLED'))
    throw badRequest(
      'The current task execution must be in ERROR for rerun or skip. Only updating task to rerun or skip is supported.',
    );
  if (!reset && task.items === null && state === 'RUNNING')
    throw badRequest('Only with-items task has the option to not reset.');
  const more = env === undefined ? {} : { env };
  const event =
    state === 'SKIPPED'
      ? ({ type: 'skip', taskId: id, ...more } as const)
      : ({ type: 'rerun', taskId: id, reset, ...more } as const);
  const refusal = await runnerOf(tools).sendEvent(task.executionId, event);
  if (refusal !== undefined) throw badRequest(refusal.message);
  return await requireTask(tools, caller, id);
}
