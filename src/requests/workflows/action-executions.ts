/** Runs of actions, by a task or standalone: shown, completed from outside, deleted. */
import { CoppiceError } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { ownerOf } from '../../domain/session.ts';
import {
  deleteStandaloneAction,
  noExecution,
  standaloneSettings,
  type StandaloneSetting,
} from '../../store/standalone-actions.ts';
import { getWorkflowAction } from '../../store/workflow-actions.ts';
import { taskNames } from '../../store/workflow-tasks.ts';
import { listWorkflowActions, type PageQuery } from '../../store/workflow-listing.ts';
import { hasActionEnded, type ActionRecord, type EndState } from '../../domain/workflow-records.ts';
import type { Caller, RequestTools } from '../request-tools.ts';
import { executionsByIds } from './executions.ts';
import type { StandaloneRequest } from '../../workflow/runner/standalone-actions.ts';
import { isNotFound, withReason } from './action-names.ts';
import { badRequest, isVisible, notFound, runnerOf, visiblePage } from './workflow-tools.ts';

/** What an action execution belongs to: a task of a workflow, or nothing. */
export interface ActionSetting extends StandaloneSetting {
  readonly workflow: string | null;
  readonly task: string | null;
}

export interface ActionOfTask {
  readonly action: ActionRecord;
  readonly setting: ActionSetting;
}

/** @throws CoppiceError `resource-not-found` */
export async function requireActionExecution(
  tools: RequestTools,
  caller: Caller,
  id: string,
): Promise<ActionOfTask> {
  const action = await getWorkflowAction(tools.store.db, id);
  const [found] = action?.type === 'ACTION' ? await withSettings(tools, [action]) : [];
  if (found !== undefined && isVisible(caller, found.setting.project)) return found;
  throw notFound(`ActionExecution not found [id=${id}]`);
}

/** May leave out some of the page: the actions of other projects that belong to no execution. */
export async function listVisibleActions(
  tools: RequestTools,
  caller: Caller,
  page: PageQuery,
): Promise<{ readonly read: number; readonly last: string | undefined; readonly visible: ActionOfTask[] }> {
  const actions = await listWorkflowActions(tools.store.db, visiblePage(caller, page));
  const visible = (await withSettings(tools, actions)).filter(({ setting }) =>
    isVisible(caller, setting.project),
  );
  return { read: actions.length, last: actions.at(-1)?.id, visible };
}

/** Without those whose execution was deleted between the two reads. */
async function withSettings(tools: RequestTools, actions: readonly ActionRecord[]): Promise<ActionOfTask[]> {
  const { db } = tools.store;
  const ofTasks = actions.filter((action) => !isStandalone(action));
  const standalone = await standaloneSettings(
    db,
    actions.filter(isStandalone).map(({ id }) => id),
  );
  const executions = await executionsByIds(
    tools,
    ofTasks.map(({ executionId }) => executionId),
  );
  const names = await taskNames(
    db,
    ofTasks.map(({ taskId }) => taskId),
  );
  return actions.flatMap((action): ActionOfTask[] => {
    const own = standalone.get(action.id);
    if (own !== undefined) return [{ action, setting: { ...own, workflow: null, task: null } }];
    const [execution, task] = [executions.get(action.executionId), names.get(action.taskId)];
    if (execution === undefined || task === undefined) return [];
    const { workflow, namespace } = execution.record;
    return [{ action, setting: { workflow, namespace, project: execution.project, task, description: '' } }];
  });
}

function isStandalone({ executionId }: ActionRecord): boolean {
  return executionId === noExecution;
}

const endStates: readonly EndState[] = ['SUCCESS', 'ERROR', 'CANCELLED'];
const states = [...endStates, 'PAUSED', 'RUNNING'];

/**
 * Completes an action from outside, pauses or resumes it. @throws CoppiceError `resource-not-found`,
 * `bad-request`
 */
