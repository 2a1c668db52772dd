/**
 * Plans clusters: when something changed in one, at the time that the planner returned, and when a
 * recovery opened or ended. Rounds of one cluster follow each other, and between two of them there is a rest
 * that is longer than the round was: a round reads the whole cluster, and when hundreds of its nodes fail
 * something changes in it all the time. One round then plans for all that has changed meanwhile.
 * Before the first node of a cluster with `max_unhealthy` or `zone_outage` is recovered, the nodes are probed
 * that were last probed before it failed.
 */
import type { HealthRecord } from '../domain/health-record.ts';
import type { ClusterLeases } from './cluster-leases.ts';
import type { ProfileTypes } from '../profiles/registry.ts';
import { healRound } from './heal-round.ts';
import type { UserStops } from './user-stops.ts';
import { asAttached, type WatchedCluster, type WatchList } from './watch-list.ts';

/** What the loop needs of the observer. */
export interface Observations {
  lastRecord(nodeId: string): HealthRecord | undefined;
  adopt(nodeId: string, written: HealthRecord): void;
  probeNow(nodeId: string): Promise<void>;
}

export interface PlanningLoopOptions {
  readonly leases: Pick<ClusterLeases, 'write'>;
  readonly now: () => number;
  readonly log: { error(details: object, message: string): void };
  readonly observations: Observations;
  readonly watchList: () => WatchList;
  readonly profileTypes: ProfileTypes;
  /**
   * Regions of the cloud of which no host is up, of those in which these nodes of a cluster are. Absent:
   * there is no cloud.
   */
  readonly withoutHost?: (
    clusterId: string,
    nodeIds: readonly string[],
  ) => Promise<ReadonlyMap<string | null, string>>;
  /** Which of the failed nodes of a cluster users have stopped, where its policy leaves those alone. */
  readonly userStops?: Pick<UserStops, 'ask'>;
}

/** A round that failed is tried again, and no plan waits longer. */
const LONGEST_WAIT_MS = 10_000;
/** Recoveries often end together: one round for many. */
const GATHER_MS = 100;
/** A rest, in durations of the round before it: rounds of one cluster take a quarter of the time at most. */
const REST = 3;
const LONGEST_REST_MS = 2000;

export class PlanningLoop {
  readonly #options: PlanningLoopOptions;
  readonly #now: () => number;
  /** Clusters with an open recovery, or with failed nodes that are left alone for now. */
  readonly #active = new Set<string>();
  readonly #planTimers = new Map<string, { readonly at: number; readonly timer: NodeJS.Timeout }>();
  /** Clusters with a round that runs, or in the rest after one; whether another round is asked for. */
  readonly #busy = new Map<string, { isAskedFor: boolean; readonly round: Promise<void> }>();
  readonly #restTimers = new Set<NodeJS.Timeout>();
  /** When the newest failure of each cluster began after which all its nodes were probed. */
  readonly #newestFailureProbed = new Map<string, number>();
  #stopped = false;

