/** Waiting for the end of what Heat has begun to do with a stack. */
import { askUntil } from '../../openstack/ask-until.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { HeatClient, Stack } from '../../openstack/heat-client.ts';

/**
 * Asks until `hasEnded`, or until the stack does not exist any more. The caller's signal says how long that
 * may take. While Heat does not show the stack, whatever the reason, what was begun goes on, and it asks
 * again.
 * @returns undefined: it does not exist any more.
 */
export async function awaitStack(
  heat: HeatClient,
  { stack_name: name, id }: Pick<Stack, 'stack_name' | 'id'>,
  hasEnded: (stack: Stack) => boolean,
  context: CallContext,
): Promise<Stack | undefined> {
  const stack = await askUntil<Stack>(
    () => heat.getStack(name, id, context),
    (seen) => isGone(seen) || hasEnded(seen),
    context.signal,
  );
  return stack === undefined || isGone(stack) ? undefined : stack;
}

/** Heat shows a stack for a while after its end. */
function isGone({ stack_status: status }: Stack): boolean {
  return status === 'DELETE_COMPLETE';
}

/** `stack ID is CREATE_FAILED: Resource CREATE failed: ...` */
export function stackStateText({ id, stack_status: status, stack_status_reason: reason }: Stack): string {
  return `stack ${id} is ${status}: ${reason.replace(/\s+/g, ' ').trim()}`;
}
