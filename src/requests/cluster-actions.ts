/**
 * What can be done to a cluster that exists: `POST /v1/clusters/{id}/actions`.
 */
import { randomUUID } from 'node:crypto';
import { cooldownOf, planOfAction } from '../clusters/plan-of-action.ts';
import { lookUpsOf } from '../clusters/plan-look-ups.ts';
import { onCluster, type ClusterActionName } from '../domain/action-requests.ts';
import { planResize, refuseCrossedLimits, tooManyNodes, type AdjustmentType } from '../domain/capacity.ts';
import { duration } from '../domain/duration.ts';
import { CoppiceError, describeIssue } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { utcSeconds } from '../domain/time-text.ts';
import { lifecycleSignal } from '../domain/lifecycle-signal.ts';
import type { Cluster } from '../domain/model.ts';
import { actionStates } from '../domain/states.ts';
import { sendSignal } from '../store/action-wakes.ts';
import { countNodes } from '../store/nodes.ts';
import { hasPlan } from '../plans/action-plans.ts';
import type { ClusterPlan } from '../plans/cluster-plan.ts';
import type { Db } from '../store/store.ts';
import { refuseConflicts } from './conflicts.ts';
import { requireObject } from './find-object.ts';
import { planWarnings } from './profile-warnings.ts';
import { recordAction } from './record-action.ts';
import { recoverInputs, type RecoverRequest } from './recover-inputs.ts';
import type { Caller, RequestTools } from './request-tools.ts';

/** What is requested of a cluster: it can be queued, or only planned. */
export interface ClusterRequest {
  readonly action: ClusterActionName;
  /** Checks the request against the cluster, and gives the inputs of the action. @throws CoppiceError */
  readonly prepare: (db: Db, cluster: Cluster, tools: RequestTools, caller: Caller) => Promise<JsonObject>;
  /** What has to be asked of the cloud before that, outside of the transaction. @throws CoppiceError */
  readonly examine?: (cluster: Cluster, tools: RequestTools, caller: Caller) => Promise<void>;
}

/** @returns the id of the action. */
export async function enqueueOnCluster(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  { action, prepare, examine }: ClusterRequest,
): Promise<string> {
  if (examine !== undefined)
    await examine(await requireObject(tools.store.db, caller, 'cluster', identity), tools, caller);
  return await tools.store.write(async (tx) => {
    const cluster = await requireObject(tx.db, caller, 'cluster', identity);
    const inputs = await prepare(tx.db, cluster, tools, caller);
    return await recordAction(tx, tools, caller, onCluster(action, cluster, inputs));
  });
}

/** Longest that a dry run waits for the cloud. */
const LOOK_UP_MS = 15_000;

/** What the action would do now; nothing is recorded. @throws CoppiceError as the request would. */
export async function planOnCluster(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  { action, prepare }: ClusterRequest,
): Promise<ClusterPlan> {
  const { db } = tools.store;
  const cluster = await requireObject(db, caller, 'cluster', identity);
  const inputs = await prepare(db, cluster, tools, caller);
  if (!hasPlan(action))
    throw new CoppiceError('bad-request', `${action} has no plan: it touches no node of the cluster.`);
  await refuseConflicts(db, onCluster(action, cluster, inputs));
  const lookedUp = await lookUpsOf({ ...tools, db }, cluster, action, AbortSignal.timeout(LOOK_UP_MS));
  const request = { action, inputs, seed: randomUUID(), lookedUp };
  try {
    const { plan } = await planOfAction({ ...tools, db }, cluster, request, tools.now());
    const told = (await planWarnings(tools, cluster, plan)).map((warning) => ({
      by: action,
      reason: `warning: ${describeIssue(warning)}`,
    }));
    return { ...plan, decisions: [...plan.decisions, ...told] };
  } catch (error) {
    // What would be the failure of the action is a refusal here.
    if (error instanceof CoppiceError && error.code === 'operation-impossible')
      throw new CoppiceError('bad-request', error.message, { cause: error });
    throw error;
  }
}

/**
 * Completes the lifecycle hook of a node action of the cluster, which waits for it or is about to. Nothing
 * happens where the action has ended, as in Senlin. @param token the id of the action.
 */
export async function completeLifecycle(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  token: string,
): Promise<string> {
  return await tools.store.write(async (tx) => {
    const cluster = await requireObject(tx.db, caller, 'cluster', identity);
    const action = await requireObject(tx.db, caller, 'action', token);
    if (action.clusterId !== cluster.id)
      throw new CoppiceError('resource-not-found', `The action '${token}' could not be found.`);
    if (!actionStates[action.status].ended) await sendSignal(tx, lifecycleSignal(action.id), {}, tools.now());
    return action.id;
  });
}

export const checking: ClusterRequest = { action: 'CLUSTER_CHECK', prepare: async () => ({}) };

