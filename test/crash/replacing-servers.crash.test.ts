/**
 * Replacing a server on the simulated cloud, with Coppice killed before and after every commit of it, in
 * virtual time: RECREATE with surge, with retain, and with both. The cloud is the witness that no server was
 * changed twice at once, that never a third was there beside the old and the new one, and that each node has
 * one in the end.
 */
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { listRetained } from '../../src/store/retained.ts';
import { HealingWorld } from '../support/healing-world.ts';
import { VirtualOpenStack } from '../support/virtual-openstack.ts';

const detection = {
  interval: 10,
  node_update_timeout: 0,
  detection_modes: [{ type: 'NODE_STATUS_POLLING' }],
};
const retain = { for: 86_400, max: 3 };

/** More are none that a recovery of one node makes. */
const mostWrites = 60;

test.each([
  ['surge', { surge: true }],
  ['retain', { retain }],
  ['surge and retain', { surge: true, retain }],
])(
  'RECREATE with %s: killed at any commit, it leaves one server of each node',
  async (_name, params) => {
    let write = 1;
    for (let wasKilled = true; wasKilled; write += 1) {
      expect(write, 'the recovery ends').toBeLessThan(mostWrites);
      wasKilled = false;
      for (const when of ['before', 'after'] as const) {
        const killed = await replaceOne(params, write, when);
        wasKilled ||= killed;
      }
    }
    // It was killed in the middle, and not only where it begins.
    expect(write).toBeGreaterThan(10);
  },
  300_000,
);

/** @returns whether Coppice was killed before the recovery had ended. */
async function replaceOne(params: JsonObject, write: number, when: 'before' | 'after'): Promise<boolean> {
  const settings = { latency: { answer_ms: 10, operation_ms: 2000 } };
  const world = await HealingWorld.openWith((clock) => new VirtualOpenStack(clock, settings));
  try {
    const { cloud, clock } = world;
    await world.createCluster(2, {
      detection,
      recovery: { actions: [{ name: 'RECREATE', params, timeout: 60, attempts: 2 }] },
    });
    await clock.advance(15_000);
    const [broken] = await world.nodes();
    const server = cloud.serverOf(broken?.id ?? '');
    if (server === undefined) throw new Error('there is no server to break');
    cloud.world.servers.setState(server, 'error', 'broken by the test');
    world.life.killAtWrite(write, when);
    let wasKilled = false;
    let most = 0;
    for (let waited = 0; waited < 600_000; waited += 1000) {
      await clock.advance(1000);
      most = Math.max(most, serversOf(cloud, broken?.id ?? '').length);
      if (!world.life.isAlive) {
        wasKilled = true;
        await world.restart();
      }
      if (waited > 60_000 && (await isDone(world))) break;
    }
    expect(world.complaints).toEqual([]);
    expect(cloud.overlaps, 'one change of a server at once').toEqual([]);
    expect(most, 'never a third server').toBeLessThanOrEqual(2);
    await hasOneServerEach(world, params['retain'] !== undefined, `${when} write ${write}`);
    return wasKilled;
  } finally {
    await world.close();
  }
}

function serversOf(cloud: VirtualOpenStack, nodeId: string) {
  return cloud.world.servers.all.filter(({ metadata }) => metadata['cluster_node_id'] === nodeId);
}

/** What is kept waits for its time. */
async function isDone(world: HealingWorld<VirtualOpenStack>): Promise<boolean> {
  const { db } = world.store;
  const actions = await db
    .selectFrom('action')
    .select('id')
    .where('ended_at', 'is', null)
    .where('action', '<>', 'RETAINED_DELETE')
    .execute();
  const open = await db.selectFrom('recovery').select('id').where('closed_at', 'is', null).execute();
  const closed = await world.recoveries();
  return actions.length === 0 && open.length === 0 && closed.length > 0;
}

async function hasOneServerEach(
  world: HealingWorld<VirtualOpenStack>,
  keeps: boolean,
  at: string,
): Promise<void> {
  const { cloud, store } = world;
  const kept = await listRetained(store.db);
  expect(kept.length, `${at}: kept`).toBe(keeps ? 1 : 0);
  const keptIds = new Set(kept.map(({ physicalId }) => physicalId));
  for (const node of await world.nodes()) {
    const own = serversOf(cloud, node.id).filter(({ id }) => !keptIds.has(id));
    expect(
      own.map(({ id, vmState }) => [id, vmState]),
      `${at}: ${node.name} is ${node.statusReason}`,
    ).toEqual([[node.physicalId, 'active']]);
  }
  const states = cloud.world.servers.all.filter(({ id }) => keptIds.has(id)).map(({ vmState }) => vmState);
  expect(states, `${at}: what is kept does not run`).toEqual(kept.map(() => 'stopped'));
}
