/** What is shown of an execution, and what requests on one carry. */
import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import type { StoredExecution } from '../../store/workflow-executions.ts';
import { resource } from './resource.ts';
import { dictionary, ignored, jsonText, texts, mistralTime } from './wire-fields.ts';
import { nullableText, text } from '../shapes/common.ts';
import { optional } from '../fields.ts';
import { toMistralTime } from '../../domain/time-text.ts';

const state = z.enum(['IDLE', 'RUNNING', 'PAUSED', 'SUCCESS', 'ERROR', 'CANCELLED']);

export interface ShownExecution extends StoredExecution {
  /** Of its workflow. */
  readonly tags: readonly string[];
}

export const executionResource = resource<ShownExecution>()('WorkflowExecution', {
  id: [text, ({ record }) => record.id],
  workflow_id: [nullableText, ({ workflowId }) => workflowId],
  workflow_name: [text, ({ record }) => record.workflow],
  workflow_namespace: [text, ({ record }) => record.namespace],
  description: [text, ({ record }) => record.description],
  tags: [texts, ({ tags }) => [...tags]],
  params: [
    jsonText,
    ({ record: { params, env, namespace, rootId } }) =>
      // That of a sub-workflow is its root's, and is shown there.
      JSON.stringify({
        ...params,
        ...(rootId !== null || Object.keys(env).length === 0 ? {} : { env }),
        namespace,
      }),
  ],
  task_execution_id: [
    nullableText.describe('Of a sub-workflow: the task that started it.'),
    ({ record }) => record.parent?.taskId ?? null,
  ],
  root_execution_id: [nullableText, ({ record }) => record.rootId],
  state: [state, ({ record }) => record.state],
  state_info: [nullableText, ({ record }) => record.stateInfo],
  input: [jsonText, ({ record }) => JSON.stringify(record.input)],
  output: [jsonText, ({ record }) => JSON.stringify(record.output)],
  created_at: [mistralTime, ({ record }) => toMistralTime(record.createdAt)],
  updated_at: [mistralTime, ({ record }) => toMistralTime(record.updatedAt)],
  project_id: [text, ({ project }) => project],
});

/** Of one execution: with what it published globally (what only `vars` holds was not published). */
export const fullExecutionResource = resource<ShownExecution>()('FullWorkflowExecution', {
  ...executionResource.fields,
  published_global: [
    jsonText,
    ({ record: { globals, vars } }) => {
      const published = Object.entries<Json>(globals).filter(([name]) => !Object.hasOwn(vars, name));
      return JSON.stringify(Object.fromEntries(published));
    },
  ],
});

/** Mistral's clients send back what they were shown: what cannot be changed is read and passed over. */
export const executionBody = z.strictObject({
  id: optional(text).describe(
    'Chosen by the client: a second start with it shows the execution that is there.',
  ),
  workflow_id: optional(text),
  workflow_name: optional(text),
  workflow_namespace: optional(text),
  description: optional(text),
  input: dictionary('input'),
  params: dictionary('params', '`env`, `task_name`, `evaluate_env`'),
  source_execution_id: optional(text).describe('Its workflow, input and params are taken.'),
  state: optional(text).describe(state.options.join(', ')),
  state_info: optional(text),
  output: ignored,
  tags: ignored,
  task_execution_id: ignored,
  root_execution_id: ignored,
  project_id: ignored,
  created_at: ignored,
  updated_at: ignored,
});
