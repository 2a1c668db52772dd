import { z } from 'zod';
import { nodeStatuses } from '../../domain/states.ts';
import { requireObject } from '../../requests/find-object.ts';
import {
  checkNode,
  createNode,
  deleteNode,
  nodeDetails,
  recoverNode,
  updateNode,
} from '../../requests/nodes.ts';
import { listNodesWithFacts } from '../../store/standings.ts';
import {
  parseParameters,
  readActionBody,
  readRecoverRequest,
  recoverParameters,
  unknownAction,
} from '../action-parameters.ts';
import { onlyClusterThatExists, withClusterIds } from '../cluster-filter.ts';
import {
  booleanField,
  withoutUndefined,
  last,
  metadataField,
  nameField,
  optional,
  referenceField,
  textField,
} from '../fields.ts';
import { forceBody, forceQuery, isForced } from '../force-delete.ts';
import { listQuery, toStoreQuery } from '../list-query.ts';
import { readSince } from '../microversion.ts';
import { listBody, listShape } from '../next-page.ts';
import { accepted, param, route, type Route } from '../route.ts';
import { actionIdShape } from '../shapes/common.ts';
import { nodeShape, TAINTED_SINCE, toNodeAnswers, toSingleNodeAnswer } from '../shapes/node.ts';

const tag = 'Nodes';
const one = z.strictObject({ node: nodeShape });

const list = route({
  method: 'GET',
  path: '/v1/nodes',
  summary: 'List nodes',
  tag,
  query: listQuery({
    filters: { name: null, status: nodeStatuses, cluster_id: null },
    sorts: ['index', 'name', 'status', 'init_at', 'created_at', 'updated_at'],
    skippedWhenEmpty: ['cluster_id'],
  }),
  isRepeatable: true,
  answers: {
    200: { description: 'The nodes.', schema: listShape('nodes', nodeShape) },
  },
  async handle(request) {
    const { tools, caller, minor } = request;
    const { db } = tools.store;
    const filtered = await withClusterIds(request, onlyClusterThatExists);
    const nodes = await listNodesWithFacts(db, toStoreQuery(filtered, caller));
    return { status: 200, body: listBody(request, 'nodes', await toNodeAnswers(tools, nodes, minor)) };
  },
});

const create = route({
  method: 'POST',
  path: '/v1/nodes',
  summary: 'Create a node, alone or in a cluster',
  tag,
  body: z.object({
    node: z.strictObject({
      name: nameField(),
      profile_id: referenceField(),
      cluster_id: optional(textField()),
      role: optional(textField()),
      metadata: optional(metadataField()),
    }),
  }),
  answers: { 202: { description: 'The node as it is before it is made.', schema: one } },
  async handle({ tools, caller, minor, body: { node } }) {
    const { object, actionId } = await createNode(tools, caller, {
      name: node.name,
      profile: node.profile_id,
      // Empty is how a node in no cluster reads back.
      cluster: node.cluster_id === '' ? undefined : node.cluster_id,
      role: node.role ?? '',
      metadata: node.metadata ?? {},
    });
    return accepted(actionId, { node: await toSingleNodeAnswer(tools, object, minor) });
  },
});

const show = route({
  method: 'GET',
  path: '/v1/nodes/{node}',
  summary: 'Show a node',
  tag,
  query: z.object({ show_details: last(booleanField('query-boolean')) }),
  answers: { 200: { description: 'The node.', schema: one } },
  async handle(request) {
    const { tools, caller, query, minor } = request;
    const node = await requireObject(tools.store.db, caller, 'node', param(request, 'node'));
    const answer = await toSingleNodeAnswer(tools, node, minor);
    const details = query.show_details === true ? { details: await nodeDetails(tools, node) } : {};
    return { status: 200, body: { node: { ...answer, ...details } } };
  },
});

const update = route({
  method: 'PATCH',
  path: '/v1/nodes/{node}',
  summary: 'Change a node',
  tag,
  body: z.object({
    node: z.strictObject({
      name: optional(nameField()),
      profile_id: optional(referenceField()),
      role: optional(textField()),
      metadata: optional(metadataField()),
      tainted: optional(booleanField()),
    }),
  }),
  answers: { 202: { description: 'The node as it is before the change.', schema: one } },
  async handle(request) {
    const { tools, caller, minor, body } = request;
    const { profile_id: profile, tainted, ...rest } = body.node;
    const visible = readSince(minor, TAINTED_SINCE, tainted);
    const asked = withoutUndefined({ ...rest, profile, tainted: visible });
    const { object, actionId } = await updateNode(tools, caller, param(request, 'node'), asked);
    return accepted(actionId, { node: await toSingleNodeAnswer(tools, object, minor) });
  },
});

const remove = route({
  method: 'DELETE',
  path: '/v1/nodes/{node}',
  summary: 'Delete a node',
  tag,
  query: forceQuery,
  documentedBody: forceBody,
  answers: { 202: { description: 'It will be deleted.', schema: z.null() } },
  async handle(request) {
    const { tools, caller } = request;
    const force = isForced(request);
    return accepted(await deleteNode(tools, caller, param(request, 'node'), { force }), null);
  },
});

const checkParameters = z.strictObject({});
const nodeRecoverParameters = z.strictObject(recoverParameters);

const act = route({
  method: 'POST',
  path: '/v1/nodes/{node}/actions',
  summary: 'Check or recover a node',
  tag,
  documentedBody: z
    .object({ check: checkParameters.optional(), recover: nodeRecoverParameters.optional() })
    .meta({ minProperties: 1, maxProperties: 1, description: 'One key, the action, with its parameters.' }),
  answers: { 202: { description: 'The action that does it.', schema: actionIdShape } },
  async handle(request) {
    const { tools, caller } = request;
    const node = param(request, 'node');
    const [name, parameters] = readActionBody(request.rawBody, 'node');
    switch (name) {
      case 'check':
        parseParameters(checkParameters, parameters);
        return accepted(await checkNode(tools, caller, node));
      case 'recover': {
        const recovery = readRecoverRequest(parseParameters(nodeRecoverParameters, parameters));
        return accepted(await recoverNode(tools, caller, node, recovery));
      }
      default:
        throw unknownAction(name);
    }
  },
});

export const nodeRoutes: Route[] = [list, create, show, update, remove, act];
