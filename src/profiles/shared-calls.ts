/**
 * Calls that come at about the same time share one run of costly work, which begins after all of them: each
 * gets an answer that is newer than its call.
 *
 *     call, call, call ──quiet for a moment──> run(all their items) ──> one result for all
 *
 * Unlike `local-process/shared-run.ts` the first call waits for the others: there is no run for it alone.
 *
 * Between the calls of one round there may be more than a moment, when the event loop is busy: while more of
 * them are expected (`CallsExpected`), no run begins.
 */

/** Whether calls that belong together are still to come. */
export class CallsExpected {
  #expecting = 0;

  get isSo(): boolean {
    return this.#expecting > 0;
  }

  /** @returns to be called once, when they have come. */
  readonly expect = (): (() => void) => {
    this.#expecting += 1;
    return () => {
      this.#expecting -= 1;
    };
  };
}

export interface SharedCallsOptions<Item, Result> {
  /** @param signal aborted when no caller waits for the result any more. */
  readonly run: (items: readonly Item[], signal: AbortSignal) => Promise<Result>;
  /** While it says so, no run begins; absent: after a quiet moment none is expected. */
  readonly moreCalls?: Pick<CallsExpected, 'isSo'>;
  /** A run begins when no call has come for so long, in milliseconds. */
  readonly quietMs?: number;
  /** ... or when its first call is so old: calls may never cease. */
  readonly longestMs?: number;
}

/** A round begins its probes within a few turns of the event loop: longer only delays the answer. */
const QUIET_MS = 50;
/** Longer than a round of 100,000 nodes takes to begin its probes. */
const LONGEST_MS = 5000;

interface Gathering<Item, Result> {
  readonly items: Item[];
  readonly firstAt: number;
  readonly result: Promise<Result>;
  readonly begin: () => void;
  lastAt: number;
  /** Callers that wait for the result. */
  waiting: number;
  readonly controller: AbortController;
}

export class SharedCalls<Item, Result> {
  readonly #run: SharedCallsOptions<Item, Result>['run'];
  readonly #moreCalls: Pick<CallsExpected, 'isSo'> | undefined;
  readonly #quietMs: number;
  readonly #longestMs: number;
  #gathering: Gathering<Item, Result> | undefined;

  constructor({
    run,
    moreCalls,
    quietMs = QUIET_MS,
    longestMs = LONGEST_MS,
  }: SharedCallsOptions<Item, Result>) {
    this.#run = run;
    this.#moreCalls = moreCalls;
    this.#quietMs = quietMs;
    this.#longestMs = longestMs;
  }

  /** @throws what the run throws; the signal's reason where it is aborted before the run has ended. */
  call(item: Item, signal: AbortSignal): Promise<Result> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    // One that all callers have left is not joined.
    if (this.#gathering?.controller.signal.aborted === true) this.#gathering = undefined;
    const gathering = (this.#gathering ??= this.#gather());
    gathering.items.push(item);
    gathering.lastAt = performance.now();
    return waitFor(gathering, signal);
  }

  #gather(): Gathering<Item, Result> {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const items: Item[] = [];
    const controller = new AbortController();
    const result = begun.then(() => {
      controller.signal.throwIfAborted();
      return this.#run(items, controller.signal);
    });
    // All callers may have gone before it fails: that is not an unhandled rejection.
    result.catch(() => {});
    const now = performance.now();
    const gathering = { items, firstAt: now, lastAt: now, result, begin, waiting: 0, controller };
    this.#wait(gathering, Math.min(this.#quietMs, this.#longestMs));
    return gathering;
  }

  #wait(gathering: Gathering<Item, Result>, ms: number): void {
    setTimeout(() => {
      const { firstAt, lastAt, begin } = gathering;
      const now = performance.now();
      const quietFrom = this.#moreCalls?.isSo === true ? now : lastAt;
      const left = Math.min(quietFrom + this.#quietMs, firstAt + this.#longestMs) - now;
      if (left > 0) return this.#wait(gathering, left);
      if (this.#gathering === gathering) this.#gathering = undefined;
      begin();
    }, ms);
  }
}

/** The result for one caller, who may stop waiting. */
async function waitFor<Result>(gathering: Gathering<unknown, Result>, signal: AbortSignal): Promise<Result> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const leave = (): void => {
    signal.removeEventListener('abort', onAbort);
    gathering.waiting -= 1;
  };
  const onAbort = (): void => {
    leave();
    if (gathering.waiting === 0) gathering.controller.abort(signal.reason);
    reject(signal.reason);
  };
  signal.addEventListener('abort', onAbort);
  gathering.waiting += 1;
  try {
    return await Promise.race([gathering.result, aborted]);
  } finally {
    if (!signal.aborted) leave();
  }
}
