/**
 * The health of a cluster, node by node: what the healer knows, what it would do now, and what an operator
 * has to do. Nothing is probed.
 */
import { isJsonObject } from '../domain/json.ts';
import type { Share } from '../domain/health-policy.ts';
import type { Cluster, Node } from '../domain/model.ts';
import { regionOf } from '../domain/placement.ts';
import { rulesOfCluster, type NamedRules } from '../clusters/cluster-rules.ts';
import { updateBatch } from '../clusters/update-batch.ts';
import { takeSnapshot, type ClusterSnapshot, type SnapshotPart } from '../healing/snapshot.ts';
import type { BreakerState } from '../domain/breaker-state.ts';
import { explainCluster } from '../recovery/explain-cluster.ts';
import type { ClusterExplanation } from '../recovery/explain-cluster.ts';
import type { ExplainedCluster } from '../recovery/explained-cluster.ts';
import { cloudTrouble, explainCloud, type ExplainedCloud } from '../recovery/explain-cloud.ts';
import { shareOf, type ClosedGate } from '../recovery/gates.ts';
import { endsOfGates, gateTasks } from '../recovery/gate-tasks.ts';
import type { OperatorTask } from '../recovery/operator-task.ts';
import { canCreate, actionsThatCreate } from '../recovery/creating-actions.ts';
import { stepTasks } from '../recovery/step-tasks.ts';
import { eachCommandOnce, requiredFirst } from '../recovery/operator-tasks.ts';
import type { Maintenance } from '../domain/maintenance.ts';
import { gatesClosedNow } from '../recovery/next-up.ts';
import { countUnhealthy } from '../recovery/plan-round.ts';
import { clusterStanding, countStandings, type Standing } from '../recovery/standing.ts';
import { standingOutages, type StandingOutage } from '../recovery/zone-outage.ts';
import { getProfile } from '../store/profiles.ts';
import { effectsOfChanges } from '../profiles/update-plan.ts';
import { actionsOfClusters, nothingOfActions, type ActionsOfCluster } from './actions-of-clusters.ts';
import { askCloud } from './ask-cloud.ts';
import { cloudReport } from './cloud-report.ts';
import { explainedNames } from './explained-names.ts';
import { requireObject } from './find-object.ts';
import { describeNodes } from './describe-nodes.ts';
import { explainedNode, type NodeHealth } from './node-health.ts';
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
  const { project: viewer } = caller;
  const actions = (await actionsOfClusters(tools, viewer, [cluster])).get(cluster.id) ?? nothingOfActions;
  const health = await describeClusterHealth(tools, cluster, { viewer, report, actions }, part);
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
  /** The recovery actions that create what a node lacks. */
  readonly creating: ReadonlySet<string>;
}

/** Of a profile whose type is not offered here nothing is known. */
async function profileFacts(
  { store, profileTypes }: RequestTools,
  { profileId }: Cluster,
): Promise<ProfileFacts> {
  const profile = await getProfile(store.db, profileId);
  const type = profile === undefined ? undefined : profileTypes.find(profile.type);
  if (profile === undefined || type === undefined)
    return { needsCloud: false, noun: null, profileChanges: {}, creating: actionsThatCreate({}) };
  const { properties } = profile.spec;
  return {
    needsCloud: type.cloudService !== undefined,
    noun: type.noun,
    creating: actionsThatCreate(type.operations),
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
  const beside = { viewer: caller.project, report, actions: nothingOfActions };
  const { nodes } = await describeClusterHealth(tools, cluster, beside, part);
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
  /** The project of the caller: commands find what they name in it. */
  readonly viewer: string;
}

/**
 * Of a cluster that the caller may see.
 * @param part the nodes that are described; absent: all of them.
 */
export async function describeClusterHealth(
  tools: RequestTools,
  cluster: Cluster,
  { viewer, report, actions }: BesideNodes,
  part?: SnapshotPart,
): Promise<ClusterHealth> {
  const { db } = tools.store;
  const now = tools.now();
  const rules = await rulesOfCluster(db, cluster.id);
  const known = { db, profileTypes: tools.profileTypes };
  const taken = await takeSnapshot(known, cluster, rules, now, part);
  const snapshot = await askCloud(tools, cluster, taken, rules?.policy ?? null);
  const { round } = snapshot;
  const safety = rules?.policy.safety;
  const limit = (share: Share | null | undefined) =>
    share == null ? null : shareOf(share, cluster.desiredCapacity);
  const zoneOutages = standingOutages(round, round.policy);
  const nodes = await describeNodes(tools, snapshot);
  const size = nodes.length + (part?.others ?? 0);
  const missing = missingNodes(cluster, size);
  const { needsCloud, profileChanges, noun, creating } = await profileFacts(tools, cluster);
  const names = await explainedNames(db, viewer, cluster, rules, nodes);
  const explained: ExplainedCluster = {
    name: names.cluster,
    now,
    desired: cluster.desiredCapacity,
    missing,
    excess: excessNodes(cluster, size),
    ...actions,
    policy: rules && {
      name: names.policy,
      enabled: rules.enabled,
      mode: rules.policy.mode,
      creates: canCreate(rules.policy.recovery, creating),
    },
    profileChanges,
    updateBatch: await updateBatch(db, cluster.id, size),
    maintenance: round.maintenance,
    recordsNothing: tools.store.writeFailure !== undefined,
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
      return known === undefined
        ? node
        : { ...node, endsBy: [...tasks.ofNode(known), ...stepTasks(known, now)] };
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
    unhealthy: countUnhealthy(round).total,
  };
}
