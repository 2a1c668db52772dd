/** Receivers, and the webhooks that they are: `POST /v1/webhooks/{receiver}/trigger?V=2` needs no token. */
import { z } from 'zod';
import { clusterActionNames } from '../../domain/action-requests.ts';
import { CoppiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { receiverActions, type ReceiverAction } from '../../domain/model.ts';
import { deleteCluster } from '../../requests/clusters.ts';
import { requireObject } from '../../requests/find-object.ts';
import {
  createReceiver,
  deleteReceiver,
  triggeredReceiver,
  updateReceiver,
  type CheckPresets,
} from '../../requests/receivers.ts';
import { listReceivers } from '../../store/receivers.ts';
import { onlyKnown } from '../action-parameters.ts';
import { malformed } from '../clustering-dialect.ts';
import { clusterActions, enqueue, type ClusterAction } from '../cluster-actions.ts';
import { withoutUndefined, mapField, nameField, optional, textField, wordField } from '../fields.ts';
import { listQuery, toStoreQuery } from '../list-query.ts';
import { readSince } from '../microversion.ts';
import { listBody, listShape } from '../next-page.ts';
import { accepted, param, route, type Route } from '../route.ts';
import { describeProblems } from '../sentences.ts';
import { actionIdShape, warningsShape, withWarnings } from '../shapes/common.ts';
import { receiverShape, toReceiverAnswer } from '../shapes/receiver.ts';

const tag = 'Receivers';
const one = z.strictObject({ receiver: receiverShape });
const types = ['webhook', 'message'] as const;
const USER_FILTER_SINCE = 4;
/** From here on the body of a webhook is the parameters, also with V=1. */
const BODY_IS_PARAMETERS_SINCE = 10;

const list = route({
  method: 'GET',
  path: '/v1/receivers',
  summary: 'List receivers',
  tag,
  query: listQuery({
    filters: { name: null, type: types, cluster_id: null, action: clusterActionNames, user: null },
    sorts: ['name', 'type', 'action', 'cluster_id', 'created_at', 'user'],
  }),
  isRepeatable: true,
  answers: {
    200: { description: 'The receivers.', schema: listShape('receivers', receiverShape) },
  },
  async handle(request) {
    const { tools, caller, query, minor } = request;
    const { user, ...filters } = query.filters;
    const visible = withoutUndefined({ ...filters, user: readSince(minor, USER_FILTER_SINCE, user) });
    const asked = toStoreQuery({ ...query, filters: visible }, caller);
    const receivers = await listReceivers(tools.store.db, asked);
    return { status: 200, body: listBody(request, 'receivers', receivers.map(toReceiverAnswer)) };
  },
});

function create(publicUrl: string | null, checkPresets: CheckPresets): Route {
  return route({
    method: 'POST',
    path: '/v1/receivers',
    summary: 'Create a receiver',
    tag,
    body: z.object({
      receiver: z.strictObject({
        name: nameField(),
        type: wordField(types),
        cluster_id: optional(textField()),
        action: optional(wordField(receiverActions)),
        actor: optional(mapField()).describe('Accepted as in Senlin, and not used.'),
        params: optional(mapField()),
      }),
    }),
    answers: { 201: { description: 'The receiver, with the URL of its webhook.', schema: one } },
    async handle({ tools, caller, body, origin }) {
      const { name, type, cluster_id: cluster, action, params = {} } = body.receiver;
      const requested = { name, type, cluster, action, params };
      const receiver = await createReceiver(tools, caller, requested, {
        baseUrl: publicUrl ?? origin,
        checkPresets,
      });
      return { status: 201, body: { receiver: toReceiverAnswer(receiver) } };
    },
  });
}

const show = route({
  method: 'GET',
  path: '/v1/receivers/{receiver}',
  summary: 'Show a receiver',
  tag,
  answers: { 200: { description: 'The receiver.', schema: one } },
  async handle(request) {
    const { db } = request.tools.store;
    const receiver = await requireObject(db, request.caller, 'receiver', param(request, 'receiver'));
    return { status: 200, body: { receiver: toReceiverAnswer(receiver) } };
  },
});

function update(checkPresets: CheckPresets): Route {
  return route({
    method: 'PATCH',
    path: '/v1/receivers/{receiver}',
    summary: 'Change a receiver; its URL stays',
    tag,
    body: z.object({
      receiver: z.strictObject({
        name: optional(nameField()),
        action: optional(wordField(receiverActions)),
        params: optional(mapField()),
      }),
    }),
    answers: { 200: { description: 'The receiver as it is now.', schema: one } },
    async handle(request) {
      const { tools, caller, body } = request;
      const receiver = await updateReceiver(
        tools,
        caller,
        param(request, 'receiver'),
        withoutUndefined(body.receiver),
        checkPresets,
      );
      return { status: 200, body: { receiver: toReceiverAnswer(receiver) } };
    },
  });
}

const remove = route({
  method: 'DELETE',
  path: '/v1/receivers/{receiver}',
  summary: 'Delete a receiver: its URL does nothing any more',
  tag,
  answers: { 204: { description: 'It is gone.' } },
  async handle(request) {
    await deleteReceiver(request.tools, request.caller, param(request, 'receiver'));
    return { status: 204 };
  },
});

const notify = route({
  method: 'POST',
  path: '/v1/receivers/{receiver}/notify',
  summary: 'Not supported: receivers of messages need Zaqar',
  tag,
  answers: {},
  async handle(request) {
    const { db } = request.tools.store;
    const receiver = await requireObject(db, request.caller, 'receiver', param(request, 'receiver'));
    const detail = `The receiver '${receiver.name}' is no receiver of messages: call its webhook instead.`;
    const senlinMessage = 'Notifying non-message receiver is not allowed.';
    throw new CoppiceError('bad-request', detail, { senlinMessage });
  },
});

function trigger(actions: ClusterActions): Route {
  return route({
    method: 'POST',
    path: '/v1/webhooks/{receiver}/trigger',
    summary: 'Start the action of a receiver, as its user',
    tag,
    query: z
      .looseObject({ V: z.unknown().optional() })
      .meta({ description: 'V: 1 or 2. What else stands in the URL is for people who read it.' }),
    documentedBody: z
      .looseObject({})
      .meta({
        description:
          'Parameters of the action, beside those of the receiver; what it does not take is ignored.',
      })
      .optional(),
    // What is read of it are small numbers; an alarm says more.
    mayRound: true,
    answers: {
      202: { description: 'The action.', schema: actionIdShape.extend({ warnings: warningsShape }) },
      400: { description: 'Without V.', contentType: 'text/plain' },
    },
    async handle(request) {
      const { tools, query, rawBody, minor } = request;
      if (query.V === undefined) return withoutVersion;
      const { receiver, caller } = await triggeredReceiver(
        tools,
        request.caller,
        param(request, 'receiver'),
        request.rolesOf,
      );
      const sent = parametersIn(rawBody, query.V === '1' && minor < BODY_IS_PARAMETERS_SINCE);
      request.requireAccess(caller, endpointOf(receiver.action));
      if (receiver.action === 'CLUSTER_DELETE')
        return accepted(await deleteCluster(tools, caller, receiver.clusterId));
      const action = actionOf(actions, receiver.action);
      const { known, misspelled } = onlyKnown(action.parameters, sent);
      const parameters = { ...receiver.params, ...known };
      const actionId = await enqueue(action)(tools, caller, receiver.clusterId, parameters);
      return accepted(actionId, withWarnings({ action: actionId }, misspelled));
    },
  });
}

/** As Senlin's framework writes it. */
const withoutVersion = {
  status: 400,
  contentType: 'text/plain; charset=UTF-8',
  text: '400 Bad Request\n\nV query parameter is required in webhook trigger URL\n\n   ',
};

const wrappedParameters = z.strictObject({ params: optional(mapField()) });

function parametersIn(body: JsonObject = {}, areWrapped: boolean): JsonObject {
  if (!areWrapped) return body;
  const { success, data, error } = wrappedParameters.safeParse(body, { reportInput: true });
  if (success) return data.params ?? {};
  throw malformed(describeProblems(error, wrappedParameters, { in: 'body', method: 'POST' }));
}

const names = {
  CLUSTER_ADD_NODES: 'add_nodes',
  CLUSTER_ATTACH_POLICY: 'policy_attach',
  CLUSTER_CHECK: 'check',
  CLUSTER_DEL_NODES: 'del_nodes',
  CLUSTER_DETACH_POLICY: 'policy_detach',
  CLUSTER_RECOVER: 'recover',
  CLUSTER_REPLACE_NODES: 'replace_nodes',
  CLUSTER_RESIZE: 'resize',
  CLUSTER_SCALE_IN: 'scale_in',
  CLUSTER_SCALE_OUT: 'scale_out',
  CLUSTER_UPDATE_POLICY: 'policy_update',
} as const satisfies Record<Exclude<ReceiverAction, 'CLUSTER_DELETE'>, string>;

/** With whose rights the action is requested. */
function endpointOf(action: ReceiverAction): Pick<Route, 'method' | 'path'> {
  return action === 'CLUSTER_DELETE'
    ? { method: 'DELETE', path: '/v1/clusters/{cluster}' }
    : { method: 'POST', path: '/v1/clusters/{cluster}/actions' };
}

type ClusterActions = Readonly<Record<string, ClusterAction>>;

function actionOf(actions: ClusterActions, action: keyof typeof names): ClusterAction {
  const found = actions[names[action]];
  if (found === undefined) throw new Error(`no cluster action ${names[action]}`);
  return found;
}

export function receiverRoutes(options: {
  readonly maxNodesPerCluster: number;
  readonly publicUrl: string | null;
}): Route[] {
  const { maxNodesPerCluster, publicUrl } = options;
  const actions = clusterActions(maxNodesPerCluster);
  // A deletion takes no parameters, and refuses none.
  const checkPresets: CheckPresets = (action, params) =>
    action === 'CLUSTER_DELETE' ? undefined : actionOf(actions, action).checkPresets?.(params);
  return [
    list,
    create(publicUrl, checkPresets),
    show,
    update(checkPresets),
    remove,
    notify,
    trigger(actions),
  ];
}
