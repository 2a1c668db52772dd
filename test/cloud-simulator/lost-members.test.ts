/** Members of a pool that are deleted behind Coppice: what adds them again, and what leaves them out. */
import { describe, expect, test } from 'vitest';
import { Healer } from '../../src/healing/healer.ts';
import { registryOf } from '../../src/profiles/registry.ts';
import { nothingOfActions } from '../../src/requests/actions-of-clusters.ts';
import { describeClusterHealth } from '../../src/requests/cluster-health.ts';
import type { RequestTools } from '../../src/requests/request-tools.ts';
import { listEvents } from '../../src/store/events.ts';
import { setExclusion, setPause } from '../../src/store/healing.ts';
import { listRecoveries } from '../../src/store/recoveries.ts';
import { eventually } from '../support/eventually.ts';
import { joined } from '../support/membership.ts';
import { http } from '../support/probe.ts';
import { neverAborted } from '../support/nova-nodes.ts';
import { serverCluster } from '../support/server-cluster.ts';

const scene = serverCluster(2);

function world() {
  return scene().world;
}

function poolId(): string {
  return world().balancers.all('pool')[0]?.id ?? '';
}

async function attached(): Promise<void> {
  const subnet = world().network.defaultNetwork?.subnetId ?? '';
  const properties = {
    pool: { subnet, protocol_port: 8080 },
    vip: { subnet },
    health_monitor: { type: 'HTTP', url_path: '/up' },
    lb_status_timeout: 5,
  };
  const { action } = await scene().attach('senlin.policy.loadbalance-1.3', properties);
  expect(action).toMatchObject({ status: 'SUCCEEDED' });
}

/** The names of the nodes that are in the pool. */
function members(): string[] {
  const parts = world().balancers.all('member');
  return parts.map(({ properties }) => (properties as { name: string }).name.split(' ')[0] ?? '').sort();
}

/** As an operator does it with Octavia's client. */
async function deleteMember(name: string): Promise<void> {
  const member = (await scene().node(name)).data['lb_member'] as string;
  await scene().nova.clouds.service.octavia.deleteMember(poolId(), member, { signal: neverAborted });
  await eventually(`${name} is out of the pool`, () => !members().includes(name));
}

async function registeredEvents(): Promise<string[]> {
  const events = await listEvents(scene().engine.store.db, {});
  return events.flatMap(({ status, oname, statusReason }) =>
    status === 'registered' ? [`${oname}: ${statusReason}`] : [],
  );
}

const again = (name: string) => `${name}: it was missing in the pool ${poolId()}, and is added again`;

describe('a check', () => {
  test('of the node adds it again, and an event says so', async () => {
    await attached();
    await deleteMember('web-1');
    const { updatedAt: before } = await scene().node('web-1');
    const { status, outputs } = await scene().runOnNode('NODE_CHECK', await scene().node('web-1'));
    expect({ status, outputs }).toMatchObject({
      status: 'SUCCEEDED',
      outputs: {
        health: 'healthy',
        reason: expect.stringContaining('; it is added again to the pool ') as string,
      },
    });
    expect(members()).toEqual(['web-1', 'web-2']);
    const ids = world()
      .balancers.all('member')
      .map(({ id }) => id);
    expect(ids).toContain((await scene().node('web-1')).data['lb_member']);
    expect(await registeredEvents()).toEqual([again('web-1')]);
    // The monitor has not seen it yet: what LB_STATUS_POLLING says of it now does not count.
    expect((await scene().node('web-1')).updatedAt).toBeGreaterThan(before ?? 0);
  });

  test('of the cluster adds all that are missing, and touches no others', async () => {
    await attached();
    await deleteMember('web-2');
    expect((await scene().run('CLUSTER_CHECK')).status).toBe('SUCCEEDED');
    expect(members()).toEqual(['web-1', 'web-2']);
    expect(await registeredEvents()).toEqual([again('web-2')]);
  });

  test('of a node that cannot be added says so, and it is added later', async () => {
    await attached();
    await deleteMember('web-1');
    const service = 'load-balancer';
    scene().fault({ service, operation: 'create-member', kind: 'error', status: 403, message: 'no quota' });
    const action = await scene().runOnNode('NODE_CHECK', await scene().node('web-1'));
    expect(action.status).toBe('FAILED');
    expect(action.statusReason).toMatch(
      /web-1 could not be added to the pool .*no quota.*; it is tried again$/,
    );
    const node = await scene().node('web-1');
    expect(node).toMatchObject({ status: 'WARNING' });
    await scene().runOnNode('NODE_REGISTER', node, { tries: 0 });
    expect(await scene().node('web-1')).toMatchObject({ status: 'ACTIVE' });
    expect(members()).toEqual(['web-1', 'web-2']);
  });

  test('while the load balancer is away is one of the node alone', async () => {
    await attached();
    world().faults.setAway('load-balancer', true);
    const action = await scene().runOnNode('NODE_CHECK', await scene().node('web-1'));
    expect(action).toMatchObject({ status: 'SUCCEEDED', outputs: { health: 'healthy' } });
    expect(await scene().node('web-1')).toMatchObject({ status: 'ACTIVE' });
  });

  test.each(['excluded', 'paused', 'stopped'])('of a node that is %s leaves it out', async (how) => {
    await attached();
    await deleteMember('web-1');
    const node = await scene().node('web-1');
    const out = { since: Date.now(), until: null, reason: 'its disk is replaced' };
    await scene().engine.store.write(async (tx) => {
      if (how === 'excluded') await setExclusion(tx, { id: node.id, clusterId: scene().id }, out);
      if (how === 'paused') await setPause(tx, scene().id, out);
    });
    if (how === 'stopped') world().servers.setState(scene().serverOf(node), 'stopped', 'by hand');
    await scene().runOnNode('NODE_CHECK', node);
    expect([members(), await registeredEvents()]).toEqual([['web-2'], []]);
  });
});

