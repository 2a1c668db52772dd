/** Executions of workflows: started, paused, resumed, ended by force, described, deleted. */
import { CoppiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { ownerOf } from '../../domain/session.ts';
import {
  getExecution,
  getExecutions,
  hasExecutions,
  type StoredExecution,
} from '../../store/workflow-executions.ts';
import { listExecutions, type PageQuery } from '../../store/workflow-listing.ts';
import type { Tx } from '../../store/store.ts';
import type { EndState } from '../../domain/workflow-records.ts';
import type { UntimedEvent } from '../../workflow/runner/step-batch.ts';
import type { ExecutionRequest } from '../../workflow/runner/new-execution.ts';
import { hasEnded } from '../../workflow/workflow-service.ts';
import type { Caller, RequestTools } from '../request-tools.ts';
import { requireDefinition } from './definitions.ts';
import { badRequest, isVisible, notFound, refuse, runnerOf, visiblePage } from './workflow-tools.ts';

/** @throws CoppiceError `resource-not-found` */
export async function requireExecution(
  { store }: RequestTools,
  caller: Caller,
  id: string,
): Promise<StoredExecution> {
  const found = await getExecution(store.db, id);
  if (found !== undefined && isVisible(caller, found.project)) return found;
  throw notFound(`WorkflowExecution not found [id=${id}]`);
}

export async function listVisibleExecutions(
  { store }: RequestTools,
  caller: Caller,
  page: PageQuery,
): Promise<StoredExecution[]> {
  return await listExecutions(store.db, visiblePage(caller, page));
}

/** Several at once, by id. */
export async function executionsByIds(
  { store }: RequestTools,
  ids: readonly string[],
): Promise<ReadonlyMap<string, StoredExecution>> {
  return await getExecutions(store.db, ids);
}

export interface NewExecution {
  /** Chosen by the caller: a second start with it gives the execution that is there. */
  readonly id: string | undefined;
  readonly workflowId: string | undefined;
  readonly workflowName: string | undefined;
  readonly namespace: string | undefined;
  readonly input: JsonObject | undefined;
  readonly params: JsonObject | undefined;
  readonly description: string | undefined;
  /** Its workflow, input and params are taken where nothing else is said. */
  readonly sourceExecutionId: string | undefined;
}

/** Ids are UUIDs, and what scripts choose in their place; they become parts of paths. */
const idForm = /^[\w.-]{1,64}$/;

/** @throws CoppiceError `resource-not-found`, `bad-request`, `limit-reached`, `action-conflict` */
export async function startExecution(
  tools: RequestTools,
  caller: Caller,
  request: NewExecution,
): Promise<StoredExecution> {
  const source = present(request.sourceExecutionId)
    ? await requireExecution(tools, caller, request.sourceExecutionId)
    : undefined;
  const { id } = request;
  if (present(id) && !idForm.test(id))
    throw badRequest(`id: expected a UUID, found ${JSON.stringify(id.slice(0, 80))}`);
  const known = present(id) ? await getExecution(tools.store.db, id) : undefined;
  // Of another project it is a duplicate, found when the new one is written: also to an administrator.
  if (known?.project === caller.project) return known;
  return await runnerOf(tools).startExecution({
    ...(present(id) ? { id } : {}),
    workflow: await visibleWorkflow(tools, caller, workflowIn(request, source)),
    input: { ...source?.record.input, ...request.input },
    params: { ...source?.record.params, ...request.params },
    description: request.description ?? '',
    owner: ownerOf(caller),
    signalsEnd: false,
    admit: (tx) => refuseOverLimit(tx, tools, caller),
  });
}

/**
 * What one project stores must not fill the database of all; what recoveries start is not refused. Called
 * where the execution is inserted already: two that start at once count each other.
 */
async function refuseOverLimit(tx: Tx, { limits }: RequestTools, { project }: Caller): Promise<void> {
  const { maxExecutionsPerProject: most } = limits;
  if (most === 0) return;
  await tx.exclude([`executions:${project}`]);
  if (!(await hasExecutions(tx.db, project, most + 1))) return;
  throw new CoppiceError(
    'limit-reached',
    `The project has ${most} executions stored, with those that have ended, and may have no more (limits.executions_per_project of the server's configuration): delete some, or wait until old ones are deleted (workflows.keep_days).`,
  );
}

/**
 * A definition of another project does not exist for the caller. @throws CoppiceError `resource-not-found`
 */
async function visibleWorkflow(
  tools: RequestTools,
  caller: Caller,
  wanted: ExecutionRequest['workflow'],
): Promise<ExecutionRequest['workflow']> {
  const [identity, namespace] = 'id' in wanted ? [wanted.id, ''] : [wanted.name, wanted.namespace];
  const { id } = await requireDefinition(tools, caller, 'workflow', identity, namespace);
  return { id };
}

function present(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

function workflowIn(
  request: NewExecution,
  source: StoredExecution | undefined,
): ExecutionRequest['workflow'] {
  if (present(request.workflowId)) return { id: request.workflowId };
  const namespace = request.namespace ?? source?.record.namespace ?? '';
  if (present(request.workflowName)) return { name: request.workflowName, namespace };
  if (source !== undefined) return { name: source.record.workflow, namespace };
  throw badRequest('Workflow ID or workflow name must be provided. Workflow ID is recommended.');
}

export interface ExecutionChange {
  readonly description: string | undefined;
  readonly state: string | undefined;
  readonly stateInfo: string | null;
  /** undefined where there is nothing in it. */
  readonly env: JsonObject | undefined;
}

/** @throws CoppiceError `resource-not-found`, `bad-request`, `forbidden` */
export async function changeExecution(
  tools: RequestTools,
  caller: Caller,
  id: string,
  { description, state, stateInfo, env }: ExecutionChange,
): Promise<StoredExecution> {
  await requireExecution(tools, caller, id);
  if (description === undefined && state === undefined && env === undefined)
    throw badRequest('The property state, description, or env is not provided for update.');
  if (description !== undefined && state !== undefined)
    throw badRequest('The property description must be updated separately from state.');
  if (env !== undefined && state !== undefined && state !== 'RUNNING')
    throw badRequest(
      'The property env can only be updated when workflow execution is not running or on resume from pause.',
    );
  const runner = runnerOf(tools);
  if (state !== undefined) refuse(await runner.sendEvent(id, eventFor(state, stateInfo, env)));
  else if (env !== undefined) refuse(await runner.sendEvent(id, { type: 'change-env', env }));
  if (description !== undefined) await runner.describeExecution(id, description);
  return await requireExecution(tools, caller, id);
}

const endStates: readonly EndState[] = ['SUCCESS', 'ERROR', 'CANCELLED'];
const allowedStates = ['RUNNING', 'PAUSED', ...endStates];

function eventFor(state: string, stateInfo: string | null, env: JsonObject | undefined): UntimedEvent {
  if (state === 'PAUSED') return { type: 'pause', stateInfo };
  if (state === 'RUNNING') return { type: 'resume', ...(env === undefined ? {} : { env }) };
  const end = endStates.find((one) => one === state);
  if (end !== undefined) return { type: 'stop', state: end, stateInfo };
  throw badRequest(`Cannot change state to ${state}. Allowed states are: ${allowedStates.join(', ')}`);
}

/** With all that belongs to it. @throws CoppiceError `resource-not-found`, `forbidden` */
export async function deleteExecution(
  tools: RequestTools,
  caller: Caller,
  id: string,
  { force }: { readonly force: boolean },
): Promise<void> {
  const { record } = await requireExecution(tools, caller, id);
  if (!hasEnded(record.state) && !force) {
    const sentence = `Only completed executions can be deleted. Use --force to override this. Execution ${record.id} is in ${record.state} state.`;
    throw new CoppiceError('forbidden', sentence);
  }
  await runnerOf(tools).deleteExecution(record.id);
}