  constructor(options: PlanningLoopOptions) {
    this.#options = options;
    this.#now = options.now;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { timer } of this.#planTimers.values()) clearTimeout(timer);
    for (const timer of this.#restTimers) clearTimeout(timer);
    await Promise.all([...this.#busy.values()].map(({ round }) => round));
  }

  /** Plans a cluster now, or once after the round that is under way and its rest. */
  plan(clusterId: string): void {
    clearTimeout(this.#planTimers.get(clusterId)?.timer);
    this.#planTimers.delete(clusterId);
    if (this.#stopped) return;
    const busy = this.#busy.get(clusterId);
    if (busy !== undefined) busy.isAskedFor = true;
    else this.#busy.set(clusterId, { isAskedFor: false, round: this.#planAndRest(clusterId) });
  }

  /** A recovery was opened, closed or released: what is held or left alone may be due. */
  planActiveSoon(): void {
    for (const clusterId of this.#active) this.#planAt(clusterId, this.#now() + GATHER_MS);
  }

  async #planAndRest(clusterId: string): Promise<void> {
    const roundMs = await this.#planCluster(clusterId);
    if (this.#stopped) return;
    const rest = Math.min(REST * roundMs, LONGEST_REST_MS);
    const timer = setTimeout(() => {
      this.#restTimers.delete(timer);
      const isAskedFor = this.#busy.get(clusterId)?.isAskedFor;
      this.#busy.delete(clusterId);
      if (isAskedFor === true) this.plan(clusterId);
    }, rest);
    this.#restTimers.add(timer);
  }

  /** @returns how long the round took, in milliseconds, without what it waited for before. */
  async #planCluster(clusterId: string): Promise<number> {
    const { leases, log, observations, watchList, profileTypes, withoutHost: hostless } = this.#options;
    let begunAt = this.#now();
    try {
      const watched = watchList().clusters.get(clusterId) ?? null;
      if (watched !== null) await this.#probeUnseenNodes(watched);
      // Asked before the transaction: it is a request to the cloud.
      const failed = this.#failedNodes(clusterId);
      const withoutHost = hostless && (await hostless(clusterId, [...failed.keys()]));
      const userStops = watched && (await this.#options.userStops?.ask(watched.policy, failed));
      begunAt = this.#now();
      const planned = await leases.write(clusterId, async (tx) =>
        healRound(
          tx,
          {
            clusterId,
            watched: await asAttached(tx.db, watched),
            profileTypes,
            ...(withoutHost === undefined ? {} : { withoutHost }),
            ...(userStops == null ? {} : { userStops }),
          },
          this.#now(),
        ),
      );
      // Undefined: another process has it.
      for (const [id, record] of planned?.health ?? [])
        if (observations.lastRecord(id) !== undefined) observations.adopt(id, record);
      if (planned?.isActive === true) this.#active.add(clusterId);
      else this.#active.delete(clusterId);
      const planAgainAt = planned?.planAgainAt ?? null;
      if (planAgainAt !== null) this.#planAt(clusterId, planAgainAt);
    } catch (error) {
      log.error({ err: error, cluster_id: clusterId }, 'a round of healing failed; it is tried again');
      this.#planAt(clusterId, this.#now() + LONGEST_WAIT_MS);
    }
    // Not below zero where the clock was set back meanwhile.
    return Math.max(this.#now() - begunAt, 0);
  }

  /**
   * With `max_unhealthy` a recovery starts only while few nodes are unhealthy, and with `zone_outage` only
   * while few nodes of its zone are. Probes are spread over an interval: when a switch dies, the first nodes
   * that are found failed would be recovered before the others are probed. So those that were last probed
   * before a failure began are probed before anything is planned; what takes longer than a round is not
   * waited for.
   */
  async #probeUnseenNodes({ clusterId, policy }: WatchedCluster): Promise<void> {
    if (policy.safety.maxUnhealthy === null && policy.safety.zoneOutage === null) return;
    const { observations, watchList } = this.#options;
    const nodes = watchList().nodes.filter((node) => node.clusterId === clusterId);
    const records = nodes.flatMap(({ id }) => observations.lastRecord(id) ?? []);
    const failures = records.flatMap(({ state, failedAt }) => (state === 'FAILED' ? (failedAt ?? []) : []));
    const newest = Math.max(...failures);
    if (failures.length === 0 || newest <= (this.#newestFailureProbed.get(clusterId) ?? 0)) return;
    this.#newestFailureProbed.set(clusterId, newest);
    const unseen = nodes.filter(({ id }) => (observations.lastRecord(id)?.probedAt ?? 0) < newest);
    await within(
      policy.detection.intervalMs,
      unseen.map(({ id }) => observations.probeNow(id)),
    );
  }

  #failedNodes(clusterId: string): ReadonlyMap<string, HealthRecord> {
    const { observations, watchList } = this.#options;
    return new Map(
      watchList().nodes.flatMap(({ id, clusterId: of }) => {
        const record = of === clusterId ? observations.lastRecord(id) : undefined;
        return record?.state === 'FAILED' ? [[id, record] as const] : [];
      }),
    );
  }

  /** The earliest of the times at which a cluster is to be planned. */
  #planAt(clusterId: string, at: number): void {
    const now = this.#now();
    const due = Math.min(Math.max(at, now + 10), now + LONGEST_WAIT_MS);
    const known = this.#planTimers.get(clusterId);
    if (this.#stopped || (known !== undefined && known.at <= due)) return;
    clearTimeout(known?.timer);
    const timer = setTimeout(() => this.plan(clusterId), due - now);
    this.#planTimers.set(clusterId, { at: due, timer });
  }
}

/** Until all have ended, or the time is up. */
async function within(ms: number, probes: readonly Promise<unknown>[]): Promise<void> {
  const { promise: timeUp, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([timeUp, Promise.all(probes)]);
  clearTimeout(timer);
}
