/**
 * The interface between recovery and a workflow engine, implemented by the embedded runner and by a client of
 * a real Mistral. The caller chooses the execution's id, which makes a start idempotent: starting again with
 * the same id returns the existing execution (as Mistral's POST /v2/executions does).
 */
import { CoppiceError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Session } from '../domain/session.ts';
import type { WorkflowState } from '../domain/workflow-records.ts';

export interface WorkflowDescription {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  /** Declared inputs; `required` are those without a default. */
  readonly inputs: readonly { readonly name: string; readonly required: boolean }[];
  /** Of the session's project; false: another one shares it. */
  readonly isOwn: boolean;
}

export interface WorkflowExecution {
  readonly id: string;
  readonly workflowName: string;
  readonly state: WorkflowState;
  readonly stateInfo: string | null;
  /** When its state last changed; absent: unknown. */
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
  /** The owner of the execution. */
  readonly session: Session;
}

/**
 * Each request is made for the owner of a session, and reaches only what that owner's project may use. A
 * signal ends a request to another server sooner than it would end by itself.
 */
export interface WorkflowService {
  /** What was written may be read a moment later only: that there is no such execution is asked again. */
  readonly readsMayLag: boolean;

  /**
   * By name: the one of the session's project, else one that another project shares; undefined if there is
   * none.
   */
  find(
    name: string,
    session: Session,
    namespace?: string,
    signal?: AbortSignal,
  ): Promise<WorkflowDescription | undefined>;

  /**
   * Names of the existing workflows, for a hint when one is not found; absent: the engine cannot list them.
   */
  names?(session: Session, signal?: AbortSignal): Promise<readonly string[]>;

  /**
   * Creates the workflows of a DSL v2 document, for the project of the session.
   * @throws CoppiceError `bad-request` for a definition that is not valid, `action-conflict` when the project
   * has a workflow of that name.
   */
  createDefinition(yaml: string, session: Session, namespace?: string): Promise<WorkflowDescription[]>;

  /**
   * @throws CoppiceError `resource-not-found` (no such workflow), `bad-request` (input), `operation-failed`
   * (not reachable).
   */
  start(request: WorkflowStartRequest): Promise<WorkflowExecution>;

  /** undefined if the project has no such execution. */
  get(id: string, session: Session, signal?: AbortSignal): Promise<WorkflowExecution | undefined>;

  /**
   * Requests cancellation; actions that already run may still end normally. An execution that has ended stays
   * as it is.
   * @throws CoppiceError `resource-not-found` if the project has no such execution.
   */
  cancel(id: string, reason: string, session: Session): Promise<WorkflowExecution>;

  /**
   * Name of the durable signal that is sent when the execution ends, for `waitFor`; undefined if none is sent
   * and the caller has to poll.
   */
  endSignal(id: string): string | undefined;

  /**
   * How long to wait between two questions, in milliseconds: a fallback beside the signal, or the only way to
   * notice the end. @param turn of the question before: 1, 2, ...
   */
  pauseMs(turn: number): number;
}

/** Thrown by `start`: the service could not be reached, so that nothing has begun. */
export class WorkflowServiceNotReached extends CoppiceError {}

export function hasEnded(state: WorkflowState): boolean {
  return state === 'SUCCESS' || state === 'ERROR' || state === 'CANCELLED';
}
