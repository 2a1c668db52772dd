/** Which nodes an event leads to, by their policy and their profile. Rounds would come after an hour. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../test/support/backends.ts';
import { eventually } from '../../test/support/eventually.ts';
import { HealingScene, idOf } from '../../test/support/healing-scene.ts';
import { http } from '../../test/support/probe.ts';
import type { CloudService } from '../domain/cloud-state.ts';
import type { JsonObject } from '../domain/json.ts';
import type { FailureClass } from '../domain/verdict.ts';
import { healthPolicy } from '../../test/support/health-policies.ts';
import { Membership } from '../membership/membership.ts';
import type { EventListener } from '../profiles/node-events.ts';
import { registryOf } from '../profiles/registry.ts';
import { classifyHealth } from '../recovery/classify-health.ts';
import { saveNodeHealth } from '../store/node-health.ts';
import { updateNode } from '../store/nodes.ts';
import type { Store } from '../store/store.ts';
import { Healer } from './healer.ts';

let opened: TestStore;
let isAway = false;
let logged: string[] = [];
let foundByPolling: string[] = [];
const stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  opened = await openTestStore();
  isAway = false;
  logged = [];
  foundByPolling = [];
});
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
  await opened.close();
});

/** As a store whose database may be away. */
function unreadable(store: Store): Store {
  return new Proxy(store, {
    get(target, key) {
      if (key === 'db' && isAway) throw new Error('the database is away');
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
}

interface Watched {
  readonly scene: HealingScene;
  readonly healer: Healer;
  /** undefined: no policy wants events. */
  readonly listener: EventListener | undefined;
}

interface Scene {
  readonly cloudService?: CloudService;
  /** Its nodes were changed just now, are in their grace, and one of them does not run. */
  readonly isComingUp?: boolean;
  /** Probed in their grace, by a process that is gone. */
  readonly isKnown?: boolean;
  /** Seconds between rounds; absent: an hour. */
  readonly interval?: number;
}

const GRACE_S = 2;

/** Two nodes under a policy with these detection modes. */
async function watch(
  modes: readonly JsonObject[],
  { cloudService, isComingUp = false, isKnown = false, interval = 3600 }: Scene = {},
): Promise<Watched> {
  const detection = {
    interval,
    node_update_timeout: isComingUp ? GRACE_S : 0,
    detection_modes: modes,
  };
  const recovery = { actions: [{ name: 'REBOOT', timeout: 30 }] };
  const scene = await HealingScene.prepare(opened.store, 2, recovery, { detection });
  if (isComingUp) await comeUp(scene, isKnown);
  const store = unreadable(opened.store);
  const membership = new Membership({ store, host: 'here', roles: ['health'], failed: () => undefined });
  await membership.join();
  stops.push(() => membership.leave());
  let listener: EventListener | undefined;
  const type = {
    ...scene.cloud.type,
    ...(cloudService === undefined ? {} : { cloudService }),
    events: (one: EventListener) => {
      listener = one;
      return { stop: () => undefined };
    },
  };
  const log = {
    info: () => undefined,
    error: (_details: object, message: string) => void logged.push(message),
  };
  const onFoundByPolling = (failureClass: string) => void foundByPolling.push(failureClass);
  const profileTypes = registryOf([type]);
  const healer = new Healer({ store, membership, http, profileTypes, log, onFoundByPolling });
  stops.push(() => healer.stop());
  await healer.start();
  return { scene, healer, listener };
}

async function comeUp(scene: HealingScene, isKnown: boolean): Promise<void> {
  scene.cloud.break(idOf('web-2'));
  await opened.store.write(async (tx) => {
    await tx.db.deleteFrom('node_health').execute();
    for (const name of ['web-1', 'web-2'])
      await updateNode(tx, idOf(name), { updatedAt: Date.now() - (isKnown ? GRACE_S * 1000 : 0) });
    if (!isKnown) return;
    const detection = { ...healthPolicy({ detection: { node_update_timeout: GRACE_S } }).detection };
    const probedAt = Date.now() - 500;
    const verdict = { health: 'unhealthy', failure: 'SERVER_ERROR', reason: 'it is in ERROR' } as const;
    const record = classifyHealth({
      record: null,
      verdicts: [{ detector: 'NODE_STATUS_POLLING', verdict }],
      detection,
      changedAt: probedAt - 1,
      now: probedAt,
    });
    await saveNodeHealth(tx, idOf('web-2'), scene.cluster.id, record);
  });
}

const events = [{ type: 'LIFECYCLE_EVENTS' }];
const polling = [{ type: 'NODE_STATUS_POLLING' }];
const url = [{ type: 'NODE_STATUS_POLL_URL', options: { poll_url: 'http://127.0.0.1:1/{nodename}' } }];

async function probed({ healer }: Watched, name: string): Promise<void> {
  await eventually(`${name} is probed`, () => healer.lastRecord(idOf(name)) !== undefined);
}

test('nodes of a policy with events are probed when they begin to be watched, and at each event', async () => {
  const watched = await watch(events);
  await probed(watched, 'web-1');
  await probed(watched, 'web-2');
  watched.scene.cloud.break(idOf('web-2'));
  await watched.listener?.changed({ nodeId: idOf('web-2') });
  expect(watched.healer.lastRecord(idOf('web-2'))?.state).toBe('FAILED');
  expect(watched.healer.lastRecord(idOf('web-1'))?.state).toBe('HEALTHY');
});

test('an event about what stands for a node probes it, and is done with when that is recorded', async () => {
  const watched = await watch(polling, { cloudService: 'compute' });
  const { scene, healer, listener } = watched;
  await probed(watched, 'web-2');
  scene.cloud.break(idOf('web-2'));
  const { physical_id: physicalId } = await opened.store.db
    .selectFrom('node')
    .select('physical_id')
    .where('id', '=', idOf('web-2'))
    .executeTakeFirstOrThrow();
  await listener?.changed({ physicalId: physicalId ?? '' });
  expect(healer.lastRecord(idOf('web-2'))?.state).toBe('FAILED');
  const { state } = await opened.store.db
    .selectFrom('node_health')
    .select('state')
    .where('node_id', '=', idOf('web-2'))
    .executeTakeFirstOrThrow();
  expect(state).toBe('FAILED');
  await listener?.changed({ physicalId: 'a server of another project' });
});

test('an event whose node cannot be read is tried again until its probe is recorded', async () => {
  const watched = await watch(polling, { cloudService: 'compute' });
  await probed(watched, 'web-2');
  watched.scene.cloud.break(idOf('web-2'));
  isAway = true;
  let isDone = false;
  const event = (async () => {
    await watched.listener?.changed({ nodeId: idOf('web-2') });
    isDone = true;
  })();
  await eventually('the node could not be read', () => logged.includes('a probe of a node failed'));
  expect(isDone).toBe(false);
  isAway = false;
  await event;
  expect(watched.healer.lastRecord(idOf('web-2'))?.state).toBe('FAILED');
}, 20_000);

test('a failure within the grace of a node is confirmed when grace ends, and not a round later', async () => {
  const watched = await watch(events, { isComingUp: true });
  const record = () => watched.healer.lastRecord(idOf('web-2'));
  await eventually('it is suspected', () => record()?.state === 'SUSPECTED');
  await eventually('it is confirmed', () => record()?.state === 'FAILED', 20_000);
}, 30_000);

test('grace that ended while no process watched the node is over when it is watched again', async () => {
  const watched = await watch(polling, { isComingUp: true, isKnown: true });
  await eventually(
    'it is confirmed',
    () => watched.healer.lastRecord(idOf('web-2'))?.state === 'FAILED',
    20_000,
  );
}, 30_000);

test('after a gap all nodes of the type are probed', async () => {
  const watched = await watch(polling, { cloudService: 'compute' });
  await probed(watched, 'web-2');
  watched.scene.cloud.break(idOf('web-1'));
  watched.scene.cloud.break(idOf('web-2'));
  await watched.listener?.changed('ALL');
  const states = ['web-1', 'web-2'].map((name) => watched.healer.lastRecord(idOf(name))?.state);
  expect(states).toEqual(['FAILED', 'FAILED']);
});

test('a change of a host probes the nodes that are probed by their host alone', async () => {
  const watched = await watch(polling, { cloudService: 'compute' });
  await probed(watched, 'web-2');
  watched.scene.cloud.break(idOf('web-2'));
  await watched.listener?.changed({ mode: 'HYPERVISOR_STATUS_POLLING' });
  expect(watched.healer.lastRecord(idOf('web-2'))?.state).toBe('HEALTHY');
  await watched.listener?.changed({ mode: 'NODE_STATUS_POLLING' });
  expect(watched.healer.lastRecord(idOf('web-2'))?.state).toBe('FAILED');
});

test('polling alone wants events of a cloud, and none of a machine', async () => {
  expect((await watch(polling)).listener).toBeUndefined();
});

test('a poll URL alone wants none', async () => {
  expect((await watch(url, { cloudService: 'compute' })).listener).toBeUndefined();
});

test('what a round finds of a node that wants events is told, and what an event has led to is not', async () => {
  const watched = await watch(polling, { cloudService: 'compute', interval: 2 });
  const record = (name: string) => watched.healer.lastRecord(idOf(name));
  await probed(watched, 'web-2');
  const failed = (failure: FailureClass) => ({ health: 'unhealthy', failure, reason: 'failed' }) as const;
  watched.scene.cloud.break(idOf('web-1'), failed('SERVER_DELETED'));
  await watched.listener?.changed({ nodeId: idOf('web-1') });
  watched.scene.cloud.break(idOf('web-2'), failed('SERVER_STOPPED'));
  await eventually('a round finds it', () => record('web-2')?.state === 'FAILED');
  expect(foundByPolling).toEqual(['SERVER_STOPPED']);
}, 20_000);
