/** `/v2/actions`: what is built in, and ad-hoc actions. */
import { z } from 'zod';
import { describeDefinition, listVisibleDefinitions } from '../../requests/workflows/definitions.ts';
import { deleteAction, neverCalled, requireAction } from '../../requests/workflows/action-names.ts';
import type { RequestTools } from '../../requests/request-tools.ts';
import { notFound, runnerOf } from '../../requests/workflows/workflow-tools.ts';
import type { Definition } from '../../store/workflow-definitions.ts';
import { listings, type PageQuery } from '../../store/workflow-listing.ts';
import { param, type Route, type RouteRequest } from '../route.ts';
import {
  workflowActionResource,
  adhocAction,
  systemAction,
  type ShownAction,
} from './definition-resource.ts';
import { creationRoute, replacementRoute, validationRoute, type DefinitionRequest } from './definitions.ts';
import { answerList, listParameters, wholePage, type MistralListDeclaration } from './mistral-list.ts';
import { listSchema } from './resource.ts';
import { parameters, workflowRoute } from './workflow-route.ts';

const path = '/v2/actions';

async function show(tools: RequestTools, definition: Definition) {
  const described = await describeDefinition(tools, definition);
  const spec = described.parsed.actions.find(({ fullName }) => fullName === definition.name);
  if (spec === undefined) throw notFound(`Action not found [action_name=${definition.name}]`);
  return workflowActionResource.show(adhocAction(described, spec));
}

async function showAll({ tools }: DefinitionRequest, definitions: readonly Definition[]): Promise<object> {
  return { actions: await Promise.all(definitions.map((one) => show(tools, one))) };
}

type OneAction = Pick<RouteRequest<{ readonly namespace?: string | undefined }, unknown>, 'params' | 'query'>;

/** Clients write the namespace behind the name: `/v2/actions/<name>/<namespace>`. */
function namespaceIn(request: OneAction): string | undefined {
  const inPath = param(request, 'namespace');
  return inPath === '' ? request.query.namespace : inPath;
}

const list: MistralListDeclaration<Definition> = {
  name: 'actions',
  listing: listings.adhoc_action,
  names: workflowActionResource.names,
  show,
};

function withNote(action: ShownAction): ShownAction {
  const note =
    'An ad-hoc action of this name is never called: make it again under another name, and delete it.';
  return { ...action, description: `${action.description ?? ''} ${note}`.trim() };
}

const writing = {
  kind: 'action',
  schema: z.strictObject({ actions: z.array(workflowActionResource.schema) }),
  show: showAll,
} as const;

/**
 * Mistral's clients request `/v2/actions/std.echo/`: the namespace stands behind the name, and is mostly
 * empty.
 */
const paths = [`${path}/{id}`, `${path}/{id}/`, `${path}/{id}/{namespace}`];

export const mistralActionRoutes: readonly Route[] = [
  validationRoute(path, 'action'),
  creationRoute({ ...writing, path, summary: 'Create ad-hoc actions' }),
  replacementRoute({ ...writing, path, summary: 'Replace ad-hoc actions by name' }),
  replacementRoute({
    ...writing,
    path: `${path}/{id}`,
    summary: 'Replace one ad-hoc action',
    addressed: 'adhoc_action',
  }),
  workflowRoute({
    method: 'GET',
    path,
    summary: 'List actions',
    answer: [200, listSchema('actions', workflowActionResource.schema)],
    query: listParameters(list),
    async handle(request) {
      const { tools, caller } = request;
      const hidden = new Map((await neverCalled(tools, caller)).map(({ id, name }) => [id, name]));
      const read = wholePage<Definition>(
        (page) => listVisibleDefinitions(tools, caller, 'adhoc_action', page),
        ({ id }) => id,
      );
      const names = new Set(hidden.values());
      const first = runnerOf(tools).registry.all.map((one) =>
        workflowActionResource.show(names.has(one.name) ? withNote(systemAction(one)) : systemAction(one)),
      );
      const shown = async (page: PageQuery) => {
        const found = await read(page);
        return { ...found, items: found.items.filter(({ id }) => !hidden.has(id)) };
      };
      return await answerList(request, list, shown, { first });
    },
  }),
  ...paths.flatMap((where) => [
    workflowRoute({
      method: 'GET',
      path: where,
      summary: 'Show an action, by name or id',
      answer: [200, workflowActionResource.schema],
      query: parameters('namespace', 'fields'),
      async handle(request) {
        const { tools, caller } = request;
        const id = param(request, 'id');
        const system = runnerOf(tools).registry.find(id);
        if (system !== undefined)
          return { status: 200, body: workflowActionResource.show(systemAction(system)) };
        const found = await requireAction(tools, caller, id, namespaceIn(request));
        return { status: 200, body: await show(tools, found) };
      },
    }),
    workflowRoute({
      method: 'DELETE',
      path: where,
      summary: 'Delete an ad-hoc action; its running executions continue',
      answer: [204],
      query: parameters('namespace'),
      async handle(request) {
        const { tools, caller } = request;
        const id = param(request, 'id');
        await deleteAction(tools, caller, id, namespaceIn(request));
        return { status: 204 };
      },
    }),
  ]),
];