describe('with LB_STATUS_POLLING', () => {
  /** @returns the servers that there are. */
  async function watched(): Promise<string[]> {
    await attached();
    const { action } = await scene().attach('senlin.policy.health-1.3', {
      detection: {
        interval: 1,
        node_update_timeout: 60,
        detection_modes: [
          { type: 'NODE_STATUS_POLLING' },
          { type: 'LB_STATUS_POLLING', options: { pool: poolId() } },
        ],
      },
      recovery: { actions: [{ name: 'REBOOT', timeout: 20 }, { name: 'RECREATE' }], strategy: 'ESCALATE' },
    });
    expect(action).toMatchObject({ status: 'SUCCEEDED' });
    return world().servers.all.map(({ id }) => id);
  }

  test('a round adds the node again: its server is not touched', async () => {
    const servers = await watched();
    const { store } = scene().engine;
    const log = { info: () => {}, error: () => {} };
    const profileTypes = registryOf([scene().nova.type]);
    const healer = new Healer({ store, membership: await joined(store), http, profileTypes, log });
    await healer.start();
    try {
      const { id } = await scene().node('web-1');
      const isHealthy = (): boolean => healer.lastRecord(id)?.state === 'HEALTHY';
      await eventually('web-1 is healthy', isHealthy, 30_000);
      await deleteMember('web-1');
      await eventually('web-1 is in the pool again', () => members().includes('web-1'), 30_000);
      await eventually('the round sees it', isHealthy, 30_000);
      expect(await registeredEvents()).toEqual([again('web-1')]);
      expect(await listRecoveries(store.db, {})).toEqual([]);
      expect(world().servers.all.map((one) => one.id)).toEqual(servers);
    } finally {
      await healer.stop();
    }
  });

  test('one that is deleted again within 5 min is waited for: a health request says until when', async () => {
    await watched();
    const { store } = scene().engine;
    const log = { info: () => {}, error: () => {} };
    const profileTypes = registryOf([scene().nova.type]);
    const healer = new Healer({ store, membership: await joined(store), http, profileTypes, log });
    await healer.start();
    try {
      const { id } = await scene().node('web-1');
      const isIn = (state: string) => () => healer.lastRecord(id)?.state === state;
      await eventually('web-1 is healthy', isIn('HEALTHY'), 30_000);
      await deleteMember('web-1');
      await eventually('web-1 is in the pool again', () => members().includes('web-1'), 30_000);
      await eventually('the round sees it', isIn('HEALTHY'), 30_000);
      await deleteMember('web-1');
      await eventually('it is missed', isIn('UNKNOWN'), 30_000);
      const tools = {
        store,
        profileTypes,
        now: Date.now,
        lastRecord: (node: string) => healer.lastRecord(node),
      } as RequestTools;
      const cluster = await scene().engine.cluster(scene().id);
      const { explanation: found } = await describeClusterHealth(tools, cluster, {
        report: null,
        actions: nothingOfActions,
        viewer: cluster.project,
      });
      expect(found.waiting.map(({ reason }) => reason)).toEqual([
        expect.stringMatching(
          new RegExp(
            `^web-1: its member was deleted from the pool ${poolId()}, and is added again in [45] min `,
          ),
        ) as string,
      ]);
      expect(found.operator.map(({ command }) => command)).toEqual(['coppice cluster check web']);
      await scene().run('CLUSTER_CHECK');
      expect(members()).toEqual(['web-1', 'web-2']);
    } finally {
      await healer.stop();
    }
  });

  test('a recovery that changes no address adds it again: its verification does not fail for that', async () => {
    const servers = await watched();
    await deleteMember('web-1');
    const action = await scene().runOnNode('NODE_RECOVER', await scene().node('web-1'), {
      operation: 'REBOOT',
    });
    expect(action).toMatchObject({ status: 'SUCCEEDED', outputs: { state: 'RECOVERED' } });
    expect(members()).toEqual(['web-1', 'web-2']);
    expect(world().servers.all.map((one) => one.id)).toEqual(servers);
  });

  test('a check that finds the member missing fails for that once, and says what it did', async () => {
    await watched();
    await deleteMember('web-1');
    const node = await scene().node('web-1');
    const { statusReason } = await scene().runOnNode('NODE_CHECK', node);
    expect(statusReason).toMatch(
      /^The node could not be probed: pool \S+ has no member \S+; it is added again to the pool /,
    );
    expect((await scene().runOnNode('NODE_CHECK', node)).status).toBe('SUCCEEDED');
  });
});