export async function changeActionExecution(
  tools: RequestTools,
  caller: Caller,
  id: string,
  request: { readonly state: string; readonly output: JsonObject },
): Promise<ActionOfTask> {
  const { action } = await requireActionExecution(tools, caller, id);
  const state = endStates.find((one) => one === request.state);
  const held = request.state === 'PAUSED' || request.state === 'RUNNING' ? request.state : undefined;
  if (state === undefined && held === undefined)
    throw badRequest(`state: expected one of ${states.join(', ')}, found ${request.state}`);
  // Mistral answers 500 here; it is the caller's mistake, and nothing is broken.
  if (hasActionEnded(action.state)) throw alreadyCompleted(action);
  // What was cancelled has no result, as in Mistral.
  const result = state === 'CANCELLED' ? null : request.output;
  if (state !== undefined) await complete(tools, action, state, result);
  else if (held !== undefined) await hold(tools, action, held);
  return await requireActionExecution(tools, caller, id);
}

async function complete(
  tools: RequestTools,
  action: ActionRecord,
  state: EndState,
  output: Json,
): Promise<void> {
  const runner = runnerOf(tools);
  if (!isStandalone(action)) refuseChange(await runner.completeAction(action, state, output));
  else if (!(await runner.standalone.complete(action, state, output))) throw alreadyCompleted(action);
}

async function hold(tools: RequestTools, action: ActionRecord, state: 'PAUSED' | 'RUNNING'): Promise<void> {
  const runner = runnerOf(tools);
  const event = { type: 'action-changed', actionId: action.id, state } as const;
  if (!isStandalone(action)) refuseChange(await runner.sendEvent(action.executionId, event));
  else if (!(await runner.standalone.change(action, state))) throw alreadyCompleted(action);
}

function refuseChange(refusal: { readonly message: string } | undefined): void {
  if (refusal !== undefined) throw badRequest(refusal.message);
}

function alreadyCompleted({ id }: ActionRecord): CoppiceError {
  return badRequest(`Action ${id} is already completed`);
}

export interface RunAsked {
  readonly name: string;
  readonly namespace: string;
  readonly description: string;
  readonly input: JsonObject;
  /** `save_result`, `run_sync`, `target`. */
  readonly params: JsonObject;
}

/** `target` names an executor; there is one only. */
const knownParams = ['save_result', 'run_sync', 'target'];

/** A standalone action, without a workflow. @throws CoppiceError `resource-not-found`, `bad-request` */
export async function runStandaloneAction(
  tools: RequestTools,
  caller: Caller,
  { name, input, params, namespace, description }: RunAsked,
): Promise<ActionOfTask> {
  if (name === '') throw badRequest('Please provide at least action name to run action.');
  const unknown = Object.keys(params).find((param) => !knownParams.includes(param));
  if (unknown !== undefined)
    throw badRequest(`params: expected some of ${knownParams.join(', ')}, found ${unknown}`);
  const setting = { namespace, project: caller.project, description };
  const request = {
    ...setting,
    name,
    input,
    session: ownerOf(caller),
    isKept: params['save_result'] === true,
    mustEnd: params['run_sync'] === true,
  };
  const action = await runOrReason(tools, caller, request);
  return { action, setting: { ...setting, workflow: null, task: null } };
}

async function runOrReason(
  tools: RequestTools,
  caller: Caller,
  request: StandaloneRequest,
): Promise<ActionRecord> {
  try {
    return await runnerOf(tools).standalone.run(request);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw await withReason(tools, caller, request.name, request.namespace, error);
  }
}

/** @throws CoppiceError `resource-not-found`, `forbidden` */
export async function deleteActionExecution(tools: RequestTools, caller: Caller, id: string): Promise<void> {
  const { action } = await requireActionExecution(tools, caller, id);
  if (!isStandalone(action))
    throw new CoppiceError('forbidden', 'Only ad-hoc action execution can be deleted.');
  if (!hasActionEnded(action.state))
    throw new CoppiceError('forbidden', 'Only completed action execution can be deleted.');
  await tools.store.write((tx) => deleteStandaloneAction(tx, action.id));
}
