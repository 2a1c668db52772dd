import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeCloud } from '../../../test/support/fake-cloud.ts';
import { aHealthRecord } from '../../../test/support/health-record.ts';
import { TestEngine } from '../../../test/support/test-engine.ts';
import { CoppiceError } from '../../domain/errors.ts';
import type { Cluster, Node } from '../../domain/model.ts';
import type { Verdict } from '../../domain/verdict.ts';
import type { HealthRecord } from '../../domain/health-record.ts';
import { registryOf } from '../../profiles/registry.ts';
import { bindingsOf } from '../../store/cluster-policies.ts';
import { getCluster } from '../../store/clusters.ts';
import { healingOfCluster, quarantineNode, setBreaker } from '../../store/healing.ts';
import { saveNodeHealth } from '../../store/node-health.ts';
import { listRecoveries } from '../../store/recoveries.ts';
import { onNode } from '../../domain/action-requests.ts';
import { probe } from '../../../test/support/probe.ts';
import { actionDefinitions } from '../registry.ts';
import { embeddedWorkflows } from '../../workflow/runner/embedded-workflows.ts';
import { testMembership } from '../../../test/support/membership.ts';
import { WorkflowServices } from '../../workflow/workflow-services.ts';

let cloud: FakeCloud;
let engine: TestEngine;

beforeEach(async () => {
  cloud = new FakeCloud();
  const profileTypes = registryOf([cloud.type]);
  engine = await TestEngine.start((store) =>
    actionDefinitions({
      store,
      profileTypes,
      probe,
      workflows: new WorkflowServices({
        embedded: embeddedWorkflows({ store, membership: testMembership(store) }),
      }),
    }),
  );
});

afterEach(() => engine.stop());

/** Writes what is known of a node's health. */
async function known(clusterId: string, node: Node | undefined, record: HealthRecord): Promise<void> {
  await engine.store.write((tx) => saveNodeHealth(tx, node?.id ?? '', clusterId, record));
}

async function cluster(changes: Partial<Cluster> = {}): Promise<string> {
  const id = await engine.newCluster('test.node-1.0', changes);
  await engine.runOnCluster('CLUSTER_CREATE', id);
  return id;
}

describe('CLUSTER_CREATE', () => {
  it('makes the nodes, named and numbered, and the cluster ACTIVE', async () => {
    const id = await cluster();
    const nodes = await engine.nodes(id);
    expect(nodes.map(({ name, index, status }) => `${name} ${index} ${status}`)).toEqual([
      'web-1 1 ACTIVE',
      'web-2 2 ACTIVE',
      'web-3 3 ACTIVE',
    ]);
    expect(cloud.servers.size).toBe(3);
    const made = await engine.cluster(id);
    expect(made.status).toBe('ACTIVE');
    expect(made.statusReason).toBe(
      'CLUSTER_CREATE: number of active nodes is equal or above desired_capacity (3).',
    );
    expect(made.createdAt).not.toBeNull();
  });

  it('makes an empty cluster', async () => {
    expect((await engine.cluster(await cluster({ desiredCapacity: 0 }))).status).toBe('ACTIVE');
  });

  it('fails with the node that failed and why, and leaves the others running', async () => {
    cloud.fail('create web-2', new CoppiceError('operation-failed', 'The port is taken.'));
    const id = await engine.newCluster('test.node-1.0');
    const action = await engine.runOnCluster('CLUSTER_CREATE', id);
    expect(action.status).toBe('FAILED');
    expect(action.statusReason).toMatch(/^Creation failed for 1 of 3 nodes: web-2: The port is taken\.$/);
    expect((await engine.cluster(id)).status).toBe('WARNING');
    const [, failed] = await engine.nodes(id);
    expect(failed).toMatchObject({ status: 'ERROR', statusReason: 'Creation failed: The port is taken.' });
  });
});

