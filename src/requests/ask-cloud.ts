/** What a plan needs to know beside the database: asked of the cloud at the moment of the request. */
import { regionsWithoutHost } from '../clusters/regions-without-host.ts';
import type { HealthPolicy } from '../domain/health-policy.ts';
import type { Cluster } from '../domain/model.ts';
import type { ClusterSnapshot } from '../healing/snapshot.ts';
import type { RequestTools } from './request-tools.ts';

/** A user waits for the answer; a round of healing has more time. */
const LIMIT_MS = 2000;

/** @param policy null: the cluster has none. */
export async function askCloud(
  { store: { db }, profileTypes, cloud, userStops: stops }: RequestTools,
  cluster: Cluster,
  taken: ClusterSnapshot,
  policy: HealthPolicy | null,
): Promise<ClusterSnapshot> {
  const records = new Map(
    taken.round.nodes.flatMap(({ id, health }) => (health === null ? [] : [[id, health] as const])),
  );
  const [withoutHost, userStops] = await Promise.all([
    regionsWithoutHost({ db, profileTypes, cloud }, cluster, taken.nodes),
    policy === null ? undefined : stops?.ask(policy, records, LIMIT_MS),
  ]);
  return { ...taken, round: { ...taken.round, withoutHost, userStops: userStops ?? new Map() } };
}
