/** The state of the execution of a WORKFLOW step: one that is PAUSED is waited for like one that runs. */
import type { Session } from '../domain/session.ts';
import type { WorkflowState } from '../domain/workflow-records.ts';
import type { WorkflowServiceName } from '../domain/workflow-service-name.ts';
import type { RequestTools } from './request-tools.ts';

export interface StepExecution {
  readonly executionId: string;
  readonly service: WorkflowServiceName;
  readonly name: string;
  readonly state: WorkflowState;
  readonly stateInfo: string | null;
  /** Since when it is in this state; null: the engine does not say. */
  readonly since: number | null;
}

/** Of a step, or of a hook that failed. */
export interface StartedExecution {
  readonly executionId: string | null;
  readonly workflowService?: WorkflowServiceName | null;
}

export interface StepExecutionView {
  readonly execution: StepExecution | null;
  /** Why it cannot be shown; null: it can, or there is none. */
  readonly problem: string | null;
}

/** Of a step that runs no workflow. */
export const noStepExecution: StepExecutionView = { execution: null, problem: null };

/** @param owner of the recovery. */
export async function viewExecution(
  { workflows }: Pick<RequestTools, 'workflows'>,
  { executionId, workflowService }: StartedExecution,
  owner: Session,
): Promise<StepExecutionView> {
  if (executionId === null || workflows === undefined) return noStepExecution;
  const service = workflowService ?? 'embedded';
  const { execution, problem } = await workflows.show(service, executionId, owner);
  if (execution === null) return { execution, problem };
  const { workflowName: name, state, stateInfo, changedAt: since = null } = execution;
  return { execution: { executionId, service, name, state, stateInfo, since }, problem };
}

/** null: there is none, or it cannot be shown; that is no reason to say nothing of the recovery. */
export async function executionOf(
  tools: Pick<RequestTools, 'workflows'>,
  started: StartedExecution,
  owner: Session,
): Promise<StepExecution | null> {
  return (await viewExecution(tools, started, owner)).execution;
}
