import { CoppiceError } from '../../domain/errors.ts';
import type { ActionContext, ActionDefinition } from '../../engine/action-context.ts';
import { loadManagedNode } from '../../clusters/managed-node.ts';
import { getCluster, takeNodeIndexes } from '../../store/clusters.ts';
import { updateNode } from '../../store/nodes.ts';
import type { ActionServices } from '../services.ts';
import { requireRegistered } from './register-or-later.ts';
import { markOwner } from './mark-owner.ts';

/**
 * NODE_JOIN: a node in no cluster becomes one of a cluster; what it stands for says so afterwards. Inputs:
 * `{cluster_id}`.
 */
export function nodeJoin(services: ActionServices): ActionDefinition {
  return {
    action: 'NODE_JOIN',
    async run(context) {
      const clusterId = context.inputs['cluster_id'] as string;
      const index = await context.transaction('index', (tx) => takeNodeIndexes(tx, clusterId, 1));
      await mark(context, services, clusterId, index);
      await context.transaction('join', async (tx) => {
        const changes = { clusterId, index, updatedAt: context.now() };
        await updateNode(tx, context.action.target, changes);
      });
      const nodeId = context.action.target;
      await requireRegistered({ context, services, nodeId, clusterId, name: 'register' });
    },
  };
}

async function mark(
  context: ActionContext,
  { store, profileTypes }: ActionServices,
  clusterId: string,
  index: number,
): Promise<void> {
  await context.operation('mark', async (request) => {
    const { type, facts } = await loadManagedNode({ store, profileTypes }, context.action.target);
    const cluster = await getCluster(store.db, clusterId);
    if (cluster === undefined) {
      const sentence = `The cluster '${clusterId}' could not be found.`;
      throw new CoppiceError('resource-not-found', sentence);
    }
    await markOwner(type, { ...facts, clusterId, clusterName: cluster.name, index }, request);
  });
}
