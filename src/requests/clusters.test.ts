import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../test/support/backends.ts';
import { FakeCloud } from '../../test/support/fake-cloud.ts';
import { aCluster, aNode, aProfile } from '../../test/support/rows.ts';
import { testCaller as caller, testTools } from '../../test/support/test-server.ts';
import { onCluster, onNode } from '../domain/action-requests.ts';
import type { Node } from '../domain/model.ts';
import type { ActionRequest } from '../domain/action-requests.ts';
import { getAction, listActions } from '../store/action-listing.ts';
import { claimActions } from '../store/action-claims.ts';
import { insertCluster, listClusters } from '../store/clusters.ts';
import { insertNodes, updateNode } from '../store/nodes.ts';
import { listNodesWithFacts } from '../store/standings.ts';
import { insertProfile } from '../store/profiles.ts';
import { checking, enqueueOnCluster, resizing, scaling } from './cluster-actions.ts';
import { createCluster, deleteCluster, updateCluster } from './clusters.ts';
import { checkNode, createNode, deleteNode } from './nodes.ts';
import { recordAction } from './record-action.ts';
import type { RequestTools } from './request-tools.ts';

describe('A request', () => {
  const profile = aProfile({ name: 'small' });
  const cluster = aCluster({ name: 'web', profileId: profile.id });
  let opened: TestStore;
  let tools: RequestTools;
  let node: Node;

  beforeEach(async () => {
    opened = await openTestStore();
    tools = testTools(opened.store, new FakeCloud());
    node = aNode({ name: 'web-1', clusterId: cluster.id, profileId: profile.id, index: 1 });
    await opened.store.write(async (tx) => {
      await insertProfile(tx, profile);
      await insertCluster(tx, cluster);
      await insertNodes(tx, [node]);
    });
  });

  afterEach(() => opened.close());

  async function record(request: ActionRequest): Promise<string> {
    return await tools.store.write((tx) => recordAction(tx, tools, caller, request));
  }

  /** What an engine does first: the action holds its locks from now on. */
  async function claimAll(): Promise<void> {
    await tools.store.write((tx) => claimActions(tx, 'engine', { free: 10, ofOneProject: 10 }, Date.now()));
  }

  const newCluster = {
    name: 'new',
    profile: 'small',
    minSize: 0,
    maxSize: -1,
    desiredCapacity: undefined,
    timeout: 60,
    metadata: {},
    config: {},
  };

  describe('for a new cluster', () => {
    test('records the cluster and its action together', async () => {
      const { object, actionId } = await createCluster(tools, caller, { ...newCluster, minSize: 2 });
      expect(object).toMatchObject({ desiredCapacity: 2, status: 'INIT', profileId: profile.id });
      expect(await getAction(tools.store.db, actionId)).toMatchObject({
        action: 'CLUSTER_CREATE',
        target: object.id,
        timeout: 60,
        cause: 'RPC Request',
        status: 'READY',
      });
    });

    test.each([
      [
        'a profile that is not there',
        { profile: 'none' },
        "The specified profile 'none' could not be found.",
      ],
      [
        'limits that cross',
        { minSize: 5, maxSize: 3 },
        'The specified min_size (5) is greater than the specified max_size (3).',
      ],
      [
        'a size above its own maximum',
        { maxSize: 3, desiredCapacity: 4 },
        'The target capacity (4) is greater than the specified max_size (3).',
      ],
    ])('with %s is refused and leaves nothing behind', async (_, wrong, message) => {
      const before = (await listClusters(tools.store.db)).length;
      await expect(createCluster(tools, caller, { ...newCluster, ...wrong })).rejects.toMatchObject({
        code: 'bad-request',
        message,
      });
      expect(await listClusters(tools.store.db)).toHaveLength(before);
      expect(await listActions(tools.store.db)).toEqual([]);
    });

    test('that no engine could carry out is refused and leaves nothing behind', async () => {
      const without = { ...tools, actionNames: new Set<string>() };
      await expect(createCluster(without, caller, newCluster)).rejects.toMatchObject({
        code: 'not-yet-supported',
      });
      expect(await listClusters(tools.store.db, { filters: { name: ['new'] } })).toEqual([]);
    });
  });

  describe('on a cluster that is busy', () => {
    test('conflicts with an action that waits for its turn, and names it', async () => {
      const first = await enqueueOnCluster(tools, caller, 'web', checking);
      await expect(enqueueOnCluster(tools, caller, 'web', scaling('out', 1))).rejects.toMatchObject({
        code: 'action-conflict',
        message: `The CLUSTER_SCALE_OUT action for target ${cluster.id} conflicts with the following action(s): ${first}`,
      });
    });

    test('conflicts with an action that holds the cluster', async () => {
      await enqueueOnCluster(tools, caller, 'web', checking);
      await claimAll();
      await expect(enqueueOnCluster(tools, caller, 'web', checking)).rejects.toMatchObject({
        code: 'resource-locked',
      });
    });

    test('is accepted while only a node of it recovers, and waits', async () => {
      await record(onNode('NODE_RECOVER', node));
      await claimAll();
      const id = await enqueueOnCluster(tools, caller, 'web', checking);
      await claimAll();
      expect(await getAction(tools.store.db, id)).toMatchObject({ status: 'READY' });
    });

    test('conflicts on the node that recovers, and on no other', async () => {
      const other = aNode({ name: 'web-2', clusterId: cluster.id, profileId: profile.id, index: 2 });
      await tools.store.write((tx) => insertNodes(tx, [other]));
      await record(onNode('NODE_RECOVER', node));
      await claimAll();
      await expect(checkNode(tools, caller, 'web-1')).rejects.toMatchObject({ code: 'resource-locked' });
      await expect(checkNode(tools, caller, 'web-2')).resolves.toBeTypeOf('string');
    });
  });

  describe('to delete', () => {
    test('a cluster is accepted whatever runs, and asks all of it to end', async () => {
      const recovering = await record(onNode('NODE_RECOVER', node));
      await claimAll();
      const waiting = await record(onCluster('CLUSTER_CHECK', cluster));
      const deletion = await deleteCluster(tools, caller, 'web');
      expect(await getAction(tools.store.db, waiting)).toMatchObject({ status: 'CANCELLED' });
      const row = tools.store.db
        .selectFrom('action')
        .select(['control', 'control_reason'])
        .where('id', '=', recovering);
      expect(await row.executeTakeFirst()).toEqual({
        control: 'CANCEL',
        control_reason: 'The cluster web is to be deleted.',
      });
      expect(await getAction(tools.store.db, deletion)).toMatchObject({ action: 'CLUSTER_DELETE' });
    });

    test('a node is accepted whatever runs, and asks it to end', async () => {
      const waiting = await record(onNode('NODE_RECOVER', node));
      await deleteNode(tools, caller, 'web-1');
      expect(await getAction(tools.store.db, waiting)).toMatchObject({ status: 'CANCELLED' });
    });

    test('what is being deleted already joins that deletion', async () => {
      const first = await deleteCluster(tools, caller, 'web');
      expect(await deleteCluster(tools, caller, cluster.id)).toBe(first);
      const gone = await deleteNode(tools, caller, 'web-1');
      expect(await deleteNode(tools, caller, 'web-1')).toBe(gone);
    });

    test('a cluster leaves nodes alone that are being deleted', async () => {
      const gone = await deleteNode(tools, caller, 'web-1');
      await deleteCluster(tools, caller, 'web');
      expect(await getAction(tools.store.db, gone)).toMatchObject({ status: 'READY' });
    });
  });

  describe('beyond what a cluster may have', () => {
    test.each([
      ['scaling out', () => enqueueOnCluster(tools, caller, 'web', scaling('out', 1000))],
      [
        'resizing',
        () =>
          enqueueOnCluster(
            tools,
            caller,
            'web',
            resizing({ adjustmentType: 'EXACT_CAPACITY', number: 1001 }),
          ),
      ],
    ])('is refused: %s', async (_, ask) => {
      await expect(ask()).rejects.toMatchObject({
        code: 'bad-request',
        message:
          'The target capacity (1001) is greater than the maximum number of nodes allowed per cluster (1000).',
      });
    });

    test('is refused: a node more in a cluster that is full', async () => {
      const full = aCluster({ name: 'full', profileId: profile.id, maxSize: 0 });
      await tools.store.write((tx) => insertCluster(tx, full));
      const asked = { name: 'x', profile: 'small', cluster: 'full', role: '', metadata: {} };
      await expect(createNode(tools, caller, asked)).rejects.toMatchObject({ code: 'bad-request' });
      expect(await listNodesWithFacts(tools.store.db, { filters: { name: ['x'] } })).toEqual([]);
    });
  });

  test('for the profile of the cluster takes back the nodes that a stopped update has left with another', async () => {
    const same = updateCluster(tools, caller, 'web', { profile: 'small' });
    await expect(same).rejects.toThrow('No property needs an update.');
    const large = aProfile({ name: 'large' });
    await tools.store.write(async (tx) => {
      await insertProfile(tx, large);
      await updateNode(tx, node.id, { profileId: large.id });
    });
    const { actionId } = await updateCluster(tools, caller, 'web', { profile: 'small' });
    const action = await getAction(tools.store.db, actionId);
    expect(action?.inputs).toEqual({ new_profile_id: profile.id });
  });

  test('for a profile of another type is refused', async () => {
    const other = aProfile({ name: 'other', type: 'other.type-1.0' });
    await tools.store.write((tx) => insertProfile(tx, other));
    await expect(updateCluster(tools, caller, 'web', { profile: 'other' })).rejects.toMatchObject({
      message: "profile_id: expected a profile of type test.node-1.0, found 'other' of type other.type-1.0",
    });
  });

  test('that fits several objects is refused, and names them with what tells them apart', async () => {
    const other = aCluster({ name: 'web', status: 'ERROR' });
    await tools.store.write((tx) => insertCluster(tx, other));
    const refused = await enqueueOnCluster(tools, caller, 'web', checking).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'multiple-choices' });
    const message = String(refused);
    expect(message).toMatch(/More than one cluster fits 'web': .*\)\. Give the id of one of them\.$/);
    const created = 'created 1970-01-01T00:00:01Z';
    expect(message).toContain(`${cluster.id.slice(0, 8)} (ACTIVE, ${created})`);
    expect(message).toContain(`${other.id.slice(0, 8)} (ERROR, ${created})`);
  });

  test('of another project finds nothing', async () => {
    const stranger = { project: 'other', user: 'other', domain: null, roles: ['member'] } as const;
    await expect(enqueueOnCluster(tools, stranger, cluster.id, checking)).rejects.toMatchObject({
      code: 'resource-not-found',
    });
  });
});
