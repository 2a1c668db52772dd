/**
 * Whether an action is making a cluster smaller, or waits to: healing is paused meanwhile, as in Senlin,
 * because what looks like a failure may be a node that is being removed. It is read from the actions
 * themselves, so that no crash leaves a cluster paused.
 */
import { planResize, resizeRequest } from '../domain/capacity.ts';
import { CoppiceError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Action, Cluster } from '../domain/model.ts';

const alwaysShrinks: ReadonlySet<string> = new Set([
  'CLUSTER_DELETE',
  'CLUSTER_SCALE_IN',
  'CLUSTER_DEL_NODES',
  'NODE_DELETE',
]);

/** All actions that make a cluster smaller, always or for some of their inputs. */
export const mayShrink: readonly string[] = [...alwaysShrinks, 'CLUSTER_RESIZE'];

/** @param unfinished actions of the cluster and its nodes. */
export function shrinkingAction(
  unfinished: readonly Pick<Action, 'action' | 'inputs'>[],
  cluster: Cluster,
  nodes: number,
): string | null {
  const shrinks = unfinished.find(
    ({ action, inputs }) =>
      alwaysShrinks.has(action) || (action === 'CLUSTER_RESIZE' && resizesDown(inputs, cluster, nodes)),
  );
  return shrinks?.action ?? null;
}

/** One that has planned already has set the capacity, and has nodes left to take away. */
function resizesDown(inputs: JsonObject, cluster: Cluster, nodes: number): boolean {
  if (nodes > cluster.desiredCapacity) return true;
  try {
    return planResize(nodes, cluster, resizeRequest(inputs)).desired < nodes;
  } catch (error) {
    // It contradicts itself: the action will fail, and takes nothing away.
    if (error instanceof CoppiceError) return false;
    throw error;
  }
}
