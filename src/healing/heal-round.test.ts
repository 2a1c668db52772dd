import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestStore } from '../../test/support/backends.ts';
import type { TestStore } from '../../test/support/backends.ts';
import { workflow } from '../../test/support/health-policies.ts';
import { HealingScene, idOf } from '../../test/support/healing-scene.ts';
import { newAction } from '../../test/support/new-action.ts';
import type { JsonObject } from '../domain/json.ts';
import { insertActions } from '../store/actions.ts';
import { deleteCluster } from '../store/clusters.ts';
import { listEvents } from '../store/events.ts';
import { healingOfCluster, healingOfNode, releaseNode, setExclusion, setPause } from '../store/healing.ts';
import { healthOfNodes } from '../store/node-health.ts';
import { deleteNode } from '../store/nodes.ts';

const reboot = { actions: [{ name: 'REBOOT', timeout: 30 }] };

let opened: TestStore;

beforeEach(async () => {
  opened = await openTestStore();
});

afterEach(() => opened.close());

function prepare(size: number, safety: JsonObject, recovery: JsonObject = reboot): Promise<HealingScene> {
  return HealingScene.prepare(opened.store, size, recovery, { safety });
}

/** The operation fails for good, so that the recovery ends EXHAUSTED at once. */
async function failToRecover(scene: HealingScene, name: string): Promise<void> {
  scene.cloud.fail(`reboot ${name}`);
  await scene.round();
  await scene.recover();
}

describe('max_unhealthy', () => {
  test('holds all when a switch dies, says so, and lets go when the others are back', async () => {
    const scene = await prepare(10, { max_unhealthy: { percent: 40 } });
    for (const index of [1, 2, 3, 4, 5, 6]) await scene.fail(`web-${index}`);
    await scene.round();
    expect(await scene.queued()).toBe(0);
    expect(await scene.lastWord('web-3')).toBe(
      'hold: held: 6 of 10 nodes are unhealthy, the limit is 4 (40 % of 10); it opens when 4 or fewer are unhealthy',
    );
    for (const index of [1, 2]) await scene.see(`web-${index}`, 'HEALTHY');
    await scene.round();
    await scene.round();
    expect(await scene.queued()).toBe(4);
    expect(await scene.states('web-1')).toEqual(['SELF_HEALED']);
  });

  test.each([
    ['suspected', 'unhealthy', (scene: HealingScene) => scene.see('web-2', 'SUSPECTED')],
    [
      'unknown',
      'not healthy (1 unhealthy, 1 unknown)',
      (scene: HealingScene) => scene.see('web-2', 'UNKNOWN'),
    ],
    [
      'missing',
      'not healthy (1 unhealthy, 1 missing)',
      (scene: HealingScene) => scene.store.write(async (tx) => void (await deleteNode(tx, idOf('web-2')))),
    ],
  ])('counts a node that is %s as unhealthy, and says so', async (_what, said, make) => {
    const scene = await prepare(4, { max_unhealthy: { percent: 25 } });
    await make(scene);
    await scene.fail('web-1');
    await scene.round();
    expect(await scene.lastWord('web-1')).toContain(
      `held: 2 of 4 nodes are ${said}, the limit is 1 (25 % of 4); it opens when`,
    );
  });

  test('rounds down, but lets its floor through', async () => {
    const scene = await prepare(4, { max_unhealthy: { percent: 10, at_least: 1 } });
    await scene.fail('web-1');
    await scene.round();
    expect(await scene.queued()).toBe(1);
  });
});

test('max_in_flight lets the next recovery start when one has ended', async () => {
  const scene = await prepare(4, { max_in_flight: { percent: 25 } });
  await scene.fail('web-1');
  await scene.fail('web-2');
  await scene.round();
  expect(await scene.queued()).toBe(1);
  expect(await scene.lastWord('web-2')).toContain('held: 1 of 4 nodes is being recovered');
  await scene.recover();
  await scene.round();
  expect(await scene.queued()).toBe(1);
});

