/**
 * What is always true of healing on a cloud, as the cloud itself saw it, and what is true once nothing
 * disturbs any more.
 */
import { expect } from 'vitest';
import type { HealingWorld } from '../support/healing-world.ts';
import type { VirtualOpenStack } from '../support/virtual-openstack.ts';
import { clusterHealth } from '../../src/requests/cluster-health.ts';

/** What was decided by what was seen before may still be done: slow answers and repeats take so long. */
const doneLaterMs = 90_000;
/** An answer to a probe that was sent before may come so late. */
const seenLaterMs = 30_000;

export class CloudWatch {
  readonly #world: HealingWorld<VirtualOpenStack>;
  readonly #blind: { readonly since: number; until: number }[] = [];

  constructor(world: HealingWorld<VirtualOpenStack>) {
    this.#world = world;
  }

  /** From now on nothing can be seen in the cloud. */
  blinded(): void {
    if (this.#blind.at(-1)?.until !== Infinity) this.#blind.push({ since: this.#now, until: Infinity });
  }

  sees(): void {
    const last = this.#blind.at(-1);
    if (last?.until === Infinity) last.until = this.#now;
  }

  check(): void {
    const { cloud, complaints } = this.#world;
    expect(complaints, 'nothing unforeseen').toEqual([]);
    expect(cloud.overlaps, 'one change of a server at once').toEqual([]);
    expect(this.#twoServers(), 'one server for a node').toEqual([]);
    expect(this.#changedBlindly(), 'nothing is changed unseen').toEqual([]);
  }

  /** Every node is healthy, or an operator is told what there is to do. */
  async isExplained(): Promise<void> {
    const { tools, caller } = this.#world;
    const { nodes, explanation } = await this.#world.request(() => clusterHealth(tools, caller, 'web'));
    const bad = nodes.filter(({ standing }) => standing !== 'HEALTHY');
    if (bad.length === 0) return;
    const told = [...explanation.problems, ...explanation.operator.map(({ command }) => command)].join('\n');
    for (const { node, standing, knowledge } of bad) {
      expect(knowledge.reason, `${node.name} is ${standing}`).not.toBe('');
      expect(told, `${node.name} is ${standing}`).toContain(node.name);
    }
  }

  async atTheEnd(): Promise<void> {
    this.check();
    const { store, cloud } = this.#world;
    expect(await store.db.selectFrom('resource_lock').selectAll().execute(), 'no lock is left').toEqual([]);
    expect(await this.#openedBlindly(), 'what cannot be seen starts no recovery').toEqual([]);
    expect(cloud.world.mutations.all.filter(({ ended_at }) => ended_at === null)).toEqual([]);
    const nodes = await this.#world.nodes();
    const servers = cloud.world.servers.all;
    const found = nodes.map((node) => {
      const own = servers.filter(({ metadata }) => metadata['cluster_node_id'] === node.id);
      return [node.name, node.status, own.map(({ id, vmState }) => [id === node.physicalId, vmState])];
    });
    expect(found, 'every node has its server').toEqual(
      nodes.map(({ name }) => [name, 'ACTIVE', [[true, 'active']]]),
    );
    expect(servers.length, 'no server without a node').toBe(nodes.length);
  }

  get #now(): number {
    return this.#world.cloud.world.clock.now();
  }

  /** Servers of one node that were there at the same time. */
  #twoServers(): string[] {
    const { servers } = this.#world.cloud.world;
    const byNode = Map.groupBy(
      [...servers.all, ...servers.deleted],
      ({ metadata }) => metadata['cluster_node_id'],
    );
    return [...byNode].flatMap(([nodeId, own]) => {
      const inTime = own.toSorted((one, other) => one.createdAt - other.createdAt);
      return inTime.slice(1).flatMap((server, index) => {
        const before = inTime[index];
        const isBoth = before !== undefined && server.createdAt < (before.deletedAt ?? Infinity);
        return isBoth ? [`${server.id} and ${before.id} (${before.vmState}) of node ${nodeId}`] : [];
      });
    });
  }

  /** That nothing was created for a node is known also of what cannot be seen. */
  async #openedBlindly(): Promise<string[]> {
    const rows = await this.#world.store.db
      .selectFrom('recovery_decision')
      .select(['at', 'decision', 'reason'])
      .where('decision', 'in', ['open', 'confirm'])
      .execute();
    return rows
      .filter(
        ({ at, reason }) =>
          !/NOT_CREATED|no server was created|asked for by an operator/.test(reason) &&
          this.#isBlind(at, seenLaterMs),
      )
      .map(({ decision, reason }) => `${decision}: ${reason}`);
  }

  #isBlind(at: number, longSinceMs: number): boolean {
    return this.#blind.some(({ since, until }) => since + longSinceMs < at && at < until);
  }

  #changedBlindly(): string[] {
    return this.#world.cloud.world.mutations.all
      .filter(({ began_at: at }) => this.#isBlind(at, doneLaterMs))
      .map(({ operation, server_id: id }) => `${operation} of ${id}`);
  }
}
