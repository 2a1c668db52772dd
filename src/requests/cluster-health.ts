/** How a cluster is, node by node, what the healer knows of it, and what it would do now: read from what is written down, nothing is looked at. */
import type { Share } from '../domain/health-policy.ts';
import type { Cluster, Node, RecoveryStep } from '../domain/model.ts';
import type { RecoveryMode } from '../domain/states.ts';
import { inForce } from '../actions/maintenance.ts';
import { rulesOfCluster, type NamedRules } from '../actions/cluster-rules.ts';
import { changedAt, recordSince, takeSnapshot, type ClusterSnapshot } from '../healing/snapshot.ts';
import type { BreakerState } from '../recovery/breaker.ts';
import type { HealthRecord } from '../recovery/classify-health.ts';
import { shareOf, type ClosedGate, type Maintenance } from '../recovery/gates.ts';
import { gatesClosedNow, nextUps, type NextUp } from '../recovery/next-up.ts';
import { countUnhealthy, planRound } from '../recovery/plan-round.ts';
import { nothingOfNode } from '../store/healing.ts';
import { lastDecision, recoverySteps } from '../store/recoveries.ts';
import type { Db } from '../store/store.ts';
import { requireObject } from './find-object.ts';
import type { Caller, RequestTools } from './request-tools.ts';

/** Times in milliseconds since 1970. */
export interface ClusterHealth {
  readonly cluster: Cluster;
  readonly policy: NamedRules | null;
  readonly maintenance: Maintenance | null;
  /** null: the policy has none. */
  readonly breaker: BreakerState | null;
  readonly now: number;
  readonly counts: HealthCounts;
  /** In nodes; null: no limit. */
  readonly limits: { readonly maxUnhealthy: number | null; readonly maxInFlight: number | null };
  readonly gates: readonly ClosedGate[];
  readonly nodes: readonly NodeHealth[];
}

export interface HealthCounts {
  readonly desired: number;
  readonly nodes: number;
  readonly healthy: number;
  readonly suspected: number;
  readonly failed: number;
  /** Could not be looked at, or were not yet. */
  readonly unknown: number;
  readonly recovering: number;
  readonly quarantined: number;
  readonly excluded: number;
  readonly missing: number;
  /** What counts against max_unhealthy. */
  readonly unhealthy: number;
}

export interface NodeHealth {
  readonly node: Node;
  /** null: not looked at since it was last changed. */
  readonly record: HealthRecord | null;
  readonly excluded: Maintenance | null;
  readonly quarantine: { readonly since: number; readonly reason: string } | null;
  readonly recovery: OpenNodeRecovery | null;
  readonly next: NextUp;
}

export interface OpenNodeRecovery {
  readonly id: string;
  readonly mode: RecoveryMode;
  readonly openedAt: number;
  /** null: held. */
  readonly startedAt: number | null;
  /** The last one that began. */
  readonly step: RecoveryStep | null;
  /** The last decision; of one that is held, why. */
  readonly reason: string;
}

export async function clusterHealth(
  tools: RequestTools,
  caller: Caller,
  identity: string,
): Promise<ClusterHealth> {
  const cluster = await requireObject(tools.store.db, caller, 'cluster', identity);
  return await healthOf(tools.store.db, cluster, tools.now());
}

/** @returns null for a node that is in no cluster: nobody watches it. */
export async function nodeHealth(
  tools: RequestTools,
  caller: Caller,
  identity: string,
): Promise<NodeHealth | null> {
  const { db } = tools.store;
  const node = await requireObject(db, caller, 'node', identity);
  if (node.clusterId === null) return null;
  const cluster = await requireObject(db, caller, 'cluster', node.clusterId);
  const { nodes } = await healthOf(db, cluster, tools.now());
  return nodes.find((each) => each.node.id === node.id) ?? null;
}

async function healthOf(db: Db, cluster: Cluster, now: number): Promise<ClusterHealth> {
  const rules = await rulesOfCluster(db, cluster.id);
  const snapshot = await takeSnapshot(db, cluster, rules, now);
  const { round } = snapshot;
  const safety = rules?.policy.safety;
  const limit = (share: Share | null | undefined) =>
    share == null ? null : shareOf(share, cluster.desiredCapacity);
  return {
    cluster,
    policy: rules,
    maintenance: round.maintenance,
    breaker: safety?.breaker == null ? null : round.breaker,
    now,
    counts: countsOf(snapshot, now),
    limits: { maxUnhealthy: limit(safety?.maxUnhealthy), maxInFlight: limit(safety?.maxInFlight) },
    gates: gatesClosedNow(round),
    nodes: await nodesOf(db, snapshot),
  };
}

function countsOf({ round, nodes, healing, episodes }: ClusterSnapshot, now: number): HealthCounts {
  const inState = (state: HealthRecord['state']) =>
    round.nodes.filter((node) => node.health?.state === state).length;
  const said = [...healing.values()];
  return {
    desired: round.desiredCapacity,
    nodes: nodes.length,
    healthy: inState('HEALTHY'),
    suspected: inState('SUSPECTED'),
    failed: inState('FAILED'),
    unknown: inState('UNKNOWN') + round.nodes.filter((node) => node.health === null).length,
    recovering: episodes.filter((episode) => episode.startedAt !== null).length,
    quarantined: said.filter((each) => each.quarantine !== null).length,
    excluded: said.filter((each) => inForce(each.exclusion, now) !== null).length,
    missing: Math.max(0, round.desiredCapacity - nodes.length),
    unhealthy: countUnhealthy(round),
  };
}

async function nodesOf(db: Db, snapshot: ClusterSnapshot): Promise<NodeHealth[]> {
  const { round, nodes, health, healing } = snapshot;
  const next = nextUps(round, planRound(round));
  const open = await openRecoveries(db, snapshot);
  return nodes.map((node) => {
    const { exclusion, quarantine } = healing.get(node.id) ?? nothingOfNode;
    return {
      node,
      record: recordSince(changedAt(node), health.get(node.id)),
      excluded: inForce(exclusion, round.now),
      quarantine,
      recovery: withReason(open.get(node.id), next(node.id)),
      next: next(node.id),
    };
  });
}

/** Of one that is held, why it is held now; there may be thousands, so that their rows are not read. */
function withReason(recovery: OpenNodeRecovery | undefined, next: NextUp): OpenNodeRecovery | null {
  if (recovery === undefined) return null;
  return recovery.startedAt === null ? { ...recovery, reason: next.reason } : recovery;
}

async function openRecoveries(
  db: Db,
  { episodes }: ClusterSnapshot,
): Promise<ReadonlyMap<string, OpenNodeRecovery>> {
  const open = new Map<string, OpenNodeRecovery>();
  for (const { recoveryId: id, nodeId, mode, openedAt, startedAt } of episodes) {
    if (startedAt === null) {
      open.set(nodeId, { id, mode, openedAt, startedAt, step: null, reason: '' });
      continue;
    }
    const step = (await recoverySteps(db, id)).findLast((each) => each.startedAt !== null) ?? null;
    const reason = (await lastDecision(db, id))?.reason ?? '';
    open.set(nodeId, { id, mode, openedAt, startedAt, step, reason });
  }
  return open;
}
