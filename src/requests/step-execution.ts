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

/**
 * @param owner of the recovery.
 * @returns null: there is none, or the workflow service does not answer now; that is no reason to say nothing
 * of the recovery.
 */
export async function executionOf(
  { workflows }: Pick<RequestTools, 'workflows'>,
  { executionId, workflowService }: StartedExecution,
  owner: Session,
): Promise<StepExecution | null> {
  if (executionId === null || workflows === undefined) return null;
  const service = workflowService ?? 'embedded';
  const execution = await workflows.show(service, executionId, owner);
  if (execution === null) return null;
  const { workflowName: name, state, stateInfo, changedAt: since = null } = execution;
  return { executionId, service, name, state, stateInfo, since };
}
