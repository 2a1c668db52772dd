/** What `coppice watch` shows, read from the API in one go. */
import type { JsonObject } from '../../domain/json.ts';
import type { ApiClient } from '../client/api-client.ts';
import { textOf } from '../rendering/text-of.ts';

export interface WatchedCluster {
  readonly cluster: JsonObject;
  readonly nodes: readonly JsonObject[];
  /** Open recoveries with their steps. */
  readonly recoveries: readonly JsonObject[];
}

/** More than this at once are listed without their steps: a screen has no room for them, and a server has better things to do. */
const withSteps = 20;

export async function readWatched(
  api: ApiClient,
  clusterId: string,
  signal: AbortSignal,
): Promise<WatchedCluster> {
  const [cluster, nodes, open] = await Promise.all([
    api.one(`/v1/clusters/${clusterId}`, 'cluster', {}, signal),
    api.list('/v1/nodes', 'nodes', { cluster_id: clusterId }, signal),
    api.list('/v1/recoveries', 'recoveries', { cluster: clusterId, state: 'OPEN' }, signal),
  ]);
  const detailed = open
    .slice(0, withSteps)
    .map((recovery) => api.one(`/v1/recoveries/${textOf(recovery['id'])}`, 'recovery', {}, signal));
  return { cluster, nodes, recoveries: [...(await Promise.all(detailed)), ...open.slice(withSteps)] };
}