describe('sizes', () => {
  it('scales out by one if nothing is said, with indexes that were never used', async () => {
    const id = await cluster();
    await engine.runOnCluster('CLUSTER_SCALE_IN', id);
    await engine.runOnCluster('CLUSTER_SCALE_OUT', id);
    expect((await engine.nodes(id)).map((node) => node.index)).toEqual([1, 2, 4]);
    expect((await engine.cluster(id)).desiredCapacity).toBe(3);
  });

  it('fails to scale out beyond the maximum, in the words of Senlin', async () => {
    const id = await cluster({ maxSize: 4 });
    const action = await engine.runOnCluster('CLUSTER_SCALE_OUT', id, { count: 100 });
    expect(action).toMatchObject({
      status: 'FAILED',
      statusReason: "The target capacity (103) is greater than the cluster's max_size (4).",
    });
    expect(await engine.nodes(id)).toHaveLength(3);
  });

  it('scales in as far as the minimum allows', async () => {
    const id = await cluster({ minSize: 1 });
    expect((await engine.runOnCluster('CLUSTER_SCALE_IN', id, { count: 100 })).status).toBe('SUCCEEDED');
    expect(await engine.nodes(id)).toHaveLength(1);
  });

  it('removes what does not work before what does', async () => {
    const id = await cluster();
    const [first] = await engine.nodes(id);
    cloud.break(first?.id ?? '');
    await engine.runOnCluster('CLUSTER_CHECK', id);
    await engine.runOnCluster('CLUSTER_SCALE_IN', id);
    expect((await engine.nodes(id)).map((node) => node.name)).toEqual(['web-2', 'web-3']);
  });

  it.each(['SUSPECTED', 'FAILED'] as const)(
    'removes first what the health record says is %s, although it is ACTIVE and the oldest',
    async (state) => {
      const id = await cluster();
      const [first] = await engine.nodes(id);
      await known(id, first, aHealthRecord(state));
      const inputs = { adjustment_type: 'CHANGE_IN_CAPACITY', number: -1 };
      const action = await engine.runOnCluster('CLUSTER_RESIZE', id, inputs);
      expect(action.status).toBe('SUCCEEDED');
      expect((await engine.nodes(id)).map((node) => node.name)).toEqual(['web-2', 'web-3']);
    },
  );

  it('shows its plan with the action: which nodes, and why these', async () => {
    const id = await cluster();
    const [, second] = await engine.nodes(id);
    await engine.store.write((tx) => quarantineNode(tx, { id: second?.id ?? '', clusterId: id }, 'test', 1));
    const action = await engine.runOnCluster('CLUSTER_SCALE_IN', id);
    expect(action.data['plan']).toEqual({
      decisions: [{ by: 'CLUSTER_SCALE_IN', reason: 'from 3 to 2 nodes' }],
      groups: [
        {
          nodes: [{ id: second?.id, name: 'web-2', operation: 'NODE_DELETE', reason: 'quarantined' }],
          pause: 0,
        },
      ],
      nodes: 1,
      size: { current: 3, desired: 2, min_size: 0, max_size: -1 },
    });
  });

  it('resizes with new limits', async () => {
    const id = await cluster();
    const inputs = { adjustment_type: 'CHANGE_IN_PERCENTAGE', number: 50, min_size: 1, max_size: 8 };
    expect((await engine.runOnCluster('CLUSTER_RESIZE', id, inputs)).status).toBe('SUCCEEDED');
    expect(await engine.cluster(id)).toMatchObject({ desiredCapacity: 4, minSize: 1, maxSize: 8 });
    expect(await engine.nodes(id)).toHaveLength(4);
  });
});

describe('CLUSTER_CHECK', () => {
  it('writes down what is unwell, and marks the cluster', async () => {
    const id = await cluster();
    const [node] = await engine.nodes(id);
    cloud.break(node?.id ?? '');
    const { outputs } = await engine.runOnCluster('CLUSTER_CHECK', id);
    const [checked] = await engine.nodes(id);
    expect(checked).toMatchObject({ status: 'ERROR', statusReason: 'Check: SERVER_ERROR: broken' });
    expect((await engine.cluster(id)).status).toBe('WARNING');
    expect(outputs).toEqual({
      healthy: 2,
      unhealthy: 1,
      nodes: [{ id: node?.id, name: 'web-1', failure: 'SERVER_ERROR', reason: 'broken' }],
    });
  });

  it('changes nothing of a node that it could not see, and fails', async () => {
    const id = await cluster();
    const [node] = await engine.nodes(id);
    cloud.break(node?.id ?? '', { health: 'unknown', reason: 'the cloud does not answer' });
    const action = await engine.runOnCluster('CLUSTER_CHECK', id);
    expect(action.statusReason).toBe(
      'The check failed for 1 of 3 nodes: web-1: The node could not be probed: the cloud does not answer',
    );
    expect((await engine.nodes(id))[0]?.status).toBe('ACTIVE');
  });
});

