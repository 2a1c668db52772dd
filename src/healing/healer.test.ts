import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestStore } from '../../test/support/backends.ts';
import type { TestStore } from '../../test/support/backends.ts';
import { eventually } from '../../test/support/eventually.ts';
import { HealingScene, idOf } from '../../test/support/healing-scene.ts';
import { sharedStore } from '../../test/support/membership.ts';
import { http } from '../../test/support/probe.ts';
import { Membership } from '../membership/membership.ts';
import { registryOf } from '../profiles/registry.ts';
import { deleteCluster } from '../store/clusters.ts';
import { leasesOfOwner } from '../store/cluster-leases.ts';
import type { Store } from '../store/store.ts';
import { ClusterLeases } from './cluster-leases.ts';
import { Healer } from './healer.ts';

const failed = 'web-1';
let opened: TestStore;
let scene: HealingScene;
let now = 0;
const stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  opened = await openTestStore();
  now = Date.now();
  const detection = {
    interval: 1,
    node_update_timeout: 0,
    detection_modes: [{ type: 'NODE_STATUS_POLLING' }],
  };
  scene = await HealingScene.prepare(
    opened.store,
    2,
    { actions: [{ name: 'REBOOT', timeout: 30 }] },
    {
      detection,
    },
  );
});

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
  await opened.close();
});

interface Process {
  readonly membership: Membership;
  readonly healer: Healer;
}

async function join(store: Store): Promise<Membership> {
  const membership = new Membership({ store, host: 'test', roles: ['health'], now: () => now });
  await membership.join();
  stops.push(() => membership.leave());
  return membership;
}

/** What its healer cannot do fails the test at the end. */
async function start(store: Store): Promise<Process> {
  const membership = await join(store);
  const errors: object[] = [];
  const log = { info: () => {}, error: (details: object) => void errors.push(details) };
  const profileTypes = registryOf([scene.cloud.type]);
  const healer = new Healer({ store, membership, http, profileTypes, log });
  stops.push(async () => {
    await healer.stop();
    expect(errors).toEqual([]);
  });
  await healer.start();
  return { membership, healer };
}

function watches({ healer }: Process): boolean {
  return healer.lastRecord(idOf(failed)) !== undefined;
}

/** The other process finds that the lease of this one ran out. */
async function takeOverFrom(gone: Process, survivor: Process): Promise<void> {
  now += 40_000;
  await survivor.membership.renew();
  await eventually('the takeover', () => watches(survivor));
  expect(await leasesOfOwner(opened.store.db, gone.membership.id)).toEqual(new Map());
}

async function leasesOf({ id }: Membership): Promise<Record<string, number>> {
  return Object.fromEntries(await leasesOfOwner(opened.store.db, id));
}

test('of two healers one observes a cluster and plans it, and the other stands by', async () => {
  const store = sharedStore(opened.store);
  const [first, second] = [await start(store), await start(store)];
  expect([watches(first), watches(second)]).toEqual([true, false]);
  scene.cloud.break(idOf(failed));
  await eventually('a recovery', async () => (await scene.recoveries(failed)).length > 0);
  expect(await scene.queued()).toBe(1);
  expect(watches(second)).toBe(false);
});

test('the clusters of a process that stops are taken at once', async () => {
  const store = sharedStore(opened.store);
  const [first, second] = [await start(store), await start(store)];
  await first.healer.stop();
  await eventually('the takeover', () => watches(second));
  expect(await leasesOf(second.membership)).toEqual({ [scene.cluster.id]: 2 });
});

test('the clusters of a process that is gone are taken over once its lease ended, with a new epoch', async () => {
  const store = sharedStore(opened.store);
  const gone = await start(store);
  const survivor = await start(store);
  now += 20_000;
  await survivor.membership.renew();
  expect(await leasesOf(gone.membership)).toEqual({ [scene.cluster.id]: 1 });
  await takeOverFrom(gone, survivor);
  expect(await leasesOf(survivor.membership)).toEqual({ [scene.cluster.id]: 2 });
});

test('a process that was taken for gone stops observing when it renews its lease', async () => {
  const store = sharedStore(opened.store);
  const [paused, survivor] = [await start(store), await start(store)];
  await takeOverFrom(paused, survivor);
  await paused.membership.renew();
  await eventually('the end of its watch', () => !watches(paused));
});

test('a process that was taken over stops observing, and plans nothing', async () => {
  const store = sharedStore(opened.store);
  const [paused, survivor] = [await start(store), await start(store)];
  await takeOverFrom(paused, survivor);
  scene.cloud.break(idOf(failed));
  await eventually('the end of its watch', () => !watches(paused));
  await eventually('a recovery', async () => (await scene.recoveries(failed)).length > 0);
  expect(await scene.queued()).toBe(1);
  expect(await scene.recoveries(failed)).toHaveLength(1);
});

test('a write under a lease of an older epoch is refused, and changes nothing', async () => {
  const store = sharedStore(opened.store);
  const clusterId = scene.cluster.id;
  const lost: string[] = [];
  const leasesFor = ({ id: owner }: Membership): ClusterLeases =>
    new ClusterLeases({ store, owner, onLost: (id) => void lost.push(id) });
  const old = leasesFor(await join(store));
  expect([...(await old.claim([clusterId]))]).toEqual([clusterId]);
  expect(await old.write(clusterId, () => Promise.resolve('written'))).toBe('written');
  await old.release();
  const other = leasesFor(await join(store));
  await other.claim([clusterId]);
  expect([...(await old.claim([clusterId]))]).toEqual([]);
  await other.release();
  expect(await old.write(clusterId, () => Promise.resolve('written'))).toBeUndefined();
  expect(lost).toEqual([clusterId]);
});

test('a process that was taken for gone leases nothing until it has registered again', async () => {
  const store = sharedStore(opened.store);
  const clusterId = scene.cluster.id;
  const membership = await join(store);
  const leases = new ClusterLeases({ store, owner: membership.id, onLost: () => {} });
  now += 40_000;
  await join(store);
  expect([...(await leases.claim([clusterId]))]).toEqual([]);
  await membership.renew();
  expect([...(await leases.claim([clusterId]))]).toEqual([clusterId]);
});

test('what is left of a cluster that was deleted is written without a lease', async () => {
  const membership = await join(opened.store);
  const leases = new ClusterLeases({ store: opened.store, owner: membership.id, onLost: () => {} });
  await leases.claim([scene.cluster.id]);
  await opened.store.write((tx) => deleteCluster(tx, scene.cluster.id));
  await leases.claim([scene.cluster.id]);
  expect(await leases.write(scene.cluster.id, () => Promise.resolve('written'))).toBe('written');
});

test('where the database is one process’s own, a start after a kill has the clusters at once', async () => {
  const killed = await join(opened.store);
  const leases = new ClusterLeases({ store: opened.store, owner: killed.id, onLost: () => {} });
  await leases.claim([scene.cluster.id]);
  const next = await start(opened.store);
  expect(watches(next)).toBe(true);
});
