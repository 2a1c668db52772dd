/**
 * What every action on a cluster has in common: the mark at its beginning, the evaluation at its end, and
 * failing when a node failed.
 */
import { CoppiceError } from '../../domain/errors.ts';
import type { Cluster } from '../../domain/model.ts';
import type { ClusterStatus } from '../../domain/states.ts';
import type { ActionContext, ChildOutcome } from '../../engine/action-context.ts';
import { count } from '../../recovery/describe.ts';
import { getCluster } from '../../store/clusters.ts';
import type { Db } from '../../store/store.ts';
import { evaluateCluster, markCluster } from '../../clusters/evaluate-cluster.ts';

/** @throws CoppiceError `resource-not-found` */
export async function requireCluster(db: Db, id: string): Promise<Cluster> {
  const cluster = await getCluster(db, id);
  if (cluster === undefined)
    throw new CoppiceError('resource-not-found', `The cluster '${id}' could not be found.`);
  return cluster;
}

/** Marks the cluster as busy, does the work, and evaluates the cluster whether it went well or not. */
export async function whileClusterIs<T>(
  context: ActionContext,
  status: ClusterStatus,
  reason: string,
  work: () => Promise<T>,
): Promise<T> {
  const { target, action } = context.action;
  await context.transaction('begin', (tx) => markCluster(tx, target, status, reason, context.now()));
  try {
    return await work();
  } finally {
    await context.transaction('evaluate', (tx) => evaluateCluster(tx, target, action, context.now()));
  }
}

/** How far one operation of a plan has come. */
export interface OperationProgress {
  /** `Update` */
  readonly what: string;
  /** How many nodes had it in earlier groups, all with success. */
  readonly before: number;
  /** Of the group that has just ended. */
  readonly outcomes: readonly ChildOutcome[];
  /** How many nodes have it in later groups. */
  readonly after: number;
  /** The name of a node by its id; null: it is not known. */
  readonly nameOf: (nodeId: string) => string | null;
}

/**
 * A failure ends the plan: what comes after it is not begun.
 * @throws CoppiceError that names up to three of the nodes that failed and why, of how many, and how many
 * were not begun.
 */
export function requireSuccess({ what, before, outcomes, after, nameOf }: OperationProgress): void {
  const failed = outcomes.filter((outcome) => outcome.status !== 'SUCCEEDED');
  if (failed.length === 0) return;
  const shown = failed.slice(0, 3).map(({ target, reason }) => `${nameOf(target) ?? target}: ${reason}`);
  const more = failed.length > shown.length ? `; and ${failed.length - shown.length} more` : '';
  const all = count(before + outcomes.length + after, 'node');
  const left = after === 0 ? '' : `; ${count(after, 'more node')} ${after === 1 ? 'was' : 'were'} not begun`;
  throw new CoppiceError(
    'operation-failed',
    `${what} failed for ${failed.length} of ${all}: ${shown.join('; ')}${more}${left}`,
  );
}
