/** `/v2`: where the API is. */
import type { MistralRoute } from './mistral-route.ts';
import { rootSchema } from './schemas.ts';

function root(path: string): MistralRoute {
  return {
    method: 'GET',
    path,
    summary: 'Where the workflow API is',
    answers: { status: 200, schema: rootSchema },
    handle: ({ url }) => Promise.resolve({ status: 200, body: { uri: url.replace(/\/$/, '') } }),
  };
}

export const rootRoutes: readonly MistralRoute[] = [root('/v2'), root('/v2/')];
