/**
 * An execution's report, in Mistral's words: a tree of tasks, actions and sub-executions, and how many tasks
 * are in which state.
 */
import type { ExecutionReport, ReportBranch, ReportTask } from '../../requests/workflows/execution-report.ts';
import { actionExecutionResource } from './action-execution-resource.ts';
import { executionResource } from './execution-resource.ts';
import { fullTaskResource } from './task-resource.ts';

const counters = ['RUNNING', 'SUCCESS', 'ERROR', 'IDLE', 'PAUSED', 'SKIPPED'] as const;

export function showReport({ counts, total, root }: ExecutionReport): object {
  const statistics = {
    total_tasks_count: total,
    ...Object.fromEntries(
      counters.map((state) => [`${state.toLowerCase()}_tasks_count`, counts.get(state) ?? 0]),
    ),
  };
  return root === undefined ? { statistics } : { statistics, root_workflow_execution: branch(root) };
}

function branch({ execution, tags, tasks }: ReportBranch): object {
  return {
    name: execution.record.workflow,
    ...executionResource.show({ ...execution, tags }),
    task_executions: tasks.map((task) => taskOf(task)),
  };
}

function taskOf(task: ReportTask): object {
  const below =
    task.task.type === 'ACTION'
      ? { action_executions: task.settings.map(withoutOutput) }
      : { workflow_executions: task.executions.map(branch) };
  return { ...fullTaskResource.show(task), ...below, retry_count: task.task.retries };
}

function withoutOutput(action: ReportTask['settings'][number]): object {
  const { output: _, ...shown } = actionExecutionResource.show(action);
  return shown;
}
