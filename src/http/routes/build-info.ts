/** What runs here: build information and the processes that are alive. */
import { z } from 'zod';
import { listServices } from '../../store/services.ts';
import { route, type Route } from '../route.ts';
import { id, nullableText, text, time } from '../shapes/common.ts';
import { withoutZone } from '../times.ts';

const revision = z.strictObject({ revision: text });

const buildInfo = route({
  method: 'GET',
  path: '/v1/build-info',
  summary: 'Show build information',
  tag: 'Build info',
  answers: {
    200: {
      description: 'The revisions of API and engine.',
      schema: z.strictObject({ build_info: z.strictObject({ api: revision, engine: revision }) }),
    },
  },
  handle: () =>
    Promise.resolve({
      status: 200,
      body: { build_info: { api: { revision: '1.0' }, engine: { revision: '1.0' } } },
    }),
});

const serviceShape = z
  .strictObject({
    binary: text.describe('coppice-engine, coppice-health, ...: one row for each role of a process.'),
    disabled_reason: nullableText,
    host: text,
    id,
    state: z.enum(['up', 'down']),
    status: text,
    topic: text,
    updated_at: time.describe('`2026-11-22T18:59:31`'),
  })
  .meta({ id: 'Service' });

const services = route({
  method: 'GET',
  path: '/v1/services',
  summary: 'List the processes of Coppice',
  tag: 'Build info',
  answers: {
    200: { description: 'The processes.', schema: z.strictObject({ services: z.array(serviceShape) }) },
  },
  async handle({ tools }) {
    const now = tools.now();
    const rows = await listServices(tools.store.db);
    const body = rows.flatMap((service) =>
      service.roles.map((role) => ({
        binary: `coppice-${role}`,
        disabled_reason: null,
        host: service.host,
        id: service.id,
        state: service.leaseUntil >= now ? 'up' : 'down',
        status: 'enabled',
        topic: `coppice-${role}`,
        updated_at: withoutZone(service.startedAt),
      })),
    );
    return { status: 200, body: { services: body } };
  },
});

export const buildInfoRoutes: Route[] = [buildInfo, services];
