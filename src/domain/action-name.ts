/** Names of actions, which are Senlin's: `node_create_6e1b0c2d`, `node_reboot_...`, `attach_policy_...`. */
import type { ActionRequest } from './action-requests.ts';

type Named = Pick<ActionRequest, 'action' | 'target' | 'inputs'>;

/** What the name says of an action on policies or by an operation, where it is not the action's own. */
function verbOf({ action, inputs }: Named): string {
  const kind = /^(CLUSTER|NODE)_OPERATION$/.exec(action)?.[1];
  const { operation } = inputs;
  if (kind !== undefined && typeof operation === 'string') return `${kind}_${operation}`;
  return /^CLUSTER_((?:ATTACH|DETACH|UPDATE)_POLICY)$/.exec(action)?.[1] ?? action;
}

export function actionName(request: Named): string {
  return `${verbOf(request).toLowerCase()}_${request.target.slice(0, 8)}`;
}

/** Of an action that a call of a webhook starts. */
export function webhookActionName(receiverId: string): string {
  return `webhook_${receiverId.slice(0, 8)}`;
}

export function isWebhookName(name: string): boolean {
  return name.startsWith('webhook_');
}
