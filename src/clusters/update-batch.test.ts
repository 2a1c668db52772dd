import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../test/support/backends.ts';
import { aBinding, aCluster, aPolicy, aProfile } from '../../test/support/rows.ts';
import { insertBinding } from '../store/cluster-policies.ts';
import { insertCluster } from '../store/clusters.ts';
import { insertPolicy } from '../store/policies.ts';
import { insertProfile } from '../store/profiles.ts';
import { updateBatch } from './update-batch.ts';

const profile = aProfile();
const cluster = aCluster({ profileId: profile.id });

let opened: TestStore;
beforeEach(async () => {
  opened = await openTestStore();
  await opened.store.write(async (tx) => {
    await insertProfile(tx, profile);
    await insertCluster(tx, cluster);
  });
});
afterEach(() => opened.close());

async function attach(properties: Record<string, number>, enabled: boolean): Promise<void> {
  const spec = { type: 'senlin.policy.batch', version: '1.0', properties };
  const policy = aPolicy({ type: 'senlin.policy.batch-1.0', spec });
  await opened.store.write(async (tx) => {
    await insertPolicy(tx, policy);
    await insertBinding(tx, aBinding({ clusterId: cluster.id, policyId: policy.id, enabled }));
  });
}

test('without a batch policy that is enabled nodes are updated one after the other', async () => {
  expect(await updateBatch(opened.store.db, cluster.id, 20)).toBe(1);
  await attach({ max_batch_size: 4 }, false);
  expect(await updateBatch(opened.store.db, cluster.id, 20)).toBe(1);
});

test('with one, as many as it allows for so many nodes', async () => {
  await attach({ max_batch_size: 4, min_in_service: 2 }, true);
  expect(await updateBatch(opened.store.db, cluster.id, 20)).toBe(4);
  expect(await updateBatch(opened.store.db, cluster.id, 5)).toBe(3);
});
