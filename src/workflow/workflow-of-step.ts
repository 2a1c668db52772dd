/** Which workflow a step of a policy means. */
import type { Session } from '../domain/session.ts';
import type { WorkflowDescription, WorkflowService } from './workflow-service.ts';

export interface WorkflowReference {
  readonly name: string;
  /** What the policy carries for the case that there is none; null: nothing. */
  readonly definition: string | null;
}

/**
 * Where the policy carries a definition, only a workflow of the own project stands in for it: what another
 * project shares under that name is another workflow.
 * @returns undefined: there is none, or it is to be made from the definition.
 */
export async function workflowOfStep(
  workflows: Pick<WorkflowService, 'find'>,
  { name, definition }: WorkflowReference,
  session: Session,
  signal?: AbortSignal,
): Promise<WorkflowDescription | undefined> {
  const found = await workflows.find(name, session, undefined, signal);
  return definition === null || found?.isOwn === true ? found : undefined;
}