describe('under a health policy', () => {
  // Port 9 is closed: whatever the cloud says of its servers, nothing answers at the URL of the policy.
  const url = { poll_url: 'http://127.0.0.1:9/', poll_url_retry_limit: 0 };
  const byUrl = {
    detection: { interval: 60, detection_modes: [{ type: 'NODE_STATUS_POLL_URL', options: url }] },
    recovery: { actions: [{ name: 'REBOOT' }], verify: 'STATUS' },
  };

  async function watched(): Promise<string> {
    const id = await cluster();
    const policy = { policy_id: await engine.newPolicy('senlin.policy.health-1.3', byUrl) };
    await engine.runOnCluster('CLUSTER_ATTACH_POLICY', id, policy);
    return id;
  }

  it('a check looks as the policy does, and not only at the status', async () => {
    const id = await watched();
    await engine.runOnCluster('CLUSTER_CHECK', id);
    const nodes = await engine.nodes(id);
    expect(nodes.map((node) => node.status)).toEqual(['ERROR', 'ERROR', 'ERROR']);
    expect(nodes[0]?.statusReason).toContain('Check: URL_UNREACHABLE');
  });

  it('a recovery with a check recovers what the policy finds failed, and records it', async () => {
    const id = await watched();
    expect((await engine.runOnCluster('CLUSTER_RECOVER', id, { check: true })).status).toBe('SUCCEEDED');
    const recoveries = await listRecoveries(engine.store.db, { limit: 10 });
    expect(recoveries.map((each) => each.state)).toEqual(['RECOVERED', 'RECOVERED', 'RECOVERED']);
    expect(cloud.calls.filter((call) => call.startsWith('reboot'))).toHaveLength(3);
  });

  it('a recovery without a check takes what is known to have failed, whatever the status says', async () => {
    const id = await watched();
    const [, node] = await engine.nodes(id);
    await known(id, node, aHealthRecord('FAILED'));
    await engine.runOnCluster('CLUSTER_RECOVER', id);
    const recoveries = await listRecoveries(engine.store.db, { limit: 10 });
    expect(recoveries.map((each) => each.nodeName)).toEqual(['web-2']);
  });
});

describe('CLUSTER_DELETE', () => {
  it('removes nodes, cluster and bindings', async () => {
    const id = await cluster();
    expect((await engine.runOnCluster('CLUSTER_DELETE', id)).status).toBe('SUCCEEDED');
    expect(cloud.servers.size).toBe(0);
    expect(await getCluster(engine.store.db, id)).toBeUndefined();
  });

  it('keeps the cluster while a node could not be removed', async () => {
    const id = await cluster();
    cloud.fail('remove web-2');
    expect((await engine.runOnCluster('CLUSTER_DELETE', id)).status).toBe('FAILED');
    expect((await engine.nodes(id)).map(({ name, status }) => `${name} ${status}`)).toEqual(['web-2 ERROR']);
    expect((await engine.runOnCluster('CLUSTER_DELETE', id)).status).toBe('SUCCEEDED');
  });
});

