/**
 * A try at the outside world whose failure is a result: the planner decides what follows, not an exception.
 */
import { toErrorRecord } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { duration } from '../../domain/duration.ts';
import { isUnplaced } from '../../domain/unplaced.ts';

/** A `StepResult` with what the step made, as it is kept in the action's record. */
export type Attempt<T> =
  | { readonly ok: true; readonly made: T }
  | {
      readonly ok: false;
      readonly reason: string;
      readonly retryable: boolean;
      /** Its time was over. */
      readonly isLate?: boolean;
      /** Nothing was touched: no host takes the node now. */
      readonly isUnplaced?: true;
    };

/**
 * Does the work with a time limit. The work's own end is awaited, however late it is: nothing else may change
 * the node before.
 * @throws what the work threw, if `signal` was aborted: the action itself was interrupted, and that is no
 * result.
 */
export async function attempt<T extends JsonObject | null>(
  work: (signal: AbortSignal, waitsFor: (what: string) => void) => Promise<T>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Attempt<T>> {
  const timeout = AbortSignal.timeout(Math.max(1, Math.min(timeoutMs, longestTimerMs)));
  let awaited = '';
  const waitsFor = (what: string): void => {
    awaited = `: ${what}`;
  };
  try {
    return { ok: true, made: await work(AbortSignal.any([signal, timeout]), waitsFor) };
  } catch (error) {
    if (signal.aborted) throw error;
    if (timeout.aborted)
      return {
        ok: false,
        reason: `not done within ${duration(timeoutMs)}${awaited}`,
        retryable: true,
        isLate: true,
      };
    const record = toErrorRecord(error);
    // An unexpected error may be a passing one (a socket, a disk).
    const retryable = record.retryable || record.code === 'internal';
    return { ok: false, reason: record.message, retryable, ...(isUnplaced(record) && { isUnplaced: true }) };
  }
}

/** Longest delay of a Node timer, 2^31 - 1 ms. */
const longestTimerMs = 2_147_483_647;
