import type { ActionDefinition } from '../../engine/action-context.ts';
import { cancelHeld } from '../../recovery-record/recovery-lifecycle.ts';
import { takeOutOfCluster } from '../../store/nodes.ts';
import type { ActionServices } from '../services.ts';
import { awaitLifecycleHook } from './lifecycle-hook.ts';

/**
 * NODE_LEAVE: the node leaves its cluster, and goes on to be. What was known of its health was known by the
 * policy of the cluster. One that is gone already, or in no cluster, is a success.
 */
export function nodeLeave(services: ActionServices): ActionDefinition {
  return {
    action: 'NODE_LEAVE',
    async run(context) {
      const id = context.action.target;
      await awaitLifecycleHook(context, services);
      await context.transaction('leave', async (tx) => {
        await cancelHeld(tx, { nodeId: id }, 'the node left the cluster', context.now());
        await takeOutOfCluster(tx, id, context.now());
      });
    },
  };
}
