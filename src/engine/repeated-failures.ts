/**
 * How often actions were given back because something failed that is not theirs: the database, or a bug in
 * Coppice. The pauses between attempts grow. A failure of the database is waited for without a limit, it is
 * over once its cause is gone; what else lasts is a bug, and the action fails after `MAX_ATTEMPTS`. Counted
 * in memory: another version of Coppice may have the bug no more.
 */
import { CoppiceError, isStorageFailure } from '../domain/errors.ts';

/** With the pauses between them about a minute and a half. */
export const MAX_ATTEMPTS = 10;
const FIRST_PAUSE_MS = 1000;
/** How late an action may continue after an operator has freed disk space. */
const LONGEST_PAUSE_MS = 15_000;

/** @param attempt that failed, from 1. */
export function pauseAfterMs(attempt: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
}

export interface Failures {
  /** Since the action last waited or ended without one. */
  readonly inARow: number;
  /** Those of them that are not of the database. */
  readonly own: number;
}

export class RepeatedFailures {
  readonly #ofActions = new Map<string, Failures>();

  add(actionId: string, error: unknown): Failures {
    const { inARow, own } = this.#ofActions.get(actionId) ?? { inARow: 0, own: 0 };
    const failures = { inARow: inARow + 1, own: own + (isStorageFailure(error) ? 0 : 1) };
    this.#ofActions.set(actionId, failures);
    return failures;
  }

  clear(actionId: string): void {
    this.#ofActions.delete(actionId);
  }
}

/** What an action fails with that was tried often enough; what happened is in the log alone. */
export function givenUp(actionId: string): CoppiceError {
  const sentence = `An internal error of Coppice stopped this action ${MAX_ATTEMPTS} times; the log has it, at action_id ${actionId}.`;
  return new CoppiceError('internal', sentence);
}