describe('a rate limit', () => {
  test('over several days still knows the first recovery', async () => {
    const scene = await prepare(2, { rate_limit: { node: '1/3d' } });
    await scene.fail('web-1');
    await scene.round();
    await scene.recover();
    expect(await scene.states('web-1')).toEqual(['RECOVERED']);
    scene.pass(2 * 86_400);
    await scene.fail('web-1');
    await scene.round();
    expect(await scene.lastWord('web-1')).toMatch(
      /^hold: held: 1 recovery of this node in 3 d, the limit is 1; the next one can start in 24 h$/,
    );
    scene.pass(86_401);
    await scene.see('web-1', 'FAILED');
    await scene.round();
    expect(await scene.queued()).toBe(1);
  });
});

describe('the breaker', () => {
  const limits = { breaker: { failures: 2, window: 1800, open: 200_000 } };

  test('opens, tries one recovery when its time is up, and opens again: also after more than a day', async () => {
    const scene = await prepare(4, limits);
    for (const name of ['web-1', 'web-2']) {
      await scene.fail(name);
      await failToRecover(scene, name);
    }
    await scene.fail('web-3');
    await scene.round();
    expect(await scene.lastWord('web-3')).toContain('held: the breaker is open: 2 recoveries did not help');
    scene.pass(200_001);
    for (const name of ['web-1', 'web-2', 'web-3']) await scene.see(name, 'FAILED');
    await scene.round();
    expect(await scene.queued()).toBe(1);
    scene.cloud.fail('reboot web-3');
    await scene.recover();
    expect((await healingOfCluster(scene.store.db, scene.cluster.id)).breaker).toMatchObject({
      kind: 'open',
      failures: 3,
    });
    scene.pass(100_000);
    for (const name of ['web-1', 'web-2', 'web-3']) await scene.see(name, 'FAILED');
    await scene.round();
    expect(await scene.queued()).toBe(0);
  });

  test('closes when the recovery that tries has helped, and then lets the others start', async () => {
    const scene = await prepare(4, limits);
    for (const name of ['web-1', 'web-2']) {
      await scene.fail(name);
      await failToRecover(scene, name);
    }
    scene.pass(200_001);
    for (const name of ['web-1', 'web-2']) await scene.see(name, 'FAILED');
    await scene.round();
    expect(await scene.queued()).toBe(1);
    await scene.recover();
    await scene.round();
    expect(await scene.queued()).toBe(1);
    expect((await healingOfCluster(scene.store.db, scene.cluster.id)).breaker?.kind).toBe('closed');
  });

  test('that is open lets a node that has recovered come back', async () => {
    const scene = await prepare(4, limits);
    for (const name of ['web-1', 'web-2']) {
      await scene.fail(name);
      await failToRecover(scene, name);
    }
    await scene.fail('web-3');
    await scene.round();
    await scene.see('web-3', 'HEALTHY');
    await scene.round();
    expect(await scene.states('web-3')).toEqual(['SELF_HEALED']);
    expect((await scene.node('web-3')).status).toBe('ACTIVE');
  });
});

