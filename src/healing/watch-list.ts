/**
 * What is to be watched: the nodes of the clusters that have an enabled health policy, with the detectors
 * that it asks for; of these, the clusters that this process has leased.
 */
import { CoppiceError } from '../domain/errors.ts';
import type { DetectionModeType, HealthPolicy } from '../domain/health-policy.ts';
import type { Policy } from '../domain/model.ts';
import { healthPolicyTypes } from '../policies/health/health-policy-type.ts';
import { storedHealthPolicy } from '../policies/health/stored-health-policy.ts';
import { attachedPoliciesOfTypes, findBinding } from '../store/cluster-policies.ts';
import { clusterKinds, type ClusterKind } from '../store/clusters.ts';
import { nodeIdsOfClusters } from '../store/nodes.ts';
import type { Db } from '../store/store.ts';
import { createDetectors, type DetectorTools } from '../health/detector-registry.ts';
import { sharesInRounds, type Detector } from '../health/detector.ts';
import type { WatchedNode } from '../health/rounds.ts';
import type { ProfileTypes } from '../profiles/registry.ts';

/** `senlin.policy.health-1.0`, ... */
const typeNames = healthPolicyTypes.map((type) => `${type.name}-${type.version}`);

export interface WatchedCluster {
  readonly clusterId: string;
  readonly clusterName: string;
  readonly policyId: string;
  readonly enabled: boolean;
  readonly policy: HealthPolicy;
  readonly detectors: readonly Detector[];
  /** Its nodes are probed at the same time as all nodes of this group; absent: each at its own time. */
  readonly roundGroup?: string;
  /** Of its profile, as `os.nova.server-1.0`. */
  readonly profileType: string;
}

export interface WatchList {
  readonly clusters: ReadonlyMap<string, WatchedCluster>;
  readonly nodes: readonly WatchedNode[];
  /**
   * Those that are probed when something happens to them, by id: where their policy has LIFECYCLE_EVENTS; and
   * where it asks a cloud how they are, whose notifications come anyway.
   */
  readonly wantingEvents: ReadonlySet<string>;
}

export const emptyWatchList: WatchList = { clusters: new Map(), nodes: [], wantingEvents: new Set() };

export interface WatchTools extends DetectorTools {
  readonly profileTypes: ProfileTypes;
  /** Of these clusters those that this process is to watch. */
  readonly lease: (clusterIds: readonly string[]) => Promise<ReadonlySet<string>>;
}

/**
 * A policy that cannot be read any more (made by a newer Coppice) is reported and watches nothing: the others
 * go on.
 * @param before what was watched so far: a policy's spec never changes, so that what was made from it is
 * kept.
 */
export async function loadWatchList(
  db: Db,
  before: WatchList,
  { lease, profileTypes, ...tools }: WatchTools,
  report: (error: CoppiceError) => void,
): Promise<WatchList> {
  const known = new Map<string, ReadPolicy>(
    [...before.clusters.values()].map((each) => [each.policyId, each]),
  );
  const all = await attachedPoliciesOfTypes(db, typeNames);
  const leased = await lease(all.map(({ binding }) => binding.clusterId));
  const attached = all.filter(({ binding }) => leased.has(binding.clusterId));
  const kinds = await clusterKinds(
    db,
    attached.map(({ binding }) => binding.clusterId),
  );
  const clusters = new Map<string, WatchedCluster>();
  for (const { binding, policy } of attached) {
    const read = known.get(policy.id) ?? tryToRead(policy, tools, report);
    if (read === undefined) continue;
    known.set(policy.id, read);
    const { clusterId, policyId, enabled } = binding;
    const kind = kinds.get(clusterId);
    const clusterName = kind?.name ?? '';
    const { policy: rules, detectors } = read;
    const group = roundGroup(kind, detectors, profileTypes);
    const profileType = kind?.profileType ?? '';
    const watched = { clusterId, clusterName, policyId, enabled, policy: rules, detectors, profileType };
    clusters.set(clusterId, group === undefined ? watched : { ...watched, roundGroup: group });
  }
  return watchListOf(clusters, await watchedNodes(db, clusters), profileTypes);
}

