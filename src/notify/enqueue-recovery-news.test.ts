import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../test/support/backends.ts';
import { HealingScene } from '../../test/support/healing-scene.ts';
import type { RecoveryNews } from '../domain/recovery-news.ts';
import type { JsonObject } from '../domain/json.ts';

let opened: TestStore;
let heard: RecoveryNews[];

beforeEach(async () => {
  opened = await openTestStore();
  heard = [];
  opened.store.onCommitted((news) => void heard.push(news));
});

afterEach(() => opened.close());

const reboot = { actions: [{ name: 'REBOOT', timeout: 30 }] };

function prepare(
  size: number,
  recovery: JsonObject = reboot,
  safety: JsonObject = {},
): Promise<HealingScene> {
  return HealingScene.prepare(opened.store, size, recovery, { safety });
}

const told = () => heard.map(({ event, node, recovery }) => `${node.name} ${event}: ${recovery.state}`);

test('a recovery that helps tells that it opened, each step that ended, and how it was closed', async () => {
  const scene = await prepare(2);
  await scene.fail('web-1');
  await scene.round();
  await scene.recover();
  await scene.round();
  expect(told()).toEqual([
    'web-1 opened: OPEN',
    'web-1 step_ended: OPEN',
    'web-1 step_ended: OPEN',
    'web-1 recovered: RECOVERED',
  ]);
  expect(heard[1]?.step).toMatchObject({ name: 'REBOOT', attempt: 1, state: 'SUCCEEDED' });
  expect(heard[2]?.step).toMatchObject({ name: 'VERIFY', purpose: 'verification', item: 'actions[0]' });
});

test('one that does not help tells that it is exhausted, and last that its node is quarantined', async () => {
  const scene = await prepare(2, { ...reboot, retry: { episodes: 1 } });
  scene.cloud.fail('reboot web-1');
  await scene.fail('web-1');
  await scene.round();
  await scene.recover();
  expect(told()).toEqual([
    'web-1 opened: OPEN',
    'web-1 step_ended: OPEN',
    'web-1 exhausted: EXHAUSTED',
    'web-1 quarantined: EXHAUSTED',
  ]);
});

test('one that is held tells its gate once, not again when only a number is another, and that it healed itself', async () => {
  const scene = await prepare(4, reboot, { max_unhealthy: { percent: 25 } });
  await scene.fail('web-1');
  await scene.fail('web-2');
  await scene.round();
  await scene.round();
  scene.pass(20);
  await scene.fail('web-3');
  await scene.round();
  await scene.see('web-1', 'HEALTHY');
  await scene.round();
  const ofFirst = heard.filter(({ node }) => node.name === 'web-1');
  expect(ofFirst.map(({ event, gate }) => [event, gate])).toEqual([
    ['opened', null],
    ['held', 'max_unhealthy'],
    ['self_healed', null],
  ]);
  expect(ofFirst[1]?.reason).toBe(
    'held: 2 of 4 nodes are unhealthy, the limit is 1 (25 % of 4); it opens when 1 or fewer are unhealthy',
  );
});
