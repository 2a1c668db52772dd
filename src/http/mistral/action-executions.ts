/** `/v2/action_executions`: what tasks ran; the way to complete an asynchronous action from outside. */
import {
  changeActionExecution,
  deleteActionExecution,
  listVisibleActions,
  requireActionExecution,
  runStandaloneAction,
  type ActionOfTask,
} from '../../requests/workflows/action-executions.ts';
import { requireTask } from '../../requests/workflows/tasks.ts';
import { listings, type Condition } from '../../store/workflow-listing.ts';
import { param, type Answer, type Route, type RouteRequest } from '../route.ts';
import { actionChangeBody, actionExecutionResource, runBody } from './action-execution-resource.ts';
import {
  answerList,
  listParameters,
  type MistralListDeclaration,
  type ListParameters,
} from './mistral-list.ts';
import { listSchema } from './resource.ts';
import { workflowRoute } from './workflow-route.ts';

const path = '/v2/action_executions';

const list: MistralListDeclaration<ActionOfTask> = {
  name: 'action_executions',
  listing: listings.action,
  names: actionExecutionResource.names,
  onRequest: ['output'],
  show: (_, action) => actionExecutionResource.show(action),
};

async function actionList(
  request: RouteRequest<ListParameters, unknown>,
  fixed: readonly Condition[] = [],
): Promise<Answer> {
  const { tools, caller } = request;
  return await answerList(
    request,
    list,
    async (page) => {
      const { read, last, visible } = await listVisibleActions(tools, caller, page);
      return { read, last, items: visible };
    },
    { fixed },
  );
}

const schema = actionExecutionResource.schema;

export const actionExecutionRoutes: readonly Route[] = [
  workflowRoute({
    method: 'GET',
    path,
    summary: 'List action executions',
    answer: [200, listSchema('action_executions', schema)],
    query: listParameters(list),
    handle: (request) => actionList(request),
  }),
  workflowRoute({
    method: 'GET',
    path: '/v2/tasks/{id}/action_executions',
    summary: 'List the action executions of a task',
    answer: [200, listSchema('action_executions', schema)],
    query: listParameters(list),
    async handle(request) {
      const { task } = await requireTask(request.tools, request.caller, param(request, 'id'));
      return await actionList(request, [
        { field: 'workflow_execution_id', comparison: 'eq', values: [task.executionId] },
        { field: 'task_execution_id', comparison: 'eq', values: [task.id] },
      ]);
    },
  }),
  workflowRoute({
    method: 'GET',
    path: `${path}/{id}`,
    summary: 'Show an action execution',
    answer: [200, schema],
    async handle(request) {
      const found = await requireActionExecution(request.tools, request.caller, param(request, 'id'));
      return { status: 200, body: actionExecutionResource.show(found) };
    },
  }),
  workflowRoute({
    method: 'PUT',
    path: `${path}/{id}`,
    summary: 'Complete an action from outside, pause or resume it',
    answer: [200, schema],
    body: actionChangeBody,
    bodyName: 'action_ex',
    async handle(request) {
      const { state = 'SUCCESS', output = {} } = request.body;
      const { tools, caller } = request;
      const changed = await changeActionExecution(tools, caller, param(request, 'id'), { state, output });
      return { status: 200, body: actionExecutionResource.show(changed) };
    },
  }),
  workflowRoute({
    method: 'POST',
    path,
    summary: 'Run a standalone action, without a workflow; kept with params {"save_result": true}',
    answer: [201, schema],
    body: runBody,
    bodyName: 'action_ex',
    async handle({ tools, caller, body }) {
      const {
        name = '',
        workflow_namespace: namespace = '',
        description = '',
        input = {},
        params = {},
      } = body;
      const run = await runStandaloneAction(tools, caller, { name, namespace, description, input, params });
      return { status: 201, body: actionExecutionResource.show(run) };
    },
  }),
  workflowRoute({
    method: 'DELETE',
    path: `${path}/{id}`,
    summary: 'Delete an action execution without a workflow',
    answer: [204],
    async handle(request) {
      await deleteActionExecution(request.tools, request.caller, param(request, 'id'));
      return { status: 204 };
    },
  }),
];
