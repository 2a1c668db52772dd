/**
 * A workflow that a recovery needs and that has failed, or that does not exist, as the cause for which nodes
 * are not recovered: what shows its error, and the way past a hook. Pure.
 */
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

export function workflowCause({ name, reason, isHook, executionId, action }: FailedWorkflow): WorkflowCause {
  const kind = isHook ? `the hook WORKFLOW ${name}` : `WORKFLOW ${name}`;
  const missing = isMissing.test(reason);
  return {
    what: missing ? `${kind} cannot be run: ${reason}` : `${kind} has failed`,
    steps: missing ? missingSteps(name) : failedSteps(name, reason, executionId),
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

function missingSteps(name: string): [TaskStep, ...TaskStep[]] {
  return [
    {
      command: 'coppice workflow create FILE',
      text: `create it from a file that defines ${name}; or, where the name is wrong, attach a policy with the right one`,
    },
  ];
}

function failedSteps(name: string, reason: string, executionId: string | null): [TaskStep, ...TaskStep[]] {
  if (executionId !== null)
    return [
      { command: `coppice workflow show ${executionId}`, text: `what failed, and correct it: ${reason}` },
    ];
  return [
    { command: 'coppice workflow list', text: `find what failed in ${name}, and correct it: ${reason}` },
  ];
}

/** What a hook after a recovery was for is not done, although the node is healthy. */
export function failedHookTasks(name: string, warning: ExplainedHookFailure): OperatorTask[] {
  const { executionId, reason, recoveryId } = warning;
  const [, missing] = isMissing.exec(reason) ?? [];
  const again =
    missing === undefined
      ? rerunSteps(executionId)
      : [
          { command: 'coppice workflow create FILE', text: `create it from a file that defines ${missing}` },
          { command: `coppice workflow run ${missing}`, text: 'run it, with the input that it takes' },
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

function rerunSteps(executionId: string | null): TaskStep[] {
  if (executionId === null) return [];
  return [
    { command: `coppice workflow show ${executionId}`, text: 'see what failed, and correct it' },
    { command: `coppice workflow rerun ${executionId}`, text: 'run what failed again' },
  ];
}
