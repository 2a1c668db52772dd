/** A hint for a workflow that is not found: the name that was probably meant. */
import { didYouMean } from '../domain/did-you-mean.ts';
import type { Session } from '../domain/session.ts';
import type { WorkflowService } from './workflow-service.ts';

/** Empty, or ` (did you mean drain?)`; without a hint if the engine does not answer. */
export async function workflowHint(
  workflows: Pick<WorkflowService, 'names'>,
  name: string,
  session: Session,
  signal?: AbortSignal,
): Promise<string> {
  try {
    const hint = didYouMean(name, (await workflows.names?.(session, signal)) ?? []);
    return hint === undefined ? '' : ` (${hint})`;
  } catch {
    return '';
  }
}
