/**
 * The kinds of objects that the API has, as they are read, listed and shown: the only place that knows their
 * columns.
 */
import { ApiError } from '../../client/api-client.ts';
import type { ApiClient, ApiOperation, RequestOf } from '../../client/api-client.ts';
import type { Schemas } from '../../client/api-types.ts';
import { duration } from '../../domain/duration.ts';
import { localOwner } from '../../domain/session.ts';
import { standings } from '../../recovery/standing.ts';
import { readTime } from '../rendering/times.ts';
import { actionInWords, clusterInWords, withClusterName } from './names-of-ids.ts';
import { ageColumn, idColumn, leftOut, shownIfAny, statusColumn, textColumn } from './resource.ts';
import type { Column, LocalFilter, Resource } from './resource.ts';

type QueryOf<K extends ApiOperation> = NonNullable<RequestOf<K>['query']>;

type ListedCluster = Schemas['Cluster'];
type ListedNode = Schemas['Node'];
export type ListedAction = Schemas['Action'];

type ClusterRow = ListedCluster & { readonly active_nodes: number };

/** Those that are ACTIVE, of those that there should be. */
const nodesColumn: Column<ClusterRow> = {
  header: 'NODES',
  cell: ({ active_nodes: active, desired_capacity: desired }) => {
    const isFull = active === desired;
    return {
      text: `${active}/${desired}`,
      tone: isFull ? 'plain' : 'busy',
    };
  },
};

export const clusterResource: Resource<ListedCluster, ClusterRow, QueryOf<'GET /v1/clusters'>> = {
  one: 'cluster',
  many: 'clusters',
  examples: {
    list: 'cluster list --status ERROR',
    show: 'cluster show web',
    delete: 'cluster delete web --wait',
  },
  columns: [
    textColumn('NAME', 'name'),
    statusColumn('HEALTH', 'health'),
    statusColumn('STATUS', 'status'),
    nodesColumn,
    leftOut(2, textColumn('PROFILE', 'profile_name')),
    leftOut(1, ageColumn('CREATED', 'init_at')),
    idColumn,
  ],
  first: [
    'name',
    'id',
    'status',
    'status_reason',
    'health',
    'health_reason',
    'profile_name',
    'node_profiles',
    'desired_capacity',
    'min_size',
    'max_size',
    'nodes',
    'policies',
  ],
  isOrderedByName: true,
  list: (api, query) => api.read('GET /v1/clusters', 'clusters', { query }),
  namesakes: (api, name) => api.read('GET /v1/clusters', 'clusters', { query: { name: [name] } }),
  show: (api, cluster) => api.read('GET /v1/clusters/{cluster}', 'cluster', { path: { cluster } }),
  inWords: clusterInWords,
  /** A cluster lists its nodes, and not how they are. */
  async rows(api, clusters) {
    const nodes = await api.read('GET /v1/nodes', 'nodes', { query: { status: ['ACTIVE'] } });
    const active = Map.groupBy(nodes, (node) => node.cluster_id);
    return clusters.map((each) => ({ ...each, active_nodes: active.get(each.id)?.length ?? 0 }));
  },
};

/** The API computes the health of what it lists, and cannot search it. */
export const healthFilter: LocalFilter<{ readonly health: string }> = {
  flags: '--health <health>',
  description: 'with this health',
  choices: standings,
  fits: ({ health }, value) => health === value,
};

type NodeRow = ListedNode & { readonly cluster_name: string };

export const nodeResource: Resource<ListedNode, NodeRow, QueryOf<'GET /v1/nodes'>> = {
  one: 'node',
  many: 'nodes',
  examples: {
    list: 'node list --cluster web --health QUARANTINED',
    show: 'node show web-3',
    delete: 'node delete web-extra --wait',
  },
  columns: [
    textColumn('NAME', 'name'),
    statusColumn('HEALTH', 'health'),
    statusColumn('STATUS', 'status'),
    textColumn('CLUSTER', 'cluster_name'),
    shownIfAny(textColumn('REGION', 'region')),
    shownIfAny(textColumn('ZONE', 'zone')),
    leftOut(2, textColumn('PHYSICAL ID', 'physical_id')),
    leftOut(1, ageColumn('CREATED', 'init_at')),
    idColumn,
  ],
  first: [
    'name',
    'id',
    'status',
    'status_reason',
    'health',
    'health_reason',
    'region',
    'zone',
    'cluster_id',
    'profile_name',
    'physical_id',
    'details',
  ],
  isOrderedByName: true,
  list: (api, query) => api.read('GET /v1/nodes', 'nodes', { query }),
  namesakes: (api, name) => api.read('GET /v1/nodes', 'nodes', { query: { name: [name] } }),
  show: (api, node) =>
    api.read('GET /v1/nodes/{node}', 'node', { path: { node }, query: { show_details: true } }),
  find: (api, node) => api.read('GET /v1/nodes/{node}', 'node', { path: { node } }),
  inWords: withClusterName,
  /** Nodes name their cluster by its id; users know its name. */
  async rows(api, nodes) {
    const clusters = await api.read('GET /v1/clusters', 'clusters');
    const names = new Map(clusters.map((cluster) => [cluster.id, cluster.name]));
    return nodes.map((node) => ({ ...node, cluster_name: names.get(node.cluster_id) ?? node.cluster_id }));
  },
};

