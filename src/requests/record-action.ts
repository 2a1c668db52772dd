/** Puts an action into the queue, where nothing stands against it. */
import { randomUUID } from 'node:crypto';
import { actionName, webhookActionName } from '../domain/action-name.ts';
import { CoppiceError } from '../domain/errors.ts';
import type { ActionRequest } from '../domain/action-requests.ts';
import { insertActions } from '../store/actions.ts';
import type { Tx } from '../store/store.ts';
import { refuseConflicts } from './conflicts.ts';
import type { Caller, RequestTools } from './request-tools.ts';

/**
 * @returns the action's id. @throws CoppiceError `not-yet-supported`, `resource-locked`, `action-conflict`
 */
export async function recordAction(
  tx: Tx,
  tools: RequestTools,
  caller: Caller,
  request: ActionRequest,
): Promise<string> {
  if (!tools.actionNames.has(request.action)) throw notYetSupported(request.action);
  await refuseConflicts(tx.db, request);
  const id = randomUUID();
  const action = {
    ...request,
    id,
    name: caller.receiverId === undefined ? actionName(request) : webhookActionName(caller.receiverId),
    cause: 'RPC Request' as const,
    parentId: null,
    // It belongs to whose object it is about, so that they see who did what to it.
    owner: { ...request.owner, user: caller.user },
    requestId: caller.requestId ?? null,
  };
  await insertActions(tx, [action], tools.now());
  return id;
}

/** @param what what was requested, as its user knows it: `CLUSTER_ADD_NODES`, `receivers`. */
export function notYetSupported(what: string): CoppiceError {
  const sentence = `${what} is part of this API, but this Coppice does not support it yet.`;
  return new CoppiceError('not-yet-supported', sentence);
}
