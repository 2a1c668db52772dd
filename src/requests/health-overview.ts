/**
 * The health of all clusters that the caller may see, in the order in which an operator has to care about
 * them.
 */
import { compareNaturally } from '../domain/natural-order.ts';
import type { Cluster } from '../domain/model.ts';
import { explainActions } from '../recovery/explain-actions.ts';
import { explainCloud } from '../recovery/explain-cloud.ts';
import type { ClusterExplanation } from '../recovery/explain-cluster.ts';
import { compareStandings, type Standing } from '../recovery/standing.ts';
import { listClusters } from '../store/clusters.ts';
import { identitiesOf } from '../store/shared-names.ts';
import { retainedByCluster, type RetainedSum } from '../store/retained.ts';
import { cloudReport } from './cloud-report.ts';
import { actionsOfClusters, nothingOfActions } from './actions-of-clusters.ts';
import { describeClusterHealth, partWithoutHealthy, type BesideNodes } from './cluster-health.ts';
import { visibleProject, type Caller, type RequestTools, type SimulatedCloud } from './request-tools.ts';
import { excessNodes, standingsOfClusters, type StandingOfCluster } from './standings.ts';

export interface ClusterOverview {
  readonly cluster: Cluster;
  readonly standing: Standing;
  readonly reason: string | null;
  readonly nodes: readonly Standing[];
  readonly needsOperator: boolean;
  readonly explanation: ClusterExplanation;
}

export interface RetainedOverview extends RetainedSum {
  /** null: it is gone, or there was none. */
  readonly clusterName: string | null;
}

export interface HealthOverview {
  readonly now: number;
  /** Why the server records nothing, and so recovers nothing; null: it does. */
  readonly serverProblem: string | null;
  /** What runs on the server's machine and is watched by nothing; null: all is watched. */
  readonly serverWarning: string | null;
  /** What is wrong with the cloud, for all clusters in it; null: nothing, or there is none. */
  readonly cloud: ClusterExplanation | null;
  /** What recoveries have stopped and keep. */
  readonly retained: readonly RetainedOverview[];
  /** The simulated cloud of this server; null: it has none. */
  readonly simulatedCloud: SimulatedCloud | null;
  /** The worst first. */
  readonly clusters: readonly ClusterOverview[];
}

/** Only of clusters and nodes that are not healthy more is read than a list reads. */
export async function healthOverview(tools: RequestTools, caller: Caller): Promise<HealthOverview> {
  const { db } = tools.store;
  const project = visibleProject(caller);
  const { project: viewer } = caller;
  const clusters = await listClusters(db, project === undefined ? {} : { project });
  const standings = await standingsOfClusters(tools, clusters);
  const overviews: ClusterOverview[] = [];
  const report = await cloudReport(tools);
  const actions = await actionsOfClusters(tools, viewer, clusters);
  for (const cluster of clusters) {
    const beside = { viewer, report, actions: actions.get(cluster.id) ?? nothingOfActions };
    overviews.push(await overviewOf(tools, cluster, beside, standings.get(cluster.id)));
  }
  const names = new Map<string | null, string>(clusters.map(({ id, name }) => [id, name]));
  const retained = (await retainedByCluster(db, project)).map((sum) => ({
    ...sum,
    clusterName: names.get(sum.clusterId) ?? null,
  }));
  const serverProblem = tools.store.writeFailure ?? null;
  const serverWarning = (await tools.serverWarning?.()) ?? null;
  const cloud = report && explainCloud(report);
  return {
    now: tools.now(),
    serverProblem,
    serverWarning,
    cloud: cloud === null || cloud.problems.length === 0 ? null : cloud,
    retained: retained.sort((one, other) => one.firstUntil - other.firstUntil),
    simulatedCloud: tools.cloud?.simulated ?? null,
    clusters: overviews.sort(worstFirst),
  };
}

async function overviewOf(
  tools: RequestTools,
  cluster: Cluster,
  beside: BesideNodes,
  known: StandingOfCluster | undefined,
): Promise<ClusterOverview> {
  const { standing = 'UNWATCHED', reason = null, nodes = [] } = known ?? {};
  const explanation =
    known === undefined || standing === 'HEALTHY'
      ? await explainHealthy(tools, cluster, nodes.length, beside)
      : (await describeClusterHealth(tools, cluster, beside, partWithoutHealthy(known))).explanation;
  const needsOperator = explanation.operator.some((task) => task.required);
  return { cluster, standing, reason, nodes, needsOperator, explanation };
}

/** All nodes are healthy: what is wrong is what was asked for and did not come about. */
async function explainHealthy(
  { store, now }: RequestTools,
  cluster: Cluster,
  nodes: number,
  { viewer, actions }: BesideNodes,
): Promise<ClusterExplanation> {
  const explained = explainActions({
    name: (await identitiesOf(store.db, 'cluster', [cluster], viewer))(cluster),
    now: now(),
    desired: cluster.desiredCapacity,
    excess: excessNodes(cluster, nodes),
    ...actions,
  });
  return { doing: [], ...explained };
}

function worstFirst(one: ClusterOverview, other: ClusterOverview): number {
  return (
    Number(other.needsOperator) - Number(one.needsOperator) ||
    compareStandings(one.standing, other.standing) ||
    compareNaturally(one.cluster.name, other.cluster.name)
  );
}
