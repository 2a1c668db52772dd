/** One attempt of one detector, ended in time whatever the detector does. */
import type { Verdict } from '../domain/verdict.ts';
import { OutOfTime, secondsText } from './detector.ts';
import type { Detector, ProbeTarget } from './detector.ts';
import type { Timers } from './timers.ts';

/** How long a detector whose signal was aborted may take to return. */
const GRACE_MS = 1000;

/** A timer later than this means that this process was blocked or suspended, not that the node is silent. */
const LATE_MS = 200;

export interface AttemptContext {
  /** The answer is not needed any more: the attempt ends soon, with `unknown`. */
  readonly signal: AbortSignal;
  /**
   * Called when an attempt still runs although its signal was aborted; `ended` resolves when it does end.
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
      // After a suspension the answer may lie unread in the socket, as timers run before reads: the attempt
      // gets its time again.
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
    return { health: 'unknown', reason: `no answer within ${secondsText(error.afterMs)}` };
  const message = error instanceof Error ? error.message : String(error);
  return { health: 'unknown', reason: `could not probe: ${message.slice(0, 200)}` };
}
