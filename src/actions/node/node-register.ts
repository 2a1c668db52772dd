/**
 * NODE_REGISTER: registers a node that works where the policies of its cluster want it, after that has
 * failed (the load balancer was away, or busy for too long), or its entry was seen to be gone. Where it fails
 * another one follows after a while. Inputs: `{tries}` of `clusters/schedule-registration.ts`.
 */
import { scheduleRegistration } from '../../clusters/schedule-registration.ts';
import { CoppiceError } from '../../domain/errors.ts';
import type { ActionDefinition } from '../../engine/action-context.ts';
import { getNode, updateNode } from '../../store/nodes.ts';
import { registerMissing, registerNode } from '../registrations.ts';
import type { ActionServices } from '../services.ts';
import { failureInWords, isRegistrable, NOT_REGISTERED } from './register-or-later.ts';

export function nodeRegister(services: ActionServices): ActionDefinition {
  return {
    action: 'NODE_REGISTER',
    async run(context) {
      const { target: nodeId, clusterId } = context.action;
      const wanted = await context.transaction('begin', async ({ db }) => {
        const node = await getNode(db, nodeId);
        return node !== undefined && node.clusterId === clusterId && isRegistrable(node);
      });
      if (!wanted) return;
      const run = { context, services, nodeId, clusterId };
      const failure = await failureInWords(async () => {
        const { unseen } = await registerMissing({ ...run, name: 'restore' });
        if (unseen.length > 0) await registerNode({ ...run, name: 'register' });
      });
      await context.transaction('registered', async (tx) => {
        const now = context.now();
        if (failure !== null)
          return await scheduleRegistration(tx, nodeId, Number(context.inputs['tries'] ?? 0) + 1, now);
        const node = await getNode(tx.db, nodeId);
        if (node?.status !== 'WARNING' || !node.statusReason.startsWith(NOT_REGISTERED)) return;
        const statusReason = 'Registered with the policies of the cluster';
        await updateNode(tx, nodeId, { status: 'ACTIVE', statusReason, updatedAt: now });
      });
      if (failure !== null)
        throw new CoppiceError(
          'operation-failed',
          `${failure}; it is tried again until the node is registered`,
        );
    },
  };
}
