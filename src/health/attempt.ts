/** One attempt of one detector, ended in time whatever the detector does. */
import type { Verdict } from '../domain/verdict.ts';
import { OutOfTime, seconds } from './detector.ts';
import type { Detector, ProbeTarget } from './detector.ts';
import type { Timers } from './timers.ts';

/** How long a detector that was told to stop may take to say so. */
const GRACE_MS = 1000;

/** A timer that comes later than this says that this process stood still, not that the node is silent. */
const LATE_MS = 200;

export interface AttemptContext {
  /** The answer is not needed any more: the attempt ends soon, with `unknown`. */
  readonly signal: AbortSignal;
  /**
   * Told when an attempt goes on although its time is over and it was asked to stop; `ended` when it does.
   */
  readonly onStuck?: (detector: Detector, ended: Promise<unknown>) => void;
}

export function runAttempt(
  target: ProbeTarget,
  detector: Detector,
  timers: Timers,
  context: AttemptContext,
): Promise<Verdict> {
  return new Attempt(target, detector, timers, context).verdict;
}

class Attempt {
  readonly verdict: Promise<Verdict>;
  readonly #detector: Detector;
  readonly #timers: Timers;
  readonly #context: AttemptContext;
  readonly #controller = new AbortController();
  readonly #ended: Promise<void>;
  readonly #onAbort = (): void => this.#stop(new Error('the answer is not needed any more'));
  #settle: (verdict: Verdict) => void = () => {};
  #timer: unknown;

  constructor(target: ProbeTarget, detector: Detector, timers: Timers, context: AttemptContext) {
    this.#detector = detector;
    this.#timers = timers;
    this.#context = context;
    this.verdict = new Promise((resolve) => {
      this.#settle = resolve;
    });
    context.signal.addEventListener('abort', this.#onAbort);
    this.#arm(true);
    if (context.signal.aborted) this.#onAbort();
    this.#ended = this.#run(target);
  }

  async #run(target: ProbeTarget): Promise<void> {
    try {
      this.#end(await this.#detector.probe(target, this.#controller.signal));
    } catch (error) {
      this.#end(couldNotProbe(error));
    }
  }

  #arm(mayBeLate: boolean): void {
    const { timeoutMs } = this.#detector;
    const due = this.#timers.now() + timeoutMs;
    this.#timer = this.#timers.after(timeoutMs, () => {
      // After a standstill the answer may lie unread in the socket: timers come before it. It gets its time
      // once more.
      if (mayBeLate && this.#timers.now() - due > LATE_MS) return this.#arm(false);
      this.#stop(new OutOfTime(timeoutMs));
    });
  }

  #stop(reason: Error): void {
    this.#timers.cancel(this.#timer);
    this.#timer = this.#timers.after(GRACE_MS, () => this.#abandon(reason));
    this.#controller.abort(reason);
  }

  #abandon(reason: Error): void {
    this.#context.onStuck?.(this.#detector, this.#ended);
    this.#end(couldNotProbe(reason));
  }

  #end(verdict: Verdict): void {
    this.#timers.cancel(this.#timer);
    this.#context.signal.removeEventListener('abort', this.#onAbort);
    this.#settle(verdict);
  }
}

function couldNotProbe(error: unknown): Verdict {
  if (error instanceof OutOfTime)
    return { health: 'unknown', reason: `no answer within ${seconds(error.afterMs)}` };
  const message = error instanceof Error ? error.message : String(error);
  return { health: 'unknown', reason: `could not look: ${message.slice(0, 200)}` };
}
