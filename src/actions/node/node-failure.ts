import { toErrorRecord } from '../../domain/errors.ts';
import type { ActionContext } from '../../engine/action-context.ts';
import { updateNode } from '../../store/nodes.ts';

/** Does the work, and writes into the node what went wrong before the action fails with it. */
export async function markNodeFailed<T>(
  context: ActionContext,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const statusReason = `${what}: ${toErrorRecord(error).message}`;
    await context.transaction('mark failed', async (tx) => {
      await updateNode(tx, context.action.target, {
        status: 'ERROR',
        statusReason,
        updatedAt: context.now(),
      });
    });
    throw error;
  }
}
