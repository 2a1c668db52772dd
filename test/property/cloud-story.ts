/** Lives through a generated story of a cluster of servers on the simulated cloud, in virtual time. */
import type { Json } from '../../src/domain/json.ts';
import { CoppiceError } from '../../src/domain/errors.ts';
import { enqueueOnCluster, resizing } from '../../src/requests/cluster-actions.ts';
import { updatingAttached } from '../../src/requests/cluster-policies.ts';
import { deleteNode, recoverNode } from '../../src/requests/nodes.ts';
import { HealingWorld } from '../support/healing-world.ts';
import { VirtualOpenStack } from '../support/virtual-openstack.ts';
import { hostNames, zoneOf, type CloudHappening, type CloudStory } from './cloud-arbitraries.ts';
import { CloudWatch } from './cloud-watch.ts';

/** How long the world is watched without a check. */
const stepMs = 5000;
/** An operation that hung, its repeats, and a recovery with all its attempts. */
const longestRestMs = 2_400_000;

/** @throws what the watch finds wrong. */
export async function liveStory(story: CloudStory): Promise<void> {
  const settings = {
    hosts: hostNames.map((name) => ({ name, zone: zoneOf[name] })),
    latency: { answer_ms: story.answerMs, operation_ms: story.operationMs },
  };
  const world = await HealingWorld.openWith((clock) => new VirtualOpenStack(clock, settings));
  try {
    await world.createCluster(story.size, story.policy);
    const run = new StoryRun(world);
    for (const { after, what } of story.happenings) {
      await run.wait(after * 1000);
      await run.happen(what);
    }
    await run.wait(60_000);
    await run.calmDown();
    await run.watch.atTheEnd();
  } finally {
    await world.close();
  }
}

class StoryRun {
  readonly world: HealingWorld<VirtualOpenStack>;
  readonly watch: CloudWatch;

  constructor(world: HealingWorld<VirtualOpenStack>) {
    this.world = world;
    this.watch = new CloudWatch(world);
  }

  async wait(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      await this.world.clock.advance(Math.min(left, stepMs));
      if (!this.world.life.isAlive) await this.world.restart();
      this.watch.check();
    }
  }

  async happen(what: CloudHappening): Promise<void> {
    await this.#do(what);
    this.watch.check();
  }

  /** The cloud works, and an operator does what Coppice leaves to operators. */
  async calmDown(): Promise<void> {
    const { cloud } = this.world;
    this.#heal();
    await this.#rest();
    await this.watch.isExplained();
    for (let turn = 0; turn < 5 && (await this.#lost()).length > 0; turn += 1) {
      // Else the policy may begin a recovery of its own at the same time.
      await this.#enable(false);
      await this.#rest();
      for (const { name } of await this.#lost())
        await this.#ask(() =>
          recoverNode(this.world.tools, this.world.caller, name, { operation: 'RECREATE' }),
        );
      await this.#rest();
      await this.#enable(true);
      await this.#rest();
    }
    // What the cloud still works on.
    for (let waited = 0; waited < 600_000 && cloud.isAtWork; waited += stepMs) await this.wait(stepMs);
  }

  #heal(): void {
    const { cloud } = this.world;
    cloud.world.faults.clear();
    cloud.limit({ instances: -1 });
    for (const name of hostNames) cloud.setHost(name, true);
    this.watch.sees();
  }

  /** Nodes whose server does not run, or that are not what they are said to be. */
  async #lost() {
    const nodes = await this.world.nodes();
    return nodes.filter(
      ({ id, status, physicalId }) =>
        status !== 'ACTIVE' ||
        this.world.cloud.serverOf(id)?.vmState !== 'active' ||
        this.world.cloud.serverOf(id)?.id !== physicalId,
    );
  }

  /** Two rounds after nothing is open or under way any more: a failure may not have been seen before. */
  async #rest(): Promise<void> {
    for (let waited = 0, calm = 0; waited < longestRestMs && calm < 2; waited += 65_000) {
      await this.wait(65_000);
      calm = (await this.world.isAtRest()) ? calm + 1 : 0;
    }
  }

  async #enable(enabled: boolean): Promise<void> {
    const change = { policy: 'health', enabled };
    await this.#ask(() =>
      enqueueOnCluster(this.world.tools, this.world.caller, 'web', updatingAttached(change)),
    );
  }

  async #ask(request: () => Promise<Json | object | void>): Promise<void> {
    try {
      await this.world.request(request);
    } catch (error) {
      // A request that is refused, because of what runs or what is gone, is an answer.
      if (!(error instanceof CoppiceError)) throw error;
    }
  }

  async #do(what: CloudHappening): Promise<void> {
    const { world } = this;
    const { cloud, tools, caller } = world;
    const { servers, identity } = cloud.world;
    const nodes = await world.nodes();
    const node = 'node' in what ? nodes[what.node % Math.max(1, nodes.length)] : undefined;
    const server = cloud.serverOf(node?.id ?? '');
    switch (what.kind) {
      case 'state':
        if (server?.taskState === null) servers.setState(server, what.state, 'broken by the test');
        return;
      case 'delete server':
        return cloud.lose(node?.id ?? '');
      case 'fault':
        return cloud.fault(what.fault);
      case 'away':
        return this.#takeAway(what.service, what.seconds);
      case 'blind':
        return this.#blind(what.by, what.seconds);
      case 'host':
        return this.#setHosts([hostNames[what.host] ?? ''], what.isUp);
      case 'zone':
        return this.#setHosts(
          hostNames.filter((name) => zoneOf[name] === what.zone),
          what.isUp,
        );
      case 'kill':
        return await world.restart();
      case 'kill at write':
        return world.life.killAtWrite(what.write, what.when);
      case 'tokens end':
        return identity.revokeAll();
      case 'no quota':
        return cloud.limit({ instances: servers.all.length });
      case 'grow':
      case 'shrink': {
        const change = {
          adjustmentType: 'CHANGE_IN_CAPACITY',
          number: what.kind === 'grow' ? 1 : -1,
        } as const;
        return await this.#ask(() => enqueueOnCluster(tools, caller, 'web', resizing(change)));
      }
      case 'delete node':
        return await this.#ask(() => deleteNode(tools, caller, node?.name ?? ''));
      case 'recover':
        return await this.#ask(() => recoverNode(tools, caller, node?.name ?? '', {}));
    }
  }

  /** Who has no host up recovers nothing: one stays. */
  #setHosts(names: readonly string[], isUp: boolean): void {
    const { cloud } = this.world;
    const others = cloud.world.hosts.all.filter((host) => host.isUp && !names.includes(host.name));
    if (!isUp && others.length === 0) return;
    for (const name of names) cloud.setHost(name, isUp);
  }

  /** For those who have a token, Keystone's absence is none of Nova's. */
  #takeAway(service: 'compute' | 'identity' | 'image', seconds: number): void {
    const { cloud, clock } = this.world;
    cloud.world.faults.setAway(service, true);
    if (service === 'compute') this.watch.blinded();
    clock.outside(seconds * 1000, () => {
      cloud.world.faults.setAway(service, false);
      if (service === 'compute') this.watch.sees();
    });
  }

  #blind(kind: 'error' | 'hang', seconds: number): void {
    const { cloud, clock } = this.world;
    for (const operation of ['show', 'list']) cloud.fault({ operation, kind, status: 503, count: 0 });
    this.watch.blinded();
    clock.outside(seconds * 1000, () => {
      cloud.world.faults.clear();
      this.watch.sees();
    });
  }
}
