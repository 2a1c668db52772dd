import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../test/support/backends.ts';
import { aNode } from '../../test/support/rows.ts';
import { insertNodes, updateNode } from '../store/nodes.ts';
import type { Db } from '../store/store.ts';
import { NodeReads } from './node-reads.ts';

let opened: TestStore;
const nodes = ['web-1', 'web-2', 'web-3'].map((name) => aNode({ name }));

beforeEach(async () => {
  opened = await openTestStore();
  await opened.store.write((tx) => insertNodes(tx, nodes));
});

afterEach(() => opened.close());

/** Of a database that counts its queries. */
function countingReads(): { reads: NodeReads; queries: () => number } {
  let queries = 0;
  const db = new Proxy(opened.store.db, {
    get: (target, key: keyof Db) => {
      if (key === 'executeQuery') queries += 1;
      const value: unknown = target[key];
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { reads: new NodeReads({ db }), queries: () => queries };
}

test('reads that are asked for at once are one query', async () => {
  const { reads, queries } = countingReads();
  const found = await Promise.all([...nodes.map(({ id }) => reads.read(id)), reads.read('gone')]);
  expect(found.map((node) => node?.name)).toEqual(['web-1', 'web-2', 'web-3', undefined]);
  expect(queries()).toBe(1);
});

test('a later read finds what has changed since', async () => {
  const { reads, queries } = countingReads();
  const [{ id } = aNode()] = nodes;
  expect(await reads.read(id)).toMatchObject({ status: 'ACTIVE' });
  await opened.store.write((tx) => updateNode(tx, id, { status: 'ERROR' }));
  expect(await reads.read(id)).toMatchObject({ status: 'ERROR' });
  expect(queries()).toBe(2);
});

test('a query that fails fails the reads that it is for, and no later one', async () => {
  let isBroken = true;
  const db = new Proxy(opened.store.db, {
    get: (target, key: keyof Db) => {
      if (key === 'executeQuery' && isBroken) throw new Error('disk I/O error');
      const value: unknown = target[key];
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const reads = new NodeReads({ db });
  const [{ id } = aNode()] = nodes;
  const failed = await Promise.allSettled([reads.read(id), reads.read(id)]);
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  isBroken = false;
  expect(await reads.read(id)).toMatchObject({ name: 'web-1' });
});
