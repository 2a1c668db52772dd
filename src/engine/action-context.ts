/**
 * Durable actions: what an action may do, as its code sees it.
 *
 * An action is an async function over a context. It runs from the top each time it is claimed; what a step
 * returned (or how it failed) is in its record, so that a step that was done is never done again, and the
 * code between steps only has to take the same path with the same results. After a crash, a wait or a
 * shutdown the next claim continues where the records end.
 *
 *     step         work on the outside world, then one commit of its result (and of what `record` writes
 *                  with it). A crash before the commit repeats the work: it has to check before it acts, by
 *                  its `key`.
 *     operation    a step that changes the outside world, and must have ended before anything else changes
 *                  the same thing
 *     transaction  work on our tables alone: exactly once
 *     sleep, children, waitFor, and an operation until its turn
 *                  let go of everything: the row waits, no memory, no worker; the function is dropped, not
 *                  rejected, so that `catch` and `finally` of the action never run for a wait
 *
 * A cancel or a time-out is thrown once, as `ActionInterrupted`, by the first operation that is not yet
 * recorded; what the action then does to clean up runs as usual. It refuses to be clever: no parallel replay,
 * no versioning of code. A name is used once in a run; in a loop it carries the loop's counter.
 */
import type { ChildOutcome } from '../store/actions.ts';
import type { Tx } from '../store/store.ts';
import type { ActionRequest } from '../domain/action-requests.ts';
import type { Action } from '../domain/model.ts';
import { CoppiceError } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { WaitingStatus } from '../domain/states.ts';

export type { ChildOutcome } from '../store/actions.ts';

export interface StepRequest {
  /** The same for every repeat of this step of this action, and for no other: an idempotency key. */
  readonly key: string;
  /** Aborted when the action is cancelled, out of time, or the process stops. */
  readonly signal: AbortSignal;
}

export interface ShownWait {
  readonly status: WaitingStatus;
  readonly reason: string;
}

/** Something outside that several actions change, and that takes one change at a time. */
export interface TurnWanted {
  /** Names it for all actions. */
  readonly resource: string;
  /** `the load balancer 5d3c...` */
  readonly shown: string;
  /** Milliseconds; absent: as long as it takes. */
  readonly withinMs?: number;
}

export interface ActionContext {
  readonly action: Action;
  readonly inputs: JsonObject;
  /** Aborted when the action is cancelled, out of time, or the process stops. */
  readonly signal: AbortSignal;
  readonly now: () => number;

  /**
   * @param record writes to our tables what the work has changed, in the transaction that records the step.
   * @throws what the work threw, as a CoppiceError; the failure is recorded too, and thrown again by a
   * replay.
   */
  step<T extends Json | void>(
    name: string,
    work: (request: StepRequest) => Promise<T>,
    record?: (tx: Tx, result: T) => Promise<void>,
  ): Promise<T>;

  /**
   * A step that changes the outside world. Where the action is interrupted before the step is recorded, an
   * earlier life of the process may have begun it: then it is called again, with a signal that is aborted
   * from the start, which means that nothing new is begun and what was begun is completed. Only then is the
   * interruption thrown.
   * @param turn what one action at a time changes: until it is this one's turn, the row waits. The turn ends
   * with the record of the step. null or absent: nothing is shared.
   * @throws CoppiceError `operation-failed` where it was not its turn in time.
   */
  operation<T extends Json | void>(
    name: string,
    work: (request: StepRequest) => Promise<T>,
    record?: (tx: Tx, result: T) => Promise<void>,
    turn?: TurnWanted | null,
  ): Promise<T>;

  /**
   * A step that takes back what the action has begun, or completes it: carried out also where the action is
   * interrupted; what interrupted it is thrown afterwards. The work has to limit its own time.
   */
  cleanUp<T extends Json | void>(
    name: string,
    work: () => Promise<T>,
    record?: (tx: Tx, result: T) => Promise<void>,
  ): Promise<T>;

  transaction<T extends Json | void>(name: string, work: (tx: Tx) => Promise<T>): Promise<T>;

  sleep(name: string, milliseconds: number): Promise<void>;

  /**
   * Creates the children in one go and continues when the last of them has ended; in the order of the
   * requests.
   */
  children(name: string, requests: readonly ActionRequest[]): Promise<ChildOutcome[]>;

  /**
   * Waits for a durable signal; undefined when the time ran out first.
   * @param shown how the waiting action is shown; absent: as WAITING.
   */
  waitFor(
    name: string,
    signal: string,
    milliseconds: number,
    shown?: ShownWait,
  ): Promise<JsonObject | undefined>;
}

/**
 * What an action of one name does. What it returns is kept as the action's `outputs`; what it throws is its
 * failure.
 */
export interface ActionDefinition {
  readonly action: string;
  run(context: ActionContext): Promise<JsonObject | void>;
}

/** Thrown into an action that was cancelled, or has used up its time. */
export class ActionInterrupted extends CoppiceError {
  readonly why: 'cancelled' | 'timed-out';

  constructor(why: 'cancelled' | 'timed-out', message: string) {
    super(why, message);
    this.name = 'ActionInterrupted';
    this.why = why;
  }
}
