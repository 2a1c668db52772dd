import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../test/support/backends.ts';
import { FakeCloud } from '../../test/support/fake-cloud.ts';
import { aBinding, aCluster, aPolicy, aProfile } from '../../test/support/rows.ts';
import { testCaller as caller, testTools } from '../../test/support/test-server.ts';
import { getAction } from '../store/action-listing.ts';
import { insertBinding } from '../store/cluster-policies.ts';
import { insertCluster } from '../store/clusters.ts';
import { insertPolicy } from '../store/policies.ts';
import { insertProfile } from '../store/profiles.ts';
import { enqueueOnCluster, scaling } from './cluster-actions.ts';
import { detaching, getBinding, updatingAttached } from './cluster-policies.ts';
import type { RequestTools } from './request-tools.ts';

const profile = aProfile();
const cluster = aCluster({ name: 'web', profileId: profile.id });
const attached = aPolicy({ name: 'health' });
const namesake = aPolicy({ name: 'health' });
const lone = aPolicy({ name: 'lone' });

let opened: TestStore;
let tools: RequestTools;

beforeEach(async () => {
  opened = await openTestStore();
  tools = testTools(opened.store, new FakeCloud());
  await opened.store.write(async (tx) => {
    await insertProfile(tx, profile);
    await insertCluster(tx, cluster);
    for (const policy of [namesake, attached, lone]) await insertPolicy(tx, policy);
    const binding = { clusterId: cluster.id, policyId: attached.id, enabled: true, priority: 500 };
    await insertBinding(tx, { id: 'b1', ...binding, data: null, lastOp: 0 });
  });
});

afterEach(() => opened.close());

test('a policy is found among those of its cluster: one of the same name elsewhere is no matter', async () => {
  const id = await enqueueOnCluster(tools, caller, 'web', detaching('health'));
  expect((await getAction(tools.store.db, id))?.inputs).toEqual({ policy_id: attached.id });
  expect((await getBinding(tools, caller, 'web', 'health')).attached.policy.id).toBe(attached.id);
});

test('what is not attached is refused with what is', async () => {
  await expect(enqueueOnCluster(tools, caller, 'web', detaching('lone'))).rejects.toMatchObject({
    message: `The policy 'lone' is not attached to the specified cluster '${cluster.id}'.`,
    details: { issues: [{ field: 'policy_id', expected: 'one of those attached: health' }] },
  });
  await expect(enqueueOnCluster(tools, caller, 'web', detaching('nope'))).rejects.toMatchObject({
    message: "The specified policy 'nope' could not be found.",
    details: { issues: [{ expected: 'one of those attached: health' }] },
  });
});

test('actions on policies take turns, and nothing else is accepted beside them', async () => {
  await enqueueOnCluster(tools, caller, 'web', updatingAttached({ policy: 'health', enabled: false }));
  await enqueueOnCluster(tools, caller, 'web', detaching('health'));
  await expect(enqueueOnCluster(tools, caller, 'web', scaling('out', 1))).rejects.toMatchObject({
    code: 'action-conflict',
  });
});

test('a scaling in the cooldown of a policy is refused in one sentence: which policy, and for how long', async () => {
  const policy = aPolicy({
    name: 'so',
    type: 'senlin.policy.scaling-1.0',
    spec: {
      type: 'senlin.policy.scaling',
      version: '1.0',
      properties: {
        event: 'CLUSTER_SCALE_OUT',
        adjustment: { type: 'CHANGE_IN_CAPACITY', number: 1, cooldown: 300 },
      },
    },
  });
  const at = Date.parse('2026-11-29T12:00:00Z');
  await opened.store.write(async (tx) => {
    await insertPolicy(tx, policy);
    const ids = { clusterId: cluster.id, policyId: policy.id };
    await insertBinding(tx, aBinding({ ...ids, lastOp: at - 58_000 }));
  });
  await expect(
    enqueueOnCluster({ ...tools, now: () => at }, caller, 'web', scaling('out', 1)),
  ).rejects.toMatchObject({
    message:
      'The cluster web was scaled a moment ago: the cooldown of the policy so lasts 4 min 2 s more, until 2026-11-29T12:04:02Z.',
    senlinMessage: `The CLUSTER_SCALE_OUT action for cluster ${cluster.id} cannot be processed due to Policy ${policy.id} cooldown still in progress`,
    details: undefined,
  });
});
