/**
 * A workflow that a recovery needs and that has failed, or that does not exist, as the cause for which nodes
 * are not recovered: what shows its error, and the way past a hook. Pure.
 */
import {
  createWorkflows,
  findExecutions,
  showExecution,
  startWorkflow,
} from '../domain/workflow-commands.ts';
import type { WorkflowServiceName } from '../domain/workflow-service-name.ts';
import type { ExplainedHookFailure, FailedWorkflow } from './explained-cluster.ts';
import type { KnownCause } from './known-causes.ts';
import { taskOfSteps, type OperatorTask, type TaskStep } from './operator-task.ts';
import { recoverCommand } from './step-tasks.ts';

export interface WorkflowCause extends KnownCause {
  /** The way past a hook, for each node; empty: there is none. */
  past(node: string): readonly TaskStep[];
}

/** As the step of the recovery says it. */
const isMissing = /there is no workflow (\S+)/;

/** In Mistral's words. */
const isWithoutAction = /Failed to find action \[action_name=([^,\]\s]+)/;

export function workflowCause(failed: FailedWorkflow): WorkflowCause {
  const { name, reason, isHook, service, action } = failed;
  const kind = isHook ? `the hook WORKFLOW ${name}` : `WORKFLOW ${name}`;
  const missing = isMissing.test(reason);
  return {
    what: missing ? `${kind} cannot be run: ${reason}` : `${kind} has failed`,
    steps: missing ? missingSteps(name, service) : failedSteps(failed),
    removed: missing ? `there is a workflow ${name}` : `WORKFLOW ${name} succeeds`,
    property: null,
    past(node) {
      const command = action === null ? null : recoverCommand(node, action);
      if (command === null || action === null) return [];
      return [
        {
          command: `${command} --wait`,
          text: `or, instead of step 1, go past the hook: ${action.label} of ${node} alone, without hooks`,
        },
      ];
    },
  };
}

function missingSteps(name: string, service: WorkflowServiceName): [TaskStep, ...TaskStep[]] {
  return [
    {
      command: createWorkflows(service),
      text: `create it from a file that defines ${name}; or, where the name is wrong, attach a policy with the right one`,
    },
  ];
}

function failedSteps({ name, reason, service, executionId }: FailedWorkflow): [TaskStep, ...TaskStep[]] {
  if (executionId === null)
    return [
      { command: findExecutions(service), text: `find what failed in ${name}, and correct it: ${reason}` },
    ];
  const command = showExecution({ id: executionId, service });
  const [, action] = isWithoutAction.exec(reason) ?? [];
  if (action !== undefined && service === 'mistral')
    return [
      {
        command,
        text: `this Mistral has no action ${action}: install mistral-extra there, or let the workflow call the service with std.http`,
      },
    ];
  return [{ command, text: `what failed, and correct it: ${reason}` }];
}

/** What a hook after a recovery was for is not done, although the node is healthy. */
export function failedHookTasks(name: string, warning: ExplainedHookFailure): OperatorTask[] {
  const { executionId, service, reason, recoveryId, workflow } = warning;
  const [, missing] = isMissing.exec(reason) ?? [];
  const again =
    missing === undefined
      ? rerunSteps(executionId, service, workflow)
      : [
          { command: createWorkflows(service), text: `create it from a file that defines ${missing}` },
          { command: startWorkflow(missing, service), text: 'run it, with the input that it takes' },
        ];
  const acknowledge = {
    command: `coppice recovery acknowledge ${recoveryId}`,
    text: `when it is done, say so: the warning on ${name} ends`,
  };
  return taskOfSteps(
    `${name} is healthy, but what a hook after its recovery was for is not done`,
    [...again, acknowledge],
    true,
  );
}

function rerunSteps(
  executionId: string | null,
  service: WorkflowServiceName,
  workflow: string | undefined,
): TaskStep[] {
  if (executionId === null) return [];
  const show = {
    command: showExecution({ id: executionId, service }),
    text: 'see what failed, and correct it',
  };
  // Mistral reruns a task, and not an execution.
  if (service === 'mistral')
    return [
      show,
      {
        command: `openstack task execution list ${executionId}`,
        text: 'find the task that failed, and run it again: `openstack task execution rerun TASK`',
      },
    ];
  const rerun = {
    command: `coppice workflow rerun ${executionId}`,
    text: 'run what failed again, by the definition that the execution had',
  };
  if (workflow === undefined) return [show, rerun];
  const run = {
    command: startWorkflow(workflow, service),
    text: 'or, instead of step 2, where its definition was corrected: run it from its beginning, with the input (--input) that step 1 shows',
  };
  return [show, rerun, run];
}
