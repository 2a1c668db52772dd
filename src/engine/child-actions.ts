/** The actions that an action starts and waits for. */
import { randomUUID } from 'node:crypto';
import { actionName } from '../domain/action-name.ts';
import type { ActionRequest } from '../domain/action-requests.ts';
import type { Action } from '../domain/model.ts';
import type { NewAction } from '../store/actions.ts';
import type { ActionInterrupted } from './action-context.ts';

export function childAction(parent: Action, request: ActionRequest): NewAction {
  const { project, user, domain } = parent;
  return {
    ...request,
    id: randomUUID(),
    name: actionName(request),
    cause: 'Derived Action',
    parentId: parent.id,
    owner: { project, user, domain },
    requestId: parent.requestId,
  };
}

/** Why the parent was cancelled is why its children are; its time-out they would take for their own. */
export function cancelReasonOfChildren(
  parent: Pick<Action, 'name'>,
  { why, message }: ActionInterrupted,
): string {
  return why === 'cancelled' ? message : `Cancelled with ${parent.name}: ${message}`;
}

export function isEnded(status: string): boolean {
  return status === 'SUCCEEDED' || status === 'FAILED' || status === 'CANCELLED';
}
