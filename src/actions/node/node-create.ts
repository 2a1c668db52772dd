import { CoppiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { placementIn, regionNamedIn } from '../../domain/placement.ts';
import type { ActionContext, ActionDefinition } from '../../engine/action-context.ts';
import type { PhysicalNode } from '../../profiles/profile-type.ts';
import { lookUpsOf } from '../../clusters/plan-look-ups.ts';
import { planOfNewNode, type ActionToPlan } from '../../clusters/plan-of-action.ts';
import { planRecord } from '../../plans/plan-record.ts';
import { saveActionData } from '../../store/actions.ts';
import { getCluster } from '../../store/clusters.ts';
import { getNode, updateNode } from '../../store/nodes.ts';
import { getProfile } from '../../store/profiles.ts';
import type { Tx } from '../../store/store.ts';
import { thenEvaluateCluster } from './then-evaluate-cluster.ts';
import { countNewNode } from './node-count.ts';
import { markNodeFailed } from './node-failure.ts';
import { requireRegistered } from './register-or-later.ts';
import { loadManagedNode } from '../../clusters/managed-node.ts';
import { makePhysicalNode } from '../node-objects.ts';
import type { ActionServices } from '../services.ts';

/** NODE_CREATE: makes what the node's row stands for, and registers it where the cluster's policies want. */
export function nodeCreate(services: ActionServices): ActionDefinition {
  return {
    action: 'NODE_CREATE',
    async run(context) {
      const id = context.action.target;
      await thenEvaluateCluster(context, async () => {
        await markNodeFailed(context, 'Creation failed', async () => {
          await begin(context, services);
          await createPhysicalNode(context, services, id);
        });
        const { clusterId } = context.action;
        await requireRegistered({ context, services, nodeId: id, clusterId, name: 'register' });
      });
    },
  };
}

async function begin(context: ActionContext, services: ActionServices): Promise<void> {
  const lookedUp = await lookUp(context, services);
  const broken = await context.transaction('begin', async (tx) => {
    const limit = await countNewNode(tx, context, services);
    if (limit !== null) return limit;
    await placeNewNode(tx, context, services, lookedUp);
    const changes = { status: 'CREATING', statusReason: 'Creation in progress' } as const;
    await updateNode(tx, context.action.target, changes);
    return null;
  });
  if (broken !== null) throw new CoppiceError('bad-request', broken);
}

/** Where an action on the cluster has planned the node, it is placed already. */
function isPlanned({ action: { clusterId, parentId } }: ActionContext): boolean {
  return clusterId === null || parentId !== null;
}

async function lookUp(context: ActionContext, services: ActionServices): Promise<ActionToPlan['lookedUp']> {
  if (isPlanned(context)) return {};
  return await context.step('look up', async ({ signal }) => {
    const { db } = services.store;
    const cluster = await getCluster(db, context.action.clusterId ?? '');
    if (cluster === undefined) return {};
    return await lookUpsOf({ ...services, db }, cluster, 'NODE_CREATE', signal);
  });
}

/** By the policies of its cluster, or in the region that its profile names: recorded before it is created. */
async function placeNewNode(
  tx: Tx,
  context: ActionContext,
  services: ActionServices,
  lookedUp: ActionToPlan['lookedUp'],
): Promise<void> {
  const { id: seed, clusterId, target, data } = context.action;
  const node = await getNode(tx.db, target);
  if (node === undefined) return;
  const properties = (await getProfile(tx.db, node.profileId))?.spec.properties ?? {};
  const named = regionNamedIn(properties);
  const region = named === null ? {} : { region_name: named };
  const cluster = isPlanned(context) ? undefined : await getCluster(tx.db, clusterId ?? '');
  if (cluster === undefined) {
    const placement: JsonObject = { ...region, ...placementIn(node.data) };
    if (named !== null) await updateNode(tx, target, { data: { ...node.data, placement } });
    return;
  }
  const { availability_zone: zone } = properties;
  const placement = { ...region, ...(typeof zone === 'string' ? { zone } : {}) };
  const request = { inputs: {}, seed, lookedUp };
  const tools = { ...services, db: tx.db };
  const plan = await planOfNewNode(tools, cluster, { ...node, placement }, request, context.now());
  const placed = plan.groups[0]?.nodes[0]?.inputs['placement'];
  if (placed !== undefined) await updateNode(tx, target, { data: { ...node.data, placement: placed } });
  await saveActionData(tx, seed, { ...data, plan: planRecord(plan) });
}

async function createPhysicalNode(
  context: ActionContext,
  services: ActionServices,
  id: string,
): Promise<void> {
  await context.operation(
    'create',
    async (request) => {
      const node = await loadManagedNode(services, id);
      const { physicalId, data } = await makePhysicalNode(node, { spared: false }, request);
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
