/** What is to be watched: the nodes of the clusters that have an enabled health policy, with the detectors that it asks for. */
import { CoppiceError, describeIssue } from '../domain/errors.ts';
import type { HealthPolicy } from '../domain/health-policy.ts';
import type { Policy } from '../domain/model.ts';
import { healthPolicyTypes } from '../policies/health/health-policy-type.ts';
import { attachedPoliciesOfTypes } from '../store/cluster-policies.ts';
import { nodeIdsOfClusters } from '../store/nodes.ts';
import type { Db } from '../store/store.ts';
import { createDetectors } from './detector-registry.ts';
import type { WatchedNode } from './rounds.ts';

/** `senlin.policy.health-1.0`, ... */
const typeNames = healthPolicyTypes.map((type) => `${type.name}-${type.version}`);

export interface WatchedCluster {
  readonly clusterId: string;
  readonly policyId: string;
  readonly enabled: boolean;
  readonly policy: HealthPolicy;
}

export interface WatchList {
  readonly clusters: ReadonlyMap<string, WatchedCluster>;
  readonly nodes: readonly WatchedNode[];
}

/** A policy that cannot be read any more (made by a newer Coppice) is reported and watches nothing: the others go on. */
export async function loadWatchList(db: Db, report: (error: CoppiceError) => void): Promise<WatchList> {
  const clusters = new Map<string, WatchedCluster>();
  for (const { binding, policy } of await attachedPoliciesOfTypes(db, typeNames)) {
    try {
      const { clusterId, policyId, enabled } = binding;
      clusters.set(clusterId, { clusterId, policyId, enabled, policy: readHealthPolicy(policy) });
    } catch (error) {
      if (!(error instanceof CoppiceError)) throw error;
      report(error);
    }
  }
  return { clusters, nodes: await watchedNodes(db, clusters) };
}

async function watchedNodes(db: Db, clusters: ReadonlyMap<string, WatchedCluster>): Promise<WatchedNode[]> {
  const enabled = [...clusters.values()].filter((cluster) => cluster.enabled);
  const ids = await nodeIdsOfClusters(
    db,
    enabled.map((cluster) => cluster.clusterId),
  );
  return enabled.flatMap(({ clusterId, policy }) => {
    const detectors = createDetectors(policy.detection.modes);
    const { intervalMs } = policy.detection;
    return (ids.get(clusterId) ?? []).map((id) => ({ id, clusterId, intervalMs, detectors }));
  });
}

/** @throws CoppiceError `operation-impossible` for a policy that this program cannot read. */
export function readHealthPolicy(policy: Policy): HealthPolicy {
  const type = healthPolicyTypes.find(
    (candidate) => `${candidate.name}-${candidate.version}` === policy.type,
  );
  if (type === undefined) {
    throw new CoppiceError(
      'operation-impossible',
      `The policy ${policy.name} is of type ${policy.type}, which is no health policy.`,
    );
  }
  // What was accepted once is not refused later because the configured minimum has changed.
  const check = type.check(policy.spec.properties, { healthCheckIntervalMin: 0 });
  if (check.ok) return check.value;
  const wrong = check.issues.map(describeIssue).join('; ');
  throw new CoppiceError('operation-impossible', `The health policy ${policy.name} cannot be read: ${wrong}`);
}
