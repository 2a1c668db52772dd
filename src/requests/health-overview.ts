/**
 * The health of all clusters that the caller may see, in the order in which an operator has to care about
 * them.
 */
import { compareNaturally } from '../domain/natural-order.ts';
import type { Cluster } from '../domain/model.ts';
import { explainCloud, type ExplainedCloud } from '../recovery/explain-cloud.ts';
import type { ClusterExplanation } from '../recovery/explain-cluster.ts';
import { compareStandings, type Standing } from '../recovery/standing.ts';
import { listClusters } from '../store/clusters.ts';
import { cloudReport } from './cloud-report.ts';
import { healthOfCluster, partWithoutHealthy } from './cluster-health.ts';
import { visibleProject, type Caller, type RequestTools } from './request-tools.ts';
import { standingsOfClusters, type StandingOfCluster } from './standings.ts';

export interface ClusterOverview {
  readonly cluster: Cluster;
  readonly standing: Standing;
  readonly reason: string | null;
  readonly nodes: readonly Standing[];
  readonly needsOperator: boolean;
  readonly explanation: ClusterExplanation;
}

export interface HealthOverview {
  readonly now: number;
  /** Why the server records nothing, and so recovers nothing; null: it does. */
  readonly serverProblem: string | null;
  /** What runs on the server's machine and is watched by nothing; null: all is watched. */
  readonly serverWarning: string | null;
  /** What is wrong with the cloud, for all clusters in it; null: nothing, or there is none. */
  readonly cloud: ClusterExplanation | null;
  /** The worst first. */
  readonly clusters: readonly ClusterOverview[];
}

const nothing: ClusterExplanation = { problems: [], doing: [], waiting: [], operator: [] };

/** Only of clusters and nodes that are not healthy more is read than a list reads. */
export async function healthOverview(tools: RequestTools, caller: Caller): Promise<HealthOverview> {
  const { db } = tools.store;
  const project = visibleProject(caller);
  const clusters = await listClusters(db, project === undefined ? {} : { project });
  const standings = await standingsOfClusters(tools, clusters);
  const overviews: ClusterOverview[] = [];
  const report = await cloudReport(tools);
  for (const cluster of clusters)
    overviews.push(await overviewOf(tools, cluster, report, standings.get(cluster.id)));
  const serverProblem = tools.store.writeFailure ?? null;
  const serverWarning = (await tools.serverWarning?.()) ?? null;
  const cloud = report && explainCloud(report);
  return {
    now: tools.now(),
    serverProblem,
    serverWarning,
    cloud: cloud === null || cloud.problems.length === 0 ? null : cloud,
    clusters: overviews.sort(worstFirst),
  };
}

async function overviewOf(
  tools: RequestTools,
  cluster: Cluster,
  report: ExplainedCloud | null,
  known: StandingOfCluster | undefined,
): Promise<ClusterOverview> {
  const { standing = 'UNWATCHED', reason = null, nodes = [] } = known ?? {};
  const explanation =
    known === undefined || standing === 'HEALTHY'
      ? nothing
      : (await healthOfCluster(tools, cluster, report, partWithoutHealthy(known))).explanation;
  const needsOperator = explanation.operator.some((task) => task.required);
  return { cluster, standing, reason, nodes, needsOperator, explanation };
}

function worstFirst(one: ClusterOverview, other: ClusterOverview): number {
  return (
    Number(other.needsOperator) - Number(one.needsOperator) ||
    compareStandings(one.standing, other.standing) ||
    compareNaturally(one.cluster.name, other.cluster.name)
  );
}
