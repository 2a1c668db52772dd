/** `/v2/workflows` */
import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import type { Definition } from '../../store/workflow-definitions.ts';
import { listDefinitions, listings } from '../../store/workflow-listing.ts';
import { create, definitionAsked, deletionRoute, describe, replace, validationRoute } from './definitions.ts';
import { listAnswer, listParameters, readListQuery } from './mistral-query.ts';
import type { MistralRequest, MistralRoute } from './mistral-route.ts';
import { listSchema, workflowSchema } from './schemas.ts';
import { workflowShape } from './shapes.ts';

const path = '/v2/workflows';

async function shape(
  request: MistralRequest,
  definition: Definition,
  interfaceAs: 'object' | 'text',
): Promise<JsonObject> {
  const described = await describe(request, definition);
  const spec = await request.options.workflows.runner.library.specOf(definition.sourceId, definition.name);
  return workflowShape(described, spec, interfaceAs);
}

async function shapes(request: MistralRequest, definitions: readonly Definition[]): Promise<JsonObject> {
  return {
    workflows: await Promise.all(definitions.map((definition) => shape(request, definition, 'object'))),
  };
}

const manySchema = z.strictObject({ workflows: z.array(workflowSchema) });

export const workflowRoutes: readonly MistralRoute[] = [
  validationRoute(path, 'workflow'),
  {
    method: 'POST',
    path,
    summary: 'Create the workflows of a definition',
    answers: { status: 201, schema: manySchema },
    takes: 'text',
    query: ['namespace', 'scope'],
    async handle(request) {
      return { status: 201, body: await shapes(request, await create(request, 'workflow')) };
    },
  },
  {
    method: 'PUT',
    path,
    summary: 'Replace workflows by name',
    answers: { status: 200, schema: manySchema },
    takes: 'text',
    query: ['namespace', 'scope'],
    async handle(request) {
      return { status: 200, body: await shapes(request, await replace(request, 'workflow')) };
    },
  },
  {
    method: 'PUT',
    path: `${path}/{id}`,
    summary: 'Replace one workflow',
    answers: { status: 200, schema: manySchema },
    takes: 'text',
    query: ['namespace', 'scope'],
    async handle(request) {
      await definitionAsked(request, 'workflow');
      return { status: 200, body: await shapes(request, await replace(request, 'workflow')) };
    },
  },
  {
    method: 'GET',
    path,
    summary: 'List workflows',
    answers: { status: 200, schema: listSchema('workflows', workflowSchema) },
    query: listParameters(listings.workflow),
    async handle(request) {
      const asked = await readListQuery(request, listings.workflow, workflowSchema);
      const found = await listDefinitions(request.options.store.db, 'workflow', asked);
      const items = await Promise.all(found.map((definition) => shape(request, definition, 'text')));
      return listAnswer(request, 'workflows', asked, items);
    },
  },
  {
    method: 'GET',
    path: `${path}/{id}`,
    summary: 'Show a workflow, by name or id',
    answers: { status: 200, schema: workflowSchema },
    query: ['namespace', 'fields'],
    async handle(request) {
      const definition = await definitionAsked(request, 'workflow');
      return { status: 200, body: await shape(request, definition, 'text') };
    },
  },
  deletionRoute(path, 'workflow'),
];
