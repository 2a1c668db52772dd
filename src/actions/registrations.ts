/**
 * The nodes of a cluster where its policies register them (`Registration` of a policy type): in the pool of a
 * load balancer.
 *
 *     created, joined, started again, recreated        -> register, once it works
 *     stopped, deleted, leaves, recreated               -> deregister, before
 *     checked, or seen to be missing                    -> register again, where it is gone
 *
 * Which policies are attached cannot change under an action on a node: both hold the lock of the cluster. A
 * node that works and could not be registered is registered by NODE_REGISTER later (`node/register-or-
 * later.ts`).
 */
import { randomUUID } from 'node:crypto';
import { loadManagedNode } from '../clusters/managed-node.ts';
import { attachmentTo } from '../clusters/plan-look-ups.ts';
import { toErrorRecord } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Cluster } from '../domain/model.ts';
import type { ActionContext, TurnWanted } from '../engine/action-context.ts';
import type { PolicyType, RegisteredNode, Registration } from '../policies/policy-type.ts';
import { findPolicyType } from '../policies/registry.ts';
import type { OperationRequest } from '../profiles/profile-type.ts';
import { attachedPolicies, type AttachedPolicy } from '../store/cluster-policies.ts';
import { getCluster } from '../store/clusters.ts';
import { insertEvent } from '../store/events.ts';
import { getNode, updateNode } from '../store/nodes.ts';
import type { Tx } from '../store/store.ts';
import type { ActionServices } from './services.ts';

/** An attached policy that registers nodes. */
export interface Registrar extends AttachedPolicy {
  readonly type: PolicyType;
  readonly registration: Registration<unknown>;
  readonly cluster: Cluster;
}

/** Those that are enabled, by priority. */
export async function registrarsOf(
  { store: { db }, policyTypes }: ActionServices,
  clusterId: string | null,
): Promise<Registrar[]> {
  const cluster = clusterId === null ? undefined : await getCluster(db, clusterId);
  if (cluster === undefined) return [];
  return (await attachedPolicies(db, cluster.id)).flatMap((attached) => {
    const type = findPolicyType(attached.policy.type, policyTypes);
    if (!attached.binding.enabled || type?.registration === undefined) return [];
    return [{ ...attached, type, registration: type.registration, cluster }];
  });
}

export interface RegisteringRun {
  readonly context: ActionContext;
  readonly services: ActionServices;
  readonly nodeId: string;
  readonly clusterId: string | null;
  /** For the steps of the action: used once in it. */
  readonly name: string;
}

/** @throws CoppiceError that says where the node could not be registered. */
export async function registerNode(run: RegisteringRun): Promise<void> {
  for (const registrar of await registrarsOf(run.services, run.clusterId)) await registerWith(run, registrar);
}

export interface Registered {
  /** Where it was missing: `the pool 5d3c...` */
  readonly restored: readonly string[];
  /** Why it is not known whether it is registered, for each policy where that is so. */
  readonly unseen: readonly string[];
}

/**
 * Registers the node where its entry is gone, or is not as it has to be: it was changed behind Coppice.
 * An event says so. The node has a new grace: what probes its entry has not seen it yet.
 * @throws CoppiceError that says where the node could not be registered.
 */
export async function registerMissing(run: RegisteringRun): Promise<Registered> {
  const { context, services, nodeId, clusterId, name } = run;
  const [restored, unseen]: [string[], string[]] = [[], []];
  for (const registrar of await registrarsOf(services, clusterId)) {
    const seen = await context.step(`${name} look ${registrar.policy.id}`, (request) =>
      lookAtRegistration(services, registrar, nodeId, request),
    );
    if (typeof seen === 'string') unseen.push(seen);
    if (seen !== false) continue;
    await registerWith(run, registrar);
    await context.transaction(`${name} event ${registrar.policy.id}`, (tx) =>
      recordRegisteredAgain(tx, nodeId, registrar, context.now()),
    );
    restored.push(registrar.registration.where(registrar.binding.data));
  }
  return { restored, unseen };
}

