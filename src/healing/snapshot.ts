/**
 * The input of the planner of a round: a cluster with everything that counts for its healing, as it stands in
 * the database now.
 */
import { allowedZones } from '../clusters/allowed-zones.ts';
import type { ClusterRules } from '../clusters/cluster-rules.ts';
import { changedAt, currentHealth } from '../clusters/current-health.ts';
import { domainsOfNodes, type LocationTools } from '../clusters/failure-domains.ts';
import { maintenanceOf } from '../clusters/maintenance.ts';
import type { HealthPolicy } from '../domain/health-policy.ts';
import { regionOf } from '../domain/placement.ts';
import type { Cluster, Node } from '../domain/model.ts';
import { closedBreaker } from '../recovery/breaker.ts';
import type { HealthRecord } from '../domain/health-record.ts';
import { longestHoldMs } from '../recovery/plan-chain.ts';
import type { NodeSnapshot, RoundSnapshot } from '../recovery/round-snapshot.ts';
import type { RecoveredBefore } from '../recovery/relapse.ts';
import { healingOfCluster, healingOfNodes, nothingOfNode } from '../store/healing.ts';
import type { NodeHealing } from '../store/healing.ts';
import { healthOfCluster, healthOfNodes } from '../store/node-health.ts';
import { getNodes, nodesOfCluster } from '../store/nodes.ts';
import { openRecoveriesOfCluster, type OpenRecovery } from '../store/recoveries.ts';
import {
  lastEndsOfCluster,
  lastEndsOfNodes,
  recentRecoveriesOfCluster,
  type EndedRecovery,
} from '../store/recovery-history.ts';
import type { Db } from '../store/store.ts';

export interface ClusterSnapshot {
  readonly round: RoundSnapshot;
  readonly nodes: readonly Node[];
  /** As they are written down; of a node that was changed since they say nothing. */
  readonly health: ReadonlyMap<string, HealthRecord>;
  readonly healing: ReadonlyMap<string, NodeHealing>;
  /** Of each failed node the last recovery that has ended. */
  readonly ends: ReadonlyMap<string, EndedRecovery>;
  readonly recoveries: readonly OpenRecovery[];
}

/** Which nodes of a cluster a snapshot holds; the others are healthy, and only counted. */
export interface SnapshotPart {
  readonly nodeIds: readonly string[];
  readonly others: number;
}

/**
 * @param rules null where the cluster has no health policy.
 * @param part absent: the whole cluster.
 */
export async function takeSnapshot(
  tools: LocationTools,
  cluster: Cluster,
  rules: ClusterRules | null,
  now: number,
  part?: SnapshotPart,
): Promise<ClusterSnapshot> {
  const { db } = tools;
  const nodes =
    part === undefined ? await nodesOfCluster(db, cluster.id) : await nodesInOrder(db, part.nodeIds);
  const health =
    part === undefined ? await healthOfCluster(db, cluster.id) : await healthOfNodes(db, part.nodeIds);
  const healthyNodes = part?.others ?? 0;
  const healing = await healingOfNodes(db, cluster.id);
  const recoveries = await openRecoveriesOfCluster(db, cluster.id);
  const { breaker, zoneOutages } = await healingOfCluster(db, cluster.id);
  const domains = rules === null ? undefined : await failureDomains(tools, cluster, rules, nodes, part);
  const zones = movesBetweenZones(rules) ? await allowedZones(db, cluster.id) : null;
  const leftBehind = new Map(
    zoneOutages.flatMap(({ name, replaced }) => replaced.map((id) => [id, name] as const)),
  );
  const mode = rules?.policy.mode ?? 'ENFORCE';
  const ends = await lastEndsOfNodes(db, failedNodes(nodes, health), mode, now);
  const recovered = rules === null ? undefined : await recoveredBefore(db, cluster.id, rules, health, now);
  const round: RoundSnapshot = {
    now,
    desiredCapacity: cluster.desiredCapacity,
    policy: rules?.policy ?? null,
    policyEnabled: rules?.enabled ?? false,
    maintenance: await maintenanceOf(db, cluster, now),
    breaker: breaker ?? closedBreaker,
    nodes: nodes.map((node) =>
      nodeSnapshot(node, health.get(node.id), healing.get(node.id), now, {
        last: ends.get(node.id),
        recovered: recovered?.get(node.id),
        // One that is removed and not yet created again is nowhere: it still belongs to the outage.
        domain: domains?.ofNodes.get(node.id) ?? leftBehind.get(node.id),
      }),
    ),
    healthyNodes,
    ...(domains === undefined ? {} : { healthyInDomain: domains.ofOthers }),
    ...(zones === null ? {} : { allowedZones: zones }),
    zoneOutages,
    recoveries: recoveries.map((each) => ({
      ...each,
      notBefore: withinLongestHold(each.notBefore, rules, now),
    })),
    starts: rules === null ? [] : await startsOf(db, cluster.id, rules.policy, now),
  };
  return { round, nodes, health, healing, ends, recoveries };
}

