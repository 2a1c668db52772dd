/** `/v2/action_executions`: what tasks ran; the way to complete an asynchronous action from outside. */
import type { JsonObject } from '../../domain/json.ts';
import {
  getExecutions,
  getWorkflowAction,
  taskNames,
  type StoredExecution,
} from '../../store/workflow-executions.ts';
import { listings, listWorkflowActions, type PageQuery } from '../../store/workflow-listing.ts';
import { hasActionEnded, type ActionRecord } from '../../workflow/language/state/records.ts';
import { listAnswer, listParameters, readListQuery } from './mistral-query.ts';
import {
  badRequest,
  dictionary,
  isTrue,
  notFound,
  refuseUnknownFields,
  textField,
  type MistralAnswer,
  type MistralRequest,
  type MistralRoute,
} from './mistral-route.ts';
import { runAction } from './run-action.ts';
import { actionExecutionShape } from './shapes.ts';
import { taskAsked } from './tasks.ts';

const path = '/v2/action_executions';

/** @throws CoppiceError `resource-not-found` */
async function actionAsked({ options, id }: MistralRequest): Promise<ActionRecord> {
  const found = await getWorkflowAction(options.store.db, id);
  if (found === undefined || found.type !== 'ACTION') throw notFound(`ActionExecution not found [id=${id}]`);
  return found;
}

async function shapesOf(
  { options }: MistralRequest,
  actions: readonly ActionRecord[],
  withOutput: boolean,
): Promise<JsonObject[]> {
  const { db } = options.store;
  const executions: Map<string, StoredExecution> = await getExecutions(
    db,
    actions.map((action) => action.executionId),
  );
  const names = await taskNames(
    db,
    actions.map((action) => action.taskId),
  );
  return actions.flatMap((action) => {
    const execution = executions.get(action.executionId);
    const name = names.get(action.taskId);
    const task = name === undefined ? undefined : { name };
    return execution === undefined ? [] : [actionExecutionShape(action, task, execution, withOutput)];
  });
}

async function list(request: MistralRequest, fixed: PageQuery['conditions'] = []): Promise<MistralAnswer> {
  const asked = readListQuery(request, listings.action);
  const conditions = [...asked.conditions, ...fixed];
  const actions = await listWorkflowActions(request.options.store.db, { ...asked, conditions });
  const withOutput = isTrue(request.query['include_output']) || asked.fields.includes('output');
  return listAnswer(request, 'action_executions', asked, await shapesOf(request, actions, withOutput));
}

async function show(request: MistralRequest): Promise<MistralAnswer> {
  const [body = {}] = await shapesOf(request, [await actionAsked(request)], true);
  return { status: 200, body };
}

const endStates = ['SUCCESS', 'ERROR', 'CANCELLED'] as const;
const fields = ['id', 'state', 'output', 'name', 'task_execution_id', 'input', 'accepted'];

async function complete(request: MistralRequest): Promise<MistralAnswer> {
  const { json, options } = request;
  refuseUnknownFields(json, fields, 'action_ex');
  const action = await actionAsked(request);
  const asked = textField(json, 'state') ?? 'SUCCESS';
  const state = endStates.find((one) => one === asked);
  if (state === undefined) throw badRequest(`state: expected one of ${endStates.join(', ')}, found ${asked}`);
  const output = dictionary(json, 'output') ?? {};
  // Mistral answers 500 here; it is the caller's mistake, and nothing is broken.
  if (hasActionEnded(action.state)) throw badRequest(`Action ${action.id} is already completed`);
  const refusal = await options.workflows.runner.completeAction(action, state, output);
  if (refusal !== undefined) throw badRequest(refusal.message);
  return await show(request);
}

export const actionExecutionRoutes: readonly MistralRoute[] = [
  {
    method: 'GET',
    path,
    summary: 'List action executions',
    query: listParameters(listings.action),
    handle: (request) => list(request),
  },
  {
    method: 'GET',
    path: '/v2/tasks/{id}/action_executions',
    summary: 'List the action executions of a task',
    query: listParameters(listings.action),
    async handle(request) {
      const task = await taskAsked(request);
      return await list(request, [
        { field: 'workflow_execution_id', comparison: 'eq', values: [task.executionId] },
        { field: 'task_execution_id', comparison: 'eq', values: [task.id] },
      ]);
    },
  },
  { method: 'GET', path: `${path}/{id}`, summary: 'Show an action execution', handle: show },
  {
    method: 'PUT',
    path: `${path}/{id}`,
    summary: 'Complete an action from outside',
    takes: 'json',
    handle: complete,
  },
  {
    method: 'POST',
    path,
    summary: 'Run a built-in action by itself, and answer with its result',
    takes: 'json',
    handle: runAction,
  },
];
