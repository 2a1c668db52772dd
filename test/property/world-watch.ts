/**
 * What is always true of healing, looked at every few seconds of a world's time, and what is true once the
 * world is healthy. This is the contract's "Always true", line by line; that a node has at most one open
 * recovery the database itself refuses to have otherwise.
 */
import { expect } from 'vitest';
import { shareOf } from '../../src/recovery/gates.ts';
import { healingOfCluster } from '../../src/store/healing.ts';
import { parseHealthPolicy } from '../../src/policies/health/health-policy-type.ts';
import type { HealthPolicy } from '../../src/domain/health-policy.ts';
import { hasEnded } from '../../src/workflow/workflow-service.ts';
import type { HealingWorld } from '../support/healing-world.ts';
import type { WorldPlan } from './world-arbitraries.ts';

/** What a probe says that sees nothing. */
export const outOfSight = 'it cannot be seen';

interface RecordedDecision {
  readonly recovery_id: string;
  readonly seq: number;
  readonly at: number;
  readonly decision: string;
  readonly reason: string;
}

export class WorldWatch {
  readonly #world: HealingWorld;
  readonly #policy: HealthPolicy;
  /**
   * The last decision seen of each recovery, whether an operator asked for it, and whether its failure is
   * confirmed.
   */
  readonly #recoveries = new Map<string, { seq: number; byOperator: boolean; confirmed: boolean }>();
  readonly #endedSteps = new Set<string>();
  #requests = 0;
  /** Something of what is probed was written since. */
  #isNews = true;
  #mostCapacity = 0;
  /** Until when the breaker was seen to be open. */
  #openUntil: number | null = null;

  constructor(world: HealingWorld, { policy }: WorldPlan) {
    this.#world = world;
    const check = parseHealthPolicy(policy, '1.3');
    if (!check.ok) throw new Error('a generated policy is not valid');
    this.#policy = check.value;
    for (const topic of ['recoveries', 'actions', 'watching'] as const)
      world.store.listen(topic, () => {
        this.#isNews = true;
      });
  }

