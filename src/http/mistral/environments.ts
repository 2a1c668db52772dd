/** `/v2/environments`: named variables to start executions with. */
import { randomUUID } from 'node:crypto';
import { CoppiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import {
  deleteEnvironment,
  findEnvironment,
  insertEnvironment,
  updateEnvironment,
  type Environment,
} from '../../store/workflow-environments.ts';
import { listEnvironments, listings } from '../../store/workflow-listing.ts';
import { listAnswer, listParameters, readListQuery } from './mistral-query.ts';
import {
  badRequest,
  dictionary,
  notFound,
  textField,
  type MistralRequest,
  type MistralRoute,
} from './mistral-route.ts';
import { environmentBody, environmentSchema, listSchema } from './schemas.ts';
import { environmentShape } from './shapes.ts';

const path = '/v2/environments';
const body = { argument: 'env', schema: environmentBody } as const;

function nameIn(json: JsonObject): string {
  const name = textField(json, 'name');
  if (name === undefined || name === '') throw badRequest("Missing argument: 'name'");
  return name;
}

async function find({ options }: MistralRequest, name: string): Promise<Environment> {
  const found = await findEnvironment(options.store.db, name);
  if (found === undefined) throw notFound(`Environment not found [name=${name}]`);
  return found;
}

export const environmentRoutes: readonly MistralRoute[] = [
  {
    method: 'POST',
    path,
    summary: 'Create an environment',
    answers: { status: 201, schema: environmentSchema },
    takes: body,
    async handle({ options: { store, now }, caller, json }) {
      const environment: Environment = {
        id: randomUUID(),
        name: nameIn(json),
        description: textField(json, 'description') ?? '',
        variables: dictionary(json, 'variables') ?? {},
        scope: textField(json, 'scope') ?? 'private',
        project: caller.project,
        createdAt: now(),
        updatedAt: null,
      };
      if (!(await store.write((tx) => insertEnvironment(tx, environment)))) {
        const sentence = `Duplicate entry for Environment ['name', 'project_id']: ${environment.name}`;
        throw new CoppiceError('action-conflict', sentence);
      }
      return { status: 201, body: environmentShape(environment) };
    },
  },
  {
    method: 'PUT',
    path,
    summary: 'Change an environment',
    answers: { status: 200, schema: environmentSchema },
    takes: body,
    async handle({ options: { store, now }, json }) {
      const name = nameIn(json);
      const [description, scope] = [textField(json, 'description'), textField(json, 'scope')];
      const variables = dictionary(json, 'variables');
      const change = {
        ...(description === undefined ? {} : { description }),
        ...(scope === undefined ? {} : { scope }),
        ...(variables === undefined ? {} : { variables }),
      };
      const changed = await store.write((tx) => updateEnvironment(tx, name, change, now()));
      if (changed === undefined) throw notFound(`Environment not found [name=${name}]`);
      return { status: 200, body: environmentShape(changed) };
    },
  },
  {
    method: 'GET',
    path,
    summary: 'List environments',
    answers: { status: 200, schema: listSchema('environments', environmentSchema) },
    query: listParameters(listings.environment),
    async handle(request) {
      const asked = await readListQuery(request, listings.environment, environmentSchema);
      const found = await listEnvironments(request.options.store.db, asked);
      return listAnswer(request, 'environments', asked, found.map(environmentShape));
    },
  },
  {
    method: 'GET',
    path: `${path}/{id}`,
    summary: 'Show an environment',
    answers: { status: 200, schema: environmentSchema },
    query: ['export', 'fields'],
    async handle(request) {
      return { status: 200, body: environmentShape(await find(request, request.id)) };
    },
  },
  {
    method: 'DELETE',
    path: `${path}/{id}`,
    summary: 'Delete an environment',
    answers: { status: 204 },
    async handle({ options, id }) {
      if (!(await options.store.write((tx) => deleteEnvironment(tx, id))))
        throw notFound(`Environment not found [name=${id}]`);
      return { status: 204 };
    },
  },
];
