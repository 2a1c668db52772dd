/**
 * What interrupts a run of an action: that it is cancelled, or takes longer than it may. The first of them
 * counts; it aborts the signal at once, and is thrown once, at the next step.
 */
import type { Action } from '../domain/model.ts';
import { ActionInterrupted } from './action-context.ts';

/** Longest delay of a Node timer, 2^31 - 1 ms. */
const MAX_TIMER_MS = 2_147_483_647;

export class RunInterruption {
  readonly #abort = new AbortController();
  readonly #now: () => number;
  readonly #timeoutSeconds: number;
  /** Milliseconds since the epoch; null: it may take as long as it needs. */
  readonly #deadline: number | null;
  /** Not yet thrown. */
  #pending: ActionInterrupted | undefined;
  #cancelled = false;
  #expired = false;
  #timer: NodeJS.Timeout | undefined;

  constructor({ startedAt, timeout }: Pick<Action, 'startedAt' | 'timeout'>, now: () => number) {
    this.#now = now;
    this.#timeoutSeconds = timeout;
    this.#deadline = timeout > 0 && startedAt !== null ? startedAt + timeout * 1000 : null;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get isCancelled(): boolean {
    return this.#cancelled;
  }

  get pending(): ActionInterrupted | undefined {
    return this.#pending;
  }

  /** @returns the one to throw now, if any: it is not pending any more. */
  take(): ActionInterrupted | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    return pending;
  }

  /** @param reason a sentence: it is what the action ends with. */
  cancel(reason: string): void {
    this.#cancelled = true;
    this.#interrupt(new ActionInterrupted('cancelled', reason));
  }

  /** Aborts what runs, without an interruption to throw: the run is over, or is given back. */
  abort(): void {
    this.#abort.abort();
  }

  startDeadline(): void {
    if (this.#deadline === null) return;
    const expire = () => {
      this.#expired = true;
      this.#interrupt(
        new ActionInterrupted('timed-out', `The action took longer than ${this.#timeoutSeconds} seconds.`),
      );
    };
    const left = this.#deadline - this.#now();
    if (left <= 0) expire();
    else this.#timer = setTimeout(expire, Math.min(left, MAX_TIMER_MS)).unref();
  }

  stopDeadline(): void {
    clearTimeout(this.#timer);
  }

  /**
   * When a wait ends at the latest. The action's deadline interrupts a wait, once; what cleans up afterwards
   * may wait as long as it needs (null). An interruption that came while the wait was being written has not
   * been thrown yet: the action is woken for it at once.
   * @param until when the wait ends by itself; null or Infinity: it does not.
   */
  wakeBy(until: number | null): number | null {
    if (this.#pending !== undefined) return this.#now();
    const deadline = this.#expired || this.#cancelled ? null : this.#deadline;
    const wakeAt = Math.min(until ?? Infinity, deadline ?? Infinity);
    return Number.isFinite(wakeAt) ? wakeAt : null;
  }

  #interrupt(interruption: ActionInterrupted): void {
    if (this.#abort.signal.aborted) return;
    this.#pending = interruption;
    this.#abort.abort(interruption);
  }
}
