import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backends, type TestStore } from '../../test/support/backends.ts';
import { aNode } from '../../test/support/rows.ts';
import { selectByIds } from './by-ids.ts';
import { insertNodes } from './nodes.ts';

describe.each(backends)('Statements over ids in $name', ({ open }) => {
  let opened: TestStore;

  beforeEach(async () => {
    opened = await open();
  });

  afterEach(() => opened.close());

  test('are composed once for about as many ids, and read those that are asked for', async () => {
    const { db, write } = { db: opened.store.db, write: opened.store.write.bind(opened.store) };
    const nodes = Array.from({ length: 1203 }, (_, index) => aNode({ name: `n${index}`, role: 'web' }));
    await write((tx) => insertNodes(tx, nodes));
    let composed = 0;
    const select = selectByIds((database, ids) => {
      composed += 1;
      return database
        .selectFrom('node')
        .select('name')
        .where('role', '=', 'web')
        .where('id', 'in', ids)
        .orderBy('name');
    });
    const ask = async (from: number, to: number) =>
      (
        await select(
          db,
          nodes.slice(from, to).map(({ id }) => id),
        )
      ).map(({ name }) => name);
    expect(await ask(0, 2)).toEqual(['n0', 'n1']);
    expect(await ask(5, 7)).toEqual(['n5', 'n6']);
    expect(composed).toBe(1);
    expect(await ask(0, 0)).toEqual([]);
    expect(composed).toBe(1);
    expect(await ask(0, 5)).toHaveLength(5);
    expect(await ask(2, 10)).toHaveLength(8);
    expect(composed).toBe(2);
    expect(new Set(await ask(0, 1203))).toEqual(new Set(nodes.map(({ name }) => name)));
  });
});
