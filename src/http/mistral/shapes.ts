/** What goes over the wire, in Mistral's words: dictionaries as JSON text, times as `2026-11-22 18:29:12`. */
import { stringify } from 'yaml';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Definition, Source } from '../../store/workflow-definitions.ts';
import type { Environment } from '../../store/workflow-environments.ts';
import type { StoredExecution } from '../../store/workflow-executions.ts';
import type { ActionType } from '../../workflow/actions/action-type.ts';
import { resultOfActions } from '../../workflow/language/conductor/task-view.ts';
import { inputText, interfaceOf } from '../../workflow/language/definition/describe-workflow.ts';
import type { AdhocActionSpec, WorkflowSpec } from '../../workflow/language/definition/workflow-spec.ts';
import {
  hasActionEnded,
  hasTaskEnded,
  type ActionRecord,
  type TaskRecord,
} from '../../domain/workflow-records.ts';
import { pythonText } from '../../workflow/language/conductor/python-text.ts';

export function timeText(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ');
}

/** Where a text defines several things, the text of one of them: cut out with its comments where it stands in lines of its own. */
function ownText(source: Source, isOnly: boolean, name: string, plain: JsonObject): string {
  if (isOnly) return source.text;
  const own = source.kind === 'workbook' ? undefined : cutOut(source.text, name);
  return own === undefined ? stringify({ version: '2.0', [name]: plain }) : `version: '2.0'\n\n${own}`;
}

