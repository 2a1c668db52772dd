/**
 * What a step may look up outside of its execution. Lookups are synchronous: `undefined` means "not loaded",
 * the step then stops with `LookupNeeded`, and the runner loads the item and repeats the step. `null` means
 * "does not exist".
 */
import type { Json, JsonObject } from '../../../domain/json.ts';
import type { AdhocActionSpec, InputSpec } from '../definition/workflow-spec.ts';
import type { ExecutionState } from '../state/execution-state.ts';

export interface ConductorLookups {
  action(name: string, namespace: string): ActionInfo | null | undefined;
  /** In this namespace only: the default namespace is a separate lookup. */
  workflow(name: string, namespace: string): WorkflowInfo | null | undefined;
  /** Another execution: for `tasks(id)` and for sub-executions of this one. */
  execution(id: string): OtherExecution | null | undefined;
  /** Executions for `executions(...)`, as the user sees them. */
  executions(filter: ExecutionFilter): readonly JsonObject[] | undefined;
}

export type ActionInfo =
  | ({ readonly kind: 'system' } & SystemAction)
  | { readonly kind: 'adhoc'; readonly spec: AdhocActionSpec };

export interface SystemAction {
  readonly name: string;
  /** Declared parameters; undefined: it accepts any. */
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
  /** The unparsed definitions of its tasks, for `task.spec`. */
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

/** The step needs something that is not loaded; nothing has changed. */
export class LookupNeeded extends Error {
  override readonly name = 'LookupNeeded';
  readonly lookup: Lookup;

  constructor(lookup: Lookup) {
    super(`not loaded: ${JSON.stringify(lookup)}`);
    this.lookup = lookup;
  }
}

/**
 * The lookups of a step. Remembers the first missing one, because an expression's own error handling must not
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

  #need<Found>(found: Found | undefined, lookup: Lookup): Found {
    if (found !== undefined) return found;
    this.missing ??= new LookupNeeded(lookup);
    throw this.missing;
  }
}