/** The nodes of all clusters that one listing shows are one group. */
function roundGroup(
  kind: ClusterKind | undefined,
  detectors: readonly Detector[],
  profileTypes: ProfileTypes,
): string | undefined {
  const type = kind === undefined ? undefined : profileTypes.find(kind.profileType);
  if (kind === undefined || type?.sharedProbes === undefined) return undefined;
  if (!detectors.some((detector) => sharesInRounds(detector, type))) return undefined;
  return `${kind.profileType} ${type.sharedProbes.groupOf(kind.owner)}`;
}

export function withoutCluster(list: WatchList, clusterId: string): WatchList {
  const nodes = list.nodes.filter((node) => node.clusterId !== clusterId);
  return {
    clusters: new Map([...list.clusters].filter(([id]) => id !== clusterId)),
    nodes,
    wantingEvents: new Set(nodes.map(({ id }) => id).filter((id) => list.wantingEvents.has(id))),
  };
}

function watchListOf(
  clusters: ReadonlyMap<string, WatchedCluster>,
  nodes: readonly WatchedNode[],
  profileTypes: ProfileTypes,
): WatchList {
  const wanting = new Set(
    [...clusters.values()].filter((each) => wantsEvents(each, profileTypes)).map((each) => each.clusterId),
  );
  const wantingEvents = new Set(nodes.filter((node) => wanting.has(node.clusterId)).map(({ id }) => id));
  return { clusters, nodes, wantingEvents };
}

/** As it is attached at this moment, which the list may be behind; null: it was detached. */
export async function asAttached(db: Db, watched: WatchedCluster | null): Promise<WatchedCluster | null> {
  if (watched === null) return null;
  const binding = await findBinding(db, watched.clusterId, watched.policyId);
  return binding === undefined ? null : { ...watched, enabled: binding.enabled };
}

/** A poll URL alone is not of the cloud: what happens there says little of what answers. */
const asksType: ReadonlySet<DetectionModeType> = new Set([
  'NODE_STATUS_POLLING',
  'HYPERVISOR_STATUS_POLLING',
  'LB_STATUS_POLLING',
]);

function wantsEvents(
  { detectors, profileType }: Pick<WatchedCluster, 'detectors' | 'profileType'>,
  profileTypes: ProfileTypes,
): boolean {
  if (detectors.some(({ mode }) => mode === 'LIFECYCLE_EVENTS')) return true;
  const type = profileTypes.find(profileType);
  const isTold = type?.cloudService !== undefined && type.events !== undefined;
  return isTold && detectors.some(({ mode }) => asksType.has(mode));
}

type ReadPolicy = Pick<WatchedCluster, 'policy' | 'detectors'>;

function tryToRead(
  policy: Policy,
  tools: DetectorTools,
  report: (error: CoppiceError) => void,
): ReadPolicy | undefined {
  try {
    const read = storedHealthPolicy(policy);
    return { policy: read, detectors: createDetectors(read.detection.modes, tools) };
  } catch (error) {
    if (!(error instanceof CoppiceError)) throw error;
    report(error);
    return undefined;
  }
}

async function watchedNodes(db: Db, clusters: ReadonlyMap<string, WatchedCluster>): Promise<WatchedNode[]> {
  const enabled = [...clusters.values()].filter((cluster) => cluster.enabled);
  const ids = await nodeIdsOfClusters(
    db,
    enabled.map((cluster) => cluster.clusterId),
  );
  return enabled.flatMap(({ clusterId, policy, detectors, roundGroup: group }) => {
    const { intervalMs } = policy.detection;
    const grouped = group === undefined ? {} : { roundGroup: group };
    return (ids.get(clusterId) ?? []).map((id) => ({ id, clusterId, intervalMs, detectors, ...grouped }));
  });
}
