/**
 * What recovery needs of a workflow engine: implemented by the embedded runner, and by a client of a real
 * Mistral. The execution's id is chosen by the caller and makes a start idempotent: the same id again returns
 * the execution that is there (Mistral does the same, see its POST /v2/executions).
 */
import type { JsonObject } from '../domain/json.ts';
import type { Session } from '../domain/session.ts';
import type { WorkflowState } from '../domain/workflow-records.ts';

export interface WorkflowDescription {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  /** Declared inputs; `required` are those without a default. */
  readonly inputs: readonly { readonly name: string; readonly required: boolean }[];
}

export interface WorkflowExecution {
  readonly id: string;
  readonly workflowName: string;
  readonly state: WorkflowState;
  readonly stateInfo: string | null;
  /** When its state last changed; absent: the engine does not say. */
  readonly changedAt?: number;
  readonly input: JsonObject;
  readonly output: JsonObject;
}

export interface WorkflowStartRequest {
  /** UUID, chosen by the caller. */
  readonly id: string;
  readonly workflowName: string;
  readonly namespace?: string;
  readonly input: JsonObject;
  /** The execution's environment: `env()` in expressions. */
  readonly env: JsonObject;
  readonly description: string;
  /** Whose the execution is. */
  readonly session: Session;
}

export interface WorkflowService {
  /** By name; undefined where there is none. */
  find(name: string, namespace?: string): Promise<WorkflowDescription | undefined>;

  /** Names of workflows that there are, for a hint where one is not found; absent: nobody can tell. */
  names?(): Promise<readonly string[]>;

  /**
   * Creates the workflows of a DSL v2 document, for the project of the session.
   * @throws CoppiceError `bad-request` for a definition that is not valid, `action-conflict` where a name is
   * taken.
   */
  createDefinition(yaml: string, session: Session, namespace?: string): Promise<WorkflowDescription[]>;

  /**
   * @throws CoppiceError `resource-not-found` (no such workflow), `bad-request` (input), `operation-failed`
   * (not reachable).
   */
  start(request: WorkflowStartRequest): Promise<WorkflowExecution>;

  /** undefined where there is no such execution. */
  get(id: string): Promise<WorkflowExecution | undefined>;

  /**
   * Asks for the end; what already runs may still end by itself. An execution that has ended stays as it is.
   */
  cancel(id: string, reason: string): Promise<WorkflowExecution>;

  /**
   * Name of the durable signal that is sent when the execution ends, for `waitFor`; undefined where nothing
   * sends one and the caller has to look again after `pollMs`.
   */
  endSignal(id: string): string | undefined;

  /** How long to wait between looks: the fallback behind the signal, or the only way. */
  readonly pollMs: number;
}

export function hasEnded(state: WorkflowState): boolean {
  return state === 'SUCCESS' || state === 'ERROR' || state === 'CANCELLED';
}