function cutOut(text: string, name: string): string | undefined {
  const top = [...text.matchAll(/^(?:"([^"\n]*)"|'([^'\n]*)'|([^\s#"'{}[\]&*!|>%@,?-][^\n]*?))\s*:(?=\s)/gm)];
  const at = top.findIndex(([, double, single, plain]) => (double ?? single ?? plain) === name);
  if (at === -1) return undefined;
  return `${text.slice(top[at]?.index, top[at + 1]?.index).trimEnd()}\n`;
}

export interface Described {
  readonly definition: Definition;
  readonly source: Source;
  /** How many things the text defines. */
  readonly neighbours: number;
}

export function workflowShape(
  { definition, source, neighbours }: Described,
  spec: WorkflowSpec,
  interfaceAs: 'object' | 'text',
): JsonObject {
  const described = interfaceOf(spec);
  return {
    ...definitionShape(definition),
    tags: [...spec.tags],
    input: inputText(spec.inputs),
    interface: interfaceAs === 'object' ? described : JSON.stringify(described),
    definition: ownText(source, neighbours === 1 && source.kind === 'workflow', spec.name, spec.source),
  };
}

export function definitionShape(definition: Definition): JsonObject {
  const { id, name, namespace, tags, scope, project, createdAt, updatedAt } = definition;
  return {
    id,
    name,
    namespace,
    tags: [...tags],
    scope,
    project_id: project,
    created_at: timeText(createdAt),
    updated_at: timeText(updatedAt),
  };
}

export function adhocActionShape(
  { definition, source, neighbours }: Described,
  spec: AdhocActionSpec,
): JsonObject {
  return {
    ...definitionShape(definition),
    is_system: false,
    description: spec.description ?? null,
    input: inputText(spec.inputs),
    definition: ownText(source, neighbours === 1 && source.kind === 'action', spec.name, spec.source),
  };
}

/** What is built in has no row: its name is its id. */
export function systemActionShape(action: ActionType): JsonObject {
  const inputs = (action.parameters ?? []).map(({ name, required, default: value = null }) =>
    required ? name : `${name}=${pythonText(value)}`,
  );
  return {
    id: action.name,
    name: action.name,
    namespace: '',
    tags: [],
    scope: 'public',
    project_id: null,
    created_at: null,
    updated_at: null,
    is_system: true,
    description: action.description,
    input: inputs.join(', '),
    definition: null,
  };
}

export function executionShape({ record, workflowId, project }: StoredExecution): JsonObject {
  return {
    id: record.id,
    workflow_id: workflowId,
    workflow_name: record.workflow,
    workflow_namespace: record.namespace,
    description: record.description,
    params: JSON.stringify({
      ...record.params,
      ...(Object.keys(record.env).length === 0 ? {} : { env: record.env }),
      namespace: record.namespace,
    }),
    task_execution_id: record.parent?.taskId ?? null,
    root_execution_id: record.rootId,
    state: record.state,
    state_info: record.stateInfo,
    input: JSON.stringify(record.input),
    output: JSON.stringify(record.output),
    created_at: timeText(record.createdAt),
    updated_at: timeText(record.updatedAt),
    project_id: project,
  };
}

/** Of one execution: with what it published globally (what `vars` says only, nobody published). */
export function fullExecutionShape(stored: StoredExecution): JsonObject {
  const { globals, vars } = stored.record;
  const published = Object.entries<Json>(globals).filter(([name]) => !Object.hasOwn(vars, name));
  return { ...executionShape(stored), published_global: JSON.stringify(Object.fromEntries(published)) };
}

export function taskShape(task: TaskRecord, { record, workflowId, project }: StoredExecution): JsonObject {
  return {
    id: task.id,
    name: task.name,
    type: task.type,
    workflow_name: record.workflow,
    workflow_namespace: record.namespace,
    workflow_id: workflowId,
    workflow_execution_id: record.id,
    state: task.state,
    state_info: task.stateInfo,
    tags: [],
    project_id: project,
    runtime_context: JSON.stringify(runtimeContext(task)),
    published: JSON.stringify(task.published),
    processed: hasTaskEnded(task.state),
    created_at: timeText(task.createdAt),
    updated_at: timeText(task.updatedAt),
    started_at: timeText(task.startedAt),
    finished_at: timeText(task.finishedAt),
  };
}

function runtimeContext(task: TaskRecord): JsonObject {
  const retry = task.retries === 0 ? {} : { retry_task_policy: { retry_no: task.retries } };
  const items = task.progress === null ? {} : { with_items: { count: task.progress.total } };
  return { ...retry, ...items };
}

export function fullTaskShape(
  task: TaskRecord,
  execution: StoredExecution,
  spec: WorkflowSpec,
  actions: readonly ActionRecord[],
): JsonObject {
  const taskSpec = spec.tasks.get(task.name);
  const result = resultOfActions(actions, (taskSpec?.withItems.length ?? 0) > 0);
  return {
    ...taskShape(task, execution),
    tags: [...(taskSpec?.tags ?? [])],
    result: JSON.stringify(result),
  };
}

/** What an action execution says of where it belongs: to a task of a workflow, or to nothing. */
export interface ActionSetting {
  readonly workflow: string | null;
  readonly namespace: string;
  readonly project: string;
  readonly task: string | null;
  readonly description: string;
}

export function settingOf(
  { record, project }: StoredExecution,
  task: { readonly name: string },
): ActionSetting {
  return {
    workflow: record.workflow,
    namespace: record.namespace,
    project,
    task: task.name,
    description: '',
  };
}

export function actionExecutionShape(
  action: ActionRecord,
  setting: ActionSetting,
  withOutput: boolean,
): JsonObject {
  const hasEnded = hasActionEnded(action.state);
  return {
    id: action.id,
    name: action.name,
    description: setting.description,
    workflow_name: setting.workflow,
    workflow_namespace: setting.namespace,
    task_name: setting.task,
    task_execution_id: setting.task === null ? null : action.taskId,
    state: action.state,
    state_info: null,
    tags: [],
    accepted: action.accepted,
    input: JSON.stringify(action.input),
    ...(withOutput ? { output: JSON.stringify(hasEnded ? { result: action.result } : {}) } : {}),
    created_at: timeText(action.createdAt),
    updated_at: timeText(action.updatedAt),
    started_at: timeText(action.createdAt),
    finished_at: hasEnded ? timeText(action.updatedAt) : null,
    project_id: setting.project,
  };
}

export function environmentShape(environment: Environment): JsonObject {
  const { id, name, description, variables, scope, project, createdAt, updatedAt } = environment;
  return {
    id,
    name,
    description,
    variables: JSON.stringify(variables),
    scope,
    project_id: project,
    created_at: timeText(createdAt),
    updated_at: timeText(updatedAt),
  };
}
