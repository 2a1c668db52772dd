import { cancelRecovery } from '../../requests/cancel-recovery.ts';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { FakeCloud } from '../../../test/support/fake-cloud.ts';
import { FakeWorkflows } from '../../../test/support/fake-workflows.ts';
import { workflow } from '../../../test/support/health-policies.ts';
import { newAction } from '../../../test/support/new-action.ts';
import { TestEngine } from '../../../test/support/test-engine.ts';
import { testCaller, testTools } from '../../../test/support/test-server.ts';
import type { Node, Recovery } from '../../domain/model.ts';
import { healRound } from '../../healing/heal-round.ts';
import { rulesOfCluster } from '../../clusters/cluster-rules.ts';
import { registryOf } from '../../profiles/registry.ts';
import type { HealthRecord } from '../../domain/health-record.ts';
import { pauseHealing, resumeHealing } from '../../requests/healing.ts';
import { deleteNode } from '../../requests/nodes.ts';
import { insertActions } from '../../store/actions.ts';
import { saveNodeHealth } from '../../store/node-health.ts';
import { listRecoveries } from '../../store/recoveries.ts';
import { onCluster } from '../../domain/action-requests.ts';
import { probe } from '../../../test/support/probe.ts';
import { actionDefinitions } from '../registry.ts';
import { WorkflowServices } from '../../workflow/workflow-services.ts';

let engine: TestEngine;
let cloud: FakeCloud;
let workflows: FakeWorkflows;
let clusterId: string;
let policyId: string;
let node: Node;

/** A cluster of two nodes, of which the first has failed. */
beforeEach(async () => {
  cloud = new FakeCloud();
  workflows = new FakeWorkflows();
  workflows.known.set('drain', { ends: 'hangs' });
  engine = await TestEngine.start((store) =>
    actionDefinitions({
      store,
      profileTypes: registryOf([cloud.type]),
      workflows: new WorkflowServices({ embedded: workflows }),
      probe,
    }),
  );
  clusterId = await engine.newCluster('test.node-1.0', { desiredCapacity: 2 });
  await engine.runOnCluster('CLUSTER_CREATE', clusterId);
  policyId = await engine.newPolicy('senlin.policy.health-1.3', {
    detection: { interval: 1, node_update_timeout: 0, detection_modes: [{ type: 'NODE_STATUS_POLLING' }] },
    recovery: { actions: [{ name: 'REBOOT', timeout: 30, before: [{ ...workflow('drain'), timeout: 2 }] }] },
  });
  await engine.runOnCluster('CLUSTER_ATTACH_POLICY', clusterId, { policy_id: policyId });
  const [first] = await engine.nodes(clusterId);
  if (first === undefined) throw new Error('there are no nodes');
  node = first;
  cloud.break(node.id);
  await see('FAILED');
});

afterEach(() => engine.stop());

async function see(state: 'FAILED' | 'HEALTHY'): Promise<void> {
  const now = Date.now();
  const record: HealthRecord = {
    state,
    since: now,
    reason: 'broken',
    last: 'unhealthy',
    failures: 1,
    successes: 0,
    failedAt: now,
    failure: { class: 'SERVER_ERROR', reason: 'broken' },
    detectors: [],
    healthyAt: null,
    probedAt: now + 1000,
    probeAgainAt: now,
  };
  await engine.store.write((tx) => saveNodeHealth(tx, node.id, clusterId, record));
}

async function round(): Promise<void> {
  const rules = await rulesOfCluster(engine.store.db, clusterId);
  const watched = rules && { ...rules, clusterId, clusterName: 'web', detectors: [], profileType: '' };
  await engine.store.write((tx) =>
    healRound(tx, { clusterId, watched, profileTypes: registryOf([]) }, Date.now()),
  );
}

async function recovery(): Promise<Recovery> {
  const [found] = await listRecoveries(engine.store.db);
  if (found === undefined) throw new Error('there is no recovery');
  return found;
}

/** The recovery is in its first step, which does not end by itself. */
async function startRecovery(): Promise<void> {
  await round();
  await eventually('the workflow runs', () => Promise.resolve(workflows.calls.includes('start drain')));
}

function letItGoOn(): void {
  workflows.known.set('drain', { ends: 'SUCCESS' });
}

async function closed(): Promise<string> {
  const { state } = await eventually('the recovery is closed', async () => {
    const found = await recovery();
    return found.state !== 'OPEN' && found;
  });
  return state;
}

