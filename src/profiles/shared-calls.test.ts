import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CallsExpected, SharedCalls } from './shared-calls.ts';

const never = new AbortController().signal;

test('calls that come together share one run, which begins after all of them', async () => {
  const runs: string[][] = [];
  const calls = new SharedCalls<string, number>({
    run: (items) => Promise.resolve(runs.push([...items])),
    quietMs: 20,
  });
  const first = Promise.all(['a', 'b'].map((item) => calls.call(item, never)));
  await Promise.resolve();
  const later = calls.call('c', never);
  expect(await Promise.all([first, later])).toEqual([[1, 1], 1]);
  expect(runs).toEqual([['a', 'b', 'c']]);
  expect(await calls.call('d', never)).toBe(2);
});

test('a call during a run waits for the next: its answer is newer than it', async () => {
  const ends: (() => void)[] = [];
  const calls = new SharedCalls<string, string>({
    run: (items) => new Promise((resolve) => ends.push(() => resolve(items.join(' ')))),
    quietMs: 1,
  });
  const first = calls.call('a', never);
  while (ends.length === 0) await delay(1);
  const second = calls.call('b', never);
  while (ends.length === 1) await delay(1);
  for (const end of ends) end();
  expect(await Promise.all([first, second])).toEqual(['a', 'b']);
});

test('while more calls are expected no run begins, but not for ever', async () => {
  const runs: string[][] = [];
  const moreCalls = new CallsExpected();
  const options = { run: (items: readonly string[]) => Promise.resolve(runs.push([...items])), moreCalls };
  const calls = new SharedCalls<string, number>({ ...options, quietMs: 1 });
  const onCame = moreCalls.expect();
  const first = calls.call('a', never);
  await delay(20);
  const second = calls.call('b', never);
  onCame();
  await Promise.all([first, second]);
  expect(runs).toEqual([['a', 'b']]);
  moreCalls.expect();
  await new SharedCalls<string, number>({ ...options, quietMs: 1, longestMs: 20 }).call('c', never);
  expect(runs).toEqual([['a', 'b'], ['c']]);
});

test('calls without a pause do not put off the run for ever', async () => {
  let runs = 0;
  const calls = new SharedCalls<number, number>({
    run: () => Promise.resolve((runs += 1)),
    quietMs: 1000,
    longestMs: 30,
  });
  const all: Promise<number>[] = [];
  while (runs === 0) {
    all.push(calls.call(all.length, never));
    await delay(1);
  }
  await Promise.all(all.slice(0, 1));
  expect(runs).toBe(1);
});

test('a caller that goes does not end the run of the others; the last one does', async () => {
  const aborted: unknown[] = [];
  const calls = new SharedCalls<string, never>({
    run: (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted.push(signal.reason);
          reject(signal.reason as Error);
        });
        begun();
      }),
    quietMs: 1,
  });
  const { promise: running, resolve: begun } = Promise.withResolvers<void>();
  const [one, other] = [new AbortController(), new AbortController()];
  const results = Promise.allSettled([calls.call('a', one.signal), calls.call('b', other.signal)]);
  await running;
  one.abort(new Error('one'));
  expect(aborted).toEqual([]);
  other.abort(new Error('other'));
  expect(aborted).toMatchObject([{ message: 'other' }]);
  expect(await results).toMatchObject([{ reason: { message: 'one' } }, { reason: { message: 'other' } }]);
});

test('what fails, fails for all, and the next call begins again', async () => {
  let fails = true;
  const calls = new SharedCalls<string, string>({
    run: () => (fails ? Promise.reject(new Error('away')) : Promise.resolve('there')),
    quietMs: 1,
  });
  const results = await Promise.allSettled(['a', 'b'].map((item) => calls.call(item, never)));
  expect(results).toMatchObject([{ reason: { message: 'away' } }, { reason: { message: 'away' } }]);
  fails = false;
  expect(await calls.call('a', never)).toBe('there');
});

test('a call after all earlier callers have gone gets a run of its own', async () => {
  const runs: string[][] = [];
  const calls = new SharedCalls<string, number>({
    run: (items) => Promise.resolve(runs.push([...items])),
    quietMs: 10,
  });
  const gone = new AbortController();
  const first = calls.call('a', gone.signal).catch(() => 'gone');
  gone.abort(new Error('not needed'));
  expect(await calls.call('b', never)).toBe(1);
  expect([await first, runs]).toEqual(['gone', [['b']]]);
});
