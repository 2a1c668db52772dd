import type { JsonObject } from '../../domain/json.ts';
import type { ActionDefinition } from '../../engine/action-context.ts';
import { updateNode, type NodeChanges } from '../../store/nodes.ts';
import { markNodeFailed } from './node-failure.ts';
import type { ProbingServices } from '../recovery-probe.ts';
import { requireRegistered } from './register-or-later.ts';
import { changeProfile } from './change-profile.ts';

/**
 * NODE_UPDATE: name, role, metadata and tainted are our own words for the node; a new profile is carried out
 * by changing the node where it is, or making it again. Inputs: `{name?, role?, metadata?, tainted?,
 * new_profile_id?}`. Outputs of a new profile: `{update}`, how it was carried out.
 */
export function nodeUpdate(services: ProbingServices): ActionDefinition {
  return {
    action: 'NODE_UPDATE',
    async run(context) {
      const { new_profile_id: profileId } = context.inputs;
      await context.transaction('rename', async (tx) => {
        const changes = { ...ownChanges(context.inputs), updatedAt: context.now() };
        const updating =
          typeof profileId === 'string'
            ? ({ status: 'UPDATING', statusReason: 'Update in progress' } as const)
            : {};
        await updateNode(tx, context.action.target, { ...changes, ...updating });
      });
      if (typeof profileId !== 'string') return;
      const outputs = await markNodeFailed(context, 'Update failed', async () => ({
        update: await changeProfile(context, services, profileId),
      }));
      // It may have another address.
      const { target: nodeId, clusterId } = context.action;
      await requireRegistered({ context, services, nodeId, clusterId, name: 'register' });
      return outputs;
    },
  };
}

function ownChanges(inputs: JsonObject): NodeChanges {
  const { name, role, metadata, tainted } = inputs;
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof role === 'string' ? { role } : {}),
    ...(typeof metadata === 'object' && metadata !== null ? { metadata: metadata as JsonObject } : {}),
    ...(typeof tainted === 'boolean' ? { tainted } : {}),
  };
}
