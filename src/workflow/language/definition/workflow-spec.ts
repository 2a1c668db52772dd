/**
 * A checked definition, the result of `parse-definition.ts`. Expressions are parsed, task-defaults are merged
 * into the tasks, lists and guards are normalized. Specs are immutable.
 */
import type { DefinitionPath } from './problem.ts';
import type { Json, JsonObject } from '../../../domain/json.ts';
import type { Template } from '../../expressions.ts';

export interface WorkflowSpec {
  /** As written; the full name of a workbook's workflow is `<workbook>.<name>`. */
  readonly name: string;
  /** Name of its workbook: short names of other members are looked up there first. */
  readonly workbook: string | undefined;
  readonly fullName: string;
  readonly type: 'direct' | 'reverse';
  readonly description: string | undefined;
  readonly tags: readonly string[];
  readonly inputs: readonly InputSpec[];
  readonly vars: Template | undefined;
  readonly output: Template | undefined;
  readonly outputOnError: Template | undefined;
  /** In the order of the text, which decides conflicts between branches. */
  readonly tasks: ReadonlyMap<string, TaskSpec>;
  readonly graph: WorkflowGraph;
  /** The plain definition, as `execution().spec` shows it. */
  readonly source: JsonObject;
}

/** Which tasks can start which others; built by `graph/workflow-graph.ts`. */
export interface WorkflowGraph {
  /** Tasks without an inbound edge: a direct workflow starts with them. */
  readonly startTasks: readonly string[];
  /** Every task's successors, each once. Only tasks, in the order of the definition's clauses. */
  readonly successors: ReadonlyMap<string, readonly string[]>;
  /** Every task's predecessors, in the order of the definition. */
  readonly predecessors: ReadonlyMap<string, readonly string[]>;
}

export interface InputSpec {
  readonly name: string;
  /** Absent: the input is required. Defaults are literal: expressions in them are not evaluated. */
  readonly default?: Json;
}

export interface TaskSpec {
  readonly name: string;
  /** Position in the definition, from 0. */
  readonly position: number;
  readonly description: string | undefined;
  readonly tags: readonly string[];
  readonly type: 'ACTION' | 'WORKFLOW';
  /** Name of the action or workflow, possibly an expression. */
  readonly call: Template;
  /** The name as written. */
  readonly callName: string;
  /** Evaluates to an object; for an expression (`input: <% $.args %>`) this is checked at run time. */
  readonly input: Template;
  /** Parameters written after the name; they override `input`. */
  readonly inlineInput: ReadonlyMap<string, Template>;
  readonly withItems: readonly ItemsSpec[];
  readonly keepResult: Template;
  readonly safeRerun: Template;
  readonly target: Template | undefined;
  readonly policies: PoliciesSpec;
  readonly publish: Template | undefined;
  readonly publishOnError: Template | undefined;
  readonly publishOnSkip: Template | undefined;
  readonly onSuccess: ClauseSpec;
  readonly onError: ClauseSpec;
  readonly onComplete: ClauseSpec;
  readonly onSkip: ClauseSpec;
  /** undefined: no join. `all`, or the number of inbound tasks that must arrive. */
  readonly join: 'all' | number | undefined;
  readonly requires: readonly string[];
  readonly source: JsonObject;
}

export interface ItemsSpec {
  readonly variable: string;
  readonly values: Template;
}

export interface PoliciesSpec {
  readonly retry: RetrySpec | undefined;
  readonly waitBefore: Template | undefined;
  readonly waitAfter: Template | undefined;
  readonly timeout: Template | undefined;
  readonly pauseBefore: Template | undefined;
  readonly concurrency: Template | undefined;
  readonly failOn: Template | undefined;
}

export interface RetrySpec {
  readonly count: Template;
  readonly delay: Template;
  readonly breakOn: Template | undefined;
  readonly continueOn: Template | undefined;
}

/** An on-success, on-error, on-complete or on-skip clause. */
export interface ClauseSpec {
  readonly transitions: readonly TransitionSpec[];
  readonly publishBranch: Template | undefined;
  readonly publishGlobal: Template | undefined;
}

export type EngineCommand = 'noop' | 'fail' | 'succeed' | 'pause';

export interface TransitionSpec {
  readonly target: string;
  /** undefined: a task. */
  readonly command: EngineCommand | undefined;
  readonly guard: Template | undefined;
  readonly message: Template | undefined;
  /** The guard as written, for diagrams. */
  readonly guardText: string | undefined;
  /** Its position in the definition. */
  readonly path: DefinitionPath;
}

/** An ad-hoc action: another action with its input and output transformed. */
export interface AdhocActionSpec {
  readonly name: string;
  readonly workbook: string | undefined;
  readonly fullName: string;
  readonly description: string | undefined;
  readonly tags: readonly string[];
  readonly base: string;
  readonly baseInput: Template;
  readonly inlineInput: ReadonlyMap<string, Template>;
  readonly inputs: readonly InputSpec[];
  readonly output: Template | undefined;
  readonly source: JsonObject;
}

export interface WorkbookSpec {
  readonly name: string;
  readonly description: string | undefined;
  readonly tags: readonly string[];
  readonly workflows: readonly WorkflowSpec[];
  readonly actions: readonly AdhocActionSpec[];
  readonly source: JsonObject;
}
