import type { ActionContext, ActionDefinition } from '../../engine/action-context.ts';
import { deleteNode, getNode, updateNode } from '../../store/nodes.ts';
import { cancelHeld } from '../../recovery-record/recovery-lifecycle.ts';
import { thenEvaluateCluster } from './then-evaluate-cluster.ts';
import { countNodeGone } from './node-count.ts';
import { awaitLifecycleHook } from './lifecycle-hook.ts';
import { markNodeFailed } from './node-failure.ts';
import { loadManagedNode } from '../../clusters/managed-node.ts';
import { deregisterNode } from '../registrations.ts';
import { removeNode } from '../node-objects.ts';
import type { ActionServices } from '../services.ts';

/**
 * NODE_DELETE: removes the node from the outside world, then its row; one that is gone already is a success.
 * What is kept of the node stays until its own time.
 */
export function nodeDelete(services: ActionServices): ActionDefinition {
  return {
    action: 'NODE_DELETE',
    async run(context) {
      const id = context.action.target;
      await awaitLifecycleHook(context, services);
      const exists = await context.transaction('begin', async (tx) => {
        await countNodeGone(tx, context);
        return await updateNode(tx, id, { status: 'DELETING', statusReason: 'Deletion in progress' });
      });
      if (!exists) return;
      await thenEvaluateCluster(context, () =>
        markNodeFailed(context, 'Deletion failed', async () => {
          const { clusterId } = context.action;
          await deregisterNode({ context, services, nodeId: id, clusterId, name: 'deregister' });
          await remove(context, services, id);
        }),
      );
    },
  };
}

async function remove(
  context: ActionContext,
  { store, profileTypes }: ActionServices,
  id: string,
): Promise<void> {
  await context.operation(
    'remove',
    async (request) => {
      if ((await getNode(store.db, id)) === undefined) return;
      await removeNode(store.db, await loadManagedNode({ store, profileTypes }, id), request);
    },
    async (tx) => {
      await cancelHeld(tx, { nodeId: id }, 'the node is deleted', context.now());
      await deleteNode(tx, id);
    },
  );
}
