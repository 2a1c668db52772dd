/** `/v2/services`: the processes of Coppice that are alive, by what they do. */
import { z } from 'zod';
import { listServices } from '../../store/services.ts';
import type { Route } from '../route.ts';
import { text } from '../shapes/common.ts';
import { workflowRoute } from './workflow-route.ts';

const service = z.strictObject({
  name: text.describe('`<host>_<pid>`'),
  type: text.describe('`api_group`, `engine_group` or `health_group`'),
});

export const serviceRoutes: readonly Route[] = [
  workflowRoute({
    method: 'GET',
    path: '/v2/services',
    summary: 'List the processes of Coppice',
    answer: [200, z.strictObject({ services: z.array(service) })],
    async handle({ tools }) {
      const processes = await listServices(tools.store.db);
      const services = processes.flatMap(({ host, pid, roles }) =>
        roles.map((role) => ({ name: `${host}_${pid}`, type: `${role}_group` })),
      );
      return { status: 200, body: { services } };
    },
  }),
];
