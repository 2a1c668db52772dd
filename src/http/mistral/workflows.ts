/** `/v2/workflows` */
import { z } from 'zod';
import {
  describeDefinition,
  listVisibleDefinitions,
  requireDefinition,
} from '../../requests/workflows/definitions.ts';
import type { RequestTools } from '../../requests/request-tools.ts';
import type { Definition } from '../../store/workflow-definitions.ts';
import { listings } from '../../store/workflow-listing.ts';
import { param, type Route } from '../route.ts';
import { workflowResource, type ShownWorkflow } from './definition-resource.ts';
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

const path = '/v2/workflows';

async function show(tools: RequestTools, definition: Definition, interfaceAs: ShownWorkflow['interfaceAs']) {
  return workflowResource.show({ ...(await describeDefinition(tools, definition)), interfaceAs });
}

async function showAll({ tools }: DefinitionRequest, definitions: readonly Definition[]): Promise<object> {
  return { workflows: await Promise.all(definitions.map((one) => show(tools, one, 'object'))) };
}

const list: MistralListDeclaration<Definition> = {
  name: 'workflows',
  listing: listings.workflow,
  names: workflowResource.names,
  show: (tools, definition) => show(tools, definition, 'text'),
};

const writing = {
  kind: 'workflow',
  schema: z.strictObject({ workflows: z.array(workflowResource.schema) }),
  show: showAll,
} as const;

export const workflowDefinitionRoutes: readonly Route[] = [
  validationRoute(path, 'workflow'),
  creationRoute({ ...writing, path, summary: 'Create the workflows of a definition' }),
  replacementRoute({ ...writing, path, summary: 'Replace workflows by name' }),
  replacementRoute({
    ...writing,
    path: `${path}/{id}`,
    summary: 'Replace one workflow',
    check: (request) =>
      requireDefinition(
        request.tools,
        request.caller,
        'workflow',
        param(request, 'id'),
        request.query.namespace,
      ),
  }),
  workflowRoute({
    method: 'GET',
    path,
    summary: 'List workflows',
    answer: [200, listSchema('workflows', workflowResource.schema)],
    query: listParameters(list),
    handle: (request) =>
      answerList(
        request,
        list,
        wholePage(
          (page) => listVisibleDefinitions(request.tools, request.caller, 'workflow', page),
          ({ id }) => id,
        ),
      ),
  }),
  workflowRoute({
    method: 'GET',
    path: `${path}/{id}`,
    summary: 'Show a workflow, by name or id',
    answer: [200, workflowResource.schema],
    query: parameters('namespace', 'fields'),
    async handle(request) {
      const { tools, caller, query } = request;
      const definition = await requireDefinition(
        tools,
        caller,
        'workflow',
        param(request, 'id'),
        query.namespace,
      );
      return { status: 200, body: await show(tools, definition, 'text') };
    },
  }),
  deletionRoute(path, 'workflow'),
];
