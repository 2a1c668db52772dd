import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { onCluster } from '../domain/action-requests.ts';
import { planResize, refuseCrossedLimits } from '../domain/capacity.ts';
import { CoppiceError, describeIssue } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Cluster, Node } from '../domain/model.ts';
import { insertCluster } from '../store/clusters.ts';
import { nodesOfCluster } from '../store/nodes.ts';
import { getProfile } from '../store/profiles.ts';
import type { Db } from '../store/store.ts';
import { cancelOnCluster } from './cancel-what-runs.ts';
import type { ClusterPlan } from '../plans/cluster-plan.ts';
import { planOnCluster, type ClusterRequest } from './cluster-actions.ts';
import { queueDeletion } from './queue-deletion.ts';
import { requireObject, requireReferenced } from './find-object.ts';
import { refuseOtherProject } from './other-projects.ts';
import { missingFor } from './profile-warnings.ts';
import { refuseUnfitProfile } from './policy-fit.ts';
import { recordAction } from './record-action.ts';
import { ownerOf } from '../domain/session.ts';
import { refuseImpossibleUpdate, updateEffects } from './update-fit.ts';
import type { Caller, RequestTools } from './request-tools.ts';

export interface NewCluster {
  readonly name: string;
  /** Id or name. */
  readonly profile: string;
  readonly minSize: number;
  /** -1: no limit. */
  readonly maxSize: number;
  /** Absent: the smallest size. */
  readonly desiredCapacity: number | undefined;
  /** Seconds that an action of the cluster may take. */
  readonly timeout: number;
  readonly metadata: JsonObject;
  readonly config: JsonObject;
}

export interface ClusterUpdate {
  readonly name?: string;
  readonly profile?: string;
  /** The new profile is for nodes that are made from now on. */
  readonly profileOnly?: boolean;
  readonly timeout?: number;
  readonly metadata?: JsonObject;
  readonly config?: JsonObject;
}

export interface Accepted<T> {
  readonly object: T;
  readonly actionId: string;
}

/** @throws CoppiceError `bad-request` for a size that contradicts itself or a profile that does not exist. */
export async function createCluster(
  tools: RequestTools,
  caller: Caller,
  requested: NewCluster,
): Promise<Accepted<Cluster>> {
  const { name, minSize, maxSize, timeout, metadata, config } = requested;
  const desiredCapacity = desiredSize(requested);
  refuseConfig(tools, config);
  return await tools.store.write(async (tx) => {
    const profile = await requireReferenced(tx.db, caller, 'profile', requested.profile);
    refuseOtherProject('profile', profile, { what: 'the cluster', project: caller.project });
    const cluster: Cluster = {
      ...ownerOf(caller),
      id: randomUUID(),
      name,
      minSize,
      maxSize,
      desiredCapacity,
      timeout,
      metadata,
      config,
      profileId: profile.id,
      nextIndex: 1,
      status: 'INIT',
      statusReason: 'Initializing',
      data: {},
      dependents: {},
      initAt: tools.now(),
      createdAt: null,
      updatedAt: null,
    };
    await insertCluster(tx, cluster);
    const actionId = await recordAction(tx, tools, caller, onCluster('CLUSTER_CREATE', cluster));
    return { object: cluster, actionId };
  });
}

/** Of a cluster. @throws CoppiceError `bad-request` */
function refuseConfig({ workflows }: RequestTools, config: JsonObject): void {
  const objection = workflows?.objectionTo(config) ?? null;
  if (objection !== null) throw new CoppiceError('bad-request', objection);
}

function desiredSize({ minSize, maxSize, desiredCapacity = minSize }: NewCluster): number {
  if (desiredCapacity >= minSize) refuseCrossedLimits('bad-request', minSize, maxSize);
  const request = {
    adjustmentType: 'EXACT_CAPACITY',
    number: desiredCapacity,
    minSize,
    maxSize,
    strict: true,
  } as const;
  return planResize(0, { minSize, maxSize }, request).desired;
}

/** @returns the cluster as it is before the action. */
export async function updateCluster(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  requested: ClusterUpdate,
): Promise<Accepted<Cluster>> {
  return await tools.store.write(async (tx) => {
    const cluster = await requireObject(tx.db, caller, 'cluster', identity);
    const inputs = await updateInputs(tx.db, tools, caller, cluster, requested);
    if (Object.keys(inputs).length === 0)
      throw new CoppiceError('bad-request', 'No property needs an update.');
    if (inputs['new_profile_id'] !== undefined && requested.profileOnly === true)
      inputs['profile_only'] = true;
    const actionId = await recordAction(tx, tools, caller, onCluster('CLUSTER_UPDATE', cluster, inputs));
    return { object: cluster, actionId };
  });
}

