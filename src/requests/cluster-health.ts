/**
 * The health of a cluster, node by node: what the healer knows, what it would do now, and what an operator
 * has to do. Nothing is probed.
 */
import { isJsonObject } from '../domain/json.ts';
import type { Share } from '../domain/health-policy.ts';
import type { Cluster, Node, Relapse } from '../domain/model.ts';
import { regionOf } from '../domain/placement.ts';
import { changedAt } from '../clusters/current-health.ts';
import { inForce } from '../clusters/maintenance.ts';
import { rulesOfCluster, type NamedRules } from '../clusters/cluster-rules.ts';
import { takeSnapshot, type ClusterSnapshot, type SnapshotPart } from '../healing/snapshot.ts';
import type { BreakerState } from '../domain/breaker-state.ts';
import type { ChainEvent } from '../recovery/chain.ts';
import type { HealthRecord } from '../domain/health-record.ts';
import { explainCluster } from '../recovery/explain-cluster.ts';
import type { ClusterExplanation } from '../recovery/explain-cluster.ts';
import type { ExplainedCluster, ExplainedHookFailure } from '../recovery/explained-cluster.ts';
import { cloudTrouble, explainCloud, type ExplainedCloud } from '../recovery/explain-cloud.ts';
import { shareOf, type ClosedGate } from '../recovery/gates.ts';
import { endsOfGates, gateTasks } from '../recovery/gate-tasks.ts';
import type { OperatorTask } from '../recovery/operator-task.ts';
import { eachCommandOnce, requiredFirst } from '../recovery/operator-tasks.ts';
import type { Maintenance } from '../domain/maintenance.ts';
import { knowledgeOf } from '../recovery/knowledge.ts';
import { gatesClosedNow, nextUps, type NextUp } from '../recovery/next-up.ts';
import { countUnhealthy, planRound } from '../recovery/plan-round.ts';
import { clusterStanding, countStandings, nodeStanding, type Standing } from '../recovery/standing.ts';
import { standingOutages, type StandingOutage } from '../recovery/zone-outage.ts';
import { lastProbeOf } from '../store/action-steps.ts';
import { firstFailures } from '../store/first-failures.ts';
import { nothingOfNode } from '../store/healing.ts';
import { openHookFailures } from '../store/hook-failures.ts';
import { getProfile } from '../store/profiles.ts';
import { effectsOfChanges } from '../profiles/update-plan.ts';
import { actionsOfClusters, nothingOfActions, type ActionsOfCluster } from './actions-of-clusters.ts';
import { cloudReport } from './cloud-report.ts';
import { explainedNames } from './explained-names.ts';
import { requireObject } from './find-object.ts';
import { explainedNode, triedOf, type NodeHealth } from './node-health.ts';
import { openNodeRecoveries, type OpenNodeRecovery } from './open-recoveries.ts';
import { executionOf } from './step-execution.ts';
import type { Caller, RequestTools } from './request-tools.ts';
import { excessNodes, missingNodes, standingsOfClusters, type StandingOfCluster } from './standings.ts';

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
  /** `endsBy`: how each is opened, or passed, before its time. */
  readonly gates: readonly (ClosedGate & { readonly endsBy: readonly OperatorTask[] })[];
  readonly zoneOutages: readonly StandingOutage[];
  readonly nodes: readonly NodeHealth[];
  /** How many healthy nodes are not among `nodes`. */
  readonly moreHealthy: number;
  readonly standing: Standing;
  readonly explanation: ClusterExplanation;
}

/** Each node counts once, under its standing. */
export interface HealthCounts extends Readonly<Record<Standing, number>> {
  readonly desired: number;
  readonly nodes: number;
  readonly missing: number;
  /** What counts against max_unhealthy. */
  readonly unhealthy: number;
}

/** A cluster of thousands would be an answer of megabytes that says the same of almost all of its nodes. */
const mostHealthy = 100;

/**
 * All nodes that are not healthy, and the first of those that are.
 * @param healthy how many healthy nodes are described at most.
 */
export async function clusterHealth(
  tools: RequestTools,
  caller: Caller,
  identity: string,
  healthy = mostHealthy,
): Promise<ClusterHealth> {
  const { db } = tools.store;
  const cluster = await requireObject(db, caller, 'cluster', identity);
  const standing = (await standingsOfClusters(tools, [cluster])).get(cluster.id);
  const part = standing && partOf(standing, (_, healthyBefore) => healthyBefore < healthy);
  const report = await reportFor(tools, cluster);
  const actions = (await actionsOfClusters(tools, [cluster])).get(cluster.id) ?? nothingOfActions;
  const health = await describeClusterHealth(tools, cluster, { report, actions }, part);
  return withServerProblem(tools, report === null ? health : withCloud(health, explainCloud(report)));
}