function movesBetweenZones(rules: ClusterRules | null): boolean {
  const outage = rules?.policy.safety.zoneOutage;
  return outage?.action === 'REPLACE_ELSEWHERE' && outage.domain.kind === 'ZONE';
}

interface FailureDomains {
  readonly ofNodes: ReadonlyMap<string, string>;
  /** How many of the nodes that the snapshot leaves out are in each. */
  readonly ofOthers: ReadonlyMap<string, number>;
}

/** Of the kind that the policy names; undefined: it names none. */
async function failureDomains(
  tools: LocationTools,
  cluster: Cluster,
  { policy }: ClusterRules,
  nodes: readonly Node[],
  part: SnapshotPart | undefined,
): Promise<FailureDomains | undefined> {
  const domain = policy.safety.zoneOutage?.domain;
  if (domain === undefined) return undefined;
  const all = part === undefined ? nodes : await nodesOfCluster(tools.db, cluster.id);
  const ofNodes = await domainsOfNodes(tools, all, domain);
  const ofOthers = new Map<string, number>();
  const here = new Set(nodes.map(({ id }) => id));
  for (const [id, name] of ofNodes) if (!here.has(id)) ofOthers.set(name, (ofOthers.get(name) ?? 0) + 1);
  return { ofNodes, ofOthers };
}

async function nodesInOrder(db: Db, ids: readonly string[]): Promise<Node[]> {
  const nodes = new Map((await getNodes(db, ids)).map((node) => [node.id, node]));
  return ids.flatMap((id) => nodes.get(id) ?? []);
}

function failedNodes(nodes: readonly Node[], health: ReadonlyMap<string, HealthRecord>): string[] {
  return nodes.flatMap(({ id }) => (health.get(id)?.state === 'FAILED' ? [id] : []));
}

/**
 * As far back as the rate limits of the policy reach. What was started at a time that is still to come (the
 * clock was set back) limits nothing: it would until the clock is there again. What only observed does not
 * count for what touches, nor the other way round, and what an operator requested counts for neither.
 */
async function startsOf(
  db: Db,
  clusterId: string,
  { mode, safety: { rateLimit } }: HealthPolicy,
  now: number,
): Promise<RoundSnapshot['starts']> {
  const periodMs = Math.max(rateLimit.node?.periodMs ?? 0, rateLimit.cluster?.periodMs ?? 0);
  if (periodMs === 0) return [];
  const recent = await recentRecoveriesOfCluster(db, clusterId, now - periodMs);
  const starts = recent.flatMap((each) =>
    each.startedAt === null || each.mode !== mode || each.origin === 'OPERATOR' || each.startedAt > now
      ? []
      : [{ nodeId: each.nodeId, at: each.startedAt }],
  );
  return starts.sort((one, other) => one.at - other.at);
}

