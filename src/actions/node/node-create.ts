import type { ActionContext, ActionDefinition } from '../../engine/action-context.ts';
import type { PhysicalNode } from '../../profiles/profile-type.ts';
import { updateNode } from '../../store/nodes.ts';
import type { Tx } from '../../store/store.ts';
import { thenEvaluateCluster } from './then-evaluate-cluster.ts';
import { countNodeAsWanted } from './node-count.ts';
import { markNodeFailed } from './node-failure.ts';
import { requireRegistered } from './register-or-later.ts';
import { loadManagedNode } from '../../clusters/managed-node.ts';
import { createNode } from '../node-objects.ts';
import type { ActionServices } from '../services.ts';

/** NODE_CREATE: makes what the node's row stands for, and registers it where the cluster's policies want. */
export function nodeCreate(services: ActionServices): ActionDefinition {
  return {
    action: 'NODE_CREATE',
    async run(context) {
      const id = context.action.target;
      await context.transaction('begin', async (tx) => {
        await countNodeAsWanted(tx, context, 1);
        await updateNode(tx, id, { status: 'CREATING', statusReason: 'Creation in progress' });
      });
      await thenEvaluateCluster(context, async () => {
        await markNodeFailed(context, 'Creation failed', () => createPhysicalNode(context, services, id));
        const { clusterId } = context.action;
        await requireRegistered({ context, services, nodeId: id, clusterId, name: 'register' });
      });
    },
  };
}

async function createPhysicalNode(
  context: ActionContext,
  services: ActionServices,
  id: string,
): Promise<void> {
  await context.operation(
    'create',
    async (request) => {
      const node = await loadManagedNode(services.store.db, services.profileTypes, id);
      const { physicalId, data } = await createNode(node, { spared: false }, request);
      return { physicalId, data };
    },
    (tx, made) => nodeCreated(tx, id, made, context.now()),
  );
}

async function nodeCreated(tx: Tx, id: string, made: PhysicalNode, now: number): Promise<void> {
  await updateNode(tx, id, {
    ...made,
    status: 'ACTIVE',
    statusReason: 'Creation succeeded',
    createdAt: now,
    updatedAt: now,
  });
}