/** What is wrong with the cloud comes before what is wrong with the nodes in it. */
function withCloud(health: ClusterHealth, cloud: ClusterExplanation): ClusterHealth {
  const { explanation } = health;
  return {
    ...health,
    explanation: {
      ...explanation,
      problems: [...cloud.problems, ...explanation.problems],
      waiting: [...cloud.waiting, ...explanation.waiting],
      operator: requiredFirst(eachCommandOnce([...cloud.operator, ...explanation.operator])),
    },
  };
}

/** Of the cloud; null: the nodes of the cluster are in none. */
async function reportFor(tools: RequestTools, cluster: Cluster): Promise<ExplainedCloud | null> {
  return (await profileFacts(tools, cluster)).needsCloud ? await cloudReport(tools) : null;
}

interface ProfileFacts extends Pick<ExplainedCluster, 'profileChanges'> {
  readonly needsCloud: boolean;
  /** What a node of it has one of; null: it is not known. */
  readonly noun: string | null;
}

/** Of a profile whose type is not offered here nothing is known. */
async function profileFacts(
  { store, profileTypes }: RequestTools,
  { profileId }: Cluster,
): Promise<ProfileFacts> {
  const profile = await getProfile(store.db, profileId);
  const type = profile === undefined ? undefined : profileTypes.find(profile.type);
  if (profile === undefined || type === undefined)
    return { needsCloud: false, noun: null, profileChanges: {} };
  const { properties } = profile.spec;
  return {
    needsCloud: type.needsCloud === true,
    noun: type.noun,
    profileChanges: isJsonObject(properties) ? effectsOfChanges(type, properties) : {},
  };
}

/** A server that records nothing recovers nothing: it comes before what is wrong with any node. */
function withServerProblem({ store }: RequestTools, health: ClusterHealth): ClusterHealth {
  if (store.writeFailure === undefined) return health;
  const problem = `nothing is recorded or recovered until an operator has acted: ${store.writeFailure}`;
  const { explanation } = health;
  return { ...health, explanation: { ...explanation, problems: [problem, ...explanation.problems] } };
}

/** @returns null for a node that is in no cluster: it is not watched. */
export async function nodeHealth(
  tools: RequestTools,
  caller: Caller,
  identity: string,
): Promise<NodeHealth | null> {
  const { db } = tools.store;
  const node = await requireObject(db, caller, 'node', identity);
  if (node.clusterId === null) return null;
  const cluster = await requireObject(db, caller, 'cluster', node.clusterId);
  const standing = (await standingsOfClusters(tools, [cluster])).get(cluster.id);
  const part = standing && partOf(standing, (id) => id === node.id);
  const report = await reportFor(tools, cluster);
  const { nodes } = await describeClusterHealth(tools, cluster, { report, actions: nothingOfActions }, part);
  return nodes.find((each) => each.node.id === node.id) ?? null;
}

/** @param usual where a node is that has no region: null in the answer. */
function regionsOf(nodes: readonly Node[], usual: string | null): ReadonlySet<string | null> {
  const regions = nodes.map(({ data }) => regionOf(data));
  return new Set(regions.length === 0 ? [null] : regions.map((one) => (one === usual ? null : one)));
}

/**
 * The nodes that are not healthy: what follows for any of them depends on these, and on how many others there
 * are.
 */
export function partWithoutHealthy(cluster: StandingOfCluster): SnapshotPart {
  return partOf(cluster, () => false);
}

/**
 * @param isWanted which healthy nodes belong to it, too, by their id and how many healthy ones precede it.
 */
function partOf(
  { nodes, nodeIds }: StandingOfCluster,
  isWanted: (id: string, healthyBefore: number) => boolean,
): SnapshotPart {
  let healthyBefore = 0;
  const wanted = nodeIds.filter((id, index) => nodes[index] !== 'HEALTHY' || isWanted(id, healthyBefore++));
  return { nodeIds: wanted, others: nodeIds.length - wanted.length };
}

