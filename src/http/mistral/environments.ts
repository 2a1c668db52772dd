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
  refuseUnknownFields,
  textField,
  type MistralRequest,
  type MistralRoute,
} from './mistral-route.ts';
import { environmentShape } from './shapes.ts';

const path = '/v2/environments';
const fields = ['id', 'name', 'description', 'variables', 'scope', 'project_id', 'created_at', 'updated_at'];

function nameIn(json: JsonObject): string {
  refuseUnknownFields(json, fields, 'env');
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
    takes: 'json',
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
    takes: 'json',
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
    query: listParameters(listings.environment),
    async handle(request) {
      const asked = readListQuery(request, listings.environment);
      const found = await listEnvironments(request.options.store.db, asked);
      return listAnswer(request, 'environments', asked, found.map(environmentShape));
    },
  },
  {
    method: 'GET',
    path: `${path}/{id}`,
    summary: 'Show an environment',
    query: ['export', 'fields'],
    async handle(request) {
      return { status: 200, body: environmentShape(await find(request, request.id)) };
    },
  },
  {
    method: 'DELETE',
    path: `${path}/{id}`,
    summary: 'Delete an environment',
    async handle({ options, id }) {
      if (!(await options.store.write((tx) => deleteEnvironment(tx, id))))
        throw notFound(`Environment not found [name=${id}]`);
      return { status: 204 };
    },
  },
];
