/**
 * Waiting for what a cloud has begun: its services answer at once, and show later what became of it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CloudError, isStatus } from './cloud-error.ts';

/** Pauses between two questions grow from the first to the last. */
const FIRST_PAUSE_MS = 20;
const LAST_PAUSE_MS = 5000;
const PAUSE_GROWTH = 1.6;

/**
 * Asks until the answer is the last one. The signal says how long that may take. An answer that is refused,
 * or does not come, says nothing of what was begun, which continues: it is asked again.
 * @returns undefined where what was asked for does not exist (404).
 * @throws the signal's reason; what `ask` throws that is not of the cloud.
 */
export async function askUntil<T>(
  ask: () => Promise<T>,
  isLast: (answer: T) => boolean,
  signal: AbortSignal,
): Promise<T | undefined> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * PAUSE_GROWTH, LAST_PAUSE_MS)) {
    try {
      const answer = await ask();
      if (isLast(answer)) return answer;
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      if (!(error instanceof CloudError)) throw error;
    }
    await delay(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
