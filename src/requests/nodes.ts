import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { onNode, type NodeActionName } from '../domain/action-requests.ts';
import { manage } from '../clusters/managed-node.ts';
import { limitBroken } from '../domain/capacity.ts';
import { CoppiceError } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Cluster, Node, Profile } from '../domain/model.ts';
import { getCluster, takeNodeIndexes } from '../store/clusters.ts';
import { inForce } from '../clusters/maintenance.ts';
import { healingOfNode } from '../store/healing.ts';
import { countNodes, excludeOtherMembers, insertNodes } from '../store/nodes.ts';
import { getProfile } from '../store/profiles.ts';
import type { Tx } from '../store/store.ts';
import { cancelOnNode } from './cancel-what-runs.ts';
import { queueDeletion } from './queue-deletion.ts';
import { newProfileFor, type Accepted } from './clusters.ts';
import { requireObject, requireReferenced } from './find-object.ts';
import { partOfCluster, refuseOtherProject } from './other-projects.ts';
import { refuseUnfitNode } from './policy-fit.ts';
import { recordAction } from './record-action.ts';
import { recoverInputs, type RecoverRequest } from './recover-inputs.ts';
import { refuseImpossibleUpdate } from './update-fit.ts';
import { ownerOf } from '../domain/session.ts';
import { keptWithCommand } from './retained.ts';
import { retainedOfNode } from '../store/retained.ts';
import type { Caller, RequestTools } from './request-tools.ts';

export interface NewNode {
  readonly name: string;
  /** Id or name. */
  readonly profile: string;
  /** Id or name; absent: in no cluster. */
  readonly cluster: string | undefined;
  readonly role: string;
  readonly metadata: JsonObject;
}

export interface NodeUpdate {
  readonly name?: string;
  readonly profile?: string;
  readonly role?: string;
  readonly metadata?: JsonObject;
  readonly tainted?: boolean;
}

/**
 * @throws CoppiceError `bad-request` where profile or cluster do not exist, do not fit together, or the
 * cluster is full; `invalid-spec` where the profile does not fit a policy of the cluster.
 */
export async function createNode(
  tools: RequestTools,
  caller: Caller,
  request: NewNode,
): Promise<Accepted<Node>> {
  return await tools.store.write(async (tx) => {
    const profile = await requireReferenced(tx.db, caller, 'profile', request.profile);
    const cluster =
      request.cluster === undefined
        ? undefined
        : await requireReferenced(tx.db, caller, 'cluster', request.cluster);
    const whole =
      cluster === undefined ? { what: 'the node', project: caller.project } : partOfCluster(cluster);
    refuseOtherProject('profile', profile, whole);
    if (cluster !== undefined) {
      await refuseMember(tx, tools, cluster, profile);
      await refuseUnfitNode(tx.db, tools, cluster.id, { name: request.name, profileId: profile.id });
    }
    const node: Node = {
      ...ownerOf(cluster ?? caller),
      id: randomUUID(),
      name: request.name,
      clusterId: cluster?.id ?? null,
      profileId: profile.id,
      index: cluster === undefined ? -1 : await takeNodeIndexes(tx, cluster.id, 1),
      role: request.role,
      physicalId: null,
      status: 'INIT',
      statusReason: 'Initializing',
      metadata: request.metadata,
      data: {},
      dependents: {},
      tainted: false,
      initAt: tools.now(),
      createdAt: null,
      updatedAt: null,
    };
    await insertNodes(tx, [node]);
    return { object: node, actionId: await recordAction(tx, tools, caller, onNode('NODE_CREATE', node)) };
  });
}

async function refuseMember(tx: Tx, tools: RequestTools, cluster: Cluster, profile: Profile): Promise<void> {
  const clusterProfile = await getProfile(tx.db, cluster.profileId);
  if (clusterProfile !== undefined && clusterProfile.type !== profile.type) {
    const expected = `a profile of type ${clusterProfile.type}, as its cluster has`;
    const detail = `profile_id: expected ${expected}, found one of type ${profile.type}`;
    const senlinMessage = 'Node and cluster have different profile type, operation aborted.';
    throw new CoppiceError('bad-request', detail, { senlinMessage });
  }
  await excludeOtherMembers(tx, cluster.id);
  const current = await countNodes(tx.db, cluster.id);
  // One more in a cluster that has too few is refused for nothing.
  const size = { minSize: 0, maxSize: cluster.maxSize, current, mostNodes: tools.limits.maxNodesPerCluster };
  const broken = limitBroken(current + 1, size);
  if (broken !== null) throw new CoppiceError('bad-request', broken);
}

