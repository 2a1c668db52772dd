/**
 * An execution as a tree of tasks, actions and sub-executions, with how many tasks are in which state. The
 * statistics are counted by the database. A tree that is too large for one answer is refused: reading and
 * writing it would hold up everything else.
 */
import type { RequestTools, Caller } from '../request-tools.ts';
import { yieldToEventLoop } from '../../event-loop.ts';
import { getExecution, type StoredExecution } from '../../store/workflow-executions.ts';
import { executionsBelow, treeSize } from '../../store/workflow-tree.ts';
import { actionsOfExecution } from '../../store/workflow-actions.ts';
import { tasksOfExecution } from '../../store/workflow-tasks.ts';
import type { ActionRecord, TaskRecord } from '../../domain/workflow-records.ts';
import type { ActionOfTask } from './action-executions.ts';
import { requireExecution } from './executions.ts';
import type { TaskOfExecution } from './tasks.ts';
import { badRequest, runnerOf } from './workflow-tools.ts';

export interface ReportRequest {
  readonly errorsOnly: boolean;
  readonly maxDepth: number;
  readonly statisticsOnly: boolean;
}

export interface ExecutionReport {
  /** Tasks by state, of the whole tree. */
  readonly counts: ReadonlyMap<string, number>;
  readonly total: number;
  /** undefined where only statistics are requested. */
  readonly root: ReportBranch | undefined;
}

export interface ReportBranch {
  readonly execution: StoredExecution;
  readonly tags: readonly string[];
  readonly tasks: readonly ReportTask[];
}

export interface ReportTask extends TaskOfExecution {
  readonly actions: readonly ActionRecord[];
  readonly settings: readonly ActionOfTask[];
  readonly executions: readonly ReportBranch[];
}

/** Tasks and actions in one report. A larger one is some megabytes, too much to read. */
const mostRecords = 5000;

/** @throws CoppiceError `resource-not-found`, `bad-request` for a tree that is too large. */
export async function executionReport(
  tools: RequestTools,
  caller: Caller,
  id: string,
  request: ReportRequest,
): Promise<ExecutionReport> {
  const execution = await requireExecution(tools, caller, id);
  const ids = await executionsBelow(tools.store.db, id, Infinity);
  const whole = await treeSize(tools.store.db, ids);
  const counts = { counts: whole.tasksByState, total: whole.tasks };
  if (request.statisticsOnly) return { ...counts, root: undefined };
  const shown =
    request.maxDepth === Infinity
      ? whole
      : await treeSize(tools.store.db, await executionsBelow(tools.store.db, id, request.maxDepth));
  const size = request.errorsOnly ? (shown.tasksByState.get('ERROR') ?? 0) : shown.tasks;
  if (size + (request.errorsOnly ? 0 : shown.actions) > mostRecords) throw tooLarge(id, shown);
  return { ...counts, root: await branch(tools, execution, request, 0) };
}

function tooLarge(id: string, { tasks, actions }: { tasks: number; actions: number }) {
  return badRequest(
    `report: expected at most ${mostRecords} tasks and actions, found ${tasks} tasks and ${actions} actions in ${id}: ` +
      'use errors_only=true, max_depth or statistics_only=true, or page through /v2/tasks and /v2/action_executions',
  );
}

async function branch(
  tools: RequestTools,
  execution: StoredExecution,
  request: ReportRequest,
  depth: number,
): Promise<ReportBranch> {
  const { record, sourceId } = execution;
  const spec = await runnerOf(tools).library.specOf(sourceId, record.workflow);
  if (depth > request.maxDepth) return { execution, tags: spec.tags, tasks: [] };
  const { db } = tools.store;
  const state = request.errorsOnly ? 'ERROR' : undefined;
  const own = await tasksOfExecution(db, record.id, state);
  const actions = groupByTask(
    await actionsOfExecution(db, record.id, request.errorsOnly ? own.map((task) => task.id) : undefined),
  );
  const tasks: ReportTask[] = [];
  for (const task of own) {
    await yieldToEventLoop();
    const mine = actions.get(task.id) ?? [];
    const executions = task.type === 'ACTION' ? [] : await subBranches(tools, mine, request, depth + 1);
    const settings = mine.map((action) => ({ action, setting: settingOf(execution, task) }));
    tasks.push({ task, execution, spec: spec.tasks.get(task.name), actions: mine, settings, executions });
  }
  return { execution, tags: spec.tags, tasks };
}

function groupByTask(actions: readonly ActionRecord[]): Map<string, ActionRecord[]> {
  return Map.groupBy(actions, ({ taskId }) => taskId);
}

function settingOf({ record, project }: StoredExecution, task: TaskRecord): ActionOfTask['setting'] {
  const { workflow, namespace } = record;
  return { workflow, namespace, project, task: task.name, description: '' };
}

async function subBranches(
  tools: RequestTools,
  actions: readonly ActionRecord[],
  request: ReportRequest,
  depth: number,
): Promise<ReportBranch[]> {
  const found: ReportBranch[] = [];
  for (const { id } of actions) {
    const execution = await getExecution(tools.store.db, id);
    if (execution === undefined || (request.errorsOnly && execution.record.state !== 'ERROR')) continue;
    found.push(await branch(tools, execution, request, depth));
  }
  return found;
}
