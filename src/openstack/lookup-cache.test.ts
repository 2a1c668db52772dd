import { expect, test } from 'vitest';
import { NameCache, type CachedObject } from './lookup-cache.ts';

/** Lookups of one name; each is answered with what is in `found` by then. */
function lookups() {
  const state = { now: 0, asked: 0, found: [{ id: 'a' }] as CachedObject[] | Error };
  const cache = new NameCache(() => state.now);
  const find = () =>
    cache.find('image', 'debian', async () => {
      state.asked += 1;
      if (state.found instanceof Error) throw state.found;
      return state.found;
    });
  return { state, find };
}

test('many who need a name at once look it up once', async () => {
  const { state, find } = lookups();
  expect(await Promise.all([find(), find()])).toEqual([[{ id: 'a' }], [{ id: 'a' }]]);
  await find();
  expect(state.asked).toBe(1);
});

test('a name is looked up again after ten seconds', async () => {
  const { state, find } = lookups();
  await find();
  state.now = 10_000;
  state.found = [{ id: 'b' }];
  expect(await find()).toEqual([{ id: 'b' }]);
});

test.each([
  ['nothing', []],
  ['two objects', [{ id: 'a' }, { id: 'b' }]],
])('a name that means %s is not kept', async (_, found) => {
  const { state, find } = lookups();
  state.found = found;
  await find();
  await find();
  expect(state.asked).toBe(2);
});

test('an error is not kept', async () => {
  const { state, find } = lookups();
  state.found = new Error('away');
  await expect(find()).rejects.toThrow('away');
  state.found = [{ id: 'a' }];
  expect(await find()).toEqual([{ id: 'a' }]);
});
