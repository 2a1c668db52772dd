/** `coppice workflow delete`: what `workflow create` has created, whichever of the three kinds it is. */
import { ApiError, type ApiClient } from '../../client/api-client.ts';
import type { Deletable } from './deletion.ts';

export const definitionResource: Deletable = {
  one: 'workflow',
  many: 'what `workflow create` has created: workflows, workbooks with what is in them, ad-hoc actions',
  examples: { delete: 'workflow delete drain attach' },
  show: async (api, nameOrId) =>
    await firstFound(
      kinds.map(
        ({ show }) =>
          async () =>
            (await show(api, nameOrId)).body,
      ),
    ),
};

export async function removeDefinition(api: ApiClient, nameOrId: string): Promise<void> {
  await firstFound(
    kinds.map(
      ({ remove }) =>
        async () =>
          void (await remove(api, nameOrId)),
    ),
  );
}

/** In the order in which a name is looked for. */
const kinds = [
  {
    show: (api: ApiClient, id: string) => api.send('GET /v2/workflows/{id}', { path: { id } }),
    remove: (api: ApiClient, id: string) => api.send('DELETE /v2/workflows/{id}', { path: { id } }),
  },
  {
    show: (api: ApiClient, id: string) => api.send('GET /v2/workbooks/{id}', { path: { id } }),
    remove: (api: ApiClient, id: string) => api.send('DELETE /v2/workbooks/{id}', { path: { id } }),
  },
  {
    show: (api: ApiClient, id: string) => api.send('GET /v2/actions/{id}', { path: { id } }),
    remove: (api: ApiClient, id: string) => api.send('DELETE /v2/actions/{id}', { path: { id } }),
  },
] as const;

/** @throws ApiError that there is no such workflow, where there is nothing of any kind. */
async function firstFound<Answer>(tries: readonly (() => Promise<Answer>)[]): Promise<Answer> {
  let first: unknown;
  for (const attempt of tries) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      first ??= error;
    }
  }
  throw first;
}
