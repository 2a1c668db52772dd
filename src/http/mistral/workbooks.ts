/** `/v2/workbooks` */
import {
  describeDefinition,
  listVisibleDefinitions,
  requireDefinition,
} from '../../requests/workflows/definitions.ts';
import type { RequestTools } from '../../requests/request-tools.ts';
import type { Definition } from '../../store/workflow-definitions.ts';
import { listings } from '../../store/workflow-listing.ts';
import { param, type Route } from '../route.ts';
import { workbookResource } from './definition-resource.ts';
import {
  creationRoute,
  deletionRoute,
  replacementRoute,
  validationRoute,
  type DefinitionRequest,
} from './definitions.ts';
import { answerList, listParameters, wholePage, type MistralListDeclaration } from './mistral-list.ts';
import { listSchema } from './resource.ts';
import { parameters, workflowRoute } from './workflow-route.ts';

const path = '/v2/workbooks';

async function show(tools: RequestTools, definition: Definition) {
  return workbookResource.show(await describeDefinition(tools, definition));
}

/** Of what a workbook's text defines, the workbook: it comes first. */
async function showOwn({ tools }: DefinitionRequest, [workbook]: readonly Definition[]): Promise<object> {
  return workbook === undefined ? {} : await show(tools, workbook);
}

const list: MistralListDeclaration<Definition> = {
  name: 'workbooks',
  listing: listings.workbook,
  names: workbookResource.names,
  show,
};

const writing = { path, kind: 'workbook', schema: workbookResource.schema, show: showOwn } as const;

export const workbookRoutes: readonly Route[] = [
  validationRoute(path, 'workbook'),
  creationRoute({ ...writing, summary: 'Create a workbook with its workflows and actions' }),
  replacementRoute({ ...writing, summary: 'Replace a workbook by name' }),
  workflowRoute({
    method: 'GET',
    path,
    summary: 'List workbooks',
    answer: [200, listSchema('workbooks', workbookResource.schema)],
    query: listParameters(list),
    handle: (request) =>
      answerList(
        request,
        list,
        wholePage(
          (page) => listVisibleDefinitions(request.tools, request.caller, 'workbook', page),
          ({ id }) => id,
        ),
      ),
  }),
  workflowRoute({
    method: 'GET',
    path: `${path}/{id}`,
    summary: 'Show a workbook',
    answer: [200, workbookResource.schema],
    query: parameters('namespace', 'fields'),
    async handle(request) {
      const { tools, caller, query } = request;
      const definition = await requireDefinition(
        tools,
        caller,
        'workbook',
        param(request, 'id'),
        query.namespace,
      );
      return { status: 200, body: await show(tools, definition) };
    },
  }),
  deletionRoute(path, 'workbook'),
];
