/** `/v2/action_executions`: what tasks ran; the way to complete an asynchronous action from outside. */
import { CoppiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { deleteStandaloneAction, noExecution, standaloneSettings } from '../../store/standalone-actions.ts';
import type { Db } from '../../store/store.ts';
import { getExecutions, getWorkflowAction, taskNames } from '../../store/workflow-executions.ts';
import { listings, listWorkflowActions, type PageQuery } from '../../store/workflow-listing.ts';
import { hasActionEnded, type ActionRecord } from '../../domain/workflow-records.ts';
import { listAnswer, listParameters, readListQuery } from './mistral-query.ts';
import {
  badRequest,
  dictionary,
  isTrue,
  notFound,
  textField,
  type MistralAnswer,
  type MistralRequest,
  type MistralRoute,
} from './mistral-route.ts';
import { runAction } from './run-action.ts';
import { actionExecutionSchema, completionBody, listSchema, runBody } from './schemas.ts';
import { actionExecutionShape, settingOf, type ActionSetting } from './shapes.ts';
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
  const settings = await settingsOf(options.store.db, actions);
  return actions.flatMap((action) => {
    const setting = settings.get(action.id);
    // Its execution was deleted between the two looks.
    return setting === undefined ? [] : [actionExecutionShape(action, setting, withOutput)];
  });
}

async function settingsOf(db: Db, actions: readonly ActionRecord[]): Promise<Map<string, ActionSetting>> {
  const [alone, ofTasks] = [actions.filter(isStandalone), actions.filter((action) => !isStandalone(action))];
  const found = new Map<string, ActionSetting>();
  const settings = await standaloneSettings(
    db,
    alone.map(({ id }) => id),
  );
  for (const [id, setting] of settings) found.set(id, { ...setting, workflow: null, task: null });
  const executions = await getExecutions(
    db,
    ofTasks.map(({ executionId }) => executionId),
  );
  const names = await taskNames(
    db,
    ofTasks.map(({ taskId }) => taskId),
  );
  for (const { id, executionId, taskId } of ofTasks) {
    const [execution, name] = [executions.get(executionId), names.get(taskId)];
    if (execution !== undefined && name !== undefined) found.set(id, settingOf(execution, { name }));
  }
  return found;
}

function isStandalone({ executionId }: ActionRecord): boolean {
  return executionId === noExecution;
}

async function list(request: MistralRequest, fixed: PageQuery['conditions'] = []): Promise<MistralAnswer> {
  const asked = await readListQuery(request, listings.action, actionExecutionSchema);
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

async function complete(request: MistralRequest): Promise<MistralAnswer> {
  const { json, options } = request;
  const action = await actionAsked(request);
  const asked = textField(json, 'state') ?? 'SUCCESS';
  const state = endStates.find((one) => one === asked);
  if (state === undefined) throw badRequest(`state: expected one of ${endStates.join(', ')}, found ${asked}`);
  const output = dictionary(json, 'output') ?? {};
  // Mistral answers 500 here; it is the caller's mistake, and nothing is broken.
  if (hasActionEnded(action.state)) throw badRequest(`Action ${action.id} is already completed`);
  const { runner } = options.workflows;
  if (!isStandalone(action)) {
    const refusal = await runner.completeAction(action, state, output);
    if (refusal !== undefined) throw badRequest(refusal.message);
  } else if (!(await runner.standalone.complete(action, state, output))) {
    throw badRequest(`Action ${action.id} is already completed`);
  }
  return await show(request);
}

async function remove(request: MistralRequest): Promise<MistralAnswer> {
  const action = await actionAsked(request);
  if (!isStandalone(action))
    throw new CoppiceError('forbidden', 'Only ad-hoc action execution can be deleted.');
  if (!hasActionEnded(action.state))
    throw new CoppiceError('forbidden', 'Only completed action execution can be deleted.');
  await request.options.store.write((tx) => deleteStandaloneAction(tx, action.id));
  return { status: 204 };
}

export const actionExecutionRoutes: readonly MistralRoute[] = [
  {
    method: 'GET',
    path,
    summary: 'List action executions',
    answers: { status: 200, schema: listSchema('action_executions', actionExecutionSchema) },
    query: listParameters(listings.action),
    handle: (request) => list(request),
  },
  {
    method: 'GET',
    path: '/v2/tasks/{id}/action_executions',
    summary: 'List the action executions of a task',
    answers: { status: 200, schema: listSchema('action_executions', actionExecutionSchema) },
    query: listParameters(listings.action),
    async handle(request) {
      const task = await taskAsked(request);
      return await list(request, [
        { field: 'workflow_execution_id', comparison: 'eq', values: [task.executionId] },
        { field: 'task_execution_id', comparison: 'eq', values: [task.id] },
      ]);
    },
  },
  {
    method: 'GET',
    path: `${path}/{id}`,
    summary: 'Show an action execution',
    answers: { status: 200, schema: actionExecutionSchema },
    handle: show,
  },
  {
    method: 'PUT',
    path: `${path}/{id}`,
    summary: 'Complete an action from outside',
    answers: { status: 200, schema: actionExecutionSchema },
    takes: { argument: 'action_ex', schema: completionBody },
    handle: complete,
  },
  {
    method: 'POST',
    path,
    summary: 'Run an action by itself, without a workflow; kept with params {"save_result": true}',
    answers: { status: 201, schema: actionExecutionSchema },
    takes: { argument: 'action_ex', schema: runBody },
    handle: runAction,
  },
  {
    method: 'DELETE',
    path: `${path}/{id}`,
    summary: 'Delete an action execution without a workflow',
    answers: { status: 204 },
    handle: remove,
  },
];
