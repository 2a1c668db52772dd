/** `/v2/tasks`, and the tasks of an execution. */
import { requireExecution } from '../../requests/workflows/executions.ts';
import {
  acceptedActionsOf,
  changeTask,
  listVisibleTasks,
  requireTask,
  type TaskOfExecution,
} from '../../requests/workflows/tasks.ts';
import type { RequestTools } from '../../requests/request-tools.ts';
import { listings, type Condition } from '../../store/workflow-listing.ts';
import { param, type Answer, type Route, type RouteRequest } from '../route.ts';
import { executionList, executionListSchema, subExecutionParameters } from './executions.ts';
import {
  answerList,
  listParameters,
  wholePage,
  type MistralListDeclaration,
  type ListParameters,
} from './mistral-list.ts';
import { listSchema } from './resource.ts';
import { fullTaskResource, resultText, taskBody, taskResource } from './task-resource.ts';
import { parameters, workflowRoute } from './workflow-route.ts';

const path = '/v2/tasks';

const list: MistralListDeclaration<TaskOfExecution> = {
  name: 'tasks',
  listing: listings.task,
  names: taskResource.names,
  hidden: ['result', 'env'],
  async show(tools, found, wanted) {
    const shown = taskResource.show(found);
    const env = wanted.has('env') ? { env: JSON.stringify(found.execution.record.env) } : {};
    if (!wanted.has('result')) return { ...shown, ...env };
    return { ...shown, ...env, result: resultText(await withActions(tools, found)) };
  },
};

async function withActions(tools: RequestTools, found: TaskOfExecution) {
  return { ...found, actions: await acceptedActionsOf(tools, found.task) };
}

async function taskList(
  request: RouteRequest<ListParameters, unknown>,
  fixed: readonly Condition[] = [],
): Promise<Answer> {
  const read = wholePage<TaskOfExecution>(
    (page) => listVisibleTasks(request.tools, request.caller, page),
    ({ task }) => task.id,
  );
  return await answerList(request, list, read, { fixed });
}

async function fullAnswer(tools: RequestTools, found: TaskOfExecution): Promise<Answer> {
  return { status: 200, body: fullTaskResource.show(await withActions(tools, found)) };
}

export const taskRoutes: readonly Route[] = [
  workflowRoute({
    method: 'GET',
    path,
    summary: 'List tasks',
    answer: [200, listSchema('tasks', taskResource.schema)],
    query: listParameters(list),
    handle: (request) => taskList(request),
  }),
  workflowRoute({
    method: 'GET',
    path: '/v2/executions/{id}/tasks',
    summary: 'List the tasks of an execution',
    answer: [200, listSchema('tasks', taskResource.schema)],
    query: listParameters(list),
    async handle(request) {
      const { record } = await requireExecution(request.tools, request.caller, param(request, 'id'));
      return await taskList(request, [
        { field: 'workflow_execution_id', comparison: 'eq', values: [record.id] },
      ]);
    },
  }),
  workflowRoute({
    method: 'GET',
    path: `${path}/{id}`,
    summary: 'Show a task with its result',
    answer: [200, fullTaskResource.schema],
    query: parameters('fields'),
    async handle(request) {
      const { tools, caller } = request;
      return await fullAnswer(tools, await requireTask(tools, caller, param(request, 'id')));
    },
  }),
  workflowRoute({
    method: 'PUT',
    path: `${path}/{id}`,
    summary: 'Run a failed task again, or skip it',
    answer: [200, fullTaskResource.schema],
    body: taskBody,
    bodyName: 'task',
    async handle(request) {
      const { tools, caller, body } = request;
      const { name, workflow_name: workflowName, state, reset = true, env } = body;
      const change = { name, workflowName, state, reset, env };
      return await fullAnswer(tools, await changeTask(tools, caller, param(request, 'id'), change));
    },
  }),
  ...['workflow_executions', 'executions'].map((name) =>
    workflowRoute({
      method: 'GET',
      path: `${path}/{id}/${name}`,
      summary: 'List the sub-executions of a task',
      answer: [200, executionListSchema],
      query: subExecutionParameters,
      async handle(request) {
        const { task } = await requireTask(request.tools, request.caller, param(request, 'id'));
        return await executionList(request, [
          { field: 'parent_execution_id', comparison: 'eq', values: [task.executionId] },
          { field: 'task_execution_id', comparison: 'eq', values: [task.id] },
        ]);
      },
    }),
  ),
];
