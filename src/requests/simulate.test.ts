import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestStore } from '../../test/support/backends.ts';
import type { TestStore } from '../../test/support/backends.ts';
import { HealingScene } from '../../test/support/healing-scene.ts';
import { testCaller, testTools } from '../../test/support/test-server.ts';
import type { JsonObject } from '../domain/json.ts';
import { forgetUnhelpful, quarantineNode, releaseNode, setPause } from '../store/healing.ts';
import { nodesOfCluster, updateNode } from '../store/nodes.ts';
import { insertRecovery, markRecoveryClosed, recoverySettled } from '../store/recoveries.ts';
import { simulate } from './simulate.ts';
import type { SimulationRequest, SimulationResult } from './simulate.ts';
import { testSession } from '../../test/support/session.ts';
import { WorkflowServices } from '../workflow/workflow-services.ts';

const ladder = {
  strategy: 'ESCALATE',
  actions: [
    { name: 'REBOOT', timeout: 30, when: { failure: ['SERVER_STOPPED'] } },
    { name: 'REBUILD', id: 'again', timeout: 60, attempts: 2 },
    { name: 'RECREATE', timeout: 60 },
  ],
};

let opened: TestStore;

beforeEach(async () => {
  opened = await openTestStore();
});

afterEach(() => opened.close());

function prepare(size = 4, more: JsonObject = {}): Promise<HealingScene> {
  return HealingScene.prepare(opened.store, size, ladder, more);
}

async function ask(scene: HealingScene, asked: Partial<SimulationRequest>): Promise<SimulationResult> {
  const tools = { ...testTools(scene.store, scene.cloud), now: () => scene.now };
  const failures = [{ node: 'web-1', class: 'SERVER_STOPPED' }];
  return await simulate(tools, testCaller, 'web', { failures, nothingHelps: false, failing: [], ...asked });
}

function outline({ simulation }: SimulationResult, index = 0): string[] {
  const node = simulation.nodes[index];
  const decisions = node?.chain?.decisions ?? [];
  return decisions.flatMap(({ decision }) => {
    if (decision.kind === 'finish')
      return [`${decision.step.item} #${decision.step.attempt} ${decision.state}`];
    if (decision.kind === 'end-verification') return [`verification ${decision.state}`];
    if (decision.kind === 'skip') return [`${decision.step.item} SKIPPED`];
    return decision.kind === 'close' ? [decision.state] : [];
  });
}

async function rows(scene: HealingScene): Promise<number[]> {
  const tables = ['recovery', 'recovery_decision', 'action', 'event', 'node_health'] as const;
  return await Promise.all(
    tables.map(async (table) => (await scene.store.db.selectFrom(table).selectAll().execute()).length),
  );
}

