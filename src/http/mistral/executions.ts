/** `/v2/executions` */
import { z } from 'zod';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import type { Caller, RequestTools } from '../../requests/request-tools.ts';
import { executionReport } from '../../requests/workflows/execution-report.ts';
import {
  changeExecution,
  deleteExecution,
  listVisibleExecutions,
  requireExecution,
  startExecution,
} from '../../requests/workflows/executions.ts';
import { badRequest, runnerOf } from '../../requests/workflows/workflow-tools.ts';
import type { StoredExecution } from '../../store/workflow-executions.ts';
import { listings, type Condition } from '../../store/workflow-listing.ts';
import { param, type Answer, type Route, type RouteRequest } from '../route.ts';
import { executionBody, executionResource, fullExecutionResource } from './execution-resource.ts';
import { showReport } from './execution-report.ts';
import {
  answerList,
  listParameters,
  wholePage,
  type MistralListDeclaration,
  type ListParameters,
} from './mistral-list.ts';
import { listSchema } from './resource.ts';
import { isTrue } from './wire-fields.ts';
import { parameters, workflowRoute } from './workflow-route.ts';

const path = '/v2/executions';
const carrying = { body: executionBody, bodyName: 'wf_ex' } as const;

const list: MistralListDeclaration<StoredExecution> = {
  name: 'executions',
  listing: listings.execution,
  names: executionResource.names,
  onRequest: ['output'],
  show: async (tools, execution) => executionResource.show(await withTags(tools, execution)),
};

/** Of executions the lists below an execution or a task take more parameters, which change nothing. */
export const subExecutionParameters = listParameters(list, ['errors_only', 'max_depth']);
export const executionListSchema = listSchema('executions', executionResource.schema);

export async function withTags(tools: RequestTools, execution: StoredExecution) {
  const spec = await runnerOf(tools).library.specOf(execution.sourceId, execution.record.workflow);
  return { ...execution, tags: spec.tags };
}

/** `fixed` conditions are the path's. */
export async function executionList(
  request: Pick<RouteRequest<ListParameters, unknown>, 'tools' | 'caller' | 'query' | 'origin' | 'path'>,
  fixed: readonly Condition[] = [],
): Promise<Answer> {
  const read = wholePage<StoredExecution>(
    (page) => listVisibleExecutions(request.tools, request.caller, page),
    ({ record }) => record.id,
  );
  return await answerList(request, list, read, { fixed });
}

async function fullAnswer(tools: RequestTools, execution: StoredExecution): Promise<Answer> {
  return { status: 200, body: fullExecutionResource.show(await withTags(tools, execution)) };
}

/** undefined where there is nothing in it. */
function envIn(params: JsonObject | undefined): JsonObject | undefined {
  const env = params?.['env'];
  if (env !== undefined && !isJsonObject(env)) throw badRequest('env: expected an object');
  return env === undefined || Object.keys(env).length === 0 ? undefined : env;
}

function reportRequest(query: { readonly [name: string]: string | undefined }) {
  const asked = query['max_depth'] ?? '-1';
  if (!/^-?\d{1,9}$/.test(asked))
    throw badRequest(
      `max_depth: expected a whole number, -1 for all levels, found ${JSON.stringify(asked.slice(0, 80))}`,
    );
  const depth = Number(asked);
  return {
    errorsOnly: isTrue(query['errors_only']),
    maxDepth: depth >= 0 ? depth : Infinity,
    statisticsOnly: isTrue(query['statistics_only']),
  };
}

async function report(tools: RequestTools, caller: Caller, id: string, query: ListParameters) {
  return showReport(await executionReport(tools, caller, id, reportRequest(query)));
}

export const executionRoutes: readonly Route[] = [
  workflowRoute({
    method: 'POST',
    path,
    summary: 'Start an execution; with an id that is known, show it',
    answer: [201, executionResource.schema],
    ...carrying,
    async handle({ tools, caller, body }) {
      const started = await startExecution(tools, caller, {
        id: body.id,
        workflowId: body.workflow_id,
        workflowName: body.workflow_name,
        namespace: body.workflow_namespace,
        input: body.input,
        params: body.params,
        description: body.description,
        sourceExecutionId: body.source_execution_id,
      });
      return { status: 201, body: executionResource.show(await withTags(tools, started)) };
    },
  }),
  workflowRoute({
    method: 'GET',
    path,
    summary: 'List executions',
    answer: [200, executionListSchema],
    query: listParameters(list),
    handle: (request) => executionList(request),
  }),
  workflowRoute({
    method: 'GET',
    path: `${path}/{id}`,
    summary: 'Show an execution',
    answer: [200, fullExecutionResource.schema],
    async handle(request) {
      const { tools, caller } = request;
      return await fullAnswer(tools, await requireExecution(tools, caller, param(request, 'id')));
    },
  }),
  workflowRoute({
    method: 'PUT',
    path: `${path}/{id}`,
    summary: 'Pause, resume, cancel or end an execution by force, change its environment, or describe it',
    answer: [200, fullExecutionResource.schema],
    ...carrying,
    async handle(request) {
      const { tools, caller, body } = request;
      await requireExecution(tools, caller, param(request, 'id'));
      const { description, state, state_info: stateInfo = null } = body;
      const change = { description, state, stateInfo, env: envIn(body.params) };
      return await fullAnswer(tools, await changeExecution(tools, caller, param(request, 'id'), change));
    },
  }),
  workflowRoute({
    method: 'DELETE',
    path: `${path}/{id}`,
    summary: 'Delete an execution with all that belongs to it',
    answer: [204],
    query: parameters('force'),
    async handle(request) {
      const { tools, caller, query } = request;
      await deleteExecution(tools, caller, param(request, 'id'), { force: isTrue(query.force) });
      return { status: 204 };
    },
  }),
  workflowRoute({
    method: 'GET',
    path: `${path}/{id}/executions`,
    summary: 'List the sub-executions of an execution',
    answer: [200, executionListSchema],
    query: subExecutionParameters,
    async handle(request) {
      const { record } = await requireExecution(request.tools, request.caller, param(request, 'id'));
      // Of a root all levels, of another execution the next one.
      const field = record.rootId === null ? 'root_execution_id' : 'parent_execution_id';
      return await executionList(request, [{ field, comparison: 'eq', values: [record.id] }]);
    },
  }),
  workflowRoute({
    method: 'GET',
    path: `${path}/{id}/report`,
    summary: 'Show an execution as a tree, with statistics',
    answer: [
      200,
      z.strictObject({
        statistics: z.record(z.string(), z.int()),
        root_workflow_execution: z.looseObject({}).optional(),
      }),
    ],
    query: parameters('errors_only', 'max_depth', 'statistics_only'),
    async handle(request) {
      const { tools, caller, query } = request;
      return { status: 200, body: await report(tools, caller, param(request, 'id'), query) };
    },
  }),
];
