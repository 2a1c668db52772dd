/**
 * From the plan of a cluster action to its nodes: the plan is made once, amended by the attached policies,
 * recorded with the action, and then carried out group by group. A replay reads the recorded plan: it must
 * not plan again from what the action has changed since.
 */
import type { Json } from '../../domain/json.ts';
import type { Node } from '../../domain/model.ts';
import { onNodeOfLockedCluster, type ActionRequest } from '../../domain/action-requests.ts';
import type { ActionContext, ChildOutcome } from '../../engine/action-context.ts';
import { lookUpsOf } from '../../clusters/plan-look-ups.ts';
import {
  afterPlan,
  planOfAction,
  type ActionToPlan,
  type PlanOfAction,
} from '../../clusters/plan-of-action.ts';
import type { PlannedActionName } from '../../plans/action-plans.ts';
import { nodesOf, type ClusterPlan, type NodeOperation, type PlanGroup } from '../../plans/cluster-plan.ts';
import { planRecord } from '../../plans/plan-record.ts';
import { saveActionData } from '../../store/actions.ts';
import { updateCluster } from '../../store/clusters.ts';
import { excludeOtherMembers, getNodes } from '../../store/nodes.ts';
import type { Store, Tx } from '../../store/store.ts';
import type { ActionServices } from '../services.ts';
import { addPlannedNodes } from './add-nodes.ts';
import { requireCluster, requireSuccess } from './cluster-action.ts';

/**
 * @returns how the actions of the nodes ended.
 * @throws CoppiceError that names the nodes that failed, or the policy that refuses the action.
 */
export async function planAndCarryOut(
  context: ActionContext,
  services: ActionServices,
  action: PlannedActionName,
): Promise<ChildOutcome[]> {
  const lookedUp = await lookUp(context, services, action);
  const decided = await context.transaction('plan', (tx) =>
    decide(tx, context, services, { action, lookedUp }),
  );
  const { plan, tellsPolicies } = decided as unknown as PlanOfAction;
  let succeeded = false;
  try {
    const outcomes = await carryOut(context, services.store, plan);
    succeeded = true;
    return outcomes;
  } finally {
    if (tellsPolicies) {
      await context.transaction('tell policies', async (tx) => {
        const ended = { plan, succeeded, now: context.now() };
        await afterPlan(tx, context.action.target, ended, services);
      });
    }
  }
}

async function lookUp(
  context: ActionContext,
  services: ActionServices,
  action: string,
): Promise<ActionToPlan['lookedUp']> {
  return await context.step('look up', async ({ signal }) => {
    const { db } = services.store;
    return await lookUpsOf(
      { ...services, db },
      await requireCluster(db, context.action.target),
      action,
      signal,
    );
  });
}

async function decide(
  tx: Tx,
  context: ActionContext,
  services: ActionServices,
  { action, lookedUp }: Pick<ActionToPlan, 'action' | 'lookedUp'>,
): Promise<Json> {
  const { id, target, data } = context.action;
  const now = context.now();
  const cluster = await requireCluster(tx.db, target);
  const request = { action, inputs: context.inputs, seed: id, lookedUp };
  await excludeOtherMembers(tx, target);
  const decided = await planOfAction({ ...services, db: tx.db }, cluster, request, now);
  const plan = await addPlannedNodes(tx, cluster, decided.plan, now);
  if (plan.size !== null) {
    const { desired, minSize, maxSize } = plan.size;
    await updateCluster(tx, cluster.id, { desiredCapacity: desired, minSize, maxSize });
  }
  await saveActionData(tx, id, { ...data, plan: planRecord(plan) });
  return { ...decided, plan } as unknown as Json;
}

async function carryOut(
  context: ActionContext,
  store: Store,
  { waitMs, groups }: ClusterPlan,
): Promise<ChildOutcome[]> {
  if (waitMs > 0 && groups.length > 0) await context.sleep('wait', waitMs);
  const all: ChildOutcome[] = [];
  for (const [index, group] of groups.entries()) {
    const [first] = group.nodes;
    if (first === undefined) continue;
    const outcomes = await context.children(`group ${index + 1}`, await requestsFor(store, group));
    const { operation } = first;
    const names = new Map(group.nodes.map(({ nodeId, name }) => [nodeId, name]));
    requireSuccess({
      what: inWords[operation],
      before: nodesOf({ groups: groups.slice(0, index) }, operation).length,
      outcomes,
      after: nodesOf({ groups: groups.slice(index + 1) }, operation).length,
      nameOf: (nodeId) => names.get(nodeId) ?? null,
    });
    all.push(...outcomes);
    if (group.pauseMs > 0 && index + 1 < groups.length)
      await context.sleep(`pause ${index + 1}`, group.pauseMs);
  }
  return all;
}

/** A node that is gone meanwhile is left out. */
async function requestsFor(store: Store, { nodes }: PlanGroup): Promise<ActionRequest[]> {
  const ids = nodes.flatMap(({ nodeId }) => nodeId ?? []);
  const rows = new Map<string | null, Node>((await getNodes(store.db, ids)).map((node) => [node.id, node]));
  return nodes.flatMap(({ nodeId, operation, inputs }) => {
    const node = rows.get(nodeId);
    return node === undefined ? [] : [onNodeOfLockedCluster(operation, node, inputs)];
  });
}

const inWords: Readonly<Record<NodeOperation, string>> = {
  NODE_CREATE: 'Creation',
  NODE_DELETE: 'Deletion',
  NODE_JOIN: 'Joining the cluster',
  NODE_LEAVE: 'Leaving the cluster',
  NODE_UPDATE: 'Update',
  NODE_CHECK: 'The check',
  NODE_RECOVER: 'Recovery',
  NODE_OPERATION: 'The operation',
};
