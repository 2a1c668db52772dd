/**
 * What a step may have to look up outside of its execution. The answers are facts at hand, never waited for:
 * `undefined` says "not loaded", the step then stops with `FactsNeeded`, and the runner loads what it names
 * and repeats the step. `null` says "there is none".
 */
import type { Json, JsonObject } from '../../../domain/json.ts';
import type { AdhocActionSpec, InputSpec } from '../definition/workflow-spec.ts';
import type { ExecutionState } from '../state/execution-state.ts';

export interface ConductorLookups {
  action(name: string, namespace: string): ActionInfo | null | undefined;
  /** In the namespace only: the default namespace is asked for separately. */
  workflow(name: string, namespace: string): WorkflowInfo | null | undefined;
  /** Another execution, for `tasks(id)`, and for the sub-executions of this one. */
  execution(id: string): OtherExecution | null | undefined;
  /** Executions for `executions(...)`, as the user sees them. */
  executions(filter: ExecutionFilter): readonly JsonObject[] | undefined;
}

export type ActionInfo =
  | ({ readonly kind: 'system' } & SystemAction)
  | { readonly kind: 'adhoc'; readonly spec: AdhocActionSpec };

export interface SystemAction {
  readonly name: string;
  /** Declared parameters; undefined: anything is taken. */
  readonly inputs: readonly { readonly name: string; readonly required: boolean }[] | undefined;
}

export interface WorkflowInfo {
  /** Full name, and the namespace in which it was found. */
  readonly name: string;
  readonly namespace: string;
  readonly type: 'direct' | 'reverse';
  readonly inputs: readonly InputSpec[];
}

export interface OtherExecution {
  readonly state: ExecutionState;
  /** Plain definitions of its tasks, for `task.spec`. */
  readonly taskSources: (taskName: string) => JsonObject;
  readonly hasItems: (taskName: string) => boolean;
}

export interface ExecutionFilter {
  readonly id?: Json;
  readonly root_execution_id?: Json;
  readonly state?: Json;
  readonly from_time?: Json;
  readonly to_time?: Json;
}

export type Lookup =
  | { readonly kind: 'action'; readonly name: string; readonly namespace: string }
  | { readonly kind: 'workflow'; readonly name: string; readonly namespace: string }
  | { readonly kind: 'execution'; readonly id: string }
  | { readonly kind: 'executions'; readonly filter: ExecutionFilter };

/** The step needs something that is not loaded; nothing has happened. */
export class LookupNeeded extends Error {
  override readonly name = 'LookupNeeded';
  readonly lookup: Lookup;

  constructor(lookup: Lookup) {
    super(`not loaded: ${JSON.stringify(lookup)}`);
    this.lookup = lookup;
  }
}

/**
 * The facts of a step, remembering the first that was missing: an expression's own error handling must not
 * hide it.
 */
export class StepLookups {
  readonly #lookups: ConductorLookups;
  missing: LookupNeeded | undefined;

  constructor(lookups: ConductorLookups) {
    this.#lookups = lookups;
  }

  action(name: string, namespace: string): ActionInfo | null {
    return this.#need(this.#lookups.action(name, namespace), { kind: 'action', name, namespace });
  }

  workflow(name: string, namespace: string): WorkflowInfo | null {
    return this.#need(this.#lookups.workflow(name, namespace), { kind: 'workflow', name, namespace });
  }

  execution(id: string): OtherExecution | null {
    return this.#need(this.#lookups.execution(id), { kind: 'execution', id });
  }

  executions(filter: ExecutionFilter): readonly JsonObject[] {
    return this.#need(this.#lookups.executions(filter), { kind: 'executions', filter });
  }

  #need<Fact>(fact: Fact | undefined, lookup: Lookup): Fact {
    if (fact !== undefined) return fact;
    this.missing ??= new LookupNeeded(lookup);
    throw this.missing;
  }
}
