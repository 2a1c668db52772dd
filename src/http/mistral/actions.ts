/** `/v2/actions`: what is built in, and ad-hoc actions. */
import { z } from 'zod';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Definition } from '../../store/workflow-definitions.ts';
import { listDefinitions, listings, type Condition } from '../../store/workflow-listing.ts';
import { create, definitionAsked, deletionRoute, describe, replace, validationRoute } from './definitions.ts';
import { listAnswer, listParameters, readListQuery, type ListRequest } from './mistral-query.ts';
import {
  badRequest,
  notFound,
  type MistralAnswer,
  type MistralRequest,
  type MistralRoute,
} from './mistral-route.ts';
import { actionSchema, listSchema } from './schemas.ts';
import { adhocActionShape, systemActionShape } from './shapes.ts';

const path = '/v2/actions';

async function shape(request: MistralRequest, definition: Definition): Promise<JsonObject> {
  const described = await describe(request, definition);
  const spec = described.parsed.actions.find((action) => action.fullName === definition.name);
  if (spec === undefined) throw notFound(`Action not found [action_name=${definition.name}]`);
  return adhocActionShape(described, spec);
}

async function shapes(request: MistralRequest, definitions: readonly Definition[]): Promise<JsonObject> {
  return { actions: await Promise.all(definitions.map((definition) => shape(request, definition))) };
}

function systemAction({ options, id }: MistralRequest): JsonObject | undefined {
  const action = options.workflows.registry.find(id);
  return action === undefined ? undefined : systemActionShape(action);
}

/** Built-in actions have no rows: the few of them are put before the others on the first page. */
function systemActions({ options }: MistralRequest, asked: ListRequest): JsonObject[] {
  if (asked.marker !== undefined) return [];
  const all = options.workflows.registry.all.map(systemActionShape);
  return all.filter((action) => asked.conditions.every((condition) => holds(condition, action)));
}

function holds({ field, comparison, values }: Condition, action: JsonObject): boolean {
  const value = wordOf(action[field] ?? null);
  const [first = ''] = values;
  switch (comparison) {
    case 'eq':
      return value === first;
    case 'neq':
      return value !== first;
    case 'in':
      return values.includes(value);
    case 'nin':
      return !values.includes(value);
    case 'has':
      return value.includes(String(first));
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return false;
  }
}

/** What built-in actions are filtered by is text. */
function wordOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const deletion = deletionRoute(path, 'adhoc_action');

async function show(request: MistralRequest): Promise<MistralAnswer> {
  const found =
    systemAction(request) ?? (await shape(request, await definitionAsked(request, 'adhoc_action')));
  return { status: 200, body: found };
}

async function remove(request: MistralRequest): Promise<MistralAnswer> {
  if (systemAction(request) !== undefined)
    throw badRequest(`Attempt to delete a system action: ${request.id}`);
  return await deletion.handle(request);
}

const manySchema = z.strictObject({ actions: z.array(actionSchema) });

/** Mistral's clients ask for `/v2/actions/std.echo/`: the namespace stands behind the name, and is mostly empty. */
const paths = [`${path}/{id}`, `${path}/{id}/`, `${path}/{id}/{namespace}`];

export const actionRoutes: readonly MistralRoute[] = [
  validationRoute(path, 'action'),
  {
    method: 'POST',
    path,
    summary: 'Create ad-hoc actions',
    answers: { status: 201, schema: manySchema },
    takes: 'text',
    query: ['namespace', 'scope'],
    async handle(request) {
      return { status: 201, body: await shapes(request, await create(request, 'action')) };
    },
  },
  ...[path, `${path}/{id}`].map((where): MistralRoute => ({
    method: 'PUT',
    path: where,
    summary: 'Replace ad-hoc actions by name',
    answers: { status: 200, schema: manySchema },
    takes: 'text',
    query: ['namespace', 'scope'],
    async handle(request) {
      return { status: 200, body: await shapes(request, await replace(request, 'action')) };
    },
  })),
  {
    method: 'GET',
    path,
    summary: 'List actions',
    answers: { status: 200, schema: listSchema('actions', actionSchema) },
    query: listParameters(listings.adhoc_action),
    async handle(request) {
      const asked = await readListQuery(request, listings.adhoc_action, actionSchema);
      const builtIn = systemActions(request, asked);
      const found = await listDefinitions(request.options.store.db, 'adhoc_action', asked);
      const adhoc = await Promise.all(found.map((definition) => shape(request, definition)));
      // The marker of the next page has to be a row: a page that is cut among the built-in ones shows them all.
      const limit = Math.max(asked.limit ?? Infinity, builtIn.length);
      return listAnswer(request, 'actions', asked, [...builtIn, ...adhoc].slice(0, limit));
    },
  },
  ...paths.flatMap((where): MistralRoute[] => [
    {
      method: 'GET',
      path: where,
      summary: 'Show an action, by name or id',
      answers: { status: 200, schema: actionSchema },
      query: ['namespace', 'fields'],
      handle: show,
    },
    { ...deletion, path: where, handle: remove },
  ]),
];