describe('retry', () => {
  const retry = { ...reboot, retry: { episodes: 2, window: 86_400, delay: 60 } };

  test('waits, tries again, and then quarantines the node until it is released', async () => {
    const scene = await prepare(3, {}, retry);
    await scene.fail('web-1');
    await failToRecover(scene, 'web-1');
    scene.pass(30);
    await scene.round();
    expect(await scene.states('web-1')).toEqual(['EXHAUSTED']);
    scene.pass(31);
    await failToRecover(scene, 'web-1');
    expect(await scene.states('web-1')).toEqual(['EXHAUSTED', 'EXHAUSTED']);
    const { quarantine } = await healingOfNode(scene.store.db, idOf('web-1'));
    expect(quarantine?.reason).toMatch(/^recovery 2 of 2 within 24 h that did not help: ./);
    scene.pass(7 * 86_400);
    await scene.see('web-1', 'FAILED');
    await scene.round();
    expect(await scene.queued()).toBe(0);

    const node = await scene.node('web-1');
    await scene.store.write((tx) => releaseNode(tx, node, scene.now));
    await scene.round();
    expect(await scene.queued()).toBe(1);
    await scene.recover();
    expect(await scene.states('web-1')).toEqual(['EXHAUSTED', 'EXHAUSTED', 'RECOVERED']);
  });

  test('counts from the release on: a node that was released has all its tries again', async () => {
    const scene = await prepare(3, {}, retry);
    await scene.fail('web-1');
    for (const _try of [1, 2]) {
      await failToRecover(scene, 'web-1');
      scene.pass(61);
    }
    const node = await scene.node('web-1');
    await scene.store.write((tx) => releaseNode(tx, node, scene.now));
    scene.pass(1);
    await failToRecover(scene, 'web-1');
    expect((await healingOfNode(scene.store.db, node.id)).quarantine).toBeNull();
  });
});

test('a crash at any commit of the last try counts it once, and quarantines once', async () => {
  const actions = [{ name: 'REBOOT', before: [workflow('nowhere')] }];
  const retry = { actions, retry: { episodes: 1, window: 86_400, delay: 60 } };
  for (const commit of [1, 2, 3, 4, 5]) {
    for (const when of ['before', 'after'] as const) {
      const store = await openTestStore();
      const safety = { breaker: { failures: 3, window: 1800, open: 900 } };
      const scene = await HealingScene.prepare(store.store, 2, retry, { safety });
      await scene.fail('web-1');
      await scene.round();
      await scene.recover({ commit, when });
      const { breaker } = await healingOfCluster(store.store.db, scene.cluster.id);
      const events = await listEvents(store.store.db);
      expect(await scene.states('web-1')).toEqual(['EXHAUSTED']);
      expect(breaker).toMatchObject({ kind: 'closed', failedAt: [expect.any(Number)] });
      expect(events.filter(({ status }) => status === 'quarantined')).toHaveLength(1);
      await store.close();
    }
  }
});

test('what is known after a recovery that did not help is what its own last probe found', async () => {
  const scene = await prepare(2, {});
  await scene.see('web-1', 'FAILED');
  const reason = 'port 8083 is closed';
  scene.cloud.break(idOf('web-1'), { health: 'unhealthy', failure: 'SERVER_ERROR', reason });
  await failToRecover(scene, 'web-1');
  const record = (await healthOfNodes(scene.store.db, [idOf('web-1')])).get(idOf('web-1'));
  // The rounds had seen `broken`; the recovery looked again before it touched the node.
  expect(record).toMatchObject({ state: 'FAILED', reason, failure: { reason }, detectors: [] });
});

