/** What is shown of the run of an action, and what requests on one carry. */
import { z } from 'zod';
import type { ActionOfTask } from '../../requests/workflows/action-executions.ts';
import { hasActionEnded } from '../../domain/workflow-records.ts';
import { resource } from './resource.ts';
import {
  dictionary,
  flag,
  ignored,
  jsonText,
  nullableMistralTime,
  texts,
  mistralTime,
} from './wire-fields.ts';
import { nullableText, text } from '../shapes/common.ts';
import { optional } from '../fields.ts';
import { toMistralTime } from '../../domain/time-text.ts';

const state = z.enum(['RUNNING', 'PAUSED', 'SUCCESS', 'ERROR', 'CANCELLED']);

export const actionExecutionResource = resource<ActionOfTask>()('ActionExecution', {
  id: [text, ({ action }) => action.id],
  name: [text, ({ action }) => action.name],
  description: [text, ({ setting }) => setting.description],
  workflow_name: [nullableText, ({ setting }) => setting.workflow],
  workflow_namespace: [text, ({ setting }) => setting.namespace],
  task_name: [nullableText, ({ setting }) => setting.task],
  task_execution_id: [nullableText, ({ action, setting }) => (setting.task === null ? null : action.taskId)],
  state: [state, ({ action }) => action.state],
  state_info: [nullableText, () => null],
  tags: [texts, () => []],
  accepted: [flag.describe('false: a retry or a rerun threw it away.'), ({ action }) => action.accepted],
  input: [jsonText, ({ action }) => JSON.stringify(action.input)],
  output: [
    jsonText.describe('`{"result": ...}` as JSON text; in lists with `include_output` only.').optional(),
    ({ action }) => JSON.stringify(hasActionEnded(action.state) ? { result: action.result } : {}),
  ],
  created_at: [mistralTime, ({ action }) => toMistralTime(action.createdAt)],
  updated_at: [mistralTime, ({ action }) => toMistralTime(action.updatedAt)],
  started_at: [mistralTime, ({ action }) => toMistralTime(action.createdAt)],
  finished_at: [
    nullableMistralTime,
    ({ action }) => (hasActionEnded(action.state) ? toMistralTime(action.updatedAt) : null),
  ],
  project_id: [text, ({ setting }) => setting.project],
});

export const actionChangeBody = z.strictObject({
  id: ignored,
  state: optional(text).describe('SUCCESS, ERROR, CANCELLED, PAUSED or RUNNING; absent: SUCCESS.'),
  output: dictionary('output'),
  name: ignored,
  task_execution_id: ignored,
  input: ignored,
  accepted: ignored,
});

export const runBody = z.strictObject({
  name: optional(text),
  workflow_namespace: optional(text),
  input: dictionary('input'),
  description: optional(text),
  params: dictionary('params', '`save_result`, `run_sync`, `target`'),
});
