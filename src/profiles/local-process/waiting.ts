import { setTimeout as delay } from 'node:timers/promises';
import { CoppiceError } from '../../domain/errors.ts';

const never = new AbortController().signal;

/**
 * Polls, at first often, until `holds` or the time is over. @returns whether it holds.
 * @throws when aborted.
 */
export async function waitUntil(holds: () => boolean, limitMs: number, signal = never): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  for (let pauseMs = 4; ; pauseMs = Math.min(pauseMs * 1.5, 100)) {
    throwIfAborted(signal);
    if (holds()) return true;
    const left = deadline - performance.now();
    if (left <= 0) return false;
    await pause(Math.min(pauseMs, left), signal);
  }
}

export function throwIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  const reason: unknown = signal.reason;
  throw reason instanceof CoppiceError
    ? reason
    : new CoppiceError('cancelled', 'the operation was cancelled');
}

/** Ends early when aborted; the caller checks the signal. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
