/** Time, so that tests can move it. */
export interface Clock {
  readonly now: () => number;
  /** Runs once, `ms` from now. @returns ends it. */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: Date.now,
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
