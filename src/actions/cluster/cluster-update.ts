import type { JsonObject } from '../../domain/json.ts';
import type { ActionDefinition } from '../../engine/action-context.ts';
import { updateCluster, type ClusterChanges } from '../../store/clusters.ts';
import { forgetUnhelpful } from '../../store/healing.ts';
import type { Tx } from '../../store/store.ts';
import type { ActionServices } from '../services.ts';
import { planAndCarryOut } from './carry-out-plan.ts';
import { whileClusterIs } from './cluster-action.ts';

/**
 * CLUSTER_UPDATE. Inputs: `{name?, metadata?, timeout?, config?, new_profile_id?, profile_only?}`. A new
 * profile is carried out node by node; each node is verified, and the first that is not healthy ends the
 * update, so that a bad profile costs one node and not the cluster. The cluster has the new profile once all
 * its nodes have it, as in Senlin; with `profile_only` it is only for nodes that are made from now on.
 */
export function clusterUpdate(services: ActionServices): ActionDefinition {
  const action = 'CLUSTER_UPDATE';
  return {
    action,
    async run(context) {
      const { new_profile_id: profileId, profile_only: profileOnly } = context.inputs;
      await whileClusterIs(context, 'UPDATING', 'Update in progress', async () => {
        await context.transaction('rename', async (tx) => {
          const changes = { ...changesOf(context.inputs), updatedAt: context.now() };
          await updateCluster(tx, context.action.target, changes);
        });
        if (typeof profileId !== 'string') return;
        if (profileOnly !== true) await planAndCarryOut(context, services, action);
        await context.transaction('new profile', (tx) =>
          setProfile(tx, context.action.target, profileId, context.now()),
        );
      });
    },
  };
}

/** Recoveries that did not help under the old profile say nothing about the new one. */
async function setProfile(tx: Tx, clusterId: string, profileId: string, now: number): Promise<void> {
  await updateCluster(tx, clusterId, { profileId });
  await forgetUnhelpful(tx, clusterId, now);
}

function changesOf(inputs: JsonObject): ClusterChanges {
  const { name, metadata, timeout, config } = inputs;
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof metadata === 'object' && metadata !== null ? { metadata: metadata as JsonObject } : {}),
    ...(typeof timeout === 'number' ? { timeout } : {}),
    ...(typeof config === 'object' && config !== null ? { config: config as JsonObject } : {}),
  };
}
