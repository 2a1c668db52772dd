/** An execution as a tree of tasks, actions and sub-executions, with how many tasks are in which state. */
import type { JsonObject } from '../../domain/json.ts';
import type { Db } from '../../store/store.ts';
import {
  actionsOfExecution,
  getExecution,
  tasksOfExecution,
  type StoredExecution,
} from '../../store/workflow-executions.ts';
import type { ActionRecord, TaskRecord } from '../../domain/workflow-records.ts';
import type { DefinitionLibrary } from '../../workflow/runner/definition-library.ts';
import { actionExecutionShape, executionShape, fullTaskShape, settingOf } from './shapes.ts';

interface ReportTools {
  readonly db: Db;
  readonly library: DefinitionLibrary;
}

interface ReportRequest {
  readonly errorsOnly: boolean;
  readonly maxDepth: number;
  readonly statisticsOnly: boolean;
}

/** A report of more is not read by anybody, and takes the memory of all. */
const mostTasks = 10_000;

interface Statistics {
  [key: string]: number;
  total_tasks_count: number;
}

const counters: Readonly<Record<string, string>> = {
  RUNNING: 'running_tasks_count',
  SUCCESS: 'success_tasks_count',
  ERROR: 'error_tasks_count',
  IDLE: 'idle_tasks_count',
  PAUSED: 'paused_tasks_count',
};

export async function reportOf(
  tools: ReportTools,
  execution: StoredExecution,
  asked: ReportRequest,
): Promise<JsonObject> {
  const statistics: Statistics = {
    total_tasks_count: 0,
    running_tasks_count: 0,
    success_tasks_count: 0,
    error_tasks_count: 0,
    idle_tasks_count: 0,
    paused_tasks_count: 0,
  };
  const root = await branch(tools, execution, asked, statistics, 0);
  const body = { statistics, root_workflow_execution: root };
  return asked.statisticsOnly ? { statistics } : body;
}

async function branch(
  tools: ReportTools,
  execution: StoredExecution,
  asked: ReportRequest,
  statistics: Statistics,
  depth: number,
): Promise<JsonObject> {
  const { id } = execution.record;
  const [tasks, actions] = [await tasksOfExecution(tools.db, id), await actionsOfExecution(tools.db, id)];
  const spec = await tools.library.specOf(execution.sourceId, execution.record.workflow);
  const shown: JsonObject[] = [];
  for (const task of tasks) {
    count(statistics, task);
    if (asked.errorsOnly && task.state !== 'ERROR') continue;
    if (statistics.total_tasks_count > mostTasks || depth > asked.maxDepth) continue;
    const own = actions.filter((action) => action.taskId === task.id);
    const shape = fullTaskShape(task, execution, spec, own);
    const below =
      task.type === 'ACTION'
        ? {
            action_executions: own.map((action) =>
              actionExecutionShape(action, settingOf(execution, task), false),
            ),
          }
        : { workflow_executions: await subBranches(tools, own, asked, statistics, depth + 1) };
    shown.push({ ...shape, ...below, retry_count: task.retries });
  }
  return { name: execution.record.workflow, ...executionShape(execution), task_executions: shown };
}

function count(statistics: Statistics, task: TaskRecord): void {
  statistics.total_tasks_count += 1;
  const counter = counters[task.state];
  if (counter !== undefined) statistics[counter] = (statistics[counter] ?? 0) + 1;
}

async function subBranches(
  tools: ReportTools,
  actions: readonly ActionRecord[],
  asked: ReportRequest,
  statistics: Statistics,
  depth: number,
): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  for (const action of actions) {
    const execution = await getExecution(tools.db, action.id);
    if (execution === undefined || (asked.errorsOnly && execution.record.state !== 'ERROR')) continue;
    found.push(await branch(tools, execution, asked, statistics, depth));
  }
  return found;
}
