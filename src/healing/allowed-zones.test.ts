/** An outage of a zone in a cluster whose policies say in which zones its servers may be. */
import { expect, test } from 'vitest';
import { HealingWorld } from '../../test/support/healing-world.ts';
import { VirtualOpenStack } from '../../test/support/virtual-openstack.ts';
import type { JsonObject } from '../domain/json.ts';
import { attaching, updatingAttached } from '../requests/cluster-policies.ts';
import { createPolicy } from '../requests/policies.ts';

type World = HealingWorld<VirtualOpenStack>;

const hosts = ['az1:compute1', 'az2:compute2', 'az3:compute3'];

/** Six servers, two in each zone; both of az1 break. @returns the zones where they are in the end. */
async function zonesAfterOutage(type: string, properties: JsonObject, isEnabled = true): Promise<string[]> {
  const world = await HealingWorld.openWith((clock) => VirtualOpenStack.strict(clock, hosts));
  try {
    await world.createCluster(6, {
      detection: {
        interval: 10,
        node_update_timeout: 0,
        detection_modes: [{ type: 'NODE_STATUS_POLLING' }],
      },
      recovery: { actions: [{ name: 'RECREATE', timeout: 60 }] },
      safety: { zone_outage: 'REPLACE_ELSEWHERE' },
    });
    await attach(world, { type, version: '1.0', properties }, isEnabled);
    const broken = world.cloud.world.servers.all.filter(({ zone }) => zone === 'az1');
    const nodeIds = broken.map(({ metadata }) => metadata['cluster_node_id'] ?? '');
    expect(nodeIds).toHaveLength(2);
    for (const server of broken) world.cloud.world.servers.setState(server, 'error', 'broken by the test');
    await world.clock.advance(120_000);
    expect(world.complaints).toEqual([]);
    return nodeIds.map((id) => {
      const server = world.cloud.serverOf(id);
      return `${server?.zone} ${server?.vmState}`;
    });
  } finally {
    await world.close();
  }
}

async function attach(world: World, spec: JsonObject, isEnabled: boolean): Promise<void> {
  await world.request(() => createPolicy(world.tools, world.caller, { name: 'zones', spec }));
  await world.runOnCluster(attaching({ policy: 'zones' }));
  await world.clock.advance(15_000);
  if (!isEnabled) await world.runOnCluster(updatingAttached({ policy: 'zones', enabled: false }));
  await world.clock.advance(5000);
}

const placement = 'senlin.policy.zone_placement';

test('servers are recreated only in the zones of the placement', async () => {
  const properties = { zones: [{ name: 'az1' }, { name: 'az3' }] };
  expect(await zonesAfterOutage(placement, properties)).toEqual(['az3 active', 'az3 active']);
});

test('servers are spread over all others where the placement is disabled', async () => {
  const properties = { zones: [{ name: 'az1' }, { name: 'az3' }] };
  const zones = await zonesAfterOutage(placement, properties, false);
  expect(new Set(zones)).toEqual(new Set(['az2 active', 'az3 active']));
});

test('servers wait where the policies allow the zone of the outage alone', async () => {
  expect(await zonesAfterOutage('senlin.policy.affinity', { availability_zone: 'az1' })).toEqual([
    'az1 error',
    'az1 error',
  ]);
});
