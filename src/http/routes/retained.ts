/** What RECREATE with `retain` has stopped and keeps. Ours, not Senlin's. */
import { z } from 'zod';
import { deleteRetained, getVisibleRetained, listVisibleRetained } from '../../requests/retained.ts';
import { last, textField, uuidField } from '../fields.ts';
import { LARGEST_PAGE, limitField, pageLimit } from '../list-query.ts';
import { accepted, param, route, type Route } from '../route.ts';
import { retainedShape, toRetainedAnswer } from '../shapes/retained.ts';

const tag = 'Retained';

const list = route({
  method: 'GET',
  path: '/v1/retained',
  summary: 'List the processes and servers that are kept after a recovery, the newest first',
  tag,
  query: z.strictObject({
    cluster: last(textField()),
    node: last(textField()),
    recovery: last(uuidField()),
    limit: last(limitField(LARGEST_PAGE)).transform((limit) => pageLimit(limit, LARGEST_PAGE)),
    marker: last(uuidField()),
  }),
  answers: {
    200: {
      description: 'What is kept.',
      schema: z.strictObject({ retained: z.array(retainedShape) }),
    },
  },
  async handle({ tools, caller, query }) {
    const kept = await listVisibleRetained(tools, caller, query);
    return { status: 200, body: { retained: kept.map(toRetainedAnswer) } };
  },
});

const one = z.strictObject({ retained: retainedShape });

const show = route({
  method: 'GET',
  path: '/v1/retained/{retained}',
  summary: 'Show one process or server that is kept',
  tag,
  answers: { 200: { description: 'It.', schema: one } },
  async handle({ tools, caller, ...request }) {
    const kept = await getVisibleRetained(tools, caller, param(request, 'retained'));
    return { status: 200, body: { retained: toRetainedAnswer(kept) } };
  },
});

const remove = route({
  method: 'DELETE',
  path: '/v1/retained/{retained}',
  summary: 'Remove what is kept before its time is over',
  tag,
  answers: { 202: { description: 'It will be removed.', schema: z.null() } },
  async handle({ tools, caller, ...request }) {
    return accepted(await deleteRetained(tools, caller, param(request, 'retained')), null);
  },
});

export const retainedRoutes: Route[] = [list, show, remove];
