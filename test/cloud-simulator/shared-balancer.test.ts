/**
 * Many nodes that wait for one load balancer, in virtual time: Octavia makes one change of a balancer at a
 * time. What others see of it is how long their own actions wait.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scaling } from '../../src/requests/cluster-actions.ts';
import { attaching } from '../../src/requests/cluster-policies.ts';
import { createNode } from '../../src/requests/nodes.ts';
import { createPolicy } from '../../src/requests/policies.ts';
import { createProfile } from '../../src/requests/profiles.ts';
import { requestCancel } from '../../src/store/action-cancel.ts';
import { HealingWorld } from '../support/healing-world.ts';
import { asMembers, poolMembers } from '../support/pool-members.ts';
import { VirtualOpenStack } from '../support/virtual-openstack.ts';

const OPERATION_MS = 2000;
const NODES = 150;

let world: HealingWorld<VirtualOpenStack>;

beforeEach(async () => {
  const settings = { latency: { answer_ms: 10, operation_ms: OPERATION_MS } };
  world = await HealingWorld.openWith((clock) => new VirtualOpenStack(clock, settings));
  await world.createCluster(1, null);
  const subnet = world.cloud.world.network.defaultNetwork?.subnetId ?? '';
  const properties = { pool: { subnet }, vip: { subnet } };
  const spec = { type: 'senlin.policy.loadbalance', version: '1.3', properties };
  await world.request(() => createPolicy(world.tools, world.caller, { name: 'balancer', spec }));
  await world.runOnCluster(attaching({ policy: 'balancer' }));
  await untilAtRest();
});

afterEach(async () => {
  expect(world.complaints).toEqual([]);
  await world.close();
});

test('nodes that wait for the load balancer keep no action of another project waiting', async () => {
  await world.runOnCluster(scaling('out', NODES));
  const other = { ...world.caller, project: 'other', user: 'other' };
  const profile = { name: 'other', spec: world.cloud.profileSpec, metadata: {} };
  await world.request(() => createProfile(world.tools, other, profile));
  const ids: string[] = [];
  for (const wait of [1000, 10_000, 20_000]) {
    await world.clock.advance(wait);
    const node = { name: `other-${wait}`, profile: 'other', role: '', metadata: {}, cluster: undefined };
    const { actionId } = await world.request(() => createNode(world.tools, other, node));
    ids.push(actionId);
  }
  await untilAtRest();
  const rows = await world.store.db
    .selectFrom('action')
    .select(['created_at', 'started_at', 'status'])
    .where('id', 'in', ids)
    .execute();
  expect(rows.map(({ status }) => status)).toEqual(ids.map(() => 'SUCCEEDED'));
  const waited = rows.map(({ created_at: asked, started_at: begun }) => (begun ?? 0) - asked);
  expect(waited.filter((ms) => ms > OPERATION_MS)).toEqual([]);
  await expectAllInPool(NODES + 1);
}, 120_000);

test('a node whose creation is cancelled while it waits for the load balancer is registered later', async () => {
  await world.runOnCluster(scaling('out', 3));
  for (let waited = 0; waited < 60_000 && (await waitingForTurn()).length === 0; waited += 100)
    await world.clock.advance(100);
  const [id = ''] = await waitingForTurn();
  await world.store.write((tx) => requestCancel(tx, id, 'asked for', Date.now()));
  await untilAtRest();
  const { status } = await world.store.db
    .selectFrom('action')
    .select('status')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  expect(status).toBe('CANCELLED');
  await expectAllInPool(4);
});

async function waitingForTurn(): Promise<string[]> {
  const waiting = world.store.db.selectFrom('action').select('id').where('status', '=', 'WAITING');
  const rows = await waiting.where('wait_signal', 'like', 'turn %').execute();
  return rows.map(({ id }) => id);
}

async function expectAllInPool(count: number): Promise<void> {
  const nodes = await world.nodes();
  expect(nodes).toHaveLength(count);
  expect(poolMembers(world.cloud.world)).toEqual(asMembers(world.cloud.world, nodes));
}

async function untilAtRest(): Promise<void> {
  for (let waited = 0; waited < 1_800_000; waited += 1000) {
    await world.clock.advance(1000);
    if (await world.isAtRest()) return;
  }
  throw new Error('the actions do not end');
}