describe('CLUSTER_UPDATE', () => {
  const ended: Verdict = { health: 'unhealthy', failure: 'PROCESS_EXITED', reason: 'process 7 has ended' };

  it('gives the nodes a new profile one by one, and stops at the first that fails', async () => {
    const id = await cluster();
    const profileId = await engine.newProfile('test.node-1.0');
    cloud.calls.length = 0;
    cloud.fail('create web-2');
    const action = await engine.runOnCluster('CLUSTER_UPDATE', id, {
      name: 'shop',
      new_profile_id: profileId,
    });
    expect(action.status).toBe('FAILED');
    expect(cloud.calls).toEqual(['remove web-1', 'create web-1', 'remove web-2', 'create web-2']);
    expect((await engine.cluster(id)).name).toBe('shop');
    expect(action.statusReason).toBe(
      'Update failed for 1 of 3 nodes: web-2: create web-2 went wrong; 1 more node was not begun',
    );
  });

  it('that stopped leaves each node to be recovered with the profile that it has', async () => {
    const id = await cluster();
    const { profileId: old } = await engine.cluster(id);
    const profileId = await engine.newProfile('test.node-1.0', { size: 'new' });
    cloud.fail('create web-1');
    expect((await engine.runOnCluster('CLUSTER_UPDATE', id, { new_profile_id: profileId })).status).toBe(
      'FAILED',
    );
    const made: string[] = [];
    cloud.made = ({ name, properties }) => void made.push(`${name} ${JSON.stringify(properties)}`);
    for (const node of await engine.nodes(id)) {
      cloud.break(node.id);
      await engine.run(onNode('NODE_RECOVER', node, { operation: 'RECREATE' }));
    }
    expect(made).toEqual(['web-1 {"size":"new"}', 'web-2 {}', 'web-3 {}']);
    expect((await engine.nodes(id)).map((node) => node.profileId)).toEqual([profileId, old, old]);
    // Back to the profile that the cluster has.
    expect((await engine.runOnCluster('CLUSTER_UPDATE', id, { new_profile_id: old })).status).toBe(
      'SUCCEEDED',
    );
    expect((await engine.nodes(id)).map((node) => node.profileId)).toEqual([old, old, old]);
  });

  it('stops at the first node that dies soon after it was made, and leaves the others as they were', async () => {
    const id = await cluster();
    const before = await engine.cluster(id);
    const profileId = await engine.newProfile('test.node-1.0');
    cloud.calls.length = 0;
    cloud.made = (_node, server) => void setTimeout(() => (server.verdict = ended), 200);
    const action = await engine.runOnCluster('CLUSTER_UPDATE', id, { new_profile_id: profileId });
    expect(action.status).toBe('FAILED');
    expect(action.statusReason).toMatch(
      /^Update failed for 1 of 3 nodes: web-1: .*process 7 has ended; 2 more nodes were not begun$/,
    );
    expect(cloud.calls).toEqual(['remove web-1', 'create web-1']);
    const nodes = await engine.nodes(id);
    expect(nodes.map((node) => `${node.name} ${node.status}`)).toEqual([
      'web-1 ERROR',
      'web-2 ACTIVE',
      'web-3 ACTIVE',
    ]);
    expect((await engine.cluster(id)).profileId).toBe(before.profileId);
  });

  it('verifies by the detection of the attached policy, also of one that is disabled', async () => {
    const id = await cluster({ desiredCapacity: 1 });
    // Port 9 is closed: whatever the cloud says of its servers, nothing answers at the URL.
    const options = { poll_url: 'http://127.0.0.1:9/', poll_url_retry_limit: 0 };
    const detection = {
      interval: 60,
      node_update_timeout: 1,
      detection_modes: [{ type: 'NODE_STATUS_POLL_URL', options }],
    };
    const properties = { detection, recovery: { actions: [{ name: 'REBOOT' }] } };
    const policyId = await engine.newPolicy('senlin.policy.health-1.3', properties);
    await engine.runOnCluster('CLUSTER_ATTACH_POLICY', id, { policy_id: policyId, enabled: false });
    const profileId = await engine.newProfile('test.node-1.0');
    const action = await engine.runOnCluster('CLUSTER_UPDATE', id, { new_profile_id: profileId });
    expect(action).toMatchObject({ status: 'FAILED' });
    expect(action.statusReason).toContain('127.0.0.1:9');
  });

  it('begins with what is unhealthy, and forgets what the breaker counted once all have the new profile', async () => {
    const id = await cluster({ desiredCapacity: 2 });
    const [, second] = await engine.nodes(id);
    await known(id, second, aHealthRecord('FAILED'));
    await engine.store.write((tx) => setBreaker(tx, id, { kind: 'closed', failedAt: [1] }));
    const profileId = await engine.newProfile('test.node-1.0');
    cloud.calls.length = 0;
    const action = await engine.runOnCluster('CLUSTER_UPDATE', id, { new_profile_id: profileId });
    expect(action.status).toBe('SUCCEEDED');
    expect(cloud.calls).toEqual(['remove web-2', 'create web-2', 'remove web-1', 'create web-1']);
    expect((await engine.cluster(id)).profileId).toBe(profileId);
    expect(await healingOfCluster(engine.store.db, id)).toMatchObject({
      breaker: null,
      countingSince: expect.any(Number) as number,
    });
  });
});

