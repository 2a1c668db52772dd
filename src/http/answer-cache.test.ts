import { describe, expect, test } from 'vitest';
import { AnswerCache } from './answer-cache.ts';

/** A cache over a database of which only the version is there, and how often each answer was made. */
function aCache() {
  const state = { version: 1 as number | undefined, now: 1000, made: 0 };
  const cache = new AnswerCache({ dataVersion: () => state.version }, () => state.now);
  const find = async (key: string, bytes = 1) =>
    await cache.find(key, async () => {
      state.made += 1;
      return Buffer.from(`${key} ${state.made}`.padEnd(bytes));
    });
  return {
    state,
    cache,
    find: async (key: string, bytes?: number) => (await find(key, bytes)).toString().trim(),
  };
}

describe('an answer', () => {
  test('serves all who ask for the same, also while it is being made', async () => {
    const { find } = aCache();
    expect(await Promise.all([find('a'), find('a')])).toEqual(['a 1', 'a 1']);
    expect(await find('a')).toBe('a 1');
  });

  test('does not serve a request for something else', async () => {
    const { find } = aCache();
    expect([await find('a'), await find('b'), await find('a')]).toEqual(['a 1', 'b 2', 'a 1']);
  });

  test('is made again after a commit', async () => {
    const { state, find } = aCache();
    await find('a');
    state.version = 2;
    expect(await find('a')).toBe('a 2');
  });

  test('that a commit overtakes serves only who asked before the commit', async () => {
    const { state, cache, find } = aCache();
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    const early = cache.find('a', async () => await promise);
    state.version = 2;
    const late = find('a');
    resolve(Buffer.from('from before'));
    expect([String(await early), await late, await find('a')]).toEqual(['from before', 'a 1', 'a 1']);
  });

  test.each([
    ['a quarter of a second later', 250],
    ['after the clock was set back', -3_600_000],
  ])('is made again %s', async (_, milliseconds) => {
    const { state, find } = aCache();
    await find('a');
    state.now += milliseconds;
    expect(await find('a')).toBe('a 2');
  });

  test('that fails reaches all who wait, and is not kept', async () => {
    const { cache, find } = aCache();
    const fail = async () => await cache.find('a', async () => await Promise.reject(new Error('disk full')));
    const outcomes = await Promise.allSettled([fail(), fail()]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await find('a')).toBe('a 1');
  });

  test('is not kept beyond 8 MiB of all', async () => {
    const { state, find } = aCache();
    await find('a', 5_000_000);
    await find('b', 5_000_000);
    await find('c');
    expect(state.made).toBe(3);
    await find('a');
    expect(state.made).toBe(4);
  });

  test('is not kept where the database has no version', async () => {
    const { state, find } = aCache();
    state.version = undefined;
    expect([await find('a'), await find('a')]).toEqual(['a 1', 'a 2']);
  });
});
