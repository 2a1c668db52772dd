import { loadManagedNode } from '../../clusters/managed-node.ts';
import type { ActionContext, ActionDefinition } from '../../engine/action-context.ts';
import { cancelHeld } from '../../recovery-record/recovery-lifecycle.ts';
import { getNode, takeOutOfCluster } from '../../store/nodes.ts';
import { deregisterNode } from '../registrations.ts';
import type { ActionServices } from '../services.ts';
import { awaitLifecycleHook } from './lifecycle-hook.ts';
import { markOwner } from './mark-owner.ts';

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
      const { clusterId } = context.action;
      await deregisterNode({ context, services, nodeId: id, clusterId, name: 'deregister' });
      await unmark(context, services);
      await context.transaction('leave', async (tx) => {
        await cancelHeld(tx, { nodeId: id }, 'the node left the cluster', context.now());
        await takeOutOfCluster(tx, id, context.now());
      });
    },
  };
}

/** Of a node that does not run nothing is asked: it has to be possible to take it out of its cluster. */
async function unmark(context: ActionContext, { store, profileTypes }: ActionServices): Promise<void> {
  await context.operation('mark', async (request) => {
    const node = await getNode(store.db, context.action.target);
    if (node?.status !== 'ACTIVE') return;
    const { type, facts } = await loadManagedNode({ store, profileTypes }, node.id);
    await markOwner(type, { ...facts, clusterId: null, clusterName: null, index: -1 }, request);
  });
}
