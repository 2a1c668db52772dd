import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../test/support/backends.ts';
import { HealingScene, idOf } from '../../test/support/healing-scene.ts';
import type { HealthPolicy } from '../domain/health-policy.ts';
import type { HealthRecord } from '../domain/health-record.ts';
import type { UserStop } from '../domain/user-stop.ts';
import { registryOf } from '../profiles/registry.ts';
import { storedHealthPolicy } from '../policies/health/stored-health-policy.ts';
import { insertRecovery, markRecoveryClosed, recoveryStarted } from '../store/recoveries.ts';
import { testSession } from '../../test/support/session.ts';
import { UserStops } from './user-stops.ts';

const node = idOf('web-1');
const stop: UserStop = { why: 'user 7 stopped it', ends: 'start it', at: 5000 };
let opened: TestStore;
let scene: HealingScene;
let asked = 0;
let answer: () => Promise<UserStop | null>;
let failure: string;
let failedAt = 1;
let state: HealthRecord['state'];
let now = 1_800_000_000_000;
let stops: UserStops;

beforeEach(async () => {
  opened = await openTestStore();
  scene = await HealingScene.prepare(opened.store, 2, { actions: [{ name: 'REBOOT' }] });
  asked = 0;
  failure = 'SERVER_STOPPED';
  state = 'FAILED';
  answer = () => Promise.resolve(stop);
  const type = {
    ...scene.cloud.type,
    stoppedByUser: () => {
      asked += 1;
      return answer();
    },
  };
  stops = new UserStops({
    store: opened.store,
    profileTypes: registryOf([type]),
    now: () => now,
  });
});
afterEach(() => opened.close());

function records(): ReadonlyMap<string, HealthRecord> {
  return new Map([[node, { state, failure: { class: failure, reason: '' }, failedAt } as HealthRecord]]);
}

function policy(stoppedByUser?: 'HOLD'): HealthPolicy {
  const read = storedHealthPolicy(scene.policy);
  return stoppedByUser === undefined ? read : { ...read, safety: { ...read.safety, stoppedByUser } };
}

test('the cloud is asked where the policy leaves alone what users have stopped, and not otherwise', async () => {
  expect(await stops.ask(policy(), records())).toEqual(new Map());
  expect(asked).toBe(0);
  expect(await stops.ask(policy('HOLD'), records())).toEqual(new Map([[node, stop]]));
});

test('of a server in ERROR or that was deleted nothing is asked', async () => {
  for (failure of ['SERVER_ERROR', 'SERVER_DELETED', 'HOST_DOWN'])
    expect(await stops.ask(policy('HOLD'), records())).toEqual(new Map());
  expect(asked).toBe(0);
});

test('of a node whose failure is not confirmed nothing is asked', async () => {
  state = 'SUSPECTED';
  expect(await stops.ask(policy('HOLD'), records())).toEqual(new Map());
  expect(asked).toBe(0);
});

test('what was answered is kept for a minute', async () => {
  await stops.ask(policy('HOLD'), records());
  now += 59_000;
  await stops.ask(policy('HOLD'), records());
  expect(asked).toBe(1);
  now += 1000;
  await stops.ask(policy('HOLD'), records());
  expect(asked).toBe(2);
  failedAt += 1;
  await stops.ask(policy('HOLD'), records());
  expect(asked).toBe(3);
});

test('where it cannot be seen who stopped it, nothing is done yet, and why is said', async () => {
  answer = () => Promise.reject(new Error('Nova answers 503'));
  const found = await stops.ask(policy('HOLD'), records());
  expect(found.get(node)?.why).toBe('whether a user has stopped it cannot be seen: Nova answers 503');
  expect(found.get(node)?.ends).toBe('it is asked again at each round of healing');
  answer = () => Promise.resolve(stop);
  expect(await stops.ask(policy('HOLD'), records())).toEqual(new Map([[node, stop]]));
});

test('what a recovery of the node has stopped was not stopped by a user', async () => {
  const facts = { nodeId: node, nodeName: 'web-1', clusterId: scene.cluster.id, policyId: null, plan: {} };
  const recovery = { ...facts, ...testSession, failure: { class: 'SERVER_ERROR', reason: '' }, failedAt: 1 };
  await opened.store.write(async (tx) => {
    await insertRecovery(tx, { ...recovery, id: 'r1', openedAt: 2000 });
    await recoveryStarted(tx, 'r1', 'a1', 4000);
  });
  for (const [at, isUsers] of [
    [2000, true],
    [4000, false],
    [9000, false],
  ] as const) {
    failedAt += 1;
    answer = () => Promise.resolve({ ...stop, at });
    expect((await stops.ask(policy('HOLD'), records())).has(node), `at ${at}`).toBe(isUsers);
  }
  await opened.store.write((tx) => markRecoveryClosed(tx, 'r1', 'EXHAUSTED', 8000));
  failedAt += 1;
  expect((await stops.ask(policy('HOLD'), records())).has(node), 'after its end').toBe(true);
});
