/** For those who operate Coppice: is it well, how is it doing, and what is its API. */
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { listServices } from '../../store/services.ts';
import { route, type Route } from '../route.ts';
import { jsonMap } from '../shapes/common.ts';

const health = route({
  method: 'GET',
  path: '/healthz',
  summary: 'Whether the server is ready: it answers, and its database reads and records',
  tag: 'Operation',
  answers: {
    200: { description: 'It is.', schema: z.strictObject({ status: z.literal('ok') }) },
    503: {
      description: 'The database does not answer or takes nothing, and why.',
      schema: z.strictObject({ reason: z.string(), status: z.literal('unavailable') }),
    },
  },
  async handle({ tools: { store } }) {
    const reason = await listServices(store.db).then(
      () => store.writeFailure,
      () => store.writeFailure ?? 'The database does not answer.',
    );
    if (reason === undefined) return { status: 200, body: { status: 'ok' } };
    return { status: 503, body: { reason, status: 'unavailable' } };
  },
});

function metrics(registry: Registry): Route {
  return route({
    method: 'GET',
    path: '/metrics',
    summary: 'Metrics for Prometheus',
    tag: 'Operation',
    answers: { 200: { description: 'The metrics.', contentType: 'text/plain' } },
    async handle() {
      return { status: 200, contentType: registry.contentType, text: await registry.metrics() };
    },
  });
}

/** @param document called once the routes are known, of which this is one. */
function openApi(document: () => object): Route {
  return route({
    method: 'GET',
    path: '/openapi.json',
    summary: 'This description of the API',
    tag: 'Operation',
    answers: { 200: { description: 'OpenAPI 3.1.', schema: jsonMap } },
    handle: () => Promise.resolve({ status: 200, body: document() }),
  });
}

export function operationRoutes(registry: Registry, document: () => object): Route[] {
  return [health, metrics(registry), openApi(document)];
}