/** @returns whether it is registered, or why that is not known. */
async function lookAtRegistration(
  services: ActionServices,
  registrar: Registrar,
  nodeId: string,
  request: OperationRequest,
): Promise<boolean | string> {
  try {
    const { registration } = registrar;
    return await registration.isRegistered(await nodeOf(services, registrar, nodeId), request);
  } catch (error) {
    request.signal.throwIfAborted();
    return toErrorRecord(error).message;
  }
}

async function recordRegisteredAgain(
  tx: Tx,
  nodeId: string,
  { registration, binding }: Registrar,
  now: number,
): Promise<void> {
  const node = await getNode(tx.db, nodeId);
  if (node === undefined) return;
  await updateNode(tx, nodeId, { updatedAt: now });
  const { name, clusterId, project, user } = node;
  await insertEvent(tx, {
    id: randomUUID(),
    timestamp: now,
    level: 'WARNING',
    status: 'registered',
    statusReason: `it was missing in ${registration.where(binding.data)}, and is added again`,
    otype: 'NODE',
    oid: nodeId,
    oname: name,
    clusterId,
    action: 'NODE_REGISTER',
    metaData: {},
    project,
    user,
  });
}

export async function registerWith(run: RegisteringRun, registrar: Registrar): Promise<void> {
  const { context, services, nodeId, name } = run;
  await context.operation(
    `${name} ${registrar.policy.id}`,
    async (request) => await registerOutside(services, registrar, nodeId, request),
    (tx, made) => keepInNode(tx, nodeId, made),
    turnOf(registrar),
  );
}

/** @returns what the data of the node keep. */
export async function registerOutside(
  services: ActionServices,
  registrar: Registrar,
  nodeId: string,
  request: OperationRequest,
): Promise<JsonObject> {
  return await registrar.registration.register(await nodeOf(services, registrar, nodeId), request);
}

export async function keepInNode(tx: Tx, nodeId: string, made: JsonObject): Promise<void> {
  const node = await getNode(tx.db, nodeId);
  if (node !== undefined) await updateNode(tx, nodeId, { data: { ...node.data, ...made } });
}

/** A node that is gone is a success. @throws CoppiceError */
export async function deregisterNode(run: RegisteringRun): Promise<void> {
  for (const registrar of await registrarsOf(run.services, run.clusterId))
    await deregisterWith(run, registrar);
}

export async function deregisterWith(
  { context, services, nodeId, name }: RegisteringRun,
  registrar: Registrar,
): Promise<void> {
  await context.operation(
    `${name} ${registrar.policy.id}`,
    async (request) => await deregisterOutside(services, registrar, nodeId, request),
    (tx) => forgetInNode(tx, nodeId, registrar.registration),
    turnOf(registrar),
  );
}

export function turnOf({ registration, binding }: Registrar): TurnWanted | null {
  return registration.takesTurnsAt(binding.data);
}

export async function deregisterOutside(
  services: ActionServices,
  registrar: Registrar,
  nodeId: string,
  request: OperationRequest,
): Promise<void> {
  if ((await getNode(services.store.db, nodeId)) === undefined) return;
  await registrar.registration.deregister(await nodeOf(services, registrar, nodeId), request);
}

export async function forgetInNode(
  tx: Tx,
  nodeId: string,
  { nodeKeys }: Pick<Registration<unknown>, 'nodeKeys'>,
): Promise<void> {
  const node = await getNode(tx.db, nodeId);
  if (node === undefined || !nodeKeys.some((key) => key in node.data)) return;
  const kept = Object.entries(node.data).filter(([key]) => !nodeKeys.includes(key));
  await updateNode(tx, nodeId, { data: Object.fromEntries(kept) });
}

async function nodeOf(
  services: ActionServices,
  { type, policy, binding, cluster }: Registrar,
  nodeId: string,
): Promise<RegisteredNode<unknown>> {
  const { facts } = await loadManagedNode(services, nodeId);
  const tools = { ...services, db: services.store.db };
  return { ...(await attachmentTo(tools, { type, policy, cluster, data: binding.data })), node: facts };
}
