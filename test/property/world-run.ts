/** Lives through a generated plan in a healing world, and hands the watcher every few seconds of it. */
import { cancelAction } from '../../src/requests/actions.ts';
import { enqueueOnCluster, resizing } from '../../src/requests/cluster-actions.ts';
import { detaching, updatingAttached } from '../../src/requests/cluster-policies.ts';
import {
  excludeNode,
  includeNode,
  pauseHealing,
  releaseFromQuarantine,
  resumeHealing,
} from '../../src/requests/healing.ts';
import { deleteNode, recoverNode } from '../../src/requests/nodes.ts';
import { CoppiceError } from '../../src/domain/errors.ts';
import { HealingWorld } from '../support/healing-world.ts';
import { truthOf } from '../support/simulated-cloud.ts';
import { workflowNames } from './world-arbitraries.ts';
import type { Happening, WorldPlan } from './world-arbitraries.ts';
import { outOfSight, WorldWatch } from './world-watch.ts';

/** How long the world is watched without a check. */
const stepMs = 4000;

/** @throws what the watch finds wrong. */
export async function livePlan(plan: WorldPlan): Promise<void> {
  const world = await HealingWorld.open();
  try {
    await world.createCluster(plan.size, plan.policy);
    const run = new WorldRun(world, plan);
    run.disturb();
    for (const { after, what } of plan.happenings) {
      await run.wait(after * 1000);
      await run.happen(what);
    }
    await run.wait(20_000);
    await run.calmDown();
    await run.watch.atTheEnd();
  } finally {
    await world.close();
  }
}

class WorldRun {
  readonly world: HealingWorld;
  readonly plan: WorldPlan;
  readonly watch: WorldWatch;

  constructor(world: HealingWorld, plan: WorldPlan) {
    this.world = world;
    this.plan = plan;
    this.watch = new WorldWatch(world, plan);
  }

  /** From now on operations fail, probes lie, answers are lost. */
  disturb(): void {
    const { cloud, workflows, clock } = this.world;
    const { plan } = this;
    const courses = cycle(plan.courses);
    const probes = cycle(plan.probes);
    const troubles = cycle(plan.troubles);
    const lost = cycle(plan.lostSignals);
    cloud.course = courses;
    cloud.see = async (_node, server) => {
      const { says, takesMs } = probes();
      const truth = truthOf(server);
      if (takesMs > 0) await new Promise<void>((resolve) => clock.outside(takesMs, resolve));
      if (says === 'truth') return truth;
      if (says === 'unhealthy') return { health: says, failure: 'SERVER_ERROR', reason: 'so it was said' };
      return { health: says, reason: says === 'unknown' ? outOfSight : 'so it was said' };
    };
    workflows.trouble = troubles;
    workflows.losesSignals = lost;
    const [drain, attach, migrate] = plan.workflows;
    for (const [name, workflow] of [
      ['drain', drain],
      ['attach', attach],
      ['migrate', migrate],
    ] as const)
      if (workflow !== undefined) workflows.known.set(name, workflow);
  }

