/** `/v2/executions` */
import { CoppiceError } from '../../domain/errors.ts';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { getExecution, type StoredExecution } from '../../store/workflow-executions.ts';
import { listExecutions, listings, type PageQuery } from '../../store/workflow-listing.ts';
import type { ExecutionRequest } from '../../workflow/runner/workflow-runner.ts';
import type { UntimedEvent } from '../../workflow/runner/step-batch.ts';
import { hasEnded } from '../../workflow/workflow-service.ts';
import { reportOf } from './execution-report.ts';
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
import { executionBody, executionSchema, fullExecutionSchema, listSchema, reportSchema } from './schemas.ts';
import { executionShape, fullExecutionShape } from './shapes.ts';

const path = '/v2/executions';
const body = { argument: 'wf_ex', schema: executionBody } as const;

/** @throws CoppiceError `resource-not-found` */
export async function executionAsked({ options, id }: MistralRequest): Promise<StoredExecution> {
  const found = await getExecution(options.store.db, id);
  if (found === undefined) throw notFound(`WorkflowExecution not found [id=${id}]`);
  return found;
}

/** Ids are UUIDs, and what scripts choose in their place; they become parts of paths. */
const idForm = /^[\w.-]{1,64}$/;

async function start(request: MistralRequest): Promise<MistralAnswer> {
  const { options, caller, json } = request;
  const source = await sourceExecution(request);
  const id = textField(json, 'id');
  if (id !== undefined && id !== '' && !idForm.test(id))
    throw badRequest(`id: expected a UUID, found ${JSON.stringify(id.slice(0, 80))}`);
  const asked: ExecutionRequest = {
    ...(id === undefined || id === '' ? {} : { id }),
    workflow: workflowIn(json, source),
    input: { ...source?.record.input, ...dictionary(json, 'input') },
    params: { ...source?.record.params, ...dictionary(json, 'params') },
    description: textField(json, 'description') ?? '',
    project: caller.project,
    signalsEnd: false,
  };
  const started = await options.workflows.runner.startExecution(asked);
  return { status: 201, body: executionShape(started) };
}

async function sourceExecution(request: MistralRequest): Promise<StoredExecution | undefined> {
  const id = textField(request.json, 'source_execution_id');
  return id === undefined || id === '' ? undefined : await executionAsked({ ...request, id });
}

function workflowIn(json: JsonObject, source: StoredExecution | undefined): ExecutionRequest['workflow'] {
  const [id, name] = [textField(json, 'workflow_id'), textField(json, 'workflow_name')];
  if (id !== undefined && id !== '') return { id };
  const namespace = textField(json, 'workflow_namespace') ?? source?.record.namespace ?? '';
  if (name !== undefined && name !== '') return { name, namespace };
  if (source !== undefined) return { name: source.record.workflow, namespace };
  throw badRequest('Workflow ID or workflow name must be provided. Workflow ID is recommended.');
}

const endStates = ['SUCCESS', 'ERROR', 'CANCELLED'] as const;
const allowedStates = ['RUNNING', 'PAUSED', ...endStates];

async function change(request: MistralRequest): Promise<MistralAnswer> {
  const { json, options, id } = request;
  await executionAsked(request);
  const [description, state, env] = [textField(json, 'description'), textField(json, 'state'), envIn(json)];
  if (description === undefined && state === undefined && env === undefined)
    throw badRequest('The property state, description, or env is not provided for update.');
  if (description !== undefined && state !== undefined)
    throw badRequest('The property description must be updated separately from state.');
  if (env !== undefined && state !== undefined && state !== 'RUNNING')
    throw badRequest(
      'The property env can only be updated when workflow execution is not running or on resume from pause.',
    );
  if (state !== undefined) await tell(request, eventFor(state, textField(json, 'state_info') ?? null, env));
  else if (env !== undefined) await tell(request, { type: 'change-env', env });
  if (description !== undefined) await options.workflows.runner.describeExecution(id, description);
  return await answer(request);
}

async function answer(request: MistralRequest): Promise<MistralAnswer> {
  return { status: 200, body: fullExecutionShape(await executionAsked(request)) };
}

/** undefined where there is nothing in it. */
function envIn(json: JsonObject): JsonObject | undefined {
  const env = dictionary(json, 'params')?.['env'];
  if (env !== undefined && !isJsonObject(env)) throw badRequest('env: expected an object');
  return env === undefined || Object.keys(env).length === 0 ? undefined : env;
}