describe('policies of a cluster', () => {
  const health = {
    detection: { interval: 60, detection_modes: [{ type: 'NODE_STATUS_POLLING' }] },
    recovery: { actions: [{ name: 'RECREATE' }] },
  };

  it('are attached once, changed and detached', async () => {
    const id = await cluster();
    const policy = { policy_id: await engine.newPolicy('senlin.policy.health-1.1', health) };
    await engine.runOnCluster('CLUSTER_ATTACH_POLICY', id, policy);
    expect((await engine.runOnCluster('CLUSTER_ATTACH_POLICY', id, policy)).status).toBe('SUCCEEDED');
    expect(await bindingsOf(engine.store.db, id)).toMatchObject([{ enabled: true }]);
    await engine.runOnCluster('CLUSTER_UPDATE_POLICY', id, { ...policy, enabled: false });
    expect(await bindingsOf(engine.store.db, id)).toMatchObject([{ enabled: false }]);
    await engine.runOnCluster('CLUSTER_DETACH_POLICY', id, policy);
    expect(await bindingsOf(engine.store.db, id)).toEqual([]);
    await engine.store.write((tx) => setBreaker(tx, id, { kind: 'closed', failedAt: [1] }));
    await engine.runOnCluster('CLUSTER_ATTACH_POLICY', id, policy);
    expect(await healingOfCluster(engine.store.db, id)).toMatchObject({
      breaker: null,
      countingSince: expect.any(Number) as number,
    });
  });

  it('are refused a second time by type', async () => {
    const id = await cluster();
    for (const version of ['1.0', '1.1']) {
      const policyId = await engine.newPolicy(`senlin.policy.health-${version}`, health);
      const action = await engine.runOnCluster('CLUSTER_ATTACH_POLICY', id, { policy_id: policyId });
      expect(action.status).toBe(version === '1.0' ? 'SUCCEEDED' : 'FAILED');
    }
  });
});

describe('node actions', () => {
  it('delete a node that is gone already as a success', async () => {
    const id = await cluster();
    const [node] = await engine.nodes(id);
    if (node === undefined) throw new Error('no node');
    expect((await engine.run(onNode('NODE_DELETE', node))).status).toBe('SUCCEEDED');
    expect((await engine.run(onNode('NODE_DELETE', node))).status).toBe('SUCCEEDED');
    expect(await engine.nodes(id)).toHaveLength(2);
  });

  it('evaluate their cluster: what is left is judged by what is wanted now', async () => {
    const id = await cluster();
    const [node] = await engine.nodes(id);
    if (node === undefined) throw new Error('no node');
    await engine.run({ ...onNode('NODE_DELETE', node) });
    expect(await engine.cluster(id)).toMatchObject({
      status: 'ACTIVE',
      desiredCapacity: 2,
      statusReason: expect.stringMatching(/^NODE_DELETE: /) as string,
    });
  });

  it('rename without touching the outside world', async () => {
    const id = await cluster();
    const [node] = await engine.nodes(id);
    if (node === undefined) throw new Error('no node');
    cloud.calls.length = 0;
    await engine.run(
      onNode('NODE_UPDATE', node, { name: 'db', role: 'master', metadata: { a: 'b' }, tainted: true }),
    );
    expect((await engine.nodes(id))[0]).toMatchObject({
      name: 'db',
      role: 'master',
      metadata: { a: 'b' },
      tainted: true,
    });
    expect(cloud.calls).toEqual([]);
  });
});
