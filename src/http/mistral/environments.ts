/** `/v2/environments`: named variables to start executions with. */
import {
  changeEnvironment,
  createEnvironment,
  listVisibleEnvironments,
  removeEnvironment,
  requireEnvironment,
} from '../../requests/workflows/environments.ts';
import type { Environment } from '../../store/workflow-environments.ts';
import { listings } from '../../store/workflow-listing.ts';
import { param, type Route } from '../route.ts';
import { environmentBody, environmentResource } from './environment-resource.ts';
import { answerList, listParameters, wholePage, type MistralListDeclaration } from './mistral-list.ts';
import { listSchema } from './resource.ts';
import { parameters, workflowRoute } from './workflow-route.ts';

const path = '/v2/environments';
const carrying = { body: environmentBody, bodyName: 'env' } as const;

const list: MistralListDeclaration<Environment> = {
  name: 'environments',
  listing: listings.environment,
  names: environmentResource.names,
  show: (_, environment) => environmentResource.show(environment),
};

export const environmentRoutes: readonly Route[] = [
  workflowRoute({
    method: 'POST',
    path,
    summary: 'Create an environment',
    answer: [201, environmentResource.schema],
    ...carrying,
    async handle({ tools, caller, body }) {
      const created = await createEnvironment(tools, caller, body);
      return { status: 201, body: environmentResource.show(created) };
    },
  }),
  workflowRoute({
    method: 'PUT',
    path,
    summary: 'Change an environment',
    answer: [200, environmentResource.schema],
    ...carrying,
    async handle({ tools, caller, body }) {
      const changed = await changeEnvironment(tools, caller, body);
      return { status: 200, body: environmentResource.show(changed) };
    },
  }),
  workflowRoute({
    method: 'GET',
    path,
    summary: 'List environments',
    answer: [200, listSchema('environments', environmentResource.schema)],
    query: listParameters(list),
    handle: (request) =>
      answerList(
        request,
        list,
        wholePage(
          (page) => listVisibleEnvironments(request.tools, request.caller, page),
          ({ id }) => id,
        ),
      ),
  }),
  workflowRoute({
    method: 'GET',
    path: `${path}/{id}`,
    summary: 'Show an environment',
    answer: [200, environmentResource.schema],
    query: parameters('export', 'fields'),
    async handle(request) {
      const found = await requireEnvironment(request.tools, request.caller, param(request, 'id'));
      return { status: 200, body: environmentResource.show(found) };
    },
  }),
  workflowRoute({
    method: 'DELETE',
    path: `${path}/{id}`,
    summary: 'Delete an environment',
    answer: [204],
    async handle(request) {
      await removeEnvironment(request.tools, request.caller, param(request, 'id'));
      return { status: 204 };
    },
  }),
];
