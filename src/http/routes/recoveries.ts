/** Recoveries: what was done about each failure of each node. Ours, not Senlin's. */
import { z } from 'zod';
import { recoveryStates } from '../../domain/states.ts';
import { acknowledgeRecovery, getRecoveryRecord, listVisibleRecoveries } from '../../requests/recoveries.ts';
import { cancelRecovery } from '../../requests/cancel-recovery.ts';
import type { Caller, RequestTools } from '../../requests/request-tools.ts';
import { each, last, textField, uuidField, wordField } from '../fields.ts';
import { LARGEST_PAGE, limitField, pageLimit } from '../list-query.ts';
import { text } from '../shapes/common.ts';
import { param, route, type Answer, type Route } from '../route.ts';
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
  query: z.strictObject({
    node: last(textField()),
    cluster: last(textField()),
    action: last(textField()),
    execution: last(textField()),
    state: each(wordField(states, 'filter')),
    limit: last(limitField(LARGEST_PAGE)).transform((limit) => pageLimit(limit, LARGEST_PAGE)),
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
  answers: { 200: { description: 'The recovery.', schema: z.strictObject({ recovery: recoveryShape }) } },
  handle: ({ tools, caller, ...request }) => answer(tools, caller, param(request, 'recovery')),
});

async function answer(tools: RequestTools, caller: Caller, identity: string): Promise<Answer> {
  const record = await getRecoveryRecord(tools, caller, identity);
  return { status: 200, body: { recovery: toRecoveryAnswer(record) } };
}

const cancel = route({
  method: 'POST',
  path: '/v1/recoveries/{recovery}/cancel',
  summary:
    'End a recovery: what runs is cancelled, one that is held is closed. Exclude the node to keep it from being recovered again',
  tag,
  answers: {
    202: {
      description: 'It will end, or has ended; the recovery as it is now.',
      schema: z.strictObject({
        follows: z
          .array(text)
          .describe('How what runs ends, what stays as it is, and when the node is recovered again.'),
        recovery: recoveryShape,
      }),
    },
  },
  async handle({ tools, caller, ...request }) {
    const { id, follows } = await cancelRecovery(tools, caller, param(request, 'recovery'));
    const record = await getRecoveryRecord(tools, caller, id);
    return { status: 202, body: { follows, recovery: toRecoveryAnswer(record) } };
  },
});

const acknowledge = route({
  method: 'POST',
  path: '/v1/recoveries/{recovery}/acknowledge',
  summary: 'Say that what a failed hook was for is done: the warning on the node ends',
  tag,
  answers: {
    200: { description: 'The recovery.', schema: z.strictObject({ recovery: recoveryShape }) },
  },
  async handle({ tools, caller, ...request }) {
    return await answer(tools, caller, await acknowledgeRecovery(tools, caller, param(request, 'recovery')));
  },
});

export const recoveryRoutes: Route[] = [list, show, cancel, acknowledge];