describe('maintenance', () => {
  const person = { since: 1, reason: 'new switch' };

  test('holds what fails until its end, and says so', async () => {
    const scene = await prepare(3, {});
    const until = scene.now + 7_200_000;
    await scene.store.write((tx) => setPause(tx, scene.cluster.id, { ...person, until }));
    await scene.fail('web-1');
    await scene.round();
    expect(await scene.lastWord('web-1')).toBe(
      'hold: held: healing of the cluster is paused (new switch); it is resumed by itself in 2 h',
    );
    scene.pass(7201);
    await scene.see('web-1', 'FAILED');
    await scene.round();
    expect(await scene.queued()).toBe(1);
  });

  test('that begins between the decision and its execution gives the recovery back, untouched', async () => {
    const scene = await prepare(3, {});
    await scene.fail('web-1');
    await scene.round();
    await scene.store.write((tx) => setPause(tx, scene.cluster.id, { ...person, until: null }));
    await scene.recover();
    expect(scene.cloud.calls).toEqual([]);
    expect(await scene.lastWord('web-1')).toBe(
      'hold: held: the cluster came into maintenance (new switch), before anything was touched',
    );
    await scene.store.write((tx) => setPause(tx, scene.cluster.id, null));
    await scene.round();
    await scene.recover();
    expect(await scene.states('web-1')).toEqual(['RECOVERED']);
  });

  test('of one node leaves it alone, and recovers the others', async () => {
    const scene = await prepare(3, {});
    const node = await scene.node('web-1');
    await scene.store.write((tx) => setExclusion(tx, node, { ...person, until: null }));
    await scene.fail('web-1');
    await scene.fail('web-2');
    await scene.round();
    expect(await scene.states('web-1')).toEqual([]);
    expect(await scene.states('web-2')).toEqual(['OPEN']);
  });

  test.each([
    ['CLUSTER_SCALE_IN', {}, true],
    ['CLUSTER_DELETE', {}, true],
    ['CLUSTER_DEL_NODES', {}, true],
    ['NODE_DELETE', {}, true],
    ['CLUSTER_RESIZE', { adjustment_type: 'EXACT_CAPACITY', number: 2 }, true],
    ['CLUSTER_RESIZE', { adjustment_type: 'CHANGE_IN_CAPACITY', number: 2 }, false],
    ['CLUSTER_RESIZE', { max_size: 3 }, false],
    ['CLUSTER_SCALE_OUT', {}, false],
    ['CLUSTER_CHECK', {}, false],
  ])('%s %o pauses the healing of its cluster: %s', async (name, inputs, pauses) => {
    const scene = await prepare(3, {});
    const clusterId = scene.cluster.id;
    const target = name.startsWith('NODE_') ? idOf('web-3') : clusterId;
    const action = newAction(name, { id: randomUUID(), target, clusterId, inputs, locks: [] });
    await scene.store.write((tx) => insertActions(tx, [action], scene.now));
    await scene.fail('web-1');
    await scene.round();
    const rests = `hold: held: healing is paused while ${name} makes the cluster smaller; it goes on when that action has ended`;
    expect(await scene.lastWord('web-1')).toBe(pauses ? rests : 'start: all gates are open');
  });
});

describe('in the middle', () => {
  test('a policy that is disabled holds what is open, and goes on when it is enabled', async () => {
    const scene = await prepare(3, {});
    await scene.enable(false);
    await scene.fail('web-1');
    await scene.round();
    expect(await scene.lastWord('web-1')).toContain('held: the health policy is disabled on this cluster');
    await scene.enable(true);
    await scene.round();
    expect(await scene.lastWord('web-1')).toBe('start: all gates are open');
  });

  test.each([
    [
      'disabled',
      (scene: HealingScene) => scene.enable(false),
      'OPEN',
      'hold: held: the health policy was disabled',
    ],
    [
      'detached',
      (scene: HealingScene) => scene.detach(),
      'CANCELLED',
      'CANCELLED: the health policy was detached',
    ],
  ])(
    'a policy that is %s before its recovery begins keeps it from touching anything',
    async (_how, change, state, word) => {
      const scene = await prepare(3, {});
      await scene.fail('web-1');
      await scene.round();
      await change(scene);
      await scene.recover();
      expect(scene.cloud.calls).toEqual([]);
      expect(await scene.states('web-1')).toEqual([state]);
      expect(await scene.lastWord('web-1')).toContain(word);
    },
  );

  test('a policy that is detached closes what it held', async () => {
    const scene = await prepare(3, {});
    await scene.store.write((tx) => setPause(tx, scene.cluster.id, { since: 1, until: null, reason: 'x' }));
    await scene.fail('web-1');
    await scene.round();
    await scene.detach();
    await scene.round();
    expect(await scene.states('web-1')).toEqual(['CANCELLED']);
  });

  test('a cluster that is gone leaves no recovery open', async () => {
    const scene = await prepare(3, {});
    await scene.store.write((tx) => setPause(tx, scene.cluster.id, { since: 1, until: null, reason: 'x' }));
    await scene.fail('web-1');
    await scene.round();
    await scene.store.write(async (tx) => void (await deleteCluster(tx, scene.cluster.id)));
    await scene.round();
    expect(await scene.states('web-1')).toEqual(['CANCELLED']);
  });
});

