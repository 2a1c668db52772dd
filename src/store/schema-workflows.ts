/**
 * The tables of workflows: definitions, executions and the work that is still to be done. Portable like those
 * of `schema.ts`.
 */
import type { Generated } from 'kysely';

type Flag = 0 | 1;
type JsonText = string;

/** The text of a definition, kept once under its digest. */
export interface WorkflowSourceRow {
  id: string;
  /** workflow | workbook | action */
  kind: string;
  text: string;
}

export interface WorkbookRow {
  seq: Generated<number>;
  id: string;
  name: string;
  namespace: string;
  source_id: string;
  tags: JsonText;
  scope: string;
  project: string;
  created_at: number;
  updated_at: number | null;
}

/** A workflow or an ad-hoc action by its full name. */
export interface WorkflowDefinitionRow extends WorkbookRow {
  /** Name of the workbook that it came with. */
  workbook: string | null;
}

export interface WorkflowEnvironmentRow {
  seq: Generated<number>;
  id: string;
  name: string;
  description: string;
  variables: JsonText;
  scope: string;
  project: string;
  created_at: number;
  updated_at: number | null;
}

export interface WorkflowExecutionRow {
  seq: Generated<number>;
  id: string;
  /** The definition that it was started from, which may be gone; `source_id` is not. */
  workflow_id: string | null;
  source_id: string;
  /** Whose definition it is. */
  definition_project: string;
  workflow: string;
  namespace: string;
  description: string;
  parent_id: string | null;
  parent_task_id: string | null;
  parent_index: number | null;
  root_id: string | null;
  project: string;
  /** Who started it; null: not known, of executions from before it was kept. */
  user: string | null;
  domain: string | null;
  created_at: number;
  updated_at: number;
  input: JsonText;
  params: JsonText;
  env: JsonText;
  vars: JsonText;
  state: string;
  state_info: string | null;
  output: JsonText;
  globals: JsonText;
  backlog: JsonText;
  next_task: number;
  open_tasks: number;
  waiting_tasks: number;
  /** Raised by each step: a step that was decided on an older state is refused. */
  version: number;
  /** Whether an action waits for the durable signal of its end. */
  signals_end: Flag;
  /** How many executions stand above it. */
  depth: number;
}

/** What has been started below a root execution, counted as it is written. */
export interface WorkflowTreeRow {
  root_id: string;
  executions: number;
  /** In characters: what sub-workflows hold, each rounded down (`runner/tree-limits.ts`). */
  data: number;
}

export interface WorkflowTaskRow {
  seq: Generated<number>;
  id: string;
  execution_id: string;
  number: number;
  name: string;
  type: string;
  context: JsonText;
  items: JsonText | null;
  state: string;
  state_info: string | null;
  published: JsonText;
  triggered_by: JsonText;
  /** What only the conductor reads: policies, attempts, waits, counters. */
  rest: JsonText;
  created_at: number;
  updated_at: number;
  started_at: number | null;
  finished_at: number | null;
}

export interface WorkflowActionRow {
  seq: Generated<number>;
  id: string;
  execution_id: string;
  task_id: string;
  type: string;
  name: string;
  is_adhoc: Flag;
  input: JsonText;
  idx: number;
  attempt: number;
  state: string;
  accepted: Flag;
  result: JsonText;
  /**
   * What to run (the `run-action` command), while a process runs it; of an action without a workflow its
   * setting.
   */
  call: JsonText | null;
  /** The process that runs it now; null: none, or it is completed from outside. */
  owner: string | null;
  created_at: number;
  updated_at: number;
}

export interface WorkflowTimerRow {
  /** A task's id, or an action's that ends at a time. */
  subject_id: string;
  kind: string;
  execution_id: string;
  due: number;
  payload: JsonText | null;
}

/** An event for an execution from another one, until it has been handled. */
export interface WorkflowMessageRow {
  seq: Generated<number>;
  execution_id: string;
  event: JsonText;
}

/** As they stand in `Schema`. */
export interface WorkflowTables {
  workflow_source: WorkflowSourceRow;
  workflow: WorkflowDefinitionRow;
  workbook: WorkbookRow;
  adhoc_action: WorkflowDefinitionRow;
  workflow_environment: WorkflowEnvironmentRow;
  workflow_execution: WorkflowExecutionRow;
  workflow_tree: WorkflowTreeRow;
  workflow_task: WorkflowTaskRow;
  workflow_action: WorkflowActionRow;
  workflow_timer: WorkflowTimerRow;
  workflow_message: WorkflowMessageRow;
}
