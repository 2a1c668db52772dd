import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeCloud } from '../../../test/support/fake-cloud.ts';
import { testMembership } from '../../../test/support/membership.ts';
import { probe } from '../../../test/support/probe.ts';
import { TestEngine } from '../../../test/support/test-engine.ts';
import { nodesOf } from '../../plans/cluster-plan.ts';
import { planned } from '../../plans/make-plan.ts';
import type { PolicyType } from '../../policies/policy-type.ts';
import { registryOf } from '../../profiles/registry.ts';
import { bindingsOf } from '../../store/cluster-policies.ts';
import { embeddedWorkflows } from '../../workflow/runner/embedded-workflows.ts';
import { actionDefinitions } from '../registry.ts';
import { WorkflowServices } from '../../workflow/workflow-services.ts';

/** What the policy type of these tests was asked to do to the outside world. */
const outside: string[] = [];

/** Removes the oldest first, once only; and has something of its own outside. */
const oldestOnce: PolicyType = {
  name: 'test.policy.oldest',
  version: '1.0',
  supportStatus: [],
  priority: 400,
  singleton: true,
  fields: {},
  jsonSchema: {},
  check: () => ({ ok: true, value: null, warnings: [] }),
  checkAgainstProfile: () => [],
  bindingData: () => ({}),
  attach: async ({ cluster }, { key }) => {
    outside.push(`attach ${cluster.name}`);
    return { data: { group: `group of ${key.length > 0 ? cluster.name : ''}` } };
  },
  detach: async ({ data }) => void outside.push(`detach ${JSON.stringify(data?.['group'])}`),
  before: ({ plan, facts, binding }) => {
    const count = nodesOf(plan, 'NODE_DELETE').length;
    if (count === 0) return null;
    if (binding.lastOp !== null) return { refused: 'it was done before' };
    const oldest = facts.members.slice(0, count);
    const nodes = oldest.map((member) => planned('NODE_DELETE', member, 'the oldest'));
    return { plan: { ...plan, groups: [{ nodes, pauseMs: 0 }] }, reason: 'the oldest go first' };
  },
  after: ({ plan, facts, succeeded }) =>
    succeeded && nodesOf(plan, 'NODE_DELETE').length > 0 ? { lastOp: facts.now } : null,
};

describe('A policy type with hooks', () => {
  let cloud: FakeCloud;
  let engine: TestEngine;
  let cluster: string;
  let policy: { readonly policy_id: string };

  beforeEach(async () => {
    outside.length = 0;
    cloud = new FakeCloud();
    const profileTypes = registryOf([cloud.type]);
    engine = await TestEngine.start((store) =>
      actionDefinitions({
        store,
        profileTypes,
        policyTypes: [oldestOnce],
        probe,
        workflows: new WorkflowServices({
          embedded: embeddedWorkflows({ store, membership: testMembership(store) }),
        }),
      }),
    );
    cluster = await engine.newCluster('test.node-1.0');
    await engine.runOnCluster('CLUSTER_CREATE', cluster);
    policy = { policy_id: await engine.newPolicy('test.policy.oldest-1.0', {}) };
  });

  afterEach(() => engine.stop());

  it('works on the outside world once when it is attached, and undoes that when it is detached', async () => {
    for (let turn = 0; turn < 2; turn += 1)
      expect((await engine.runOnCluster('CLUSTER_ATTACH_POLICY', cluster, policy)).status).toBe('SUCCEEDED');
    expect(await bindingsOf(engine.store.db, cluster)).toMatchObject([{ data: { group: 'group of web' } }]);
    await engine.runOnCluster('CLUSTER_DETACH_POLICY', cluster, policy);
    expect(outside).toEqual(['attach web', 'detach "group of web"']);
    expect(await bindingsOf(engine.store.db, cluster)).toEqual([]);
  });

  it('amends the plan before the action, keeps what it has to remember after it, and may refuse the next', async () => {
    await engine.runOnCluster('CLUSTER_ATTACH_POLICY', cluster, policy);
    const action = await engine.runOnCluster('CLUSTER_SCALE_IN', cluster);
    expect((await engine.nodes(cluster)).map((node) => node.name)).toEqual(['web-2', 'web-3']);
    expect(action.data['plan']).toMatchObject({
      decisions: [
        { by: 'CLUSTER_SCALE_IN', reason: 'from 3 to 2 nodes' },
        { by: 'policy', reason: 'the oldest go first' },
      ],
    });
    const refused = await engine.runOnCluster('CLUSTER_SCALE_IN', cluster);
    expect(refused).toMatchObject({
      status: 'FAILED',
      statusReason: 'The policy policy refuses CLUSTER_SCALE_IN: it was done before',
    });
    expect(await engine.nodes(cluster)).toHaveLength(2);
    expect((await engine.cluster(cluster)).desiredCapacity).toBe(2);
  });

  it('says nothing while it is disabled', async () => {
    await engine.runOnCluster('CLUSTER_ATTACH_POLICY', cluster, { ...policy, enabled: false });
    await engine.runOnCluster('CLUSTER_SCALE_IN', cluster);
    expect((await engine.nodes(cluster)).map((node) => node.name)).toEqual(['web-1', 'web-2']);
  });
});