describe('a simulation', () => {
  test('is the chain that would run, and touches and writes nothing', async () => {
    const scene = await prepare();
    const before = await rows(scene);
    const result = await ask(scene, {});
    expect(result.simulation.nodes[0]).toMatchObject({ decision: 'START', reason: 'all gates are open' });
    expect(outline(result)).toEqual(['actions[0] #1 SUCCEEDED', 'verification SUCCEEDED', 'RECOVERED']);
    expect(await rows(scene)).toEqual(before);
    expect(scene.cloud.calls).toEqual([]);
  });

  test('follows the class of the failure', async () => {
    const failures = [{ node: 'web-1', class: 'HOST_DOWN' }];
    const result = await ask(await prepare(), { failures });
    expect(outline(result)).toEqual([
      'actions[0] SKIPPED',
      'again #1 SUCCEEDED',
      'verification SUCCEEDED',
      'RECOVERED',
    ]);
  });

  test('goes to the end of the ladder where an item fails, or nothing helps', async () => {
    const scene = await prepare();
    expect(outline(await ask(scene, { failing: ['actions[0]', 'again'] }))).toEqual([
      'actions[0] #1 FAILED',
      'again #1 FAILED',
      'again #2 FAILED',
      'actions[2] #1 SUCCEEDED',
      'verification SUCCEEDED',
      'RECOVERED',
    ]);
    const nothing = outline(await ask(scene, { nothingHelps: true }));
    expect(nothing).toEqual([
      'actions[0] #1 SUCCEEDED',
      'verification FAILED',
      'again #1 SUCCEEDED',
      'verification FAILED',
      'again #2 SUCCEEDED',
      'verification FAILED',
      'actions[2] #1 SUCCEEDED',
      'verification FAILED',
      'EXHAUSTED',
    ]);
  });

  test('of many failures at once says which gate holds', async () => {
    const scene = await prepare(4, { safety: { max_unhealthy: { percent: 50 } } });
    const failures = ['web-1', 'web-2', 'web-3'].map((node) => ({ node, class: 'HOST_DOWN' }));
    const { simulation } = await ask(scene, { failures });
    expect(simulation.unhealthy).toBe(3);
    expect(simulation.nodes.map((node) => [node.decision, node.gate?.gate])).toEqual([
      ['HOLD', 'max_unhealthy'],
      ['HOLD', 'max_unhealthy'],
      ['HOLD', 'max_unhealthy'],
    ]);
    expect(simulation.nodes[0]?.reason).toContain(
      'held: 3 of 4 nodes are unhealthy, the limit is 2 (50 % of 4)',
    );
  });

  test('goes on from where a node stands that has failed already, is quarantined, or waits for its next recovery', async () => {
    const scene = await prepare();
    await scene.fail('web-1', 'HOST_DOWN');
    await scene.fail('web-2', 'HOST_DOWN');
    await scene.round();
    const { id, clusterId } = await scene.node('web-3');
    await scene.fail('web-3', 'HOST_DOWN');
    await scene.store.write((tx) => quarantineNode(tx, { id, clusterId }, '3 did not help', scene.now));
    const { simulation } = await ask(scene, { failures: [{ node: 'web-1', class: 'HOST_DOWN' }] });
    expect(simulation.nodes.map(({ decision, alreadyFailed }) => [decision, alreadyFailed])).toEqual([
      ['RUNNING', true],
      ['RUNNING', true],
      ['SKIP', true],
    ]);
    expect(simulation.nodes[2]?.reason).toContain('(3 did not help), until an operator releases it');
  });

  test('knows maintenance, and what really is unhealthy now', async () => {
    const scene = await prepare(4, { safety: { max_unhealthy: { percent: 25 } } });
    await scene.see('web-4', 'UNKNOWN');
    expect((await ask(scene, {})).simulation.nodes[0]?.gate?.gate).toBe('max_unhealthy');
    await scene.store.write((tx) => setPause(tx, scene.cluster.id, { since: 1, until: null, reason: 'x' }));
    expect((await ask(scene, {})).simulation.nodes[0]?.gate?.gate).toBe('maintenance');
  });

  test('takes a policy that is not attached, and assumes that a node that was never probed is healthy', async () => {
    const scene = await prepare();
    await scene.detach();
    await scene.store.write(async (tx) => void (await tx.db.deleteFrom('node_health').execute()));
    const properties = {
      detection: { interval: 10, detection_modes: [{ type: 'NODE_STATUS_POLLING' }] },
      recovery: { actions: [{ name: 'RECREATE' }] },
      safety: { max_in_flight: { percent: 1 }, max_unhealthy: { percent: 50 } },
    };
    const spec = { type: 'senlin.policy.health', version: '1.3', properties };
    const failures = ['web-1', 'web-2'].map((node) => ({ node, class: 'HOST_DOWN' }));
    const result = await ask(scene, { spec, failures });
    expect(result).toMatchObject({ isAttached: false, policyName: null });
    expect(result.supposed[0]).toBe('4 nodes that were never probed are healthy');
    expect(result.simulation.nodes.map((node) => node.decision)).toEqual(['START', 'HOLD']);
    expect(outline(result)).toEqual(['actions[0] #1 SUCCEEDED', 'verification SUCCEEDED', 'RECOVERED']);
  });

  test.each(['the node was released', 'the policy or profile of the cluster changed'])(
    'counts what did not help only since %s',
    async (since) => {
      const scene = await prepare(4, {
        recovery: { ...ladder, retry: { episodes: 2, window: 3600, delay: 1 } },
      });
      const [node] = await nodesOfCluster(scene.store.db, scene.cluster.id);
      const of = { id: node?.id ?? '', clusterId: scene.cluster.id };
      await scene.store.write(async (tx) => {
        const failure = { class: 'SERVER_STOPPED', reason: 'stopped' };
        const at = scene.now - 60_000;
        const recovery = {
          nodeId: of.id,
          nodeName: 'web-1',
          clusterId: of.clusterId,
          policyId: null,
          failure,
        };
        await insertRecovery(tx, {
          ...testSession,
          ...recovery,
          id: 'r1',
          failedAt: at,
          openedAt: at,
          plan: {},
        });
        await markRecoveryClosed(tx, 'r1', 'EXHAUSTED', at);
      });
      const ending = async (): Promise<string> => {
        const { simulation } = await ask(scene, { nothingHelps: true });
        const last = simulation.nodes[0]?.chain?.decisions.at(-1)?.decision;
        return last?.kind === 'close' ? (last.next?.kind ?? '') : '';
      };
      expect(await ending()).toBe('quarantine');
      await scene.store.write(async (tx) => {
        if (since !== 'the node was released')
          return await forgetUnhelpful(tx, of.clusterId, scene.now - 1000);
        await quarantineNode(tx, of, 'test', scene.now - 2000);
        await releaseNode(tx, of, scene.now - 1000);
      });
      expect(await ending()).toBe('retry');
    },
  );

  test('goes on where a recovery of a moment ago had seemed to help, and says how often it was', async () => {
    const scene = await prepare(4, { recovery: { ...ladder, relapse: 600 } });
    const nodes = await nodesOfCluster(scene.store.db, scene.cluster.id);
    const node = nodes.find(({ name }) => name === 'web-1');
    await scene.store.write(async (tx) => {
      const failure = { class: 'SERVER_STOPPED', reason: 'stopped' };
      const at = scene.now - 60_000;
      const of = { nodeId: node?.id ?? '', nodeName: 'web-1', clusterId: scene.cluster.id };
      const times = { failedAt: at, openedAt: at };
      await insertRecovery(tx, {
        ...testSession,
        ...of,
        ...times,
        policyId: scene.policy.id,
        failure,
        id: 'r1',
        plan: {},
      });
      await recoverySettled(tx, 'r1', 'actions[0]', at);
      await markRecoveryClosed(tx, 'r1', 'RECOVERED', at);
    });
    const result = await ask(scene, {});
    const decisions = result.simulation.nodes[0]?.chain?.decisions.map(({ decision }) => decision) ?? [];
    expect(decisions.find(({ kind }) => kind === 'skip')).toMatchObject({
      step: { item: 'actions[0]' },
      reason: expect.stringContaining('had seemed to help, and the node failed again after 60 s'),
    });
  });

  test('refuses two failures of one node', async () => {
    const failures = [
      { node: 'web-1', class: 'HOST_DOWN' },
      { node: 'web-1', class: 'SERVER_ERROR' },
    ];
    await expect(ask(await prepare(), { failures })).rejects.toThrow(
      "The node 'web-1' is given two failures.",
    );
  });

  test('tells of workflows that are not there', async () => {
    const scene = await prepare(2);
    const before = [{ name: 'WORKFLOW', params: { workflow_name: 'drain' } }];
    const properties = {
      detection: { interval: 10, detection_modes: [{ type: 'NODE_STATUS_POLLING' }] },
      recovery: { actions: [{ name: 'RECREATE', before }] },
    };
    const tools = {
      ...testTools(scene.store, scene.cloud),
      workflows: new WorkflowServices({ embedded: scene.workflows }),
    };
    const spec = { type: 'senlin.policy.health', version: '1.3', properties };
    const failures = [{ node: 'web-1', class: 'HOST_DOWN' }];
    const asked = { failures, nothingHelps: false, failing: [], spec };
    const { supposed } = await simulate(tools, testCaller, 'web', asked);
    expect(supposed).toContain('the workflow drain is there; now it is not, or that cannot be checked');
  });

  test('of a node whose recovery runs, or that is quarantined, says so', async () => {
    const scene = await prepare();
    await scene.fail('web-1');
    await scene.round();
    expect((await ask(scene, {})).simulation.nodes[0]?.decision).toBe('RUNNING');
    const node = await scene.node('web-2');
    await scene.store.write((tx) => quarantineNode(tx, node, 'recovery 3 of 3', scene.now));
    const { simulation } = await ask(scene, { failures: [{ node: 'web-2', class: 'HOST_DOWN' }] });
    expect(simulation.nodes[0]).toMatchObject({ decision: 'SKIP', chain: null });
    expect(simulation.nodes[0]?.reason).toContain('quarantined');
  });

  test.each<[Partial<SimulationRequest>, string]>([
    [{ failures: [{ node: 'web-11', class: 'HOST_DOWN' }] }, "The cluster web has no node 'web-11'."],
    [
      { failures: [{ node: 'web-1', class: 'down' }] },
      "class: expected a failure class, such as SERVER_ERROR, found 'down'",
    ],
    [{ failing: ['agian'] }, "failing: expected one of actions[0], again, actions[2], found 'agian'"],
    [{ policy: 'health', spec: {} }, 'spec: expected one of policy_id and spec, found both'],
    [{ spec: { type: 'senlin.policy.scaling', version: '1.0' } }, 'which is no health policy'],
    [
      { spec: { type: 'senlin.policy.health', version: '1.3', properties: { detection: {}, recovery: {} } } },
      'recovery.actions',
    ],
  ])('%j is refused', async (asked, message) => {
    await expect(ask(await prepare(), asked)).rejects.toThrow(message);
  });
});

