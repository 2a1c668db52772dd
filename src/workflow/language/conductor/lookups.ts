/**
 * What a step may look up outside of its execution. Lookups are synchronous: `undefined` means "not loaded",
 * the step then stops with `LookupNeeded`, and the runner loads the item and repeats the step. `null` means
 * "does not exist".
 */
import type { Json, JsonObject } from '../../../domain/json.ts';
import type { AdhocActionSpec, InputSpec } from '../definition/workflow-spec.ts';
import type { ExecutionState } from '../state/execution-state.ts';

export interface ConductorLookups {
  /** Whose definition the execution runs: the members of its workbook are this project's. */
  readonly definitionProject: string;
  action(at: CallName): ActionInfo | null | undefined;
  /** Why there is no such action, as far as its name says it; undefined: it says nothing. */
  reasonMissing(action: string): string | undefined;
  workflow(at: CallName): WorkflowInfo | null | undefined;
  /** Another execution: for `tasks(id)` and for sub-executions of this one. */
  execution(id: string): OtherExecution | null | undefined;
  /** Executions for `executions(...)`, as the user sees them. */
  executions(filter: ExecutionFilter): readonly JsonObject[] | undefined;
}

export interface CallName {
  /** Full name. */
  readonly name: string;
  /** This one only: the default namespace is a separate lookup. */
  readonly namespace: string;
  /**
   * Only what belongs to this project; absent: what belongs to the project of the execution, else what other
   * projects share.
   */
  readonly project?: string;
}

/** Whose a definition is. */
export interface Ownership {
  readonly project: string;
  /** Another project's than the execution's, which shares it. */
  readonly isShared: boolean;
}

export type ActionInfo =
  | ({ readonly kind: 'system' } & SystemAction)
  | ({ readonly kind: 'adhoc'; readonly spec: AdhocActionSpec } & Ownership);

export interface SystemAction {
  readonly name: string;
  /** Declared parameters; undefined: it accepts any. */
  readonly inputs: readonly { readonly name: string; readonly required: boolean }[] | undefined;
}

export interface WorkflowInfo extends Ownership {
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
  | { readonly kind: 'action'; readonly at: CallName }
  | { readonly kind: 'workflow'; readonly at: CallName }
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

  get definitionProject(): string {
    return this.#lookups.definitionProject;
  }

  action(at: CallName): ActionInfo | null {
    return this.#need(this.#lookups.action(at), { kind: 'action', at });
  }

  reasonMissing(action: string): string | undefined {
    return this.#lookups.reasonMissing(action);
  }

  workflow(at: CallName): WorkflowInfo | null {
    return this.#need(this.#lookups.workflow(at), { kind: 'workflow', at });
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
