import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backends, type TestStore } from '../../test/support/backends.ts';
import { newAction } from '../../test/support/new-action.ts';
import { aNode, anEvent, aProfile } from '../../test/support/rows.ts';
import type { Node } from '../domain/model.ts';
import { insertActions } from './actions.ts';
import { listActions, unfinishedRootsOfCluster } from './action-listing.ts';
import { insertEvents, listEvents } from './events.ts';
import { findIds } from './identity.ts';
import { insertNodes, type NodeListQuery } from './nodes.ts';
import { insertProfile } from './profiles.ts';
import { listNodesWithFacts } from './standings.ts';
import type { Db, Store } from './store.ts';

describe.each(backends)('Lists in $name', ({ open }) => {
  let opened: TestStore;
  let store: Store;
  let db: Db;

  beforeEach(async () => {
    opened = await open();
    store = opened.store;
    db = store.db;
  });

  afterEach(() => opened.close());

  /** Equal values, nulls and all: 40 nodes of 4 names, 3 statuses and 5 times. */
  async function nodes(): Promise<string[]> {
    const made = Array.from({ length: 40 }, (_, index) =>
      aNode({
        name: `n${index % 4}`,
        status: (['ACTIVE', 'ERROR', 'INIT'] as const)[index % 3] ?? 'INIT',
        createdAt: index % 2 === 0 ? null : 1 + (index % 5),
        project: index < 30 ? 'a' : 'b',
        index,
      }),
    );
    await store.write((tx) => insertNodes(tx, made));
    return made.map((node) => node.id);
  }

  async function listNodes(query: NodeListQuery): Promise<Node[]> {
    return (await listNodesWithFacts(db, query)).map(({ node }) => node);
  }

  async function byPages(query: NodeListQuery): Promise<string[]> {
    const ids: string[] = [];
    for (;;) {
      const marker = ids.at(-1);
      const page = await listNodes({ ...query, limit: 7, ...(marker === undefined ? {} : { marker }) });
      if (page.length === 0) return ids;
      ids.push(...page.map((node) => node.id));
    }
  }

  test.each<NonNullable<NodeListQuery['sort']>>([
    [],
    [{ key: 'index', descending: true }],
    [{ key: 'created_at', descending: false }],
    [
      { key: 'created_at', descending: true },
      { key: 'name', descending: false },
    ],
    [
      { key: 'status', descending: false },
      { key: 'created_at', descending: true },
      { key: 'name', descending: true },
    ],
  ])('pages give every object once, in the order of the whole list %#', async (...sort) => {
    const all = await nodes();
    const whole = (await listNodes({ sort })).map((node) => node.id);
    expect(new Set(whole)).toEqual(new Set(all));
    expect(await byPages({ sort })).toEqual(whole);
  });

  test('what has no time yet comes first', async () => {
    await nodes();
    const listed = await listNodes({ sort: [{ key: 'created_at', descending: false }] });
    expect(listed[0]?.createdAt).toBeNull();
    expect(listed.at(-1)?.createdAt).toBe(5);
  });

  test('a filter with several values means any of them', async () => {
    await nodes();
    const query = { filters: { status: ['ACTIVE', 'ERROR'], name: ['n1'] }, project: 'a' };
    const listed = await listNodes(query);
    expect(listed.length).toBeGreaterThan(0);
    expect(listed.every((node) => node.status !== 'INIT' && node.name === 'n1')).toBe(true);
    expect(listed.every((node) => node.project === 'a')).toBe(true);
    expect(await listNodes({ filters: { status: [] } })).toEqual([]);
  });

  test('a limit of 0 gives nothing, an unknown marker is passed over', async () => {
    const all = await nodes();
    expect(await listNodes({ limit: 0 })).toEqual([]);
    expect(await listNodes({ marker: 'unknown' })).toHaveLength(all.length);
  });

  test('a marker of another project is as one that is nowhere', async () => {
    const ids = await nodes();
    const ofB = ids.at(-1) ?? '';
    const page = async (marker: string) => (await listNodes({ project: 'a', marker })).map(({ id }) => id);
    expect(await page(ofB)).toEqual(await page('nowhere'));
    expect((await listNodes({ marker: ofB })).length).toBeLessThan(ids.length);
  });

  test('actions and events keep the order in which they were written', async () => {
    const actions = Array.from({ length: 5 }, () => newAction('NODE_CHECK'));
    const events = Array.from({ length: 5 }, () => anEvent());
    await store.write(async (tx) => {
      await insertActions(tx, actions, 1000);
      await insertEvents(tx, events);
    });
    expect((await listActions(db)).map(({ id }) => id)).toEqual(actions.map(({ id }) => id));
    const newest = await listActions(db, { sort: [{ key: 'created_at', descending: true }], limit: 2 });
    expect(newest.map(({ id }) => id)).toEqual([actions[4]?.id, actions[3]?.id]);
    const after = await listEvents(db, { marker: events[2]?.id ?? '' });
    expect(after.map(({ id }) => id)).toEqual([events[3]?.id, events[4]?.id]);
  });

  test('events are filtered by the name of their level', async () => {
    const [info, error] = [anEvent(), anEvent({ level: 'ERROR' })];
    await store.write((tx) => insertEvents(tx, [info, error]));
    const found = await listEvents(db, { filters: { level: ['ERROR', 'CRITICAL'] } });
    expect(found.map(({ id, level }) => [id, level])).toEqual([[error.id, 'ERROR']]);
  });

  test('the actions that keep a cluster busy are those that no user started', async () => {
    const parent = newAction('CLUSTER_CHECK', { target: 'c', clusterId: 'c' });
    const child = newAction('NODE_CHECK', { clusterId: 'c', parentId: parent.id });
    const lone = newAction('NODE_RECOVER', { clusterId: 'c' });
    await store.write((tx) => insertActions(tx, [parent, child, lone], 1000));
    const roots = await unfinishedRootsOfCluster(db, 'c');
    expect(roots.map(({ id }) => id)).toEqual([parent.id, lone.id]);
  });

  describe('What an operator named', () => {
    const first = '1e9906ea-68e3-4560-9ea5-8d2350133b56';
    const second = '1e9906eb-68e3-4560-9ea5-8d2350133b56';

    /** @param visible absent: those of all projects. */
    async function find(identity: string, visible?: string, own = visible ?? 'a'): Promise<string[]> {
      return (await findIds(db, 'profile', identity, { own, visible }, 2)).toSorted();
    }

    beforeEach(async () => {
      const profiles = [
        aProfile({ id: first, name: 'web', project: 'a' }),
        aProfile({ id: second, name: 'web', project: 'b' }),
        aProfile({ name: '1e99', project: 'a' }),
      ];
      await store.write(async (tx) => {
        for (const profile of profiles) await insertProfile(tx, profile);
      });
    });

    test('is found by its whole id, in any case of letters', async () => {
      expect(await find(first.toUpperCase())).toEqual([first]);
    });

    test('is found by its name before the beginning of an id', async () => {
      expect(await find('1e99')).not.toContain(first);
      expect(await find('1e9906ea')).toEqual([first]);
      expect(await find('1e9906')).toEqual([first, second]);
    });

    test('is found in its own project only', async () => {
      expect(await find('web')).toEqual([first]);
      expect(await find('web', undefined, 'c')).toEqual([]);
      expect(await find(second, undefined, 'c')).toEqual([second]);
      expect(await find('web', 'b')).toEqual([second]);
      expect(await find(first, 'b')).toEqual([]);
      expect(await find('1e9906', 'a')).toEqual([first]);
    });

    test('is not found by what only looks like a pattern', async () => {
      for (const identity of ['%', '_', '1e9906e%', '', "' or 1=1", 'WEB'])
        expect(await find(identity)).toEqual([]);
    });
  });
});
