/** In which regions of a cloud nothing can be recovered, since none of its hosts is up. */
import type { CloudHost, CloudOutage, HostsView } from '../domain/cloud-state.ts';
import type { Cluster, Node } from '../domain/model.ts';
import { regionOf } from '../domain/placement.ts';
import type { ProfileTypes } from '../profiles/registry.ts';
import { whyNoneIsUp } from '../recovery/cloud-hosts.ts';
import { profileTypeNames } from '../store/profiles.ts';
import type { Db } from '../store/store.ts';

export interface HostTools {
  readonly db: Db;
  readonly profileTypes: ProfileTypes;
  /** Absent: this Coppice works with no cloud. */
  readonly cloud?: HostsView | undefined;
}

/**
 * Of the regions in which these nodes of a cluster are, where they run on hosts.
 * @returns for each which hosts are down; null: that in which Coppice works.
 */
export async function regionsWithoutHost(
  { db, profileTypes, cloud }: HostTools,
  { profileId }: Pick<Cluster, 'profileId'>,
  nodes: readonly Pick<Node, 'data'>[],
): Promise<ReadonlyMap<string | null, string>> {
  const found = new Map<string | null, string>();
  if (cloud === undefined) return found;
  const type = profileTypes.find((await profileTypeNames(db, [profileId])).get(profileId) ?? '');
  if (type?.noPlaceFor === undefined) return found;
  for (const region of new Set(nodes.map(({ data }) => regionOf(data)))) {
    const why = whyNoneIsUp(await hostsIn(cloud, region === cloud.region ? null : region));
    if (why !== null) found.set(region, why);
  }
  return found;
}

/** null: they cannot be read. */
export async function hostsIn(cloud: HostsView, region: string | null): Promise<readonly CloudHost[] | null> {
  const isAway = ({ service, region: of }: CloudOutage): boolean =>
    service === 'identity' || (service === 'compute' && of === region);
  return cloud.outages.some(isAway) ? null : await cloud.hosts(region);
}
