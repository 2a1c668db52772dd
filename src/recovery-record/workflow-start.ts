/**
 * Whether the workflow of a step has begun, as the action that carries out the recovery has recorded it: a
 * workflow service that cannot be reached is asked again for as long as the step may take.
 */
import { isJsonObject } from '../domain/json.ts';
import { lastStepLike } from '../store/action-steps.ts';
import type { Db } from '../store/store.ts';

/**
 * `STARTING`: the service is being asked, and has not answered yet. `NOT_BEGUN`: it could not be reached, so
 * that nothing has begun for certain. `BEGUN`: it answered, or it may have begun.
 */
export type WorkflowStart =
  | { readonly state: 'STARTING' | 'BEGUN' }
  /** `the workflow drain could not be looked for: connection refused` */
  | { readonly state: 'NOT_BEGUN'; readonly reason: string };

/** Of the name of a step of the action: `2 WORKFLOW start`, and `2 WORKFLOW start 3` of another attempt. */
export function workflowStartPart(turn: number): string {
  return turn === 1 ? 'start' : `start ${turn}`;
}

/** @param since the begin of the step: an action runs one after the other. Milliseconds since 1970. */
export async function workflowStartOf(db: Db, actionId: string, since: number): Promise<WorkflowStart> {
  const found = await lastStepLike(db, actionId, `% WORKFLOW ${workflowStartPart(1)}%`, since);
  if (found === undefined) return { state: 'STARTING' };
  // A record of an earlier version does not say it.
  if (!isJsonObject(found) || found['mayHaveBegun'] !== false) return { state: 'BEGUN' };
  const { ended } = found;
  const reason = isJsonObject(ended) ? ended['reason'] : undefined;
  return typeof reason === 'string' ? { state: 'NOT_BEGUN', reason } : { state: 'BEGUN' };
}
