/**
 * Keeps clusters alive: reads which clusters have a health policy, has their nodes observed, and plans a
 * cluster when something changed in it.
 *
 *     watch list -> observer (probe, classify, write) -> planning loop (round of healing)
 *         -> NODE_RECOVER in the queue
 *
 * Everything is started by a notice and by a timer, and takes no argument about what changed: a restart, a
 * lost notice and a second probe are the normal path. It repairs nothing itself: that is the action's part.
 */
import type { RoundsMetrics } from '../health/rounds.ts';
import type { ProbeLimits } from '../health/probe-limiter.ts';
import type { HttpClient } from '../outbound/http-client.ts';
import type { ProfileTypes } from '../profiles/registry.ts';
import type { HealthRecord } from '../recovery/classify-health.ts';
import type { Store } from '../store/store.ts';
import { Observer } from './observer.ts';
import { PlanningLoop } from './planning-loop.ts';
import { emptyWatchList, loadWatchList, type WatchList } from './watch-list.ts';

export interface HealerOptions {
  readonly store: Store;
  readonly profileTypes: ProfileTypes;
  readonly http: HttpClient;
  readonly now?: () => number;
  readonly log: {
    error(details: object, message: string): void;
    info(details: object, message: string): void;
  };
  readonly metrics?: RoundsMetrics;
  readonly limits?: ProbeLimits;
}

/** The pass behind all notices. */
const RELOAD_EVERY_MS = 10_000;
/** Creating a cluster changes the list at each node: one reload for many. */
const RELOAD_AFTER_MS = 100;

export class Healer {
  readonly #options: HealerOptions;
  readonly #store: Store;
  readonly #observer: Observer;
  readonly #planning: PlanningLoop;
  readonly #unlisten: (() => void)[] = [];
  #list: WatchList = emptyWatchList;
  #reloading: Promise<void> | undefined;
  #reloadTimer: NodeJS.Timeout | undefined;
  #passTimer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: HealerOptions) {
    const { store, now = Date.now } = options;
    this.#options = options;
    this.#store = store;
    this.#observer = new Observer({
      ...options,
      now,
      onChange: (clusterId) => this.#planning.plan(clusterId),
    });
    this.#planning = new PlanningLoop({
      store,
      now,
      log: options.log,
      observations: this.#observer,
      watchList: () => this.#list,
    });
  }

  async start(): Promise<void> {
    this.#unlisten.push(this.#store.listen('watching', () => this.#reloadSoon()));
    this.#unlisten.push(this.#store.listen('recoveries', () => this.#planning.planActiveSoon()));
    this.#passTimer = setInterval(() => this.#reloadSoon(), RELOAD_EVERY_MS);
    this.#observer.start();
    await this.#reload();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const unlisten of this.#unlisten) unlisten();
    clearInterval(this.#passTimer);
    clearTimeout(this.#reloadTimer);
    const planned = this.#planning.stop();
    await this.#observer.stop();
    await this.#reloading;
    await planned;
  }

  /**
   * What the last probe made of the node, whether it changed anything or not; undefined: it is not watched
   * here.
   */
  lastRecord(nodeId: string): HealthRecord | undefined {
    return this.#observer.lastRecord(nodeId);
  }

  #reloadSoon(): void {
    if (this.#stopped) return;
    this.#reloadTimer ??= setTimeout(() => {
      this.#reloadTimer = undefined;
      this.#reloading = (this.#reloading ?? Promise.resolve()).then(() => this.#reload());
    }, RELOAD_AFTER_MS);
  }

  async #reload(): Promise<void> {
    try {
      const before = this.#list.clusters;
      this.#list = await loadWatchList(this.#store.db, this.#list, { http: this.#options.http }, (error) =>
        this.#options.log.error({ err: error }, 'a health policy is left out'),
      );
      await this.#observer.watch(this.#list);
      // Planned once more where the policy changed, also away: what was held under it is closed.
      for (const clusterId of new Set([...before.keys(), ...this.#list.clusters.keys()])) {
        const [old, now] = [before.get(clusterId), this.#list.clusters.get(clusterId)];
        if (old?.policyId !== now?.policyId || old?.enabled !== now?.enabled) this.#planning.plan(clusterId);
      }
    } catch (error) {
      this.#options.log.error(
        { err: error },
        'the list of what is watched could not be read; the old one stays',
      );
    }
  }
}
