/** The state of the execution of a WORKFLOW step: one that is PAUSED is waited for like one that runs. */
import type { Session } from '../domain/session.ts';
import type { WorkflowState } from '../domain/workflow-records.ts';
import type { RequestTools } from './request-tools.ts';

export interface StepExecution {
  readonly executionId: string;
  readonly name: string;
  readonly state: WorkflowState;
  readonly stateInfo: string | null;
  /** Since when it is in this state; null: the engine does not say. */
  readonly since: number | null;
}

/**
 * @param owner of the recovery.
 * @returns null: there is none, or the engine does not answer now; that is no reason to say nothing of the
 * recovery.
 */
export async function executionOf(
  { workflows }: Pick<RequestTools, 'workflows'>,
  executionId: string,
  owner: Session,
): Promise<StepExecution | null> {
  try {
    const execution = await workflows?.get(executionId, owner);
    if (execution === undefined) return null;
    const { workflowName: name, state, stateInfo, changedAt: since = null } = execution;
    return { executionId, name, state, stateInfo, since };
  } catch {
    return null;
  }
}
