/** `/v2`: where the API is. */
import { z } from 'zod';
import type { Route } from '../route.ts';
import { workflowRoute } from './workflow-route.ts';

function root(path: string): Route {
  return workflowRoute({
    method: 'GET',
    path,
    summary: 'Where the workflow API is',
    answer: [200, z.strictObject({ uri: z.string() })],
    handle: async ({ origin }) => ({ status: 200, body: { uri: `${origin}/v2` } }),
  });
}

export const rootRoutes: readonly Route[] = [root('/v2'), root('/v2/')];
