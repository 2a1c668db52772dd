/** Recoveries: what was done about each failure of each node. Ours, not Senlin's. */
import { z } from 'zod';
import { recoveryStates } from '../../domain/states.ts';
import { getRecoveryRecord, listVisibleRecoveries } from '../../requests/recoveries.ts';
import { each, last, textField, uuidField, wordField } from '../fields.ts';
import { limitField } from '../list-query.ts';
import { param, route, type Route } from '../route.ts';
import {
  recoveryShape,
  recoverySummaryShape,
  toRecoveryAnswer,
  toRecoverySummary,
} from '../shapes/recovery.ts';

const tag = 'Recoveries';
const states = Object.keys(recoveryStates);

const list = route({
  method: 'GET',
  path: '/v1/recoveries',
  summary: 'List recoveries, the newest first',
  tag,
  role: 'member',
  query: z.strictObject({
    node: last(textField()),
    cluster: last(textField()),
    state: each(wordField(states, 'filter')),
    limit: last(limitField()),
    marker: last(uuidField()),
  }),
  answers: {
    200: {
      description: 'The recoveries.',
      schema: z.strictObject({ recoveries: z.array(recoverySummaryShape) }),
    },
  },
  async handle({ tools, caller, query }) {
    const recoveries = await listVisibleRecoveries(tools, caller, query);
    return { status: 200, body: { recoveries: recoveries.map(toRecoverySummary) } };
  },
});

const show = route({
  method: 'GET',
  path: '/v1/recoveries/{recovery}',
  summary: 'Show a recovery: its steps, and each decision with its reason',
  tag,
  role: 'member',
  answers: { 200: { description: 'The recovery.', schema: z.strictObject({ recovery: recoveryShape }) } },
  async handle(request) {
    const { tools, caller } = request;
    const { recovery, steps, decisions } = await getRecoveryRecord(tools, caller, param(request, 'recovery'));
    return { status: 200, body: { recovery: toRecoveryAnswer(recovery, steps, decisions) } };
  },
});

export const recoveryRoutes: Route[] = [list, show];
