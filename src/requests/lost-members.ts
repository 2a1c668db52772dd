/** Nodes that cannot be probed only because their members were deleted: when they are added again. */
import { poolsOfCluster, registeredAgainAt } from '../clusters/schedule-registration.ts';
import type { Cluster } from '../domain/model.ts';
import type { ClusterSnapshot } from '../healing/snapshot.ts';
import type { LostMember } from '../recovery/explained-cluster.ts';
import { lostRegistrations } from '../recovery/lost-registrations.ts';
import type { Db } from '../store/store.ts';

export async function lostMembers(
  db: Db,
  clusterId: Cluster['id'],
  { round }: Pick<ClusterSnapshot, 'round'>,
): Promise<ReadonlyMap<string, LostMember>> {
  const seenOtherwise = new Set(
    round.nodes.filter(({ health }) => health?.detectors.every(isSeenOrLost) !== true).map(({ id }) => id),
  );
  const lost = lostRegistrations(round).filter(({ nodeId }) => !seenOtherwise.has(nodeId));
  if (lost.length === 0) return new Map();
  const isWanted = await poolsOfCluster(db, clusterId);
  const wanted = lost.filter(({ pool }) => isWanted(pool));
  const ids = wanted.map(({ nodeId }) => nodeId);
  const at = await registeredAgainAt(db, ids, round.now);
  return new Map(
    wanted.map(({ nodeId, pool, isDue }) => [
      nodeId,
      { pool, addedAgainAt: isDue ? (at.get(nodeId) ?? null) : null },
    ]),
  );
}

type Detector = NonNullable<ClusterSnapshot['round']['nodes'][number]['health']>['detectors'][number];

function isSeenOrLost({ verdict }: Detector): boolean {
  return verdict.health !== 'unknown' || verdict.notInPool !== undefined;
}