  async wait(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      await this.world.clock.advance(Math.min(left, stepMs));
      if (!this.world.life.isAlive) await this.world.restart();
      await this.watch.check();
    }
  }

  async happen(what: Happening): Promise<void> {
    try {
      await this.#do(what);
    } catch (error) {
      // A request that is refused, because of what runs or what is gone, is an answer.
      if (!(error instanceof CoppiceError)) throw error;
    }
    await this.watch.check();
  }

  /**
   * The world is healthy and can be seen, operations work, and an operator takes away what holds healing up.
   */
  async calmDown(): Promise<void> {
    const { world } = this;
    const { cloud, workflows } = world;
    cloud.course = () => ({ takesMs: 1000, ends: 'works' });
    cloud.see = (_node, server) => truthOf(server);
    workflows.trouble = () => 'none';
    workflows.losesSignals = () => false;
    cloud.endHanging();
    for (const name of workflowNames) workflows.known.set(name, { ends: 'SUCCESS', takesMs: 1000 });
    for (const server of cloud.servers.values()) cloud.heal(server.nodeId);
    await this.happen({ kind: 'resume' });
    // What runs on the cluster may refuse it at first.
    for (let turn = 0; turn < 10 && (turn === 0 || !(await this.world.isAtRest())); turn += 1) {
      await this.happen({ kind: 'enable' });
      await this.waitForRest(100_000);
    }
    // What has no server and is held by its gates, or has a policy that cannot bring it back, is for an
    // operator to recover; that the policy does not try meanwhile the operator sees to.
    for (let turn = 0; turn < 5; turn += 1) {
      const nodes = await world.nodes();
      const lost = nodes.filter(
        (node) => truthOf(cloud.servers.get(node.physicalId ?? '')).health !== 'healthy',
      );
      if (lost.length === 0) break;
      await this.happen({ kind: 'disable' });
      await this.waitForRest(100_000);
      for (const { name } of lost)
        await this.#ask(() => recoverNode(world.tools, world.caller, name, { operation: 'RECREATE' }));
      await this.waitForRest(200_000);
      await this.happen({ kind: 'enable' });
      await this.waitForRest(100_000);
    }
  }

  /** Until nothing is open or under way, with a bound. */
  async waitForRest(mostMs: number): Promise<void> {
    for (let waited = 0; waited < mostMs; waited += 20_000) {
      await this.wait(20_000);
      if (await this.world.isAtRest()) return;
    }
  }

  async #ask(request: () => Promise<unknown>): Promise<void> {
    try {
      await this.world.request(request);
    } catch (error) {
      if (!(error instanceof CoppiceError)) throw error;
    }
  }

  async #do(what: Happening): Promise<void> {
    const { world } = this;
    const { tools, caller, cloud } = world;
    const nodes = await world.nodes();
    // Who deletes a node rather does so while it is worked on.
    const busy = nodes.filter(({ status }) => status === 'RECOVERING');
    const choice = what.kind === 'delete node' && busy.length > 0 ? busy : nodes;
    const node = 'node' in what ? choice[what.node % Math.max(1, choice.length)] : undefined;
    const name = node?.name ?? 'web-1';
    switch (what.kind) {
      case 'fail':
        return cloud.break(node?.id ?? '', what.failure, what.curedBy);
      case 'heal':
        return cloud.heal(node?.id ?? '');
      case 'lose':
        return cloud.lose(node?.id ?? '');
      case 'event':
        return cloud.sendEvent(node?.id ?? '');
      case 'kill':
        return await world.restart();
      case 'kill at write':
        return world.life.killAtWrite(what.write, what.when);
      case 'clock':
        return world.clock.setWall(what.seconds * 1000);
      case 'recover': {
        const operation = what.operation === null ? {} : { operation: what.operation };
        const check = what.check ? { check: true } : {};
        return void (await world.request(() => recoverNode(tools, caller, name, { ...operation, ...check })));
      }
      case 'delete node':
        return void (await world.request(() => deleteNode(tools, caller, name)));
      case 'release':
        return await world.request(() => releaseFromQuarantine(tools, caller, name));
      case 'exclude':
        return await world.request(() => excludeNode(tools, caller, name, { seconds: 60, reason: 'test' }));
      case 'include':
        return await world.request(() => includeNode(tools, caller, name));
      case 'cancel':
        return await this.#cancelRecovery(what.node);
      case 'detach':
        return void (await world.request(() => enqueueOnCluster(tools, caller, 'web', detaching('health'))));
      case 'disable':
      case 'enable': {
        const change = { policy: 'health', enabled: what.kind === 'enable' };
        return void (await world.request(() =>
          enqueueOnCluster(tools, caller, 'web', updatingAttached(change)),
        ));
      }
      case 'pause':
        return await world.request(() => pauseHealing(tools, caller, 'web', { seconds: 60, reason: 'test' }));
      case 'resume':
        return await world.request(() => resumeHealing(tools, caller, 'web'));
      case 'grow':
      case 'shrink': {
        const number = what.kind === 'grow' ? 1 : -1;
        const change = { adjustmentType: 'CHANGE_IN_CAPACITY', number } as const;
        return void (await world.request(() => enqueueOnCluster(tools, caller, 'web', resizing(change))));
      }
    }
  }

  /** Of those that run, if one runs. */
  async #cancelRecovery(which: number): Promise<void> {
    const { world } = this;
    const running = (await world.recoveries()).flatMap(({ state, actionId }) =>
      state === 'OPEN' && actionId !== null ? [actionId] : [],
    );
    const actionId = running[which % Math.max(1, running.length)];
    if (actionId === undefined) return;
    await world.request(() => cancelAction(world.tools, world.caller, actionId, 'CANCELLED'));
  }
}

function cycle<T>(list: readonly T[]): () => T {
  let next = 0;
  return () => {
    next += 1;
    return list[(next - 1) % list.length] as T;
  };
}
