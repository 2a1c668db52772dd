/** What the state of a stack says of its node. */
import type { Verdict } from '../../domain/verdict.ts';
import type { Stack } from '../../openstack/heat-client.ts';
import { stackStateText } from './await-stack.ts';

/** Of an update, and the stack is as before; or of its creation, and the stack is empty. */
export const rolledBack = 'ROLLBACK_COMPLETE';

/** @param isEmpty whether the stack was rolled back and has no resources. */
export function verdictOn(stack: Stack, isEmpty = false): Verdict {
  const { id, stack_status: status } = stack;
  if (status === 'DELETE_COMPLETE') return deleted(id);
  if (status === 'SUSPEND_COMPLETE')
    return { health: 'unhealthy', failure: 'SERVER_PAUSED', reason: `stack ${id} is ${status}` };
  if (isEmpty)
    return {
      health: 'unhealthy',
      failure: 'SERVER_ERROR',
      reason: shortened(`${stackStateText(stack)}; nothing of it is left: its creation was taken back`),
    };
  if (status === rolledBack)
    return { health: 'healthy', reason: `stack ${id} is ${status}: as before the update that failed` };
  if (status.endsWith('_COMPLETE')) return { health: 'healthy', reason: `stack ${id} is ${status}` };
  if (status.endsWith('_FAILED'))
    return { health: 'unhealthy', failure: 'SERVER_ERROR', reason: shortened(stackStateText(stack)) };
  return { health: 'unknown', reason: `stack ${id} is ${status}: Heat is changing it` };
}

/** The stack of the node does not exist in the cloud. */
export function deleted(id: string): Verdict {
  return { health: 'unhealthy', failure: 'SERVER_DELETED', reason: `stack ${id} does not exist in Heat` };
}

function shortened(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}
