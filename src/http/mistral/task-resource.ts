/** What is shown of a task, and what requests on one carry. */
import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import type { TaskOfExecution } from '../../requests/workflows/tasks.ts';
import { resultOfActions } from '../../workflow/language/conductor/task-view.ts';
import { hasTaskEnded, type ActionRecord, type TaskRecord } from '../../domain/workflow-records.ts';
import { resource } from './resource.ts';
import {
  dictionary,
  flag,
  ignored,
  jsonText,
  nullableMistralTime,
  toMistralTimeOrNull,
  texts,
  mistralTime,
} from './wire-fields.ts';
import { nullableText, text } from '../shapes/common.ts';
import { optional } from '../fields.ts';
import { toMistralTime } from '../../domain/time-text.ts';

const state = z.enum([
  'IDLE',
  'WAITING',
  'DELAYED',
  'RUNNING',
  'PAUSED',
  'SUCCESS',
  'ERROR',
  'CANCELLED',
  'SKIPPED',
]);

export const taskResource = resource<TaskOfExecution>()('TaskExecution', {
  id: [text, ({ task }) => task.id],
  name: [text, ({ task }) => task.name],
  type: [z.enum(['ACTION', 'WORKFLOW']), ({ task }) => task.type],
  workflow_name: [text, ({ execution }) => execution.record.workflow],
  workflow_namespace: [text, ({ execution }) => execution.record.namespace],
  workflow_id: [nullableText, ({ execution }) => execution.workflowId],
  workflow_execution_id: [text, ({ execution }) => execution.record.id],
  state: [state, ({ task }) => task.state],
  state_info: [nullableText, ({ task }) => task.stateInfo],
  tags: [texts, ({ spec }) => [...(spec?.tags ?? [])]],
  project_id: [text, ({ execution }) => execution.project],
  runtime_context: [jsonText, ({ task }) => JSON.stringify(runtimeContext(task))],
  published: [jsonText, ({ task }) => JSON.stringify(task.published)],
  processed: [flag, ({ task }) => hasTaskEnded(task.state)],
  created_at: [mistralTime, ({ task }) => toMistralTime(task.createdAt)],
  updated_at: [mistralTime, ({ task }) => toMistralTime(task.updatedAt)],
  started_at: [nullableMistralTime, ({ task }) => toMistralTimeOrNull(task.startedAt)],
  finished_at: [nullableMistralTime, ({ task }) => toMistralTimeOrNull(task.finishedAt)],
});

export interface TaskWithActions extends TaskOfExecution {
  readonly actions: readonly ActionRecord[];
}

export const fullTaskResource = resource<TaskWithActions>()('FullTaskExecution', {
  ...taskResource.fields,
  result: [text.describe('JSON text.'), resultText],
});

export function resultText({ spec, actions }: TaskWithActions): string {
  return JSON.stringify(resultOfActions(actions, (spec?.withItems.length ?? 0) > 0));
}

function runtimeContext(task: TaskRecord): JsonObject {
  const retry =
    task.retries === 0 && (task.policies?.retry ?? null) === null
      ? {}
      : { retry_task_policy: { retry_no: task.retries } };
  const items = task.progress === null ? {} : { with_items: { count: task.progress.total } };
  const limit = task.policies?.concurrency ?? 0;
  const concurrency = limit === 0 ? {} : { concurrency: limit };
  const triggers = task.triggeredBy.map(({ taskId, event }) => ({ task_id: taskId, event }));
  const triggeredBy = triggers.length === 0 ? {} : { triggered_by: triggers };
  return { ...triggeredBy, ...retry, ...items, ...concurrency };
}

export const taskBody = z.strictObject({
  id: ignored,
  name: optional(text),
  workflow_name: optional(text),
  workflow_execution_id: ignored,
  state: optional(text).describe('RUNNING: run the task again. SKIPPED: skip it, and continue after it.'),
  reset: optional(flag).describe('false: of with-items only what failed.'),
  env: dictionary('env'),
});
