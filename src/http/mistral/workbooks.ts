/** `/v2/workbooks` */
import { describeDefinition } from '../../requests/workflows/definitions.ts';
import type { RequestTools } from '../../requests/request-tools.ts';
import type { Definition } from '../../store/workflow-definitions.ts';
import { listings } from '../../store/workflow-listing.ts';
import type { Route } from '../route.ts';
import { workbookResource } from './definition-resource.ts';
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
  listRoute({ path, summary: 'List workbooks', schema: workbookResource.schema }, 'workbook', list),
  definitionRoute({ path, summary: 'Show a workbook', schema: workbookResource.schema }, 'workbook', show),
  deletionRoute(path, 'workbook'),
];