  async check(): Promise<void> {
    expect(this.#world.complaints).toEqual([]);
    expect(this.#world.cloud.overlaps, 'one mutating operation a node').toEqual([]);
    await this.#noDuplicateServer();
    this.#noStepTwice();
    if (!this.#isNews) return;
    this.#isNews = false;
    await this.#decisions();
    await this.#inFlight();
    await this.#rememberEndedSteps();
    const running = [...this.#world.workflows.executions.values()].filter(({ state }) => !hasEnded(state));
    const left = running.filter(({ id }) => this.#endedSteps.has(id)).map((each) => each.workflowName);
    expect(left, 'a workflow whose step has ended has ended').toEqual([]);
    const { breaker } = await healingOfCluster(this.#world.store.db, this.#world.clusterId);
    this.#openUntil = breaker?.kind === 'open' ? breaker.until : null;
  }

  async atTheEnd(): Promise<void> {
    const { store, cloud, workflows } = this.#world;
    this.#isNews = true;
    await this.check();
    const open = (await this.#world.recoveries()).filter((each) => each.state === 'OPEN');
    expect(await this.#lastWords(open.map((each) => each.id)), 'every recovery ends').toEqual([]);
    const unfinished = store.db
      .selectFrom('action')
      .select(['action', 'status'])
      .where('ended_at', 'is', null);
    expect(await unfinished.execute(), 'every action ends').toEqual([]);
    expect(await store.db.selectFrom('resource_lock').selectAll().execute(), 'no lock is left').toEqual([]);
    expect(workflows.running, 'no workflow is left running').toBe(0);
    const nodes = await this.#world.nodes();
    const servers = nodes.map((node) => [
      node.name,
      cloud.servers.get(node.physicalId ?? '')?.nodeId === node.id,
    ]);
    expect(servers, 'every node has its server').toEqual(nodes.map((node) => [node.name, true]));
    // What is kept was removed when its time was over.
    expect(cloud.servers.size, 'no server without a node').toBe(nodes.length);
    const kept = await store.db.selectFrom('retained').selectAll().execute();
    expect(kept, 'nothing is kept for longer').toEqual([]);
  }

  /** Two run only during a surge, or while an action is to remove one of them; never three. */
  async #noDuplicateServer(): Promise<void> {
    const servers = this.#world.cloud.runningServers();
    const byNode = [...Map.groupBy(servers, (server) => server.nodeId)];
    expect(Math.max(0, ...byNode.map(([, own]) => own.length)), 'no third server').toBeLessThanOrEqual(2);
    const doubled = byNode.filter(([, own]) => own.length > 1).map(([nodeId]) => nodeId);
    if (doubled.length === 0) return;
    const actions = this.#world.store.db.selectFrom('action').select('target');
    const busy = await actions
      .where('target', 'in', doubled)
      .where('action', 'in', ['NODE_RECOVER', 'NODE_TIDY', 'NODE_DELETE'])
      .where('ended_at', 'is', null)
      .execute();
    const accounted = new Set(busy.map(({ target }) => target));
    expect(
      doubled.filter((nodeId) => !accounted.has(nodeId)),
      'no duplicate server',
    ).toEqual([]);
  }

  /** What was recorded as done is not asked for again, by whichever life of the process. */
  #noStepTwice(): void {
    const requests = this.#world.cloud.requests.slice(this.#requests);
    this.#requests += requests.length;
    const again = requests.filter((key) =>
      this.#endedSteps.has(key.replace(/ (remove|create|clear|retain)$/, '')),
    );
    expect(again, 'no completed step runs again').toEqual([]);
  }

  async #rememberEndedSteps(): Promise<void> {
    const ended = this.#world.store.db
      .selectFrom('recovery_step')
      .select('id')
      .where('ended_at', 'is not', null);
    for (const { id } of await ended.execute()) this.#endedSteps.add(id);
  }

  async #decisions(): Promise<void> {
    const query = this.#world.store.db.selectFrom('recovery_decision').selectAll();
    const rows: RecordedDecision[] = await query.orderBy('recovery_id').orderBy('seq').execute();
    for (const row of rows) {
      const known = this.#recoveries.get(row.recovery_id) ?? { seq: 0, byOperator: false, confirmed: false };
      this.#recoveries.set(row.recovery_id, known);
      if (row.seq <= known.seq) continue;
      known.seq = row.seq;
      if (row.reason === 'asked for by an operator') known.byOperator = true;
      if (row.decision === 'start') this.#started(row, known);
      if (row.decision === 'confirm') known.confirmed = true;
      if (row.decision === 'open' || row.decision === 'confirm')
        expect(row.reason, 'unknown never starts a recovery').not.toContain(outOfSight);
      if (row.decision === 'run' && !known.byOperator)
        expect(known.confirmed, 'nothing runs before the failure was seen again').toBe(true);
      if (row.decision === 'hold') expect(row.reason).toMatch(/^held: .+/);
    }
  }

  #started(row: RecordedDecision, known: { confirmed: boolean; byOperator: boolean }): void {
    known.confirmed = false;
    known.byOperator = false;
    expect(this.#openUntil === null || row.at >= this.#openUntil, 'an open breaker starts nothing').toBe(
      true,
    );
  }

  async #inFlight(): Promise<void> {
    const share = this.#policy.safety.maxInFlight;
    const cluster = await this.#world.cluster();
    if (share === null || cluster === undefined || this.#policy.mode === 'OBSERVE') return;
    const running = (await this.#world.recoveries()).filter(
      ({ id, state, actionId }) =>
        state === 'OPEN' && actionId !== null && this.#recoveries.get(id)?.byOperator === false,
    );
    this.#mostCapacity = Math.max(this.#mostCapacity, cluster.desiredCapacity);
    // Shrinking lowers the limit under what runs already.
    expect(running.length, 'in flight').toBeLessThanOrEqual(shareOf(share, this.#mostCapacity));
  }

  async #lastWords(recoveryIds: readonly string[]): Promise<string[]> {
    const words: string[] = [];
    for (const id of recoveryIds) {
      const query = this.#world.store.db
        .selectFrom('recovery_decision')
        .selectAll()
        .where('recovery_id', '=', id);
      const last = await query.orderBy('seq', 'desc').limit(1).executeTakeFirst();
      words.push(`${last?.decision}: ${last?.reason}`);
    }
    return words;
  }
}