interface KnownOfNode {
  readonly last: EndedRecovery | undefined;
  readonly recovered: RecoveredBefore | undefined;
  readonly domain: string | undefined;
}

function nodeSnapshot(
  node: Node,
  record: HealthRecord | undefined,
  healing: NodeHealing = nothingOfNode,
  now: number,
  { last: lastEnd, recovered, domain }: KnownOfNode,
): NodeSnapshot {
  const { id, name, status } = node;
  const region = regionOf(node.data);
  const health = currentHealth(node, record, now);
  const { exclusion, quarantine, releasedAt } = healing;
  const endedAt = lastEnd?.closedAt ?? null;
  const observed = lastEnd?.mode === 'OBSERVE' && health !== null && (endedAt ?? 0) >= (health.failedAt ?? 0);
  return {
    id,
    name,
    status,
    health,
    ...(domain === undefined ? {} : { domain }),
    ...(region === null ? {} : { region }),
    excluded: exclusion === null ? null : { until: exclusion.until, reason: exclusion.reason },
    quarantinedSince: quarantine?.since ?? null,
    ...(quarantine === null ? {} : { quarantineReason: quarantine.reason }),
    lastTry: lastTryOf(lastEnd, releasedAt),
    // An operator who has changed or released the node since begins with it afresh.
    recoveredBefore:
      recovered !== undefined && recovered.closedAt >= Math.max(changedAt(node, now), releasedAt ?? 0)
        ? recovered
        : null,
    observedAt: observed ? endedAt : null,
  };
}

/**
 * Of each node the last recovery, where it seemed to help, and a failure of the node now, or the one that is
 * known already, would be its relapse. They are read as far back as that is so of any node.
 */
async function recoveredBefore(
  db: Db,
  clusterId: string,
  { policyId, policy }: ClusterRules,
  health: ReadonlyMap<string, HealthRecord>,
  now: number,
): Promise<ReadonlyMap<string, RecoveredBefore>> {
  const { relapseMs } = policy.recovery;
  if (relapseMs === 0) return new Map();
  const failedAtOf = (nodeId: string) => health.get(nodeId)?.failedAt ?? now;
  const oldest = [...health.keys()].reduce((least, id) => Math.min(least, failedAtOf(id)), now);
  const found = new Map<string, RecoveredBefore>();
  for (const [id, end] of await lastEndsOfCluster(db, clusterId, oldest - relapseMs, policy.mode, now)) {
    const { state, origin, settledAt, closedAt } = end;
    if (state !== 'RECOVERED' || origin !== 'AUTOMATIC' || closedAt === null) continue;
    if (closedAt < failedAtOf(id) - relapseMs) continue;
    // Under another policy the same name may be another action.
    const helped = end.policyId === policyId ? end.helped : null;
    found.set(id, { ...end, helped, closedAt, settledAt: settledAt ?? closedAt });
  }
  return found;
}

/** An operator who releases a node from quarantine wants it tried at once. */
function lastTryOf(lastEnd: EndedRecovery | undefined, releasedAt: number | null): NodeSnapshot['lastTry'] {
  if (lastEnd === undefined) return null;
  const { id: recoveryId, state: end, closedAt: at, origin, reason } = lastEnd;
  if ((end !== 'EXHAUSTED' && end !== 'CANCELLED') || at === null) return null;
  const isReleased = releasedAt !== null && at <= releasedAt;
  return isReleased ? null : { at, end, origin, recoveryId, reason: causeIn(reason) };
}

/** Of `EXHAUSTED: REBOOT: ...; if it stays failed, the next recovery begins in 10 s` what is still true. */
export function causeIn(reason: string): string {
  return reason.replace(/^[A-Z_]+: /, '').replace(/; if it stays failed, .*$/s, '');
}

/** Further away it is only where the clock was set back since. */
function withinLongestHold(at: number | null, rules: ClusterRules | null, now: number): number | null {
  return at === null || rules === null
    ? at
    : Math.min(at, now + longestHoldMs(rules.policy.detection.intervalMs));
}