describe('mode OBSERVE', () => {
  const observe = (recovery: JsonObject = reboot, more: JsonObject = {}) =>
    HealingScene.prepare(opened.store, 3, recovery, { mode: 'OBSERVE', ...more });

  test('decides, records, and touches nothing', async () => {
    const scene = await observe();
    const before = await scene.node('web-1');
    await scene.fail('web-1');
    await scene.round();
    await scene.recover();
    const [recovery] = await scene.recoveries('web-1');
    expect(recovery).toMatchObject({ mode: 'OBSERVE', state: 'RECOVERED' });
    expect(scene.cloud.calls).toEqual([]);
    expect(await scene.node('web-1')).toEqual(before);
    const words = (await scene.timeline('web-1')).map((line) => line.split(':')[0]);
    expect(words).toEqual([
      'open',
      'start',
      'probe',
      'confirm',
      'run',
      'finish',
      'verify',
      'end-verification',
      'settle',
      'close',
    ]);
  });

  test('tells of one failure once, and of the next one again', async () => {
    const scene = await observe();
    await scene.fail('web-1');
    await scene.round();
    await scene.recover();
    scene.pass(3600);
    await scene.round();
    expect(await scene.states('web-1')).toEqual(['RECOVERED']);
    await scene.see('web-1', 'HEALTHY');
    scene.pass(60);
    await scene.see('web-1', 'FAILED');
    await scene.round();
    expect(await scene.states('web-1')).toEqual(['RECOVERED', 'OPEN']);
  });

  test('does not count for the limits of a policy that touches, nor the other way round', async () => {
    const scene = await observe(reboot, { safety: { rate_limit: { cluster: '1/1h' } } });
    await scene.fail('web-1');
    await scene.round();
    await scene.recover();
    await scene.fail('web-2');
    await scene.round();
    expect(await scene.lastWord('web-2')).toContain('held: 1 recovery of this cluster in 60 min');
    await scene.store.write(async (tx) => {
      await tx.db.updateTable('recovery').set({ mode: 'ENFORCE' }).where('node_name', '=', 'web-1').execute();
    });
    await scene.round();
    expect(await scene.lastWord('web-2')).toBe('start: all gates are open');
  });

  test('keeps no operator from working on the node meanwhile', async () => {
    const scene = await observe();
    await scene.fail('web-1');
    await scene.round();
    const rows = await scene.store.db.selectFrom('action').select('locks').execute();
    expect(rows).toEqual([{ locks: '[]' }]);
  });

  test('decides what ENFORCE decides on the same trace', async () => {
    const chain = {
      strategy: 'CHAIN',
      actions: [
        { name: 'REBOOT', when: { failure: ['HOST_DOWN'] } },
        { name: 'REBUILD', attempts: 2 },
      ],
    };
    const told: string[][] = [];
    for (const mode of ['ENFORCE', 'OBSERVE']) {
      const store = await openTestStore();
      const scene = await HealingScene.prepare(store.store, 3, chain, {
        mode,
        safety: { max_in_flight: { percent: 1 }, rate_limit: { cluster: '2/1h' } },
      });
      for (const name of ['web-1', 'web-2']) await scene.fail(name);
      await scene.round();
      await scene.recover();
      await scene.round();
      await scene.recover();
      await scene.fail('web-3');
      await scene.round();
      told.push(
        (await Promise.all(['web-1', 'web-2', 'web-3'].map((name) => scene.timeline(name))))
          .flat()
          .map((line) => line.replace(/(verified by DETECTION: ).*/, '$1')),
      );
      await store.close();
    }
    expect(told[1]).toEqual(told[0]);
  });
});
