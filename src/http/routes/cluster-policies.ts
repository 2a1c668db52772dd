import { z } from 'zod';
import { getBinding, listBindings } from '../../requests/cluster-policies.ts';
import { booleanWord, toBooleans } from '../fields.ts';
import { listQuery } from '../list-query.ts';
import { param, route, type Route } from '../route.ts';
import { clusterPolicyShape, toClusterPolicyAnswer } from '../shapes/cluster-policy.ts';
import type { AttachedPolicy } from '../../store/cluster-policies.ts';

const tag = 'Cluster policies';

const list = route({
  method: 'GET',
  path: '/v1/clusters/{cluster}/policies',
  summary: 'List the policies attached to a cluster',
  tag,
  query: listQuery({
    filters: { enabled: booleanWord, policy_name: null, policy_type: null },
    sorts: ['enabled'],
    skippedWhenEmpty: ['enabled', 'policy_name', 'policy_type'],
    paged: false,
  }),
  answers: {
    200: {
      description: 'The attached policies, in the order in which they are applied.',
      schema: z.strictObject({ cluster_policies: z.array(clusterPolicyShape) }),
    },
  },
  async handle(request) {
    const { tools, caller, query } = request;
    const { cluster, bindings } = await listBindings(tools, caller, param(request, 'cluster'));
    const { enabled, policy_name: names, policy_type: types } = query.filters;
    const wanted = enabled && toBooleans(enabled);
    const shown = bindings.filter(
      ({ binding, policy }) =>
        (wanted?.includes(binding.enabled) ?? true) &&
        (names?.includes(policy.name) ?? true) &&
        (types?.includes(policy.type) ?? true),
    );
    const sorted = query.sort.reduce<AttachedPolicy[]>(
      (all, { descending }) => byEnabled(all, descending),
      shown,
    );
    return {
      status: 200,
      body: { cluster_policies: sorted.map((attached) => toClusterPolicyAnswer(cluster, attached)) },
    };
  },
});

function byEnabled(all: AttachedPolicy[], descending: boolean): AttachedPolicy[] {
  const rank = ({ binding }: AttachedPolicy) => Number(binding.enabled) * (descending ? -1 : 1);
  return all.toSorted((a, b) => rank(a) - rank(b));
}

const show = route({
  method: 'GET',
  path: '/v1/clusters/{cluster}/policies/{policy}',
  summary: 'Show a policy attached to a cluster',
  tag,
  answers: {
    200: { description: 'The binding.', schema: z.strictObject({ cluster_policy: clusterPolicyShape }) },
  },
  async handle(request) {
    const { tools, caller } = request;
    const [id, policy] = [param(request, 'cluster'), param(request, 'policy')];
    const { cluster, attached } = await getBinding(tools, caller, id, policy);
    return { status: 200, body: { cluster_policy: toClusterPolicyAnswer(cluster, attached) } };
  },
});

export const clusterPolicyRoutes: Route[] = [list, show];
