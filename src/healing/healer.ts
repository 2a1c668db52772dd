/**
 * Keeps clusters alive: reads which clusters have a health policy, has their nodes observed, and plans a
 * cluster when something changed in it.
 *
 *     clusters leased -> watch list -> observer (probe, classify, write)
 *         -> planning loop (round of healing) -> NODE_RECOVER in the queue
 *
 * Everything is started by a notice and by a timer, and takes no argument about what changed: a restart, a
 * lost notice and a second probe are the normal path. It repairs nothing itself: that is the action's part.
 */
import type { RoundsMetrics } from '../health/rounds.ts';
import type { ProbeLimits } from '../health/probe-limiter.ts';
import type { Membership } from '../membership/membership.ts';
import type { HttpClient } from '../outbound/http-client.ts';
import type { ProfileTypes } from '../profiles/registry.ts';
import type { HealthRecord, HealthState } from '../domain/health-record.ts';
import { regionsWithoutHost } from '../clusters/regions-without-host.ts';
import type { HostsView } from '../domain/cloud-state.ts';
import { getCluster } from '../store/clusters.ts';
import { getNodes } from '../store/nodes.ts';
import { releaseAbandonedClusters } from '../store/cluster-leases.ts';
import type { Store } from '../store/store.ts';
import { ClusterLeases } from './cluster-leases.ts';
import { Observer } from './observer.ts';
import { PlanningLoop } from './planning-loop.ts';
import { UserStops } from './user-stops.ts';
import { emptyWatchList, loadWatchList, withoutCluster, type WatchList } from './watch-list.ts';

export interface HealerOptions {
  readonly store: Store;
  /** Joined: its id owns the clusters that this process watches. */
  readonly membership: Membership;
  readonly profileTypes: ProfileTypes;
  readonly http: HttpClient;
  /** Absent: this Coppice works with no cloud. */
  readonly cloud?: HostsView | undefined;
  readonly now?: () => number;
  readonly log: {
    error(details: object, message: string): void;
    info(details: object, message: string): void;
  };
  readonly metrics?: RoundsMetrics;
  readonly limits?: ProbeLimits;
  /** A round found that a node has failed which wants events, and was healthy at its last probe. */
  readonly onFoundByPolling?: (failureClass: string) => void;
  /** Shared with requests, so that both see the same. Absent: the healer's own. */
  readonly userStops?: Pick<UserStops, 'ask'>;
}

/** The pass behind all notices. */
const RELOAD_EVERY_MS = 10_000;
/** Creating a cluster changes the list at each node: one reload for many. */
const RELOAD_AFTER_MS = 100;

