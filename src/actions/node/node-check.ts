import { CoppiceError } from '../../domain/errors.ts';
import type { Verdict } from '../../domain/verdict.ts';
import type { ActionContext, ActionDefinition } from '../../engine/action-context.ts';
import { getNode, updateNode, type NodeChanges } from '../../store/nodes.ts';
import { rulesOfCluster } from '../../clusters/cluster-rules.ts';
import { loadManagedNode } from '../../clusters/managed-node.ts';
import { restoreRegistration } from './register-or-later.ts';
import type { ProbingServices } from '../recovery-probe.ts';

/**
 * NODE_CHECK: probes the node as its health policy would, or without one asks the profile type, and writes
 * down what it saw, and where the node is. What could not be seen changes nothing, and fails the check. A
 * node that is not unhealthy is registered again where its entry is gone. Outputs: the verdict, `{health,
 * failure?, reason}`.
 */
export function nodeCheck(services: ProbingServices): ActionDefinition {
  const { store, profileTypes, probe } = services;
  return {
    action: 'NODE_CHECK',
    async run(context) {
      const id = context.action.target;
      const verdict = await context.step(
        'look',
        async ({ signal }) => {
          const node = await loadManagedNode({ store, profileTypes }, id);
          const { clusterId } = node.node;
          const rules = clusterId === null ? null : await rulesOfCluster(store.db, clusterId);
          return await probe(node, 'DETECTION', rules?.policy.detection ?? null, signal);
        },
        async (tx, seen) => {
          const changes = changesFor(seen);
          // No `updatedAt`: to probe a node is no change of it, and gives it no new grace.
          if (changes !== undefined) await updateNode(tx, id, changes);
        },
      );
      const { health, reason } = verdict;
      if (health !== 'unknown') await recordLocation(context, services);
      // Its recovery registers it.
      if (health === 'unhealthy') return { health, failure: verdict.failure, reason };
      const { clusterId } = context.action;
      const run = { context, services, nodeId: id, clusterId, name: 'register' };
      const restored = (await restoreRegistration(run)).map((where) => `it is added again to ${where}`);
      const found = [reason, ...restored].join('; ');
      if (health === 'healthy') return { health, reason: found };
      throw new CoppiceError('operation-failed', `The node could not be probed: ${found}`);
    },
  };
}

/** Others may have moved it since the last operation. The check does not fail where that is not seen. */
async function recordLocation(
  context: ActionContext,
  services: Pick<ProbingServices, 'store' | 'profileTypes'>,
): Promise<void> {
  const id = context.action.target;
  const { type } = await loadManagedNode(services, id);
  if (type.location === undefined) return;
  await context.step(
    'locate',
    async ({ signal }) => {
      const { facts } = await loadManagedNode(services, id);
      const location = await type.location?.(facts, signal).catch(() => undefined);
      signal.throwIfAborted();
      return location ?? {};
    },
    async (tx, location) => {
      const node = await getNode(tx.db, id);
      if (node === undefined || Object.keys(location).every((key) => node.data[key] === location[key]))
        return;
      await updateNode(tx, id, { data: { ...node.data, ...location } });
    },
  );
}

export function changesFor(verdict: Verdict): NodeChanges | undefined {
  if (verdict.health === 'unknown') return undefined;
  if (verdict.health === 'healthy') return { status: 'ACTIVE', statusReason: 'Check: Node is ACTIVE.' };
  return { status: 'ERROR', statusReason: `Check: ${verdict.failure}: ${verdict.reason}` };
}
