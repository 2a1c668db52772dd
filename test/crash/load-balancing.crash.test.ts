/**
 * A load balanced cluster on the simulated cloud, with Coppice killed before and after every commit of an
 * action, in virtual time. The cloud is the witness that the balancer and each of its parts is there once
 * or not at all, and that the pool has each node once, with the address of its server.
 */
import { expect, test } from 'vitest';
import { scaling } from '../../src/requests/cluster-actions.ts';
import { attaching, detaching } from '../../src/requests/cluster-policies.ts';
import { recoverNode } from '../../src/requests/nodes.ts';
import { createPolicy } from '../../src/requests/policies.ts';
import { bindingsOf } from '../../src/store/cluster-policies.ts';
import { HealingWorld } from '../support/healing-world.ts';
import { asMembers, poolMembers } from '../support/pool-members.ts';
import { VirtualOpenStack } from '../support/virtual-openstack.ts';

type World = HealingWorld<VirtualOpenStack>;

/** More are none that one of the actions makes. */
const mostWrites = 80;

interface Story {
  readonly name: string;
  readonly begin?: (world: World) => Promise<void>;
  readonly ask: (world: World) => Promise<void>;
  readonly nodes: number;
  readonly balancers: number;
}

const attach = (world: World) => world.runOnCluster(attaching({ policy: 'balancer' }));
const attached = async (world: World): Promise<void> => {
  await attach(world);
  await untilDone(world);
};

const stories: readonly Story[] = [
  { name: 'attaching the policy', ask: attach, nodes: 2, balancers: 1 },
  {
    name: 'a node that is added',
    begin: attached,
    ask: (world) => world.runOnCluster(scaling('out', 1)),
    nodes: 3,
    balancers: 1,
  },
  {
    name: 'nodes that take turns at the balancer',
    begin: attached,
    ask: (world) => world.runOnCluster(scaling('out', 3)),
    nodes: 5,
    balancers: 1,
  },
  {
    name: 'a node that is removed',
    begin: attached,
    ask: (world) => world.runOnCluster(scaling('in', 1)),
    nodes: 1,
    balancers: 1,
  },
  ...[false, true].map((surge) => ({
    name: `a node that is recreated${surge ? ' with surge' : ''}`,
    begin: attached,
    ask: (world: World) => recreate(world, surge),
    nodes: 2,
    balancers: 1,
  })),
  {
    name: 'detaching the policy',
    begin: attached,
    ask: (world) => world.runOnCluster(detaching('balancer')),
    nodes: 2,
    balancers: 0,
  },
];

async function recreate(world: World, surge: boolean): Promise<void> {
  const request = { operation: 'RECREATE', operationParams: { surge } };
  await world.request(() => recoverNode(world.tools, world.caller, 'web-1', request));
}

test.each(stories)(
  '$name: killed at any commit, it makes nothing twice and leaves nothing',
  async (story) => {
    let write = 1;
    for (let wasKilled = true; wasKilled; write += 1) {
      expect(write, 'the action ends').toBeLessThan(mostWrites);
      wasKilled = false;
      for (const when of ['before', 'after'] as const) {
        const killed = await tell(story, write, when);
        wasKilled ||= killed;
      }
    }
    // It was killed in the middle, and not only where it begins.
    expect(write).toBeGreaterThan(5);
  },
  300_000,
);

/** @returns whether Coppice was killed before the action had ended. */
async function tell(story: Story, write: number, when: 'before' | 'after'): Promise<boolean> {
  const settings = { latency: { answer_ms: 10, operation_ms: 500 } };
  const world = await HealingWorld.openWith((clock) => new VirtualOpenStack(clock, settings));
  try {
    await world.createCluster(2, null);
    await makePolicy(world);
    await story.begin?.(world);
    world.life.killAtWrite(write, when);
    await story.ask(world);
    const wasKilled = await untilDone(world);
    expect(world.complaints).toEqual([]);
    await expectEnd(world, story, `${when} write ${write}`);
    return wasKilled;
  } finally {
    await world.close();
  }
}

async function makePolicy(world: World): Promise<void> {
  const subnet = world.cloud.world.network.defaultNetwork?.subnetId ?? '';
  const properties = { pool: { subnet }, vip: { subnet }, health_monitor: { type: 'TCP' } };
  const spec = { type: 'senlin.policy.loadbalance', version: '1.3', properties };
  await world.request(() => createPolicy(world.tools, world.caller, { name: 'balancer', spec }));
}

/** Starts Coppice again where it was killed. @returns whether it was. */
async function untilDone(world: World): Promise<boolean> {
  let wasKilled = false;
  for (let waited = 0; waited < 600_000; waited += 1000) {
    await world.clock.advance(1000);
    if (!world.life.isAlive) {
      wasKilled = true;
      await world.restart();
    } else if (await world.isAtRest()) return wasKilled;
  }
  throw new Error('the action does not end');
}

async function expectEnd(world: World, story: Story, at: string): Promise<void> {
  const { balancers, network, servers } = world.cloud.world;
  const parts = ['loadbalancer', 'listener', 'pool', 'healthmonitor'] as const;
  expect(
    parts.map((kind) => `${kind} ${balancers.all(kind).length}`),
    at,
  ).toEqual(parts.map((kind) => `${kind} ${story.balancers}`));
  const nodes = await world.nodes();
  expect(
    nodes.map(({ name, status }) => [name, status]),
    at,
  ).toEqual(Array.from({ length: story.nodes }, (_, index) => [`web-${index + 1}`, 'ACTIVE']));
  expect([servers.all.length, network.ports.size - story.balancers], at).toEqual([story.nodes, story.nodes]);
  const registered = story.balancers === 0 ? [] : nodes;
  expect(poolMembers(world.cloud.world), at).toEqual(asMembers(world.cloud.world, registered));
  const members = balancers.all('member').map(({ id }) => id);
  expect(new Set(nodes.flatMap(({ data }) => data['lb_member'] ?? [])), at).toEqual(new Set(members));
  expect(await bindingsOf(world.store.db, world.clusterId), at).toHaveLength(story.balancers);
}