function eventFor(state: string, stateInfo: string | null, env: JsonObject | undefined): UntimedEvent {
  if (state === 'PAUSED') return { type: 'pause', stateInfo };
  if (state === 'RUNNING') return { type: 'resume', ...(env === undefined ? {} : { env }) };
  const end = endStates.find((one) => one === state);
  if (end !== undefined) return { type: 'stop', state: end, stateInfo };
  throw badRequest(`Cannot change state to ${state}. Allowed states are: ${allowedStates.join(', ')}`);
}

async function tell({ options, id }: MistralRequest, event: UntimedEvent): Promise<void> {
  const refusal = await options.workflows.runner.tell(id, event);
  if (refusal === undefined) return;
  const { reason, message } = refusal;
  if (reason === 'not-allowed') throw new CoppiceError('forbidden', message);
  throw reason === 'not-found' ? notFound(message) : badRequest(message);
}

async function remove(request: MistralRequest): Promise<MistralAnswer> {
  const { record } = await executionAsked(request);
  if (!hasEnded(record.state) && !isTrue(request.query['force'])) {
    const sentence = `Only completed executions can be deleted. Use --force to override this. Execution ${record.id} is in ${record.state} state.`;
    throw new CoppiceError('forbidden', sentence);
  }
  await request.options.workflows.runner.deleteExecution(record.id);
  return { status: 204 };
}

/** The executions of a list, as it is asked for; `fixed` conditions are the path's. */
export async function executionList(
  request: MistralRequest,
  fixed: PageQuery['conditions'] = [],
): Promise<MistralAnswer> {
  const asked = await readListQuery(request, listings.execution, executionSchema);
  const conditions = [...asked.conditions, ...fixed];
  const found = await listExecutions(request.options.store.db, { ...asked, conditions });
  const withOutput = isTrue(request.query['include_output']) || asked.fields.includes('output');
  const items = found.map((execution) => {
    const { output, ...shape } = executionShape(execution);
    return withOutput && output !== undefined ? { ...shape, output } : shape;
  });
  return listAnswer(request, 'executions', asked, items);
}

export const executionRoutes: readonly MistralRoute[] = [
  {
    method: 'POST',
    path,
    summary: 'Start an execution; with an id that is known, show it',
    answers: { status: 201, schema: executionSchema },
    takes: body,
    handle: start,
  },
  {
    method: 'GET',
    path,
    summary: 'List executions',
    answers: { status: 200, schema: listSchema('executions', executionSchema) },
    query: listParameters(listings.execution),
    handle: (request) => executionList(request),
  },
  {
    method: 'GET',
    path: `${path}/{id}`,
    summary: 'Show an execution',
    answers: { status: 200, schema: fullExecutionSchema },
    handle: answer,
  },
  {
    method: 'PUT',
    path: `${path}/{id}`,
    summary: 'Pause, resume, cancel or end an execution by force, change its environment, or describe it',
    answers: { status: 200, schema: fullExecutionSchema },
    takes: body,
    handle: change,
  },
  {
    method: 'DELETE',
    path: `${path}/{id}`,
    summary: 'Delete an execution with all that belongs to it',
    answers: { status: 204 },
    query: ['force'],
    handle: remove,
  },
  {
    method: 'GET',
    path: `${path}/{id}/executions`,
    summary: 'List the sub-executions of an execution',
    answers: { status: 200, schema: listSchema('executions', executionSchema) },
    query: [...listParameters(listings.execution), 'errors_only', 'max_depth'],
    async handle(request) {
      const { record } = await executionAsked(request);
      // Of a root all levels, of another execution the next one.
      const field = record.rootId === null ? 'root_execution_id' : 'parent_execution_id';
      return await executionList(request, [{ field, comparison: 'eq', values: [record.id] }]);
    },
  },
  {
    method: 'GET',
    path: `${path}/{id}/report`,
    summary: 'Show an execution as a tree, with statistics',
    answers: { status: 200, schema: reportSchema },
    query: ['errors_only', 'max_depth', 'statistics_only'],
    async handle(request) {
      const { query, options } = request;
      const depth = query['max_depth'] === undefined ? -1 : Number(query['max_depth']);
      const tools = { db: options.store.db, library: options.workflows.runner.library };
      const report = await reportOf(tools, await executionAsked(request), {
        errorsOnly: isTrue(query['errors_only']),
        maxDepth: Number.isInteger(depth) && depth >= 0 ? depth : Infinity,
        statisticsOnly: isTrue(query['statistics_only']),
      });
      return { status: 200, body: report };
    },
  },
];
