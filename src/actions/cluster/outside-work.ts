/**
 * What attaching and detaching a policy do outside of Coppice: what the policy type makes, and the nodes of
 * the cluster, each of which is registered there.
 *
 *     attach   make -> register each node that works      on a failure, or a cancel: all of it is taken back
 *     detach   deregister each node -> remove
 *
 * Every part is a durable step of its own: a crash continues at the node where it was.
 */
import { attachmentTo, lookUpFor } from '../../clusters/plan-look-ups.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { Cluster, Node, Policy } from '../../domain/model.ts';
import type { ActionContext } from '../../engine/action-context.ts';
import type { Attached, PolicyAttachment, PolicyType } from '../../policies/policy-type.ts';
import { readPolicy } from '../../policies/read-policy.ts';
import { findBinding, type AttachedPolicy } from '../../store/cluster-policies.ts';
import { getCluster, updateCluster } from '../../store/clusters.ts';
import { nodesOfCluster } from '../../store/nodes.ts';
import type { Tx } from '../../store/store.ts';
import { isRegistrable } from '../node/register-or-later.ts';
import {
  deregisterOutside,
  deregisterWith,
  forgetInNode,
  registerWith,
  type Registrar,
} from '../registrations.ts';
import type { ActionServices } from '../services.ts';
import { requireCluster } from './cluster-action.ts';

/** A policy that is attached to a cluster, or detached from it. */
export interface OutsideWork {
  readonly context: ActionContext;
  readonly services: ActionServices;
  readonly type: PolicyType;
  readonly policy: Policy;
  readonly clusterId: string;
}

const nothing: Attached = { data: {} };

/** How long taking back may take. */
const TAKE_BACK_MS = 600_000;

/** @returns what was made. @throws CoppiceError: then nothing is left of it. */
export async function attachOutside(work: OutsideWork): Promise<Attached> {
  const { context, type } = work;
  if (type.attach === undefined) return nothing;
  const action = 'CLUSTER_ATTACH_POLICY';
  // Recorded once: a repeat must not take what an earlier attempt has made for what was there before.
  const lookedUp = await context.step('look up', async ({ signal }) => {
    return await lookUpFor(type, await attachmentWith(work, null), action, signal);
  });
  const made = (await context.operation('attach outside', async (request) => {
    const attached = await type.attach?.(await attachmentWith(work, null), request, lookedUp);
    return (attached ?? nothing) as unknown as Json;
  })) as unknown as Attached;
  try {
    await registerNodes(work, made.data);
  } catch (error) {
    await context.cleanUp('take back', () => takeBack(work, made));
    throw error;
  }
  return made;
}

async function attachmentWith(
  { services, type, policy, clusterId }: OutsideWork,
  data: JsonObject | null,
): Promise<PolicyAttachment<unknown>> {
  const { db } = services.store;
  const cluster = await requireCluster(db, clusterId);
  return await attachmentTo({ ...services, db }, { type, policy, cluster, data });
}

/** Those that work; others are registered once they do. */
export async function registerNodes(work: OutsideWork, data: JsonObject): Promise<void> {
  const { context, services, clusterId } = work;
  const registrar = await registrarOf(work, data);
  if (registrar === null) return;
  for (const node of await nodesOnce(work, 'nodes to register', isRegistrable))
    await registerWith({ context, services, nodeId: node, clusterId, name: `register ${node}` }, registrar);
}

async function takeBack(work: OutsideWork, made: Attached): Promise<void> {
  const { services, type, clusterId, context } = work;
  const request = { key: `${context.action.id}/take back`, signal: AbortSignal.timeout(TAKE_BACK_MS) };
  const registrar = await registrarOf(work, made.data);
  const nodes = await nodesOfCluster(services.store.db, clusterId);
  for (const { id } of nodes) {
    if (registrar === null) break;
    if (!goWithDetach(work)) await deregisterOutside(services, registrar, id, request);
    await services.store.write((tx) => forgetInNode(tx, id, registrar.registration));
  }
  await type.detach?.(await attachmentWith(work, made.data), request);
}

/** What is gone already is a success. @throws CoppiceError: then it is still attached. */
export async function detachOutside(work: OutsideWork): Promise<void> {
  const { context, services, type, policy, clusterId } = work;
  const data = (await findBinding(services.store.db, clusterId, policy.id))?.data ?? null;
  const registrar = await registrarOf(work, data ?? {});
  const nodes = registrar === null ? [] : await nodesOnce(work, `nodes of ${policy.id}`, () => true);
  if (registrar !== null && !goWithDetach(work))
    for (const nodeId of nodes)
      await deregisterWith({ context, services, nodeId, clusterId, name: `deregister ${nodeId}` }, registrar);
  if (type.detach === undefined) return;
  await context.operation(
    `detach outside ${policy.id}`,
    async (request) => {
      await type.detach?.(await attachmentWith(work, data), request);
    },
    async (tx) => {
      if (registrar === null) return;
      for (const nodeId of nodes) await forgetInNode(tx, nodeId, registrar.registration);
    },
  );
}

function goWithDetach({ type, policy }: OutsideWork): boolean {
  return type.registration?.goWithDetach(readPolicy(type, policy)) === true;
}

/** Whether the binding is enabled or not. null: the type registers no nodes. */
async function registrarOf(
  { services, type, policy, clusterId }: OutsideWork,
  data: JsonObject,
): Promise<Registrar | null> {
  const { registration } = type;
  const cluster = await getCluster(services.store.db, clusterId);
  if (registration === undefined || cluster === undefined) return null;
  const binding: AttachedPolicy['binding'] = {
    id: '',
    clusterId,
    policyId: policy.id,
    enabled: true,
    priority: type.priority,
    data,
    lastOp: null,
  };
  return { type, registration, policy, cluster, binding };
}

/** Ids, read once: a replay goes through the same ones. */
async function nodesOnce(
  { context, services, clusterId }: OutsideWork,
  name: string,
  isWanted: (node: Node) => boolean,
): Promise<readonly string[]> {
  return await context.step(name, async () =>
    (await nodesOfCluster(services.store.db, clusterId)).filter(isWanted).map(({ id }) => id),
  );
}

/** What the data of the cluster say of an attached policy. */
export async function keepInCluster(
  tx: Tx,
  clusterId: string,
  policyId: string,
  { key, value }: NonNullable<Attached['ofCluster']>,
): Promise<void> {
  const cluster = await requireCluster(tx.db, clusterId);
  const { [key]: known } = cluster.data;
  const entries = { ...(isJsonObject(known) ? known : {}), [policyId]: value };
  await updateCluster(tx, clusterId, { data: { ...cluster.data, [key]: entries } });
}

export async function forgetInCluster(
  tx: Tx,
  { id, data }: Pick<Cluster, 'id' | 'data'>,
  policyId: string,
): Promise<void> {
  const kept = Object.entries(data).flatMap(([key, known]): (readonly [string, Json])[] => {
    if (!isJsonObject(known) || !(policyId in known)) return [[key, known]];
    const { [policyId]: _, ...others } = known;
    return Object.keys(others).length === 0 ? [] : [[key, others]];
  });
  await updateCluster(tx, id, { data: Object.fromEntries(kept) });
}
