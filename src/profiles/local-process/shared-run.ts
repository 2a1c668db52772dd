/**
 * Lets callers share one run of costly work: each gets the result of a run that began after it called. Those
 * that call while a run is under way share the next one, so that two runs serve all that call at once.
 */
export function sharedRun<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;

  const begin = (): Promise<T> => {
    const run = work().finally(() => {
      if (running === run) running = undefined;
    });
    running = run;
    return run;
  };
  const beginAfter = async (before: Promise<T> | undefined): Promise<T> => {
    await before?.catch(() => undefined);
    next = undefined;
    return await begin();
  };
  return () => {
    if (running === undefined && next === undefined) return begin();
    next ??= beginAfter(running);
    return next;
  };
}