/**
 * What a new profile would do to the nodes, and in which order; nothing is recorded.
 * @throws CoppiceError as the request would, and `bad-request` where no node would be touched.
 */
export async function planClusterUpdate(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  requested: ClusterUpdate,
): Promise<ClusterPlan> {
  if (requested.profile === undefined || requested.profileOnly === true)
    throw new CoppiceError('bad-request', 'dry_run: expected a new profile for the nodes, found none');
  const update: ClusterRequest = {
    action: 'CLUSTER_UPDATE',
    async prepare(db, cluster) {
      const inputs = await updateInputs(db, tools, caller, cluster, requested);
      if (inputs['new_profile_id'] !== undefined) return inputs;
      throw new CoppiceError('bad-request', 'No property needs an update.');
    },
  };
  const plan = await planOnCluster(tools, caller, identity, update);
  const effects = await updateEffects(tools, plan);
  const { db } = tools.store;
  const { id } = await requireObject(db, caller, 'cluster', identity);
  const profile = await requireReferenced(db, caller, 'profile', requested.profile);
  const missing = (await missingFor(tools, id, profile)).map((issue) => `warning: ${describeIssue(issue)}`);
  const told = [...effects, ...missing].map((reason) => ({ by: plan.action, reason }));
  return { ...plan, decisions: [...plan.decisions, ...told] };
}

/** What is to be changed: that which is not so already. */
async function updateInputs(
  db: Db,
  tools: RequestTools,
  caller: Caller,
  cluster: Cluster,
  requested: ClusterUpdate,
): Promise<Record<string, JsonObject[string]>> {
  const inputs: Record<string, JsonObject[string]> = {};
  if (requested.config !== undefined) refuseConfig(tools, requested.config);
  for (const key of ['name', 'timeout', 'metadata', 'config'] as const) {
    const value = requested[key];
    if (value !== undefined && !isDeepStrictEqual(value, cluster[key])) inputs[key] = value;
  }
  if (requested.profile !== undefined) {
    const id = await newProfileFor(db, caller, 'cluster', cluster, requested.profile);
    await refuseUnfitProfile(db, tools, cluster, id);
    const profiles = (await nodesOfCluster(db, cluster.id)).map(({ profileId }) => profileId);
    if (requested.profileOnly !== true) await refuseImpossibleUpdate(db, tools, profiles, id);
    // An update that stopped has left nodes of another profile: asking for the cluster's own takes them back
    // to it.
    if (id !== cluster.profileId || profiles.some((one) => one !== id)) inputs['new_profile_id'] = id;
  }
  return inputs;
}

/**
 * @returns its id. @throws CoppiceError `bad-request` where it is of another type than the one it replaces,
 * or of another project.
 */
export async function newProfileFor(
  db: Db,
  caller: Caller,
  kind: 'cluster' | 'node',
  object: Pick<Cluster | Node, 'name' | 'profileId' | 'project'>,
  identity: string,
): Promise<string> {
  const wanted = await requireReferenced(db, caller, 'profile', identity);
  if (wanted.id === object.profileId) return wanted.id;
  refuseOtherProject('profile', wanted, { what: `the ${kind} ${object.name}`, project: object.project });
  const current = await getProfile(db, object.profileId);
  if (current === undefined || current.type === wanted.type) return wanted.id;
  const detail = `profile_id: expected a profile of type ${current.type}, found '${wanted.name}' of type ${wanted.type}`;
  const senlinMessage = `Cannot update a ${kind} to a different profile type, operation aborted.`;
  throw new CoppiceError('bad-request', detail, { senlinMessage });
}

/**
 * Cancels what runs on the cluster and its nodes, and queues the deletion behind it.
 * @param force whether the deletion does not wait for what runs to end. @returns the action's id.
 */
export async function deleteCluster(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  { force } = { force: false },
): Promise<string> {
  return await tools.store.write(async (tx) => {
    const cluster = await requireObject(tx.db, caller, 'cluster', identity);
    return await queueDeletion(tx, tools, caller, onCluster('CLUSTER_DELETE', cluster), {
      force,
      cancel: (options) => cancelOnCluster(tx, cluster, options),
    });
  });
}
