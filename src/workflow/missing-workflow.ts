/** What to say where a workflow is not there: the name that was probably meant. */
import { didYouMean } from '../domain/did-you-mean.ts';
import type { WorkflowService } from './workflow-service.ts';

/** Empty, or ` (did you mean drain?)`; an engine that does not answer has no hint. */
export async function workflowHint(workflows: Pick<WorkflowService, 'names'>, name: string): Promise<string> {
  try {
    const hint = didYouMean(name, (await workflows.names?.()) ?? []);
    return hint === undefined ? '' : ` (${hint})`;
  } catch {
    return '';
  }
}
