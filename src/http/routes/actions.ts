import { z } from 'zod';
import { clusterActionNames, nodeActionNames, retainedActionNames } from '../../domain/action-requests.ts';
import { CoppiceError } from '../../domain/errors.ts';
import { actionStates } from '../../domain/states.ts';
import { cancelAction } from '../../requests/actions.ts';
import { requireObject } from '../../requests/find-object.ts';
import { listActions } from '../../store/action-listing.ts';
import { clusterOrItsRecords, withClusterIds } from '../cluster-filter.ts';
import { booleanField, last, textField } from '../fields.ts';
import { listQuery, toStoreQuery } from '../list-query.ts';
import { listBody, listShape } from '../next-page.ts';
import { accepted, param, route, type Route } from '../route.ts';
import { actionShape, toActionAnswers } from '../shapes/action.ts';

const tag = 'Actions';
const one = z.strictObject({ action: actionShape });
const UPDATE_SINCE = 12;

const list = route({
  method: 'GET',
  path: '/v1/actions',
  summary: 'List actions',
  tag,
  query: listQuery({
    filters: {
      name: null,
      action: [...clusterActionNames, ...nodeActionNames, ...retainedActionNames],
      target: null,
      status: Object.keys(actionStates),
      cluster_id: null,
    },
    sorts: ['name', 'target', 'action', 'created_at', 'status'],
  }),
  isRepeatable: true,
  answers: {
    200: { description: 'The actions.', schema: listShape('actions', actionShape) },
  },
  async handle(request) {
    const { tools, caller, minor } = request;
    const { db } = tools.store;
    const filtered = await withClusterIds(request, clusterOrItsRecords);
    const actions = await listActions(db, toStoreQuery(filtered, caller));
    return { status: 200, body: listBody(request, 'actions', await toActionAnswers(db, actions, minor)) };
  },
});

const show = route({
  method: 'GET',
  path: '/v1/actions/{action}',
  summary: 'Show an action',
  tag,
  answers: { 200: { description: 'The action.', schema: one } },
  async handle(request) {
    const { tools, caller, minor } = request;
    const { db } = tools.store;
    const action = await requireObject(db, caller, 'action', param(request, 'action'));
    const [answer] = await toActionAnswers(db, [action], minor);
    return { status: 200, body: { action: answer } };
  },
});

/** Senlin has no rule in its policy file for this, so that it is allowed to no caller. */
const create = route({
  method: 'POST',
  path: '/v1/actions',
  summary: 'Refused: actions are created by requests for clusters and nodes',
  tag,
  answers: {},
  handle: () =>
    Promise.reject(new CoppiceError('forbidden', 'You are not authorized to complete this operation.')),
});

const update = route({
  method: 'PATCH',
  path: '/v1/actions/{action}',
  summary: 'Cancel an action',
  tag,
  since: UPDATE_SINCE,
  query: z.object({ force: last(booleanField('query-boolean')) }),
  body: z.object({ action: z.strictObject({ status: textField().describe('CANCELLED') }) }),
  answers: { 202: { description: 'Its cancel was requested; the action as it is now.', schema: one } },
  async handle(request) {
    const { tools, caller, minor, body, query } = request;
    const force = query.force === true;
    const action = await cancelAction(tools, caller, param(request, 'action'), body.action.status, { force });
    const [answer] = await toActionAnswers(tools.store.db, [action], minor);
    return accepted(action.id, { action: answer });
  },
});

export const actionRoutes: Route[] = [list, create, show, update];
