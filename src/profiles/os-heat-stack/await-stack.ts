/**
 * Waiting for the end of what Heat has begun: it answers at once, and the stack shows later what became of
 * it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CloudError, isStatus, operationError } from '../../openstack/cloud-error.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { HeatClient, Stack } from '../../openstack/heat-client.ts';

/** Pauses between two questions grow from the first to the last. */
const FIRST_PAUSE_MS = 20;
const LAST_PAUSE_MS = 5000;
const PAUSE_GROWTH = 1.6;

/**
 * Asks until `hasEnded`, or until the stack does not exist any more. The caller's signal says how long that
 * may take; while Heat does not answer it asks again, since what was begun goes on.
 * @returns undefined: it does not exist any more.
 */
export async function awaitStack(
  heat: HeatClient,
  { stack_name: name, id }: Pick<Stack, 'stack_name' | 'id'>,
  hasEnded: (stack: Stack) => boolean,
  context: CallContext,
): Promise<Stack | undefined> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * PAUSE_GROWTH, LAST_PAUSE_MS)) {
    const stack = await readStack(heat, name, id, context);
    if (stack === 'gone') return undefined;
    if (stack !== 'unknown' && hasEnded(stack)) return stack;
    await delay(pauseMs, undefined, { signal: context.signal }).catch(() => context.signal.throwIfAborted());
  }
}

async function readStack(
  heat: HeatClient,
  name: string,
  id: string,
  context: CallContext,
): Promise<Stack | 'gone' | 'unknown'> {
  try {
    const stack = await heat.getStack(name, id, context);
    return stack.stack_status === 'DELETE_COMPLETE' ? 'gone' : stack;
  } catch (error) {
    if (isStatus(error, 404)) return 'gone';
    if (error instanceof CloudError && error.isOutage) return 'unknown';
    throw operationError(error, 'the stack could not be read');
  }
}

/** `stack ID is CREATE_FAILED: Resource CREATE failed: ...` */
export function describeStack({ id, stack_status: status, stack_status_reason: reason }: Stack): string {
  return `stack ${id} is ${status}: ${reason.replace(/\s+/g, ' ').trim()}`;
}
