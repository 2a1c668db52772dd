import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../test/support/backends.ts';
import { HealingScene } from '../../test/support/healing-scene.ts';
import { registryOf } from '../profiles/registry.ts';
import { rulesOfCluster } from '../clusters/cluster-rules.ts';
import { takeSnapshot } from './snapshot.ts';

const relapseSeconds = 600;
const recovery = { actions: [{ name: 'REBOOT', timeout: 30 }], relapse: relapseSeconds };

let opened: TestStore;

beforeEach(async () => {
  opened = await openTestStore();
});

afterEach(() => opened.close());

/** How often each node failed, as its next failure would continue it; without those that it would not. */
async function relapses(scene: HealingScene): Promise<Record<string, number>> {
  const { db } = opened.store;
  const rules = await rulesOfCluster(db, scene.cluster.id);
  const { round } = await takeSnapshot({ db, profileTypes: registryOf([]) }, scene.cluster, rules, scene.now);
  const known = round.nodes.flatMap(({ name, recoveredBefore }) =>
    recoveredBefore == null ? [] : [[name, recoveredBefore.relapse?.times ?? 1] as const],
  );
  return Object.fromEntries(known);
}

async function failAndRecover(scene: HealingScene, name: string): Promise<void> {
  await scene.fail(name);
  await scene.round();
  await scene.recover();
  await scene.see(name, 'HEALTHY');
}

test('a relapse is shown for as long as the policy says, also where another node failed long before', async () => {
  const scene = await HealingScene.prepare(opened.store, 2, recovery);
  await failAndRecover(scene, 'web-2');
  scene.pass(60);
  await failAndRecover(scene, 'web-2');
  scene.pass(1);
  await scene.fail('web-1');
  expect(await relapses(scene)).toEqual({ 'web-2': 2 });
  scene.pass(relapseSeconds);
  expect(await relapses(scene)).toEqual({});
});

test('a failure that is known stays the relapse of the recovery before it', async () => {
  const scene = await HealingScene.prepare(opened.store, 2, recovery);
  await failAndRecover(scene, 'web-2');
  scene.pass(60);
  await scene.fail('web-2');
  scene.pass(10 * relapseSeconds);
  expect(await relapses(scene)).toEqual({ 'web-2': 1 });
});