export class Healer {
  readonly #options: HealerOptions;
  readonly #store: Store;
  readonly #leases: ClusterLeases;
  readonly #observer: Observer;
  readonly #planning: PlanningLoop;
  readonly #unlisten: (() => void)[] = [];
  #list: WatchList = emptyWatchList;
  /** Changes of the list follow one another. */
  #changing: Promise<void> = Promise.resolve();
  #reloadTimer: NodeJS.Timeout | undefined;
  #passTimer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: HealerOptions) {
    const { store, now = Date.now } = options;
    this.#options = options;
    this.#store = store;
    this.#leases = new ClusterLeases({
      store,
      owner: options.membership.id,
      onLost: (clusterId) => this.#lost(clusterId),
    });
    this.#observer = new Observer({
      ...options,
      now,
      leases: this.#leases,
      onChange: (clusterId) => this.#planning.plan(clusterId),
    });
    this.#planning = new PlanningLoop({
      leases: this.#leases,
      now,
      log: options.log,
      observations: this.#observer,
      watchList: () => this.#list,
      profileTypes: options.profileTypes,
      userStops: options.userStops ?? new UserStops({ ...options, now }),
      ...(options.cloud === undefined
        ? {}
        : { withoutHost: (clusterId, nodeIds) => this.#withoutHost(clusterId, nodeIds) }),
    });
  }

  async start(): Promise<void> {
    this.#unlisten.push(this.#store.listen('watching', () => this.#reloadSoon()));
    this.#unlisten.push(this.#store.listen('recoveries', () => this.#planning.planActiveSoon()));
    this.#unlisten.push(
      await this.#options.membership.subscribe(async (tx) => {
        await releaseAbandonedClusters(tx);
        return () => this.#reloadSoon();
      }),
    );
    this.#passTimer = setInterval(() => this.#reloadSoon(), RELOAD_EVERY_MS);
    this.#observer.start();
    await this.#change(() => this.#reload());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const unlisten of this.#unlisten) unlisten();
    clearInterval(this.#passTimer);
    clearTimeout(this.#reloadTimer);
    const planned = this.#planning.stop();
    await this.#observer.stop();
    await this.#changing;
    await planned;
    await this.#leases.release();
  }

  /**
   * What the last probe made of the node, whether it changed anything or not; undefined: it is not watched
   * here.
   */
  lastRecord(nodeId: string): HealthRecord | undefined {
    return this.#observer.lastRecord(nodeId);
  }

  /** Why what is recorded of the node is not how the node is; null: it is, or it is not watched here. */
  outdatedBecause(nodeId: string): string | null {
    return this.#observer.outdatedBecause(nodeId);
  }

  /** How many records do not say how their nodes are, by what they say. */
  countOutdated(): ReadonlyMap<HealthState, number> {
    return this.#observer.countOutdated();
  }

  async #withoutHost(
    clusterId: string,
    nodeIds: readonly string[],
  ): Promise<ReadonlyMap<string | null, string>> {
    const { db } = this.#store;
    const { profileTypes, cloud } = this.#options;
    if (nodeIds.length === 0) return new Map();
    const cluster = await getCluster(db, clusterId);
    if (cluster === undefined) return new Map();
    return await regionsWithoutHost({ db, profileTypes, cloud }, cluster, await getNodes(db, nodeIds));
  }

  #reloadSoon(): void {
    if (this.#stopped) return;
    this.#reloadTimer ??= setTimeout(() => {
      this.#reloadTimer = undefined;
      void this.#change(() => this.#reload());
    }, RELOAD_AFTER_MS);
  }

  #change(work: () => Promise<void>): Promise<void> {
    this.#changing = this.#changing.then(work).catch((error: unknown) => {
      this.#options.log.error(
        { err: error },
        'the list of what is watched could not be read; the old one stays',
      );
    });
    return this.#changing;
  }

  /** Another process has the cluster: it is not observed from now on. */
  #lost(clusterId: string): void {
    if (!this.#list.clusters.has(clusterId)) return;
    this.#options.log.info({ cluster_id: clusterId }, 'another process watches this cluster from now on');
    void this.#change(() => this.#watch(withoutCluster(this.#list, clusterId)));
  }

  async #watch(list: WatchList): Promise<void> {
    this.#list = list;
    await this.#observer.watch(list);
  }

  async #reload(): Promise<void> {
    const { http, log, profileTypes } = this.#options;
    const before = this.#list.clusters;
    const lease = (clusterIds: readonly string[]): Promise<ReadonlySet<string>> =>
      this.#leases.claim(clusterIds);
    const tools = { http, profileTypes, lease };
    const list = await loadWatchList(this.#store.db, this.#list, tools, (error) =>
      log.error({ err: error }, 'a health policy is left out'),
    );
    await this.#watch(list);
    // Planned again where the policy changed, also away: what was held under it is closed.
    for (const clusterId of new Set([...before.keys(), ...list.clusters.keys()])) {
      const [old, now] = [before.get(clusterId), list.clusters.get(clusterId)];
      if (old?.policyId !== now?.policyId || old?.enabled !== now?.enabled) this.#planning.plan(clusterId);
    }
  }
}
