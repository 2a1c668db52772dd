import type { JsonObject } from '../../domain/json.ts';
import type { ActionContext, ActionDefinition } from '../../engine/action-context.ts';
import { updateCluster, type ClusterChanges } from '../../store/clusters.ts';
import { getNode, nodesOfCluster, updateNodes } from '../../store/nodes.ts';
import { onNodeOfLockedCluster } from '../../domain/action-requests.ts';
import { requireSuccess, whileClusterIs } from './cluster-action.ts';
import type { ActionServices } from '../services.ts';

/**
 * CLUSTER_UPDATE. Inputs: `{name?, metadata?, timeout?, config?, profile_id?, profile_only?}`. A new profile is carried out node by
 * node, one at a time, and stops at the first that fails, so that a bad profile costs one node and not the cluster;
 * with `profile_only` it is only for nodes that are made from now on.
 */
export function clusterUpdate(services: ActionServices): ActionDefinition {
  return {
    action: 'CLUSTER_UPDATE',
    async run(context) {
      const { profile_id: profileId, profile_only: profileOnly } = context.inputs;
      await whileClusterIs(context, 'UPDATING', 'Update in progress', async () => {
        await context.transaction('rename', async (tx) => {
          await updateCluster(tx, context.action.target, changesOf(context.inputs));
        });
        if (typeof profileId === 'string' && profileOnly !== true)
          await updateNodesOneByOne(context, services, profileId);
      });
    },
  };
}

function changesOf(inputs: JsonObject): ClusterChanges {
  const { name, metadata, timeout, config, profile_id: profileId } = inputs;
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof metadata === 'object' && metadata !== null ? { metadata: metadata as JsonObject } : {}),
    ...(typeof timeout === 'number' ? { timeout } : {}),
    ...(typeof config === 'object' && config !== null ? { config: config as JsonObject } : {}),
    ...(typeof profileId === 'string' ? { profileId } : {}),
  };
}

async function updateNodesOneByOne(
  context: ActionContext,
  { store }: ActionServices,
  profileId: string,
): Promise<void> {
  const ids = await context.transaction('nodes to update', async (tx) => {
    const nodes = await nodesOfCluster(tx.db, context.action.target);
    const old = nodes.filter((node) => node.profileId !== profileId).map((node) => node.id);
    await updateNodes(tx, old, { status: 'UPDATING', statusReason: 'Waiting for its update' });
    return old;
  });
  for (const id of ids) {
    const node = await getNode(store.db, id);
    if (node === undefined) continue;
    const request = onNodeOfLockedCluster('NODE_UPDATE', node, { profile_id: profileId });
    requireSuccess(await context.children(`update ${id}`, [request]), 'Update');
  }
}