describe('the outage of a rack', () => {
  async function racks(action: string | null): Promise<HealingScene> {
    const outage = { action, domain: 'LABEL', label: 'rack' };
    const scene = await prepare(5, action === null ? {} : { safety: { zone_outage: outage } });
    for (const [index, { id }] of (await nodesOfCluster(scene.store.db, scene.cluster.id)).entries())
      await scene.store.write((tx) => updateNode(tx, id, { metadata: { rack: index < 3 ? 'r1' : 'r2' } }));
    for (let index = 1; index <= 5; index += 1) await scene.see(`web-${index}`, 'HEALTHY');
    return scene;
  }

  test('holds all of its nodes, where the policy says so; a node can fail in a way of its own', async () => {
    const failures = [{ node: 'web-1', class: 'PROCESS_EXITED' }];
    const { simulation } = await ask(await racks('HOLD'), { failures, failZones: [{ name: 'r1' }] });
    expect(simulation.zoneOutages).toMatchObject([{ name: 'r1', failed: 3, of: 3, isConfirmed: true }]);
    expect(
      simulation.nodes.map(({ failure, decision, gate }) => [failure.class, decision, gate?.gate]),
    ).toEqual([
      ['PROCESS_EXITED', 'HOLD', 'zone_outage'],
      ['HOST_DOWN', 'HOLD', 'zone_outage'],
      ['HOST_DOWN', 'HOLD', 'zone_outage'],
    ]);
    expect(simulation.nodes[1]?.failure.reason).toBe('supposed: rack r1 has an outage');
  });

  test.each([
    ['HOLD', "fail_zones: the cluster web has no node in rack 'r3'; there are r1, r2"],
    [null, "fail_zones: the cluster web has no node in zone 'r3'; no zone of its nodes is known"],
  ])('that is not there is refused, with those that are (zone_outage: %s)', async (action, message) => {
    const asked = { failures: [], failZones: [{ name: 'r3' }] };
    await expect(ask(await racks(action), asked)).rejects.toThrow(message);
  });

  test('that is given twice is refused: its nodes fail once', async () => {
    const asked = { failures: [], failZones: [{ name: 'r1' }, { name: 'r1' }] };
    await expect(ask(await racks('HOLD'), asked)).rejects.toThrow("fail_zones: 'r1' is given twice");
  });
});
