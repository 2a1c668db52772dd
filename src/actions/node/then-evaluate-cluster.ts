import { evaluateCluster } from '../../clusters/evaluate-cluster.ts';
import type { ActionContext } from '../../engine/action-context.ts';

/**
 * Does what an operator asked for on one node, and evaluates its cluster whether it went well or not. A
 * parent evaluates it itself.
 */
export async function thenEvaluateCluster<T>(context: ActionContext, work: () => Promise<T>): Promise<T> {
  const { clusterId, parentId, action } = context.action;
  if (clusterId === null || parentId !== null) return await work();
  try {
    return await work();
  } finally {
    await context.transaction('evaluate', (tx) => evaluateCluster(tx, clusterId, action, context.now()));
  }
}
