import type { JsonObject } from '../../domain/json.ts';
import type { ActionContext, ActionDefinition } from '../../engine/action-context.ts';
import { updateNode, type NodeChanges } from '../../store/nodes.ts';
import { markNodeFailed } from './node-failure.ts';
import { loadManagedNode } from '../../clusters/managed-node.ts';
import type { ProbingServices } from '../recovery-probe.ts';
import { verifyNode } from './verify-node.ts';

/**
 * NODE_UPDATE: name, role, metadata and tainted are our own words for the node; a new profile is carried out
 * by making the node again from it, and verifying it. Inputs: `{name?, role?, metadata?, tainted?,
 * profile_id?}`.
 */
export function nodeUpdate(services: ProbingServices): ActionDefinition {
  return {
    action: 'NODE_UPDATE',
    async run(context) {
      const { profile_id: profileId } = context.inputs;
      await context.transaction('rename', async (tx) => {
        const changes = { ...ownChanges(context.inputs), updatedAt: context.now() };
        const updating =
          typeof profileId === 'string'
            ? ({ status: 'UPDATING', statusReason: 'Update in progress' } as const)
            : {};
        await updateNode(tx, context.action.target, { ...changes, ...updating });
      });
      if (typeof profileId === 'string') {
        await markNodeFailed(context, 'Update failed', () => replaceByProfile(context, services, profileId));
      }
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

async function replaceByProfile(
  context: ActionContext,
  services: ProbingServices,
  profileId: string,
): Promise<void> {
  const id = context.action.target;
  await context.operation(
    'remove old',
    async (request) => {
      const { type, facts } = await loadManagedNode(services.store.db, services.profileTypes, id);
      await type.remove(facts, request);
    },
    async (tx) => void (await updateNode(tx, id, { profileId, physicalId: null, data: {} })),
  );
  await context.operation(
    'create new',
    async (request) => {
      const { type, facts } = await loadManagedNode(services.store.db, services.profileTypes, id);
      const { physicalId, data } = await type.create(facts, request);
      return { physicalId, data };
    },
    async (tx, made) => {
      const statusReason = 'The node was made from the new profile, and is verified';
      await updateNode(tx, id, { ...made, statusReason, updatedAt: context.now() });
    },
  );
  await verifyNode(context, services, id);
  await context.transaction('updated', async (tx) => {
    const done = { status: 'ACTIVE', statusReason: 'Update succeeded', updatedAt: context.now() } as const;
    await updateNode(tx, id, done);
  });
}