/** What the health of a cluster is told from besides its nodes. */
export interface BesideNodes {
  /** Of the cloud of this Coppice; null: there is none, or it is not asked for. */
  readonly report: ExplainedCloud | null;
  readonly actions: ActionsOfCluster;
}

/**
 * Of a cluster that the caller may see.
 * @param part the nodes that are described; absent: all of them.
 */
export async function describeClusterHealth(
  tools: RequestTools,
  cluster: Cluster,
  { report, actions }: BesideNodes,
  part?: SnapshotPart,
): Promise<ClusterHealth> {
  const { db } = tools.store;
  const now = tools.now();
  const rules = await rulesOfCluster(db, cluster.id);
  const snapshot = await takeSnapshot({ db, profileTypes: tools.profileTypes }, cluster, rules, now, part);
  const { round } = snapshot;
  const safety = rules?.policy.safety;
  const limit = (share: Share | null | undefined) =>
    share == null ? null : shareOf(share, cluster.desiredCapacity);
  const zoneOutages = standingOutages(round, round.policy);
  const nodes = await nodesOf(tools, snapshot);
  const size = nodes.length + (part?.others ?? 0);
  const missing = missingNodes(cluster, size);
  const { needsCloud, profileChanges, noun } = await profileFacts(tools, cluster);
  const names = await explainedNames(db, cluster, rules, nodes);
  const explained: ExplainedCluster = {
    name: names.cluster,
    now,
    desired: cluster.desiredCapacity,
    missing,
    excess: excessNodes(cluster, size),
    ...actions,
    policy: rules && { name: names.policy, enabled: rules.enabled, mode: rules.policy.mode },
    profileChanges,
    maintenance: round.maintenance,
    gates: gatesClosedNow(round),
    zoneOutages,
    nodes: nodes.map((each) => ({ ...explainedNode(each, noun), name: names.node(each.node) })),
    cloud:
      report !== null && needsCloud
        ? cloudTrouble(report, regionsOf(snapshot.nodes, tools.cloud?.region ?? null))
        : null,
  };
  const tasks = gateTasks(explained);
  const explanation = explainCluster(explained, tasks);
  return {
    cluster,
    policy: rules,
    maintenance: round.maintenance,
    breaker: safety?.breaker == null ? null : round.breaker,
    now,
    counts: countsOf(snapshot, nodes, missing),
    limits: { maxUnhealthy: limit(safety?.maxUnhealthy), maxInFlight: limit(safety?.maxInFlight) },
    gates: endsOfGates(explained, tasks, explanation.operator),
    zoneOutages,
    nodes: nodes.map((node, index) => {
      const known = explained.nodes[index];
      return known === undefined ? node : { ...node, endsBy: tasks.ofNode(known) };
    }),
    moreHealthy: part?.others ?? 0,
    standing: clusterStanding({
      watched: rules?.enabled === true,
      paused: round.maintenance !== null && round.maintenance.action === undefined,
      missing,
      nodes: nodes.map(({ standing }) => standing),
    }),
    explanation,
  };
}

function countsOf({ round }: ClusterSnapshot, nodes: readonly NodeHealth[], missing: number): HealthCounts {
  const { healthyNodes = 0, desiredCapacity: desired } = round;
  const counts = countStandings(nodes.map(({ standing }) => standing));
  return {
    ...counts,
    HEALTHY: counts.HEALTHY + healthyNodes,
    desired,
    nodes: nodes.length + healthyNodes,
    missing,
    unhealthy: countUnhealthy(round),
  };
}

function relapsesOf({ round, recoveries }: ClusterSnapshot): ReadonlyMap<string, Relapse> {
  const ended = round.nodes.map(({ id, recoveredBefore }) => [id, recoveredBefore?.relapse] as const);
  const open = recoveries.map(({ nodeId, relapse }) => [nodeId, relapse] as const);
  return new Map([...ended, ...open].flatMap(([id, relapse]) => (relapse == null ? [] : [[id, relapse]])));
}

