/** `/v2/tasks`, and the tasks of an execution. */
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import {
  actionsOfTask,
  getExecutions,
  getTask,
  type StoredExecution,
} from '../../store/workflow-executions.ts';
import { listings, listTasks, type PageQuery } from '../../store/workflow-listing.ts';
import type { TaskRecord } from '../../domain/workflow-records.ts';
import { executionAsked, executionList } from './executions.ts';
import { listAnswer, listParameters, readListQuery } from './mistral-query.ts';
import {
  badRequest,
  dictionary,
  notFound,
  textField,
  type MistralAnswer,
  type MistralRequest,
  type MistralRoute,
} from './mistral-route.ts';
import { executionSchema, fullTaskSchema, listSchema, taskBody, taskSchema } from './schemas.ts';
import { fullTaskShape, taskShape } from './shapes.ts';

const path = '/v2/tasks';

/** @throws CoppiceError `resource-not-found` */
export async function taskAsked({ options, id }: MistralRequest): Promise<TaskRecord> {
  const found = await getTask(options.store.db, id);
  if (found === undefined) throw notFound(`TaskExecution not found [id=${id}]`);
  return found;
}

async function list(request: MistralRequest, fixed: PageQuery['conditions'] = []): Promise<MistralAnswer> {
  const { db } = request.options.store;
  const asked = await readListQuery(request, listings.task, taskSchema);
  const tasks = await listTasks(db, { ...asked, conditions: [...asked.conditions, ...fixed] });
  const executions = await getExecutions(
    db,
    tasks.map((task) => task.executionId),
  );
  const items = tasks.flatMap((task) => shape(task, executions.get(task.executionId)));
  return listAnswer(request, 'tasks', asked, items);
}

/** The execution may have been deleted between the two looks. */
function shape(task: TaskRecord, execution: StoredExecution | undefined): JsonObject[] {
  return execution === undefined ? [] : [taskShape(task, execution)];
}

async function show(request: MistralRequest): Promise<MistralAnswer> {
  const { store, workflows } = request.options;
  const task = await taskAsked(request);
  const execution = await executionAsked({ ...request, id: task.executionId });
  const spec = await workflows.runner.library.specOf(execution.sourceId, execution.record.workflow);
  return { status: 200, body: fullTaskShape(task, execution, spec, await actionsOfTask(store.db, task)) };
}

async function rerun(request: MistralRequest): Promise<MistralAnswer> {
  const { json, options, id } = request;
  const task = await taskAsked(request);
  const name = textField(json, 'name');
  if (name !== undefined && name !== task.name) throw badRequest(`Task name does not match: ${name}`);
  if (textField(json, 'state') !== 'RUNNING')
    throw badRequest('Invalid task state. Only updating task to rerun is supported.');
  if (task.state !== 'ERROR' && task.state !== 'CANCELLED')
    throw badRequest(
      'The current task execution must be in ERROR for rerun. Only updating task to rerun is supported.',
    );
  const reset = json['reset'] ?? true;
  if (typeof reset !== 'boolean') throw badRequest('reset: expected true or false');
  if (!reset && task.items === null) throw badRequest('Only with-items task has the option to not reset.');
  const env = envIn(json);
  const event = { type: 'rerun', taskId: id, reset, ...(env === undefined ? {} : { env }) } as const;
  const refusal = await options.workflows.runner.tell(task.executionId, event);
  if (refusal !== undefined) throw badRequest(refusal.message);
  return await show(request);
}

function envIn(json: JsonObject): JsonObject | undefined {
  const env = dictionary(json, 'env');
  return env === undefined || isJsonObject(env) ? env : undefined;
}

export const taskRoutes: readonly MistralRoute[] = [
  {
    method: 'GET',
    path,
    summary: 'List tasks',
    answers: { status: 200, schema: listSchema('tasks', taskSchema) },
    query: listParameters(listings.task),
    handle: (request) => list(request),
  },
  {
    method: 'GET',
    path: '/v2/executions/{id}/tasks',
    summary: 'List the tasks of an execution',
    answers: { status: 200, schema: listSchema('tasks', taskSchema) },
    query: listParameters(listings.task),
    async handle(request) {
      const { record } = await executionAsked(request);
      return await list(request, [{ field: 'workflow_execution_id', comparison: 'eq', values: [record.id] }]);
    },
  },
  {
    method: 'GET',
    path: `${path}/{id}`,
    summary: 'Show a task with its result',
    answers: { status: 200, schema: fullTaskSchema },
    query: ['fields'],
    handle: show,
  },
  {
    method: 'PUT',
    path: `${path}/{id}`,
    summary: 'Run a failed task again',
    answers: { status: 200, schema: fullTaskSchema },
    takes: { argument: 'task', schema: taskBody },
    handle: rerun,
  },
  ...['workflow_executions', 'executions'].map((name): MistralRoute => ({
    method: 'GET',
    path: `${path}/{id}/${name}`,
    summary: 'List the sub-executions of a task',
    answers: { status: 200, schema: listSchema('executions', executionSchema) },
    query: [...listParameters(listings.execution), 'errors_only', 'max_depth'],
    async handle(request) {
      const task = await taskAsked(request);
      return await executionList(request, [
        { field: 'parent_execution_id', comparison: 'eq', values: [task.executionId] },
        { field: 'task_execution_id', comparison: 'eq', values: [task.id] },
      ]);
    },
  })),
];
