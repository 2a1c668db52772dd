/** Operations of the profile type on a node or a cluster, and one attribute of all nodes of a cluster. */
import { z } from 'zod';
import { CoppiceError } from '../../domain/errors.ts';
import { enqueueOnCluster } from '../../requests/cluster-actions.ts';
import { collectAttributes } from '../../requests/collect-attributes.ts';
import { operateOnNode, operating } from '../../requests/operations.ts';
import { listNodesWithFacts } from '../../store/standings.ts';
import { parseParameters, readOperation } from '../action-parameters.ts';
import { mapField, optional } from '../fields.ts';
import { accepted, param, route, type Route } from '../route.ts';
import { actionIdShape, id } from '../shapes/common.ts';
import { toNodeAnswers } from '../shapes/node.ts';

const OPERATIONS_SINCE = 4;
const COLLECT_SINCE = 2;

const operationOfCluster = z.strictObject({ filters: optional(mapField()), params: optional(mapField()) });
const started = { 202: { description: 'The action that does it.', schema: actionIdShape } };

const operateCluster = route({
  method: 'POST',
  path: '/v1/clusters/{cluster}/ops',
  summary: 'Run an operation of the profile type on nodes of a cluster',
  tag: 'Clusters',
  since: OPERATIONS_SINCE,
  documentedBody: z.record(z.string(), operationOfCluster).meta({
    minProperties: 1,
    maxProperties: 1,
    description:
      'One key, the operation. `filters`: `name`, `profile_id`, `status`, `role` of the nodes; absent: all.',
  }),
  answers: started,
  async handle(request) {
    const { tools, caller } = request;
    const [name, parameters] = readOperation(request.rawBody, 'cluster');
    const { params = {}, filters = {} } = parseParameters(operationOfCluster, parameters);
    const requested = operating(name, params, filters);
    return accepted(await enqueueOnCluster(tools, caller, param(request, 'cluster'), requested));
  },
});

const operateNode = route({
  method: 'POST',
  path: '/v1/nodes/{node}/ops',
  summary: 'Run an operation of the profile type on a node',
  tag: 'Nodes',
  since: OPERATIONS_SINCE,
  documentedBody: z.record(z.string(), mapField()).meta({
    minProperties: 1,
    maxProperties: 1,
    description: 'One key, the operation, with its parameters.',
  }),
  answers: started,
  async handle(request) {
    const { tools, caller } = request;
    const [name, parameters] = readOperation(request.rawBody, 'node');
    return accepted(await operateOnNode(tools, caller, param(request, 'node'), name, parameters));
  },
});

const collect = route({
  method: 'GET',
  path: '/v1/clusters/{cluster}/attrs/{path}',
  summary: 'Collect one attribute of all nodes of a cluster',
  tag: 'Clusters',
  since: COLLECT_SINCE,
  answers: {
    200: {
      description: 'The first value at the path, of each node that has one.',
      schema: z.strictObject({
        cluster_attributes: z.array(z.strictObject({ id, value: z.unknown() })),
      }),
    },
  },
  async handle(request) {
    const { tools, caller, minor } = request;
    const path = param(request, 'path').trim();
    if (path === '' || path === 'None')
      throw new CoppiceError('malformed-request', 'Required path attribute is missing.');
    const show = async (clusterId: string) => {
      const query = {
        filters: { cluster_id: [clusterId] },
        sort: [{ key: 'index', descending: false } as const],
      };
      const nodes = await listNodesWithFacts(tools.store.db, query);
      const answers = await toNodeAnswers(tools, nodes, minor);
      return nodes.map(({ node }, at) => ({ node, shown: answers[at] ?? {} }));
    };
    const attributes = await collectAttributes(tools, caller, param(request, 'cluster'), path, show);
    return { status: 200, body: { cluster_attributes: attributes } };
  },
});

export const nodeOperationRoutes: Route[] = [operateCluster, operateNode, collect];