async function nodesOf(tools: RequestTools, snapshot: ClusterSnapshot): Promise<NodeHealth[]> {
  const { round, nodes, health, healing, ends } = snapshot;
  const next = nextUps(round, planRound(round));
  const open = await openNodeRecoveries(tools, snapshot);
  const relapses = relapsesOf(snapshot);
  const failures = await failedHooks(tools, nodes);
  const notCreated = nodes.filter(({ id }) => health.get(id)?.failure?.class === 'NOT_CREATED');
  const first = await firstFailures(
    tools.store.db,
    notCreated.map(({ id }) => id),
  );
  const notWatched = notWatchedBecause(round);
  return await Promise.all(
    nodes.map(async (node) => {
      const ofNode = healing.get(node.id) ?? nothingOfNode;
      const { exclusion, quarantine } = ofNode;
      const record = newest(health.get(node.id), tools.lastRecord?.(node.id));
      const excluded = inForce(exclusion, round.now);
      const recovery = withReason(open.get(node.id), next(node.id));
      const warning = failures.get(node.id) ?? null;
      const knowledge = knowledgeOf({
        now: round.now,
        notWatched,
        outdated: tools.outdatedBecause?.(node.id) ?? null,
        record,
        changedAt: changedAt(node, round.now),
        verification: await lastProbe(tools, recovery),
      });
      const standing = nodeStanding({
        watched: notWatched === null,
        status: node.status,
        state: knowledge.asOf === null ? null : knowledge.state,
        quarantined: quarantine !== null,
        excluded: excluded !== null,
        recovery: recovery === null ? null : recovery.startedAt === null ? 'HELD' : 'RUNNING',
        warning: warning !== null,
      });
      const then = nextOf(recovery, next(node.id), record, round.now);
      const relapse = relapses.get(node.id) ?? null;
      const firstFailure = first.get(node.id) ?? null;
      const known = { node, standing, knowledge, relapse, excluded, quarantine, recovery, warning };
      return {
        ...known,
        firstFailure,
        next: then,
        endsBy: [],
        isUnknown: notWatched === null && knowledge.asOf !== null && knowledge.state === 'UNKNOWN',
        tried: triedOf(ofNode, ends.get(node.id), record?.healthyAt ?? null),
      };
    }),
  );
}

function notWatchedBecause({ policy, policyEnabled }: ClusterSnapshot['round']): string | null {
  if (policy === null) return 'it is not probed: no health policy is attached';
  return policyEnabled ? null : 'it is not probed: the health policy is disabled';
}

/** What is written down is what was news; the last probe may have said the same again. */
function newest(written: HealthRecord | undefined, last: HealthRecord | undefined): HealthRecord | null {
  if (written === undefined || last === undefined) return written ?? last ?? null;
  return last.probedAt > written.probedAt ? last : written;
}

async function lastProbe(
  { store }: RequestTools,
  recovery: OpenNodeRecovery | null,
): Promise<Extract<ChainEvent, { kind: 'probed' }> | null> {
  if (recovery === null || recovery.startedAt === null || recovery.actionId === null) return null;
  return (await lastProbeOf<Extract<ChainEvent, { kind: 'probed' }>>(store.db, recovery.actionId)) ?? null;
}

/** The execution of a workflow that never started, or was removed since, cannot be shown. */
async function failedHooks(
  tools: RequestTools,
  nodes: readonly Node[],
): Promise<ReadonlyMap<string, ExplainedHookFailure>> {
  const owners = new Map(nodes.map((node) => [node.id, node]));
  const failures = new Map<string, ExplainedHookFailure>();
  for (const [nodeId, failure] of await openHookFailures(tools.store.db, [...owners.keys()])) {
    const { recoveryId, reason, executionId } = failure;
    const owner = owners.get(nodeId);
    const isThere =
      executionId !== null && owner !== undefined && (await executionOf(tools, executionId, owner)) !== null;
    failures.set(nodeId, { recoveryId, reason, executionId: isThere ? executionId : null });
  }
  return failures;
}

/** Of one that is held, why it is held now; there may be thousands, so that their rows are not read. */
function withReason(recovery: OpenNodeRecovery | undefined, next: NextUp): OpenNodeRecovery | null {
  if (recovery === undefined) return null;
  return recovery.startedAt === null ? { ...recovery, reason: next.reason } : recovery;
}

/** A recovery that runs continues at the deadline of its step at the latest. */
function nextOf(
  recovery: OpenNodeRecovery | null,
  next: NextUp,
  record: HealthRecord | null,
  now: number,
): NextUp {
  const step = recovery?.step ?? null;
  if (next.what === 'PROBE' && record !== null && record.probeAgainAt > now)
    return { ...next, at: Math.min(record.probeAgainAt, next.at ?? Infinity) };
  return next.what !== 'IN_PROGRESS' || step === null
    ? next
    : { what: next.what, at: step.deadline, reason: step.inWords };
}
