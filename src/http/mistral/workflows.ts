/** `/v2/workflows` */
import { z } from 'zod';
import { describeDefinition } from '../../requests/workflows/definitions.ts';
import type { RequestTools } from '../../requests/request-tools.ts';
import type { Definition } from '../../store/workflow-definitions.ts';
import { listings } from '../../store/workflow-listing.ts';
import type { Route } from '../route.ts';
import { workflowResource, type ShownWorkflow } from './definition-resource.ts';
import {
  creationRoute,
  definitionRoute,
  deletionRoute,
  listRoute,
  replacementRoute,
  validationRoute,
  type DefinitionRequest,
} from './definitions.ts';
import type { MistralListDeclaration } from './mistral-list.ts';

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
    addressed: 'workflow',
  }),
  listRoute({ path, summary: 'List workflows', schema: workflowResource.schema }, 'workflow', list),
  definitionRoute(
    { path, summary: 'Show a workflow, by name or id', schema: workflowResource.schema },
    'workflow',
    (tools, definition) => show(tools, definition, 'text'),
  ),
  deletionRoute(path, 'workflow'),
];
