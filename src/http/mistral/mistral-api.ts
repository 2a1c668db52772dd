/**
 * Mistral's REST API v2, in front of the embedded runner: `/v2/...` on the same port, so that `openstack workflow`, `mistral` and scripts
 * written for Mistral find what they know.
 *
 *     mistral-route.ts      what a route is here, how its request is read and its errors are answered
 *     mistral-query.ts      filters, sorting, paging
 *     workflows.ts, ...     the routes, one file a resource        shapes.ts   what goes over the wire
 *
 * It is a world of its own beside Senlin's API: definitions come as text, dictionaries travel as JSON text inside of JSON, errors
 * are `faultstring`s. It decides nothing about workflows, and writes no SQL.
 */
import type { FastifyInstance } from 'fastify';
import { actionExecutionRoutes } from './action-executions.ts';
import { actionRoutes } from './actions.ts';
import { environmentRoutes } from './environments.ts';
import { executionRoutes } from './executions.ts';
import { addMistralRoute, type MistralOptions, type MistralRoute } from './mistral-route.ts';
import { rootRoutes } from './root.ts';
import { taskRoutes } from './tasks.ts';
import { workbookRoutes } from './workbooks.ts';
import { workflowRoutes } from './workflows.ts';

export const mistralRoutes: readonly MistralRoute[] = [
  ...rootRoutes,
  ...workflowRoutes,
  ...workbookRoutes,
  ...actionRoutes,
  ...executionRoutes,
  ...taskRoutes,
  ...actionExecutionRoutes,
  ...environmentRoutes,
];

export function addMistralApi(app: FastifyInstance, options: MistralOptions): void {
  for (const route of mistralRoutes) addMistralRoute(app, route, options);
}
