import type { Cluster } from './model.ts';
import type { ClusterStatus } from './states.ts';

/**
 * What the number of active nodes makes of a cluster, in Senlin's words (senlin/engine/cluster.py,
 * eval_status), which scripts match.
 * @param cause what has just been done: `CLUSTER_CREATE`, ...
 */
export function evaluateStatus(
  cluster: Pick<Cluster, 'minSize' | 'maxSize' | 'desiredCapacity'>,
  active: number,
  cause: string,
): { status: ClusterStatus; statusReason: string } {
  const { minSize, maxSize, desiredCapacity } = cluster;
  const because = (status: ClusterStatus, comparison: string) => ({
    status,
    statusReason: `${cause}: number of active nodes is ${comparison}.`,
  });
  if (active < minSize) return because('ERROR', `below min_size (${minSize})`);
  if (active < desiredCapacity) return because('WARNING', `below desired_capacity (${desiredCapacity})`);
  if (maxSize < 0 || active <= maxSize) {
    return because('ACTIVE', `equal or above desired_capacity (${desiredCapacity})`);
  }
  return because('WARNING', `above max_size (${maxSize})`);
}

/** While an action works on it: its nodes are on their way. */
export const busyClusterStatuses: ReadonlySet<ClusterStatus> = new Set([
  'INIT',
  'CREATING',
  'UPDATING',
  'DELETING',
  'RESIZING',
  'CHECKING',
  'RECOVERING',
  'OPERATING',
]);