export function recovering(requested: RecoverRequest): ClusterRequest {
  return {
    action: 'CLUSTER_RECOVER',
    prepare: (db, { id, profileId }, tools) =>
      recoverInputs(db, tools, { profileId, clusterId: id }, requested),
  };
}

/**
 * Scaling beyond the cluster's own limits is accepted, as in Senlin: the action cuts it or fails. Beyond what
 * any cluster may have it is refused here.
 * @param count undefined: what the scaling policy says, else 1.
 */
export function scaling(direction: 'in' | 'out', count: number | undefined): ClusterRequest {
  if (count === 0) throw new CoppiceError('bad-request', `Count for scale-${direction} request cannot be 0.`);
  const action = direction === 'in' ? 'CLUSTER_SCALE_IN' : 'CLUSTER_SCALE_OUT';
  return {
    action,
    async prepare(db, cluster, tools) {
      await refuseInCooldown(db, tools, cluster, action);
      const most = tools.limits.maxNodesPerCluster;
      if (direction === 'out' && (cluster.maxSize < 0 || (count ?? 1) > most))
        refuseBeyond(tools, (await countNodes(db, cluster.id)) + (count ?? 1));
      return count === undefined ? {} : { count };
    },
  };
}

/** @throws CoppiceError `action-cooldown`, which says how long it still lasts. */
async function refuseInCooldown(
  db: Db,
  { policyTypes, now }: RequestTools,
  { id, name }: Cluster,
  action: string,
): Promise<void> {
  const at = now();
  const cooldown = await cooldownOf(db, id, action, at, policyTypes);
  if (cooldown === undefined) return;
  const { policy, until } = cooldown;
  const left = duration(Math.ceil((until - at) / 1000) * 1000);
  const sentence = `The cluster ${name} was scaled a moment ago: the cooldown of the policy ${policy.name} lasts ${left} more, until ${utcSeconds(until)}.`;
  const senlinMessage = `The ${action} action for cluster ${id} cannot be processed due to Policy ${policy.id} cooldown still in progress`;
  throw new CoppiceError('action-cooldown', sentence, { senlinMessage });
}

export interface ResizeInputs {
  readonly adjustmentType?: AdjustmentType;
  readonly number?: number;
  readonly minSize?: number;
  readonly maxSize?: number;
  readonly minStep?: number;
  readonly strict?: boolean;
}

/** @throws CoppiceError `malformed-request` */
export function resizing(requested: ResizeInputs): ClusterRequest {
  checkResize(requested);
  return {
    action: 'CLUSTER_RESIZE',
    async prepare(db, cluster, tools) {
      const request = { ...requested, strict: requested.strict ?? true };
      const current = await countNodes(db, cluster.id);
      const { desired } = planResize(current, cluster, request);
      if (desired > current) refuseBeyond(tools, desired);
      return resizeActionInputs(requested);
    },
  };
}

function checkResize({ adjustmentType, number, minSize, maxSize }: ResizeInputs): void {
  if (adjustmentType !== undefined && number === undefined)
    refuse('Missing number value for size adjustment.');
  if (adjustmentType === undefined && number !== undefined)
    refuse('Missing adjustment_type value for size adjustment.');
  if (adjustmentType === undefined && minSize === undefined && maxSize === undefined)
    refuse('Not enough parameters to do resize action.');
  if (adjustmentType === 'EXACT_CAPACITY' && (number ?? 0) < 0) {
    const senlinMessage = "The 'number' must be non-negative integer for adjustment type 'EXACT_CAPACITY'.";
    const detail = `number: expected at least 0 for EXACT_CAPACITY, found ${number}`;
    throw new CoppiceError('bad-request', detail, { senlinMessage });
  }
  if (adjustmentType !== 'CHANGE_IN_PERCENTAGE' && number !== undefined && !Number.isInteger(number))
    refuse(`The value for number must be an integer: '${number}'.`);
  refuseCrossedLimits('malformed-request', minSize, maxSize);
}

function resizeActionInputs({
  adjustmentType,
  minSize,
  maxSize,
  minStep,
  number,
  strict,
}: ResizeInputs): JsonObject {
  const inputs: Record<string, Json | undefined> = {
    adjustment_type: adjustmentType,
    number,
    min_size: minSize,
    max_size: maxSize,
    min_step: minStep,
    strict: strict ?? true,
  };
  const given = Object.entries(inputs).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return Object.fromEntries(given);
}

function refuseBeyond({ limits: { maxNodesPerCluster } }: RequestTools, target: number): void {
  if (target <= maxNodesPerCluster) return;
  throw new CoppiceError('bad-request', tooManyNodes(target, maxNodesPerCluster));
}

function refuse(sentence: string): never {
  throw new CoppiceError('malformed-request', sentence);
}
