/** What `coppice watch` shows, read from the API in one go. */
import type { ApiClient } from '../../client/api-client.ts';
import type { Schemas } from '../../client/api-types.ts';

export type WatchedRecovery = Schemas['RecoverySummary'] & Partial<Pick<Schemas['Recovery'], 'steps'>>;

export interface WatchView {
  readonly cluster: Schemas['Cluster'];
  readonly nodes: readonly Schemas['Node'][];
  /** Open recoveries, the first of them with their steps. */
  readonly recoveries: readonly WatchedRecovery[];
  /** What has failed of nodes without an open recovery (quarantined ones), by their ids. */
  readonly failures: ReadonlyMap<string, NonNullable<Schemas['NodeHealth']['failure']>>;
}

/**
 * More than this at once are listed without their steps: a screen has no room for them, and a server has
 * better things to do.
 */
const withSteps = 20;

export async function readWatched(
  api: ApiClient,
  clusterId: string,
  signal: AbortSignal,
): Promise<WatchView> {
  const [cluster, nodes, open] = await Promise.all([
    api.read('GET /v1/clusters/{cluster}', 'cluster', { path: { cluster: clusterId }, signal }),
    api.read('GET /v1/nodes', 'nodes', { query: { cluster_id: [clusterId] }, signal }),
    api.read('GET /v1/recoveries', 'recoveries', {
      query: { cluster: clusterId, state: ['OPEN'] },
      signal,
    }),
  ]);
  const detailed = open
    .slice(0, withSteps)
    .map(({ id }) =>
      api.read('GET /v1/recoveries/{recovery}', 'recovery', { path: { recovery: id }, signal }),
    );
  const recoveries = [...(await Promise.all(detailed)), ...open.slice(withSteps)];
  return { cluster, nodes, recoveries, failures: await failuresOf(api, { clusterId, nodes, open, signal }) };
}

const failedStandings = new Set(['QUARANTINED', 'FAILED', 'SUSPECTED', 'UNKNOWN']);

/** Read only where there is such a node: lists of nodes do not have it. */
async function failuresOf(
  api: ApiClient,
  {
    clusterId,
    nodes,
    open,
    signal,
  }: {
    readonly clusterId: string;
    readonly nodes: readonly Schemas['Node'][];
    readonly open: readonly Schemas['RecoverySummary'][];
    readonly signal: AbortSignal;
  },
): Promise<WatchView['failures']> {
  const inRecovery = new Set(open.map(({ node_id: id }) => id));
  if (!nodes.some(({ id, health }) => failedStandings.has(health) && !inRecovery.has(id))) return new Map();
  const path = { cluster: clusterId };
  const health = await api.read('GET /v1/clusters/{cluster}/health', 'health', { path, signal });
  return new Map(
    health.nodes.flatMap(({ id, failure }) => (failure === null ? [] : [[id, failure] as const])),
  );
}