const specColumns = [
  textColumn('NAME', 'name'),
  textColumn('TYPE', 'type'),
  leftOut(1, ageColumn('CREATED', 'created_at')),
  idColumn,
];

export const profileResource: Resource<
  Schemas['Profile'],
  Schemas['Profile'],
  QueryOf<'GET /v1/profiles'>
> = {
  one: 'profile',
  many: 'profiles',
  examples: {
    list: 'profile list --type local.process',
    show: 'profile show web-server',
    delete: 'profile delete web-server',
  },
  columns: specColumns,
  first: ['name', 'id', 'type', 'spec'],
  isOrderedByName: true,
  list: (api, query) => api.read('GET /v1/profiles', 'profiles', { query }),
  namesakes: (api, name) => api.read('GET /v1/profiles', 'profiles', { query: { name: [name] } }),
  show: (api, profile) => api.read('GET /v1/profiles/{profile}', 'profile', { path: { profile } }),
  rows: async (_api, profiles) => profiles,
};

export const policyResource: Resource<Schemas['Policy'], Schemas['Policy'], QueryOf<'GET /v1/policies'>> = {
  one: 'policy',
  many: 'policies',
  examples: {
    list: 'policy list --type senlin.policy.health',
    show: 'policy show web-health',
    delete: 'policy delete web-health',
  },
  columns: specColumns,
  first: ['name', 'id', 'type', 'spec'],
  isOrderedByName: true,
  list: (api, query) => api.read('GET /v1/policies', 'policies', { query }),
  namesakes: (api, name) => api.read('GET /v1/policies', 'policies', { query: { name: [name] } }),
  show: (api, policy) => api.read('GET /v1/policies/{policy}', 'policy', { path: { policy } }),
  rows: async (_api, policies) => policies,
};

const tookColumn: Column<ListedAction> = {
  header: 'TOOK',
  cell: (action) => {
    const start = readTime(action.start_time);
    const end = readTime(action.end_time);
    return { text: start === undefined || end === undefined ? '-' : duration(end - start) };
  },
};

type ActionRow = ListedAction & { readonly target_name: string };

/** The API finds the target by its id alone; users know its name. */
async function idOfTarget(api: ApiClient, nameOrId: string): Promise<string> {
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(nameOrId)) return nameOrId;
  try {
    return (await api.read('GET /v1/nodes/{node}', 'node', { path: { node: nameOrId } })).id;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    return (await clusterResource.show(api, nameOrId)).id;
  }
}

/** Who asked for it, where there are users. */
const userColumn: Column<Pick<ListedAction, 'user'>> = {
  header: 'USER',
  cell: ({ user }) => ({ text: user === localOwner.user ? '-' : user }),
};

export const actionResource: Resource<ListedAction, ActionRow, QueryOf<'GET /v1/actions'>> = {
  one: 'action',
  many: 'actions',
  defaultSort: 'created_at:desc',
  examples: { list: 'action list --cluster web --limit 20', show: 'action show 7fcf1201' },
  columns: [
    textColumn('ACTION', 'action'),
    statusColumn('STATUS', 'status'),
    textColumn('TARGET', 'target_name'),
    ageColumn('CREATED', 'created_at'),
    leftOut(2, tookColumn),
    leftOut(1, textColumn('CAUSE', 'cause')),
    shownIfAny(leftOut(3, userColumn)),
    idColumn,
  ],
  first: ['action', 'id', 'status', 'status_reason', 'target', 'cluster_id', 'cause', 'inputs', 'outputs'],
  async list(api, query) {
    const [named] = [query.target].flat();
    const target = named === undefined ? undefined : [await idOfTarget(api, named)];
    return await api.read('GET /v1/actions', 'actions', { query: { ...query, target } });
  },
  show: (api, action) => api.read('GET /v1/actions/{action}', 'action', { path: { action } }),
  inWords: actionInWords,
  /** What is gone has no name any more: its id stands in its place. */
  async rows(api, actions) {
    const [nodes, clusters] = await Promise.all([
      api.read('GET /v1/nodes', 'nodes'),
      api.read('GET /v1/clusters', 'clusters'),
    ]);
    const names = new Map([...nodes, ...clusters].map(({ id, name }) => [id, name]));
    return actions.map((each) => ({
      ...each,
      target_name: names.get(each.target) ?? each.target.slice(0, 8),
    }));
  },
};
