/**
 * What an object of the API names by ids, as users know it: `show` reads the names beside it. What cannot be
 * read (it is gone, or not the user's to see) stays an id.
 */
import type { ApiClient } from '../../client/api-client.ts';
import type { Schemas } from '../../client/api-types.ts';

type Words = Readonly<Record<string, string | readonly string[]>>;

/** Its policies as `cluster policies` lists them, and its nodes. */
export async function clusterInWords(
  api: ApiClient,
  { id: cluster, nodes, policies }: Schemas['Cluster'],
): Promise<Words> {
  const query = { cluster_id: [cluster] };
  const named = nodes.length === 0 ? [] : await api.read('GET /v1/nodes', 'nodes', { query });
  const path = { cluster };
  const bindings =
    policies.length === 0
      ? []
      : await api.read('GET /v1/clusters/{cluster}/policies', 'cluster_policies', { path });
  const names = new Map(named.map(({ id, name }) => [id, name]));
  const attached = new Map(bindings.map((each) => [each.id, each]));
  return {
    nodes: nodes.map((id) => both(names.get(id), id)),
    policies: policies.map((id) => {
      const binding = attached.get(id);
      return binding === undefined ? id : policyText(binding);
    }),
  };
}

/** `web-health (senlin.policy.health-1.3)`; `..., disabled)` */
function policyText({ policy_name: name, policy_type: type, enabled }: Schemas['ClusterPolicy']): string {
  return `${name} (${type}${enabled ? '' : ', disabled'})`;
}

function both(name: string | undefined, id: string): string {
  return name === undefined ? id : `${name} (${id})`;
}

/** Of what belongs to a cluster. */
export async function withClusterName(
  api: ApiClient,
  { cluster_id: cluster = null }: { readonly cluster_id?: string | null },
): Promise<Words> {
  if (cluster === null || cluster === '') return {};
  const { name } = await api.read('GET /v1/clusters/{cluster}', 'cluster', { path: { cluster } });
  return { cluster_id: both(name, cluster) };
}

/** Of an action: its target is a cluster or one of its nodes. */
export async function actionInWords(
  api: ApiClient,
  action: Pick<Schemas['Action'], 'target' | 'cluster_id'>,
): Promise<Words> {
  const { target: node } = action;
  const ofCluster = await withClusterName(api, action).catch((): Words => ({}));
  if (node === action.cluster_id) return { ...ofCluster, target: ofCluster['cluster_id'] ?? node };
  const named = await api.read('GET /v1/nodes/{node}', 'node', { path: { node } }).catch(() => undefined);
  return { ...ofCluster, target: both(named?.name, node) };
}
