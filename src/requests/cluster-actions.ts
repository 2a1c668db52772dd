/**
 * What can be done to a cluster that exists: `POST /v1/clusters/{id}/actions`. Each returns the id of the
 * action.
 */
import { onCluster, type ClusterActionName } from '../domain/action-requests.ts';
import { planResize, type AdjustmentType } from '../domain/capacity.ts';
import { CoppiceError } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Cluster } from '../domain/model.ts';
import { countNodesByStatus } from '../store/nodes.ts';
import type { Db, Tx } from '../store/store.ts';
import { refuseCrossedLimits } from './clusters.ts';
import { requireObject } from './find-object.ts';
import { recordAction } from './record-action.ts';
import { recoverInputs, type RecoverRequest } from './recover-inputs.ts';
import type { Caller, RequestTools } from './request-tools.ts';

/** Finds the cluster, lets `prepare` check the request and give the action's inputs, and queues it. */
export async function enqueueOnCluster(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  action: ClusterActionName,
  prepare: (tx: Tx, cluster: Cluster) => Promise<JsonObject>,
): Promise<string> {
  return await tools.store.write(async (tx) => {
    const cluster = await requireObject(tx.db, caller, 'cluster', identity);
    const inputs = await prepare(tx, cluster);
    return await recordAction(tx, tools, caller, onCluster(action, cluster, inputs));
  });
}

export async function checkCluster(tools: RequestTools, caller: Caller, identity: string): Promise<string> {
  return await enqueueOnCluster(tools, caller, identity, 'CLUSTER_CHECK', async () => ({}));
}

export async function recoverCluster(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  requested: RecoverRequest,
): Promise<string> {
  return await enqueueOnCluster(tools, caller, identity, 'CLUSTER_RECOVER', ({ db }, cluster) =>
    recoverInputs(db, tools, cluster.profileId, requested),
  );
}

/**
 * Scaling beyond the cluster's own limits is accepted, as in Senlin: the action cuts it or fails. Beyond what
 * any cluster may have it is refused here.
 * @param count undefined: what the scaling policy says, else 1.
 */
export async function scaleCluster(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  direction: 'in' | 'out',
  count: number | undefined,
): Promise<string> {
  if (count === 0) throw new CoppiceError('bad-request', `Count for scale-${direction} request cannot be 0.`);
  const action = direction === 'in' ? 'CLUSTER_SCALE_IN' : 'CLUSTER_SCALE_OUT';
  return await enqueueOnCluster(tools, caller, identity, action, async ({ db }, cluster) => {
    if (direction === 'out' && cluster.maxSize < 0)
      refuseBeyond(tools, (await countNodes(db, cluster)) + (count ?? 1));
    return count === undefined ? {} : { count };
  });
}

export interface ResizeInputs {
  readonly adjustmentType?: AdjustmentType;
  readonly number?: number;
  readonly minSize?: number;
  readonly maxSize?: number;
  readonly minStep?: number;
  readonly strict?: boolean;
}

export async function resizeCluster(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  requested: ResizeInputs,
): Promise<string> {
  checkResize(requested);
  return await enqueueOnCluster(tools, caller, identity, 'CLUSTER_RESIZE', async ({ db }, cluster) => {
    const plan = planResize(await countNodes(db, cluster), cluster, {
      ...requested,
      strict: requested.strict ?? true,
    });
    refuseBeyond(tools, plan.desired);
    return resizeActionInputs(requested);
  });
}

function checkResize({ adjustmentType, number, minSize, maxSize }: ResizeInputs): void {
  if (adjustmentType !== undefined && number === undefined)
    refuse('Missing number value for size adjustment.');
  if (adjustmentType === undefined && number !== undefined)
    refuse('Missing adjustment_type value for size adjustment.');
  if (adjustmentType === undefined && minSize === undefined && maxSize === undefined)
    refuse('Not enough parameters to do resize action.');
  if (adjustmentType === 'EXACT_CAPACITY' && (number ?? 0) < 0)
    refuse(`number: expected at least 0 for EXACT_CAPACITY, found ${number}`);
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

async function countNodes(db: Db, cluster: Cluster): Promise<number> {
  const counts = Object.values(await countNodesByStatus(db, cluster.id));
  return counts.reduce((sum, count) => sum + count, 0);
}

function refuseBeyond({ limits: { maxNodesPerCluster } }: RequestTools, target: number): void {
  if (target <= maxNodesPerCluster) return;
  const sentence = `The target capacity (${target}) is greater than the most nodes that a cluster may have (${maxNodesPerCluster}).`;
  throw new CoppiceError('bad-request', sentence);
}

function refuse(sentence: string): never {
  throw new CoppiceError('malformed-request', sentence);
}
