import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backends, type TestStore } from '../../test/support/backends.ts';
import { aBinding, aCluster, anEvent, aNode, aPolicy, aProfile } from '../../test/support/rows.ts';
import {
  attachedPolicies,
  attachedPoliciesOfTypes,
  bindingsOfClusters,
  bindingsOf,
  deleteBinding,
  findBinding,
  insertBinding,
  clustersWithPolicy,
  updateBinding,
} from './cluster-policies.ts';
import { deleteCluster, getCluster, insertCluster, takeNodeIndexes, updateCluster } from './clusters.ts';
import { eventsOfClusterAfter, getEvent, insertEvents, newestEventSeq } from './events.ts';
import {
  countNodesByStatus,
  deleteNode,
  getNode,
  getNodes,
  insertNodes,
  nodeIdsOfClusters,
  nodesOfCluster,
  updateNode,
  updateNodes,
} from './nodes.ts';
import { deletePolicy, getPolicy, insertPolicy, updatePolicy } from './policies.ts';
import {
  deleteProfile,
  getProfile,
  insertProfile,
  usersOfProfile,
  profileNames,
  updateProfile,
} from './profiles.ts';
import type { Db, Store, Topic } from './store.ts';

describe.each(backends)('Objects in $name', ({ open }) => {
  let opened: TestStore;
  let store: Store;
  let db: Db;

  beforeEach(async () => {
    opened = await open();
    store = opened.store;
    db = store.db;
  });

  afterEach(() => opened.close());

  async function notifiedBy(topic: Topic, work: () => Promise<unknown>): Promise<boolean> {
    let heard = false;
    const stop = store.listen(topic, () => void (heard = true));
    await work();
    stop();
    return heard;
  }

  test('a profile reads back as it was written, changed, and is gone once deleted', async () => {
    const profile = aProfile({ metadata: { a: [1, { b: null }] }, domain: 'default' });
    await store.write((tx) => insertProfile(tx, profile));
    expect(await getProfile(db, profile.id)).toEqual(profile);
    const changes = { name: 'other', metadata: { c: 1 }, updatedAt: 2000 };
    expect(await store.write((tx) => updateProfile(tx, profile.id, changes))).toBe(true);
    expect(await getProfile(db, profile.id)).toEqual({ ...profile, ...changes });
    expect(await profileNames(db, [profile.id, profile.id])).toEqual(new Map([[profile.id, 'other']]));
    expect(await store.write((tx) => deleteProfile(tx, profile.id))).toBe(true);
    expect(await getProfile(db, profile.id)).toBeUndefined();
    expect(await store.write((tx) => updateProfile(tx, profile.id, changes))).toBe(false);
  });

  test('a profile is in use while a cluster or a node is made from it', async () => {
    const profile = aProfile();
    await store.write((tx) => insertProfile(tx, profile));
    expect(await usersOfProfile(db, profile.id, 5)).toEqual([]);
    const node = aNode({ profileId: profile.id });
    await store.write((tx) => insertNodes(tx, [node]));
    expect(await usersOfProfile(db, profile.id, 5)).toHaveLength(1);
    await store.write((tx) => deleteNode(tx, node.id));
    await store.write((tx) => insertCluster(tx, aCluster({ profileId: profile.id })));
    expect(await usersOfProfile(db, profile.id, 5)).toHaveLength(1);
  });

  test('a policy reads back as it was written, changed, and is gone once deleted', async () => {
    const policy = aPolicy();
    await store.write((tx) => insertPolicy(tx, policy));
    const changes = { name: 'other', data: { x: 1 }, updatedAt: 2000 };
    await store.write((tx) => updatePolicy(tx, policy.id, changes));
    expect(await getPolicy(db, policy.id)).toEqual({ ...policy, ...changes });
    expect(await store.write((tx) => deletePolicy(tx, policy.id))).toBe(true);
    expect(await getPolicy(db, policy.id)).toBeUndefined();
  });

  test('a change of a cluster changes what it names and nothing else', async () => {
    const cluster = aCluster({ config: { 'node.name.format': 'n-$I' } });
    await store.write((tx) => insertCluster(tx, cluster));
    expect(await getCluster(db, cluster.id)).toEqual(cluster);
    await store.write((tx) => updateCluster(tx, cluster.id, { status: 'ERROR', createdAt: 5, maxSize: 7 }));
    expect(await getCluster(db, cluster.id)).toEqual({
      ...cluster,
      status: 'ERROR',
      createdAt: 5,
      maxSize: 7,
    });
  });

  test('an empty change changes nothing, and says whether there is such a row', async () => {
    const profile = aProfile();
    const policy = aPolicy();
    const cluster = aCluster();
    const node = aNode({ clusterId: cluster.id });
    const binding = aBinding({ clusterId: cluster.id, policyId: policy.id });
    await store.write(async (tx) => {
      await insertProfile(tx, profile);
      await insertPolicy(tx, policy);
      await insertCluster(tx, cluster);
      await insertNodes(tx, [node]);
      await insertBinding(tx, binding);
    });
    const updates = [
      [updateProfile, profile.id],
      [updatePolicy, policy.id],
      [updateCluster, cluster.id],
      [updateNode, node.id],
      [updateBinding, binding.id],
    ] as const;
    for (const [update, id] of updates) {
      expect(await store.write((tx) => update(tx, id, {}))).toBe(true);
      expect(await store.write((tx) => update(tx, 'nothing', {}))).toBe(false);
    }
    await store.write((tx) => updateNodes(tx, [node.id], {}));
    expect(await getCluster(db, cluster.id)).toEqual(cluster);
    expect(await getNode(db, node.id)).toEqual(node);
  });

  test('a place in a cluster is never given twice', async () => {
    const cluster = aCluster();
    await store.write((tx) => insertCluster(tx, cluster));
    const take = (count: number) => store.write((tx) => takeNodeIndexes(tx, cluster.id, count));
    expect(await Promise.all([take(3), take(1), take(2)])).toEqual([1, 4, 5]);
    expect((await getCluster(db, cluster.id))?.nextIndex).toBe(7);
  });

  test('a cluster that is deleted leaves no binding behind', async () => {
    const cluster = aCluster();
    const binding = aBinding({ clusterId: cluster.id });
    await store.write(async (tx) => {
      await insertCluster(tx, cluster);
      await insertBinding(tx, binding);
    });
    await store.write((tx) => deleteCluster(tx, cluster.id));
    expect(await clustersWithPolicy(db, binding.policyId, 5)).toEqual([]);
  });

  test('thousands of nodes are written at once, and read by their place', async () => {
    const nodes = Array.from({ length: 2000 }, (_, index) => aNode({ clusterId: 'c', index: 2000 - index }));
    await store.write((tx) => insertNodes(tx, nodes));
    const read = await nodesOfCluster(db, 'c');
    expect(read.map((node) => node.index)).toEqual(Array.from({ length: 2000 }, (_, index) => index + 1));
    expect(read[0]).toEqual(nodes.at(-1));
    const ids = read.map((node) => node.id);
    expect((await nodeIdsOfClusters(db, ['c', 'd'])).get('c')).toEqual(ids);
    expect((await nodeIdsOfClusters(db, ['c', 'd'])).get('d')).toEqual([]);
    expect(await getNodes(db, ids)).toHaveLength(2000);
  });

  test('a change of a node changes what it names; null takes a value away', async () => {
    const node = aNode({ physicalId: 'p', clusterId: 'c', data: { pid: 1 } });
    await store.write((tx) => insertNodes(tx, [node]));
    const changes = { physicalId: null, tainted: true, data: {}, role: 'master', status: 'ERROR' } as const;
    await store.write((tx) => updateNode(tx, node.id, changes));
    expect(await getNode(db, node.id)).toEqual({ ...node, ...changes });
    expect(await countNodesByStatus(db, 'c')).toEqual({ ERROR: 1 });
  });

  test('those who watch hear of what is to be watched', async () => {
    const node = aNode();
    const binding = aBinding();
    const heard = (work: Parameters<Store['write']>[0]) => notifiedBy('watching', () => store.write(work));
    expect(await heard((tx) => insertNodes(tx, [node]))).toBe(true);
    expect(await heard((tx) => updateNode(tx, node.id, { status: 'ERROR' }))).toBe(false);
    expect(await heard((tx) => updateNode(tx, node.id, { clusterId: 'c' }))).toBe(true);
    expect(await heard((tx) => insertBinding(tx, binding))).toBe(true);
    expect(await heard((tx) => updateBinding(tx, binding.id, { enabled: false }))).toBe(true);
    expect(await heard((tx) => deleteBinding(tx, binding.id))).toBe(true);
    expect(await heard((tx) => deleteNode(tx, node.id))).toBe(true);
  });

  test('bindings come with their policies, by priority', async () => {
    const [health, scaling] = [aPolicy(), aPolicy({ type: 'senlin.policy.scaling-1.0' })];
    const late = aBinding({ clusterId: 'c', policyId: health.id, priority: 600, data: { x: 1 } });
    const early = aBinding({ clusterId: 'c', policyId: scaling.id, priority: 100, enabled: false });
    await store.write(async (tx) => {
      for (const policy of [health, scaling]) await insertPolicy(tx, policy);
      for (const binding of [late, early]) await insertBinding(tx, binding);
    });
    expect(await attachedPolicies(db, 'c')).toEqual([
      { binding: early, policy: scaling },
      { binding: late, policy: health },
    ]);
    expect(await attachedPoliciesOfTypes(db, [health.type])).toEqual([{ binding: late, policy: health }]);
    expect(await attachedPoliciesOfTypes(db, [])).toEqual([]);
    expect(await bindingsOf(db, 'c')).toEqual([early, late]);
    expect(await findBinding(db, 'c', health.id)).toEqual(late);
    expect((await bindingsOfClusters(db, ['c', 'd'])).get('c')).toEqual({
      ids: [early.id, late.id],
      watched: true,
    });
  });

  test('one policy is attached to one cluster once', async () => {
    const binding = aBinding();
    await store.write((tx) => insertBinding(tx, binding));
    const again = { ...binding, id: 'other' };
    await expect(store.write((tx) => insertBinding(tx, again))).rejects.toThrow(/unique/i);
  });

  test('a reader of events goes on where it was, and misses none', async () => {
    const events = Array.from({ length: 5 }, () => anEvent({ clusterId: 'c', level: 'WARNING' }));
    await store.write((tx) => insertEvents(tx, [...events.slice(0, 3), anEvent({ clusterId: 'd' })]));
    const first = await eventsOfClusterAfter(db, 'c', 0, 2);
    await store.write((tx) => insertEvents(tx, events.slice(3)));
    const rest = await eventsOfClusterAfter(db, 'c', first.at(-1)?.seq ?? 0, 100);
    expect([...first, ...rest]).toMatchObject(events);
    expect(first.length + rest.length).toBe(events.length);
    expect(await newestEventSeq(db)).toBe(rest.at(-1)?.seq);
    expect(await getEvent(db, events[0]?.id ?? '')).toMatchObject({ level: 'WARNING' });
  });
});
