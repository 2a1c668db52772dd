/** `/v2/workbooks` */
import type { JsonObject } from '../../domain/json.ts';
import type { Definition } from '../../store/workflow-definitions.ts';
import { listDefinitions, listings } from '../../store/workflow-listing.ts';
import { create, definitionAsked, deletionRoute, describe, replace, validationRoute } from './definitions.ts';
import { listAnswer, listParameters, readListQuery } from './mistral-query.ts';
import type { MistralRequest, MistralRoute } from './mistral-route.ts';
import { listSchema, workbookSchema } from './schemas.ts';
import { definitionShape } from './shapes.ts';

const path = '/v2/workbooks';

async function shape(request: MistralRequest, definition: Definition): Promise<JsonObject> {
  const { source } = await describe(request, definition);
  return { ...definitionShape(definition), definition: source.text };
}

/** Of what a workbook's text defines, the workbook. */
async function ownShape(request: MistralRequest, definitions: readonly Definition[]): Promise<JsonObject> {
  const [workbook] = definitions;
  return workbook === undefined ? {} : await shape(request, workbook);
}

export const workbookRoutes: readonly MistralRoute[] = [
  validationRoute(path, 'workbook'),
  {
    method: 'POST',
    path,
    summary: 'Create a workbook with its workflows and actions',
    answers: { status: 201, schema: workbookSchema },
    takes: 'text',
    query: ['namespace', 'scope'],
    async handle(request) {
      return { status: 201, body: await ownShape(request, await create(request, 'workbook')) };
    },
  },
  {
    method: 'PUT',
    path,
    summary: 'Replace a workbook by name',
    answers: { status: 200, schema: workbookSchema },
    takes: 'text',
    query: ['namespace', 'scope'],
    async handle(request) {
      return { status: 200, body: await ownShape(request, await replace(request, 'workbook')) };
    },
  },
  {
    method: 'GET',
    path,
    summary: 'List workbooks',
    answers: { status: 200, schema: listSchema('workbooks', workbookSchema) },
    query: listParameters(listings.workbook),
    async handle(request) {
      const asked = await readListQuery(request, listings.workbook, workbookSchema);
      const found = await listDefinitions(request.options.store.db, 'workbook', asked);
      const items = await Promise.all(found.map((definition) => shape(request, definition)));
      return listAnswer(request, 'workbooks', asked, items);
    },
  },
  {
    method: 'GET',
    path: `${path}/{id}`,
    summary: 'Show a workbook',
    answers: { status: 200, schema: workbookSchema },
    query: ['namespace', 'fields'],
    async handle(request) {
      return { status: 200, body: await shape(request, await definitionAsked(request, 'workbook')) };
    },
  },
  deletionRoute(path, 'workbook'),
];