/**
 * @returns the node as it is before the action.
 * @throws CoppiceError `invalid-spec` where the profile does not fit a policy of the node's cluster.
 */
export async function updateNode(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  request: NodeUpdate,
): Promise<Accepted<Node>> {
  return await tools.store.write(async (tx) => {
    const node = await requireObject(tx.db, caller, 'node', identity);
    const inputs: Record<string, Json> = {};
    for (const key of ['name', 'role', 'metadata', 'tainted'] as const) {
      const value = request[key];
      if (value !== undefined && !isDeepStrictEqual(value, node[key])) inputs[key] = value;
    }
    if (request.profile !== undefined) {
      const id = await newProfileFor(tx.db, caller, 'node', node, request.profile);
      if (node.clusterId !== null)
        await refuseUnfitNode(tx.db, tools, node.clusterId, { name: node.name, profileId: id });
      await refuseImpossibleUpdate(tx.db, tools, [node.profileId], id);
      if (id !== node.profileId) inputs['new_profile_id'] = id;
    }
    if (Object.keys(inputs).length === 0)
      throw new CoppiceError('bad-request', 'No property needs an update.');
    return {
      object: node,
      actionId: await recordAction(tx, tools, caller, onNode('NODE_UPDATE', node, inputs)),
    };
  });
}

/**
 * Cancels what runs on the node, and queues the deletion behind it.
 * @param force whether the deletion does not wait for what runs to end. @returns the action's id.
 */
export async function deleteNode(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  { force } = { force: false },
): Promise<string> {
  return await tools.store.write(async (tx) => {
    const node = await requireObject(tx.db, caller, 'node', identity);
    return await queueDeletion(tx, tools, caller, onNode('NODE_DELETE', node), {
      force,
      cancel: (options) => cancelOnNode(tx, node, options),
    });
  });
}

export async function checkNode(tools: RequestTools, caller: Caller, identity: string): Promise<string> {
  return await enqueueOnNode(tools, caller, identity, 'NODE_CHECK', async () => ({}));
}

export async function recoverNode(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  request: RecoverRequest,
): Promise<string> {
  return await enqueueOnNode(tools, caller, identity, 'NODE_RECOVER', ({ db }, node) =>
    recoverInputs(db, tools, node, request),
  );
}

async function enqueueOnNode(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  action: NodeActionName,
  prepare: (tx: Tx, node: Node) => Promise<JsonObject>,
): Promise<string> {
  return await tools.store.write(async (tx) => {
    const node = await requireObject(tx.db, caller, 'node', identity);
    return await recordAction(tx, tools, caller, onNode(action, node, await prepare(tx, node)));
  });
}

/** Longest that a profile type may take to read the details of a node. */
const DETAILS_TIMEOUT_MS = 5000;

/** The details of the node from its profile type, the settings of its healing, and what is kept of it. */
export async function nodeDetails(tools: RequestTools, node: Node): Promise<JsonObject> {
  const { quarantine, exclusion } = await healingOfNode(tools.store.db, node.id);
  const excluded = inForce(exclusion, tools.now());
  const healing = {
    ...(quarantine && { quarantined: `${new Date(quarantine.since).toISOString()}: ${quarantine.reason}` }),
    ...(excluded && { excluded: excluded.reason }),
  };
  const said = Object.keys(healing).length === 0 ? {} : { healing };
  const kept = (await retainedOfNode(tools.store.db, node.id)).map((each) => keptWithCommand(tools, each));
  const retained = kept.length === 0 ? {} : { retained: kept };
  return { ...(await detailsOfProfile(tools, node)), ...said, ...retained };
}

async function detailsOfProfile(tools: RequestTools, node: Node): Promise<JsonObject> {
  const { db } = tools.store;
  const profile = await getProfile(db, node.profileId);
  if (profile === undefined) return {};
  const cluster = node.clusterId === null ? undefined : await getCluster(db, node.clusterId);
  try {
    const { type, facts } = manage(tools, node, cluster, profile);
    return await type.details(facts, AbortSignal.timeout(DETAILS_TIMEOUT_MS));
  } catch (error) {
    // The node is shown all the same: what is known of it helps most when something is wrong.
    if (error instanceof CoppiceError) return { unavailable: error.message };
    throw error;
  }
}
