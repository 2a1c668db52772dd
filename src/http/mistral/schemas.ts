/**
 * What `shapes.ts` makes, and what bodies may hold, as schemas: for `openapi.json`, and to hold the answers of the tests against it. A
 * dictionary is JSON text in answers; in requests it may be an object, too.
 */
import { z } from 'zod';

const text = z.string();
const nullableText = z.string().nullable();
const jsonText = z.string().describe('A JSON object, as text.');
const time = z.string().describe('`2026-11-22 18:29:12`, in UTC.');
const nullableTime = time.nullable();
const flag = z.boolean();

const definition = {
  id: text,
  name: text,
  namespace: text,
  tags: z.array(text),
  scope: text,
  project_id: text,
  created_at: time,
  updated_at: nullableTime,
};

export const workflowSchema = z
  .strictObject({
    ...definition,
    input: text.describe('`node, grace="2"`'),
    interface: z.union([z.looseObject({}), jsonText]),
    definition: text.describe('The YAML.'),
  })
  .meta({ id: 'Workflow' });

export const workbookSchema = z
  .strictObject({ ...definition, definition: text.describe('The YAML.') })
  .meta({ id: 'Workbook' });

export const actionSchema = z
  .strictObject({
    ...definition,
    project_id: nullableText,
    created_at: nullableTime,
    is_system: flag.describe('Built in: there is no definition.'),
    description: nullableText,
    input: text,
    definition: nullableText,
  })
  .meta({ id: 'WorkflowAction' });

const executionState = z.enum(['IDLE', 'RUNNING', 'PAUSED', 'SUCCESS', 'ERROR', 'CANCELLED']);
const endState = z.enum(['SUCCESS', 'ERROR', 'CANCELLED']);

const execution = {
  id: text,
  workflow_id: nullableText,
  workflow_name: text,
  workflow_namespace: text,
  description: text,
  params: jsonText,
  task_execution_id: nullableText.describe('Of a sub-workflow: the task that started it.'),
  root_execution_id: nullableText,
  state: executionState,
  state_info: nullableText,
  input: jsonText,
  output: jsonText,
  created_at: time,
  updated_at: time,
  project_id: text,
};

export const executionSchema = z.strictObject(execution).meta({ id: 'WorkflowExecution' });
export const fullExecutionSchema = z
  .strictObject({ ...execution, published_global: jsonText })
  .meta({ id: 'FullWorkflowExecution' });

const task = {
  id: text,
  name: text,
  type: z.enum(['ACTION', 'WORKFLOW']),
  workflow_name: text,
  workflow_namespace: text,
  workflow_id: nullableText,
  workflow_execution_id: text,
  state: z.enum(['IDLE', 'WAITING', 'DELAYED', 'RUNNING', 'PAUSED', 'SUCCESS', 'ERROR', 'CANCELLED']),
  state_info: nullableText,
  tags: z.array(text),
  project_id: text,
  runtime_context: jsonText,
  published: jsonText,
  processed: flag,
  created_at: time,
  updated_at: time,
  started_at: nullableTime,
  finished_at: nullableTime,
};

export const taskSchema = z.strictObject(task).meta({ id: 'TaskExecution' });
export const fullTaskSchema = z
  .strictObject({ ...task, result: text.describe('JSON text.') })
  .meta({ id: 'FullTaskExecution' });

export const actionExecutionSchema = z
  .strictObject({
    id: text,
    name: text,
    description: text,
    workflow_name: nullableText,
    workflow_namespace: text,
    task_name: nullableText,
    task_execution_id: nullableText,
    state: z.enum(['RUNNING', 'PAUSED', 'SUCCESS', 'ERROR', 'CANCELLED']),
    state_info: nullableText,
    tags: z.array(text),
    accepted: flag.describe('false: a retry or a rerun threw it away.'),
    input: jsonText,
    output: jsonText
      .describe('`{"result": ...}` as JSON text; in lists with `include_output` only.')
      .optional(),
    created_at: time,
    updated_at: time,
    started_at: time,
    finished_at: nullableTime,
    project_id: text,
  })
  .meta({ id: 'ActionExecution' });

export const environmentSchema = z
  .strictObject({
    id: text,
    name: text,
    description: text,
    variables: jsonText,
    scope: text,
    project_id: text,
    created_at: time,
    updated_at: nullableTime,
  })
  .meta({ id: 'WorkflowEnvironment' });

export const reportSchema = z.strictObject({
  statistics: z.record(text, z.int()),
  root_workflow_execution: z.looseObject({}).optional(),
});

export const validitySchema = z.strictObject({ valid: flag, error: text.optional() });

export const rootSchema = z.strictObject({ uri: text });

export const faultSchema = z
  .strictObject({
    faultstring: text,
    faultcode: z.enum(['Client', 'Server']).optional(),
    debuginfo: z.null().optional(),
  })
  .meta({ id: 'Fault' });

/** `fields` may cut what is shown of each. */
export function listSchema(name: string, item: z.ZodObject): z.ZodType {
  return z.strictObject({
    [name]: z.array(item.partial()),
    next: text.describe('URL of the next page, where there may be one.').optional(),
  });
}

/** What a request may carry; Mistral's clients send back what they were shown. */
const dictionary = z.union([z.looseObject({}), jsonText]);

export const executionBody = z.strictObject({
  id: text
    .describe('Chosen by the client: a second start with it shows the execution that is there.')
    .optional(),
  workflow_id: text.optional(),
  workflow_name: text.optional(),
  workflow_namespace: text.optional(),
  description: text.optional(),
  input: dictionary.optional(),
  params: dictionary.describe('`env`, `task_name`, `evaluate_env`').optional(),
  source_execution_id: text.describe('Its workflow, input and params are taken.').optional(),
  state: executionState.optional(),
  state_info: text.optional(),
  output: dictionary.optional(),
  tags: z.array(text).optional(),
  task_execution_id: text.optional(),
  root_execution_id: text.optional(),
  project_id: text.optional(),
  created_at: time.optional(),
  updated_at: time.optional(),
});

export const taskBody = z.strictObject({
  id: text.optional(),
  name: text.optional(),
  workflow_name: text.optional(),
  workflow_execution_id: text.optional(),
  state: z.literal('RUNNING'),
  reset: flag.describe('false: of with-items only what failed.').optional(),
  env: dictionary.optional(),
});

export const completionBody = z.strictObject({
  id: text.optional(),
  state: endState.optional(),
  output: dictionary.optional(),
  name: text.optional(),
  task_execution_id: text.optional(),
  input: dictionary.optional(),
  accepted: flag.optional(),
});

export const runBody = z.strictObject({
  name: text,
  workflow_namespace: text.optional(),
  input: dictionary.optional(),
  description: text.optional(),
  params: dictionary.describe('`save_result`, `run_sync`, `target`').optional(),
});

export const environmentBody = z.strictObject({
  id: text.optional(),
  name: text,
  description: text.optional(),
  variables: dictionary.optional(),
  scope: text.optional(),
  project_id: text.optional(),
  created_at: time.optional(),
  updated_at: time.optional(),
});