async function queue(
  name: 'CLUSTER_UPDATE_POLICY' | 'CLUSTER_DETACH_POLICY',
  enabled?: boolean,
): Promise<string> {
  const inputs = { policy_id: policyId, ...(enabled === undefined ? {} : { enabled }) };
  const request = onCluster(name, await engine.cluster(clusterId), inputs);
  const action = { ...newAction(name), ...request, id: randomUUID() };
  await engine.store.write((tx) => insertActions(tx, [action], Date.now()));
  return action.id;
}

describe('a recovery that has begun', () => {
  test('is finished under a policy that is disabled meanwhile', async () => {
    await startRecovery();
    const id = await queue('CLUSTER_UPDATE_POLICY', false);
    letItGoOn();
    expect(await closed()).toBe('RECOVERED');
    expect((await engine.ended(id)).status).toBe('SUCCEEDED');
  });

  test('is finished under a policy that is detached meanwhile', async () => {
    await startRecovery();
    const id = await queue('CLUSTER_DETACH_POLICY');
    letItGoOn();
    expect(await closed()).toBe('RECOVERED');
    expect((await engine.ended(id)).status).toBe('SUCCEEDED');
    expect(cloud.calls).toContain('reboot web-1');
  });

  test('is finished in a cluster that is paused meanwhile', async () => {
    const tools = testTools(engine.store, cloud);
    const caller = { ...testCaller, project: 'default' };
    await startRecovery();
    await pauseHealing(tools, caller, clusterId, { reason: 'new switch' });
    letItGoOn();
    expect(await closed()).toBe('RECOVERED');
    await resumeHealing(tools, caller, clusterId);
  });

  test('ends with its node: what runs is cancelled and awaited, and then the node goes', async () => {
    await startRecovery();
    const tools = testTools(engine.store, cloud);
    const id = await deleteNode(tools, testCaller, node.id);
    expect((await engine.ended(id)).status).toBe('SUCCEEDED');
    expect((await recovery()).state).toBe('CANCELLED');
    expect(workflows.calls).toEqual(['start drain', 'cancel drain']);
    expect(cloud.calls).not.toContain('reboot web-1');
    expect((await engine.nodes(clusterId)).map((each) => each.name)).toEqual(['web-2']);
  });
});

describe('an operator cancels a recovery', () => {
  const cancel = async () =>
    await cancelRecovery(testTools(engine.store, cloud), testCaller, (await recovery()).id);

  test('whose workflow is out of time, while its engine is away: its end is awaited', async () => {
    workflows.unreachable.set('cancel', Infinity);
    await startRecovery();
    await eventually('it is out of time', () => Promise.resolve(workflows.asked.cancel > 1));
    await cancel();
    const asked = workflows.asked.cancel;
    await eventually('it is asked again', () => Promise.resolve(workflows.asked.cancel > asked + 2));
    expect((await recovery()).state).toBe('OPEN');
    workflows.unreachable.set('cancel', 0);
    expect(await closed()).toBe('CANCELLED');
    expect(workflows.calls).toEqual(['start drain', 'cancel drain']);
  });

  test('whose workflow cannot be read: it is cancelled all the same', async () => {
    await startRecovery();
    workflows.unreachable.set('get', Infinity);
    await cancel();
    expect(await closed()).toBe('CANCELLED');
    expect(workflows.calls).toEqual(['start drain', 'cancel drain']);
  });

  test('whose workflow was never started, since its engine is away: it ends at once', async () => {
    workflows.unreachable.set('find', Infinity).set('cancel', Infinity).set('get', Infinity);
    await round();
    await eventually('it is asked', () => Promise.resolve(workflows.asked.find > 1));
    await cancel();
    expect(await closed()).toBe('CANCELLED');
    expect(workflows.calls).toEqual([]);
  });
});

describe('a recovery that is held', () => {
  beforeEach(async () => {
    await pauseHealing(testTools(engine.store, cloud), testCaller, clusterId, {});
    await round();
  });

  test('is closed when its policy is detached', async () => {
    await engine.runOnCluster('CLUSTER_DETACH_POLICY', clusterId, { policy_id: policyId });
    expect((await recovery()).state).toBe('CANCELLED');
  });

  test('is closed when its node is deleted', async () => {
    await engine.ended(await deleteNode(testTools(engine.store, cloud), testCaller, node.id));
    expect((await recovery()).state).toBe('CANCELLED');
  });

  test('is closed when its cluster is deleted', async () => {
    await engine.runOnCluster('CLUSTER_DELETE', clusterId);
    expect((await recovery()).state).toBe('CANCELLED');
  });
});
