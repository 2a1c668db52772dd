/**
 * NODE_REGISTER registers a node that works and could not be registered by its cluster's policies, or whose
 * entry was deleted behind Coppice. As NODE_TIDY it is an action that waits for its time before it has run
 * for the first time, and holds no lock until then.
 */
import { randomUUID } from 'node:crypto';
import { actionName } from '../domain/action-name.ts';
import { onNode } from '../domain/action-requests.ts';
import { findPolicyType } from '../policies/registry.ts';
import { hasActionSince, insertScheduledAction, lastActions } from '../store/actions.ts';
import { attachedPolicies } from '../store/cluster-policies.ts';
import { getNode } from '../store/nodes.ts';
import type { Db, Tx } from '../store/store.ts';

const firstPauseMs = 10_000;
const longestPauseMs = 300_000;

/** In the name of the node's owner. Nothing for a node that is gone. @param tries how often it was tried. */
export async function scheduleRegistration(
  tx: Tx,
  nodeId: string,
  tries: number,
  now: number,
): Promise<void> {
  await schedule(tx, nodeId, { tries, at: now + Math.min(firstPauseMs * 2 ** tries, longestPauseMs) }, now);
}

/**
 * At once, for a node that is seen to be missing. Nothing where one waits or runs, or has begun not long ago:
 * what it has made may not be seen yet.
 */
export async function registerAgain(tx: Tx, nodeId: string, now: number): Promise<void> {
  const since = now - longestPauseMs;
  if (await hasActionSince(tx.db, { target: nodeId, action: 'NODE_REGISTER', since })) return;
  await schedule(tx, nodeId, { tries: 0, at: now }, now);
}

/** When each of these nodes, which are seen to be missing, is added again. */
export async function registeredAgainAt(
  db: Db,
  nodeIds: readonly string[],
  now: number,
): Promise<ReadonlyMap<string, number>> {
  const last = await lastActions(db, { targets: nodeIds, action: 'NODE_REGISTER' });
  return new Map(
    nodeIds.map((id) => {
      const before = last.get(id);
      const at =
        before === undefined
          ? now
          : before.unfinished === null
            ? before.createdAt + longestPauseMs
            : (before.unfinished.wakeAt ?? now);
      return [id, Math.max(at, now)];
    }),
  );
}

/** The pools in which the policies of a cluster that are enabled want its nodes, as a question. */
export async function poolsOfCluster(db: Db, clusterId: string): Promise<(pool: string) => boolean> {
  const registering = (await attachedPolicies(db, clusterId)).flatMap(({ policy, binding }) => {
    const registration = findPolicyType(policy.type)?.registration;
    return binding.enabled && registration !== undefined ? [{ registration, data: binding.data }] : [];
  });
  return (pool) => registering.some(({ registration, data }) => registration.isPool(data, pool));
}

async function schedule(
  tx: Tx,
  nodeId: string,
  { tries, at }: { readonly tries: number; readonly at: number },
  now: number,
): Promise<void> {
  const node = await getNode(tx.db, nodeId);
  if (node === undefined || node.clusterId === null) return;
  const request = onNode('NODE_REGISTER', node, { tries });
  const action = {
    ...request,
    id: randomUUID(),
    name: actionName(request),
    cause: 'Derived Action' as const,
    parentId: null,
  };
  await insertScheduledAction(tx, action, at, now);
}
