/**
 * Keeps clusters alive: watches what is to be watched, notes what is seen, and has the planner decide when something changed.
 *
 *     watch list -> rounds -> look -> classify -> note (only what changed) -> round of healing -> NODE_RECOVER in the queue
 *
 * Everything is started by a notice and by a timer, and takes no argument about what changed: a restart, a lost notice and
 * a second look are the normal path. It repairs nothing itself: that is the action's part.
 */
import type { Node, Profile } from '../domain/model.ts';
import { manage } from '../clusters/managed-node.ts';
import { changedAt, recordSince } from '../clusters/current-health.ts';
import type { ProfileTypes } from '../profiles/registry.ts';
import { classifyHealth, type HealthRecord } from '../recovery/classify-health.ts';
import type { HttpClient } from '../outbound/http-client.ts';
import { healthOfNodes, saveNodeHealth } from '../store/node-health.ts';
import { getNode } from '../store/nodes.ts';
import { getProfile } from '../store/profiles.ts';
import type { Store } from '../store/store.ts';
import type { ProbeTarget } from '../health/detector.ts';
import { healRound } from './heal-round.ts';
import type { ModeVerdict } from '../health/probe-node.ts';
import { Rounds, type RoundsMetrics, type WatchedNode } from '../health/rounds.ts';
import type { ProbeLimits } from '../health/probe-limiter.ts';
import {
  asAttached,
  emptyWatchList,
  loadWatchList,
  type WatchedCluster,
  type WatchList,
} from './watch-list.ts';

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

/** Statuses in which a node is being worked on: what a look would see is not the node's own doing. */
const busy: ReadonlySet<Node['status']> = new Set([
  'INIT',
  'CREATING',
  'UPDATING',
  'DELETING',
  'RECOVERING',
  'OPERATING',
]);

export class Healer {
  readonly #options: HealerOptions;
  readonly #store: Store;
  readonly #now: () => number;
  readonly #rounds: Rounds;
  readonly #records = new Map<string, HealthRecord>();
  /** What is written of each node, as far as we know: news is what differs from it. */
  readonly #written = new Map<string, HealthRecord>();
  /** When each node was last changed, and its status, as its last look found it. */
  readonly #found = new Map<string, { readonly changedAt: number; readonly status: Node['status'] }>();
  readonly #profiles = new Map<string, Profile>();
  /** Clusters with an open episode, or with failed nodes that are left for now. */
  readonly #active = new Set<string>();
  readonly #planTimers = new Map<string, { readonly at: number; readonly timer: NodeJS.Timeout }>();
  readonly #planning = new Map<string, Promise<void>>();
  /** When the newest failure of each cluster began after which all its nodes were looked at. */
  readonly #lookedAround = new Map<string, number>();
  readonly #unlisten: (() => void)[] = [];
  /** Where events come from, while a policy wants them. */
  #eventSources: readonly { stop(): void }[] = [];
  #list: WatchList = emptyWatchList;
  #reloading: Promise<void> | undefined;
  #reloadTimer: NodeJS.Timeout | undefined;
  #passTimer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: HealerOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#now = options.now ?? Date.now;
    this.#rounds = new Rounds({
      target: (node) => this.#target(node),
      hasFailed: (node) => this.#records.get(node.id)?.state === 'FAILED',
      onResult: (node, verdicts, at, begunAt) => this.#note(node, verdicts, at, begunAt),
      log: options.log,
      ...(options.metrics === undefined ? {} : { metrics: options.metrics }),
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    });
  }

  async start(): Promise<void> {
    this.#unlisten.push(this.#store.listen('watching', () => this.#reloadSoon()));
    this.#unlisten.push(this.#store.listen('recoveries', () => this.#planActiveSoon()));
    this.#passTimer = setInterval(() => this.#reloadSoon(), RELOAD_EVERY_MS);
    this.#rounds.start();
    await this.#reload();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const unlisten of this.#unlisten) unlisten();
    clearInterval(this.#passTimer);
    clearTimeout(this.#reloadTimer);
    for (const { timer } of this.#planTimers.values()) clearTimeout(timer);
    this.#hearEvents(false);
    await this.#rounds.stop();
    await this.#reloading;
    await Promise.all(this.#planning.values());
  }

  /** What the last probe made of the node, whether it was news or not; undefined: it is not watched here. */
  lastRecord(nodeId: string): HealthRecord | undefined {
    return this.#records.get(nodeId);
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
      const { db } = this.#store;
      const before = this.#list.clusters;
      this.#list = await loadWatchList(db, this.#list, { http: this.#options.http }, (error) =>
        this.#options.log.error({ err: error }, 'a health policy is left out'),
      );
      this.#profiles.clear();
      await this.#loadRecords();
      this.#rounds.reconcile(this.#list.nodes);
      this.#hearEvents(this.#list.wantingEvents.size > 0);
      // Planned once more where the policy changed, also away: what was held under it is closed.
      for (const clusterId of new Set([...before.keys(), ...this.#list.clusters.keys()])) {
        const [old, now] = [before.get(clusterId), this.#list.clusters.get(clusterId)];
        if (old?.policyId !== now?.policyId || old?.enabled !== now?.enabled) this.#plan(clusterId);
      }
    } catch (error) {
      this.#options.log.error(
        { err: error },
        'the list of what is watched could not be read; the old one stays',
      );
    }
  }

  #hearEvents(wanted: boolean): void {
    if (wanted === this.#eventSources.length > 0) return;
    for (const source of this.#eventSources) source.stop();
    const listener = { changed: (nodeId: string) => this.#heed(nodeId) };
    const { all } = this.#options.profileTypes;
    this.#eventSources = wanted ? all.flatMap((type) => type.events?.(listener) ?? []) : [];
  }

  /** An event says nothing of the node but that it is time to look. */
  #heed(nodeId: string): void {
    if (!this.#stopped && this.#list.wantingEvents.has(nodeId)) void this.#rounds.probeNow(nodeId);
  }

  /** What was known before a restart is known again: a count of failures goes on, a confirmed failure stays one. */
  async #loadRecords(): Promise<void> {
    const watched = new Set(this.#list.nodes.map((node) => node.id));
    for (const map of [this.#records, this.#written, this.#found]) {
      for (const id of map.keys()) if (!watched.has(id)) map.delete(id);
    }
    const unknown = [...watched].filter((id) => !this.#records.has(id));
    const stored = await healthOfNodes(this.#store.db, unknown);
    for (const [id, record] of stored) this.#adopt(id, record);
  }

  /** The node as it is now; null while it is being worked on. The one read of the database that each look costs. */
  async #target(watched: WatchedNode): Promise<ProbeTarget | null> {
    const node = await getNode(this.#store.db, watched.id);
    const profile = node === undefined ? undefined : await this.#profile(node.profileId);
    if (node === undefined || busy.has(node.status) || profile === undefined) return null;
    this.#found.set(node.id, { changedAt: changedAt(node, this.#now()), status: node.status });
    const cluster = this.#list.clusters.get(watched.clusterId);
    const { type, facts } = manage(
      node,
      cluster && { name: cluster.clusterName },
      profile,
      this.#options.profileTypes,
    );
    return { node: facts, profile: type };
  }

  /** A profile's spec never changes, so that it is read once between two reloads. */
  async #profile(id: string): Promise<Profile | undefined> {
    const known = this.#profiles.get(id) ?? (await getProfile(this.#store.db, id));
    if (known !== undefined) this.#profiles.set(id, known);
    return known;
  }

  async #note(
    watched: WatchedNode,
    verdicts: readonly ModeVerdict[],
    at: number,
    begunAt: number,
  ): Promise<void> {
    const cluster = this.#list.clusters.get(watched.clusterId);
    const found = this.#found.get(watched.id);
    if (cluster === undefined || found === undefined) return;
    const changed = found.changedAt;
    const before = recordSince(changed, this.#records.get(watched.id));
    const { detection } = cluster.policy;
    const record = classifyHealth({ record: before, verdicts, detection, changedAt: changed, now: at });
    const written = recordSince(changed, this.#written.get(watched.id));
    const news = isChange(written, record);
    if (news && !(await this.#write(watched, record, begunAt))) return;
    this.#records.set(watched.id, record);
    if (news) this.#plan(watched.clusterId);
    // Something else than a look said that it failed (a check, an update): nothing new was seen, and its status is wrong.
    if (record.state === 'HEALTHY' && found.status === 'ERROR' && cluster.policy.mode === 'ENFORCE')
      this.#plan(watched.clusterId);
  }

  /** @returns false where the node was worked on since the look began: what was seen is no longer there. */
  async #write(watched: WatchedNode, record: HealthRecord, begunAt: number): Promise<boolean> {
    const written = await this.#store.write(async (tx) => {
      const node = await getNode(tx.db, watched.id);
      if (node === undefined || busy.has(node.status) || changedAt(node, this.#now()) > begunAt) return false;
      await saveNodeHealth(tx, node.id, watched.clusterId, record);
      return true;
    });
    if (written) this.#written.set(watched.id, record);
    return written;
  }

  /** Plans a cluster now, or once more after the plan that is under way. */
  #plan(clusterId: string): void {
    clearTimeout(this.#planTimers.get(clusterId)?.timer);
    this.#planTimers.delete(clusterId);
    if (this.#stopped) return;
    const before = this.#planning.get(clusterId) ?? Promise.resolve();
    const plan = before
      .then(() => this.#planCluster(clusterId))
      .finally(() => {
        if (this.#planning.get(clusterId) === plan) this.#planning.delete(clusterId);
      });
    this.#planning.set(clusterId, plan);
  }

  async #planCluster(clusterId: string): Promise<void> {
    try {
      const watched = this.#list.clusters.get(clusterId) ?? null;
      if (watched !== null) await this.#lookAround(watched);
      const { planAgainAt, isActive, health } = await this.#store.write(async (tx) =>
        healRound(tx, clusterId, await asAttached(tx.db, watched), this.#now()),
      );
      for (const [id, record] of health) if (this.#records.has(id)) this.#adopt(id, record);
      if (isActive) this.#active.add(clusterId);
      else this.#active.delete(clusterId);
      if (planAgainAt !== null) this.#planAt(clusterId, planAgainAt);
    } catch (error) {
      this.#options.log.error(
        { err: error, cluster_id: clusterId },
        'a round of healing failed; it is tried again',
      );
      this.#planAt(clusterId, this.#now() + RELOAD_EVERY_MS);
    }
  }

  /**
   * With `max_unhealthy` a recovery starts only while few nodes are unhealthy. Looks are spread over an interval: when a switch dies, the first
   * nodes that are seen to fail would be recovered before the others are looked at. So those that were last seen before a failure began are
   * looked at before anything is planned; what takes longer than a round is not waited for.
   */
  async #lookAround({ clusterId, policy }: WatchedCluster): Promise<void> {
    if (policy.safety.maxUnhealthy === null) return;
    const nodes = this.#list.nodes.filter((node) => node.clusterId === clusterId);
    const records = nodes.flatMap(({ id }) => this.#records.get(id) ?? []);
    const failures = records.flatMap(({ state, failedAt }) => (state === 'FAILED' ? (failedAt ?? []) : []));
    const newest = Math.max(...failures);
    if (failures.length === 0 || newest <= (this.#lookedAround.get(clusterId) ?? 0)) return;
    this.#lookedAround.set(clusterId, newest);
    const unseen = nodes.filter(({ id }) => (this.#records.get(id)?.probedAt ?? 0) < newest);
    await within(
      policy.detection.intervalMs,
      unseen.map(({ id }) => this.#rounds.probeNow(id)),
    );
  }

  /** A recovery that has verified its node writes that it is well; an older look of ours does not outlive that. */
  #adopt(id: string, written: HealthRecord): void {
    this.#written.set(id, written);
    if (written.probedAt > (this.#records.get(id)?.probedAt ?? 0)) this.#records.set(id, written);
  }

  /** The earliest time that was asked for counts. */
  #planAt(clusterId: string, at: number): void {
    const now = this.#now();
    const due = Math.min(Math.max(at, now + 10), now + RELOAD_EVERY_MS);
    const known = this.#planTimers.get(clusterId);
    if (this.#stopped || (known !== undefined && known.at <= due)) return;
    clearTimeout(known?.timer);
    const timer = setTimeout(() => this.#plan(clusterId), due - now);
    this.#planTimers.set(clusterId, { at: due, timer });
  }

  /** An episode was opened, closed or given back: what is held or left may now go on. */
  #planActiveSoon(): void {
    for (const clusterId of this.#active) this.#planAt(clusterId, this.#now() + RELOAD_AFTER_MS);
  }
}

/** Until all have ended, or the time is up. */
async function within(ms: number, probes: readonly Promise<unknown>[]): Promise<void> {
  const { promise: timeUp, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([timeUp, Promise.all(probes)]);
  clearTimeout(timer);
}

/** What each detector saw, without its words, which may change at every look. */
function verdictsOf({ detectors }: HealthRecord): string {
  return detectors.map(({ detector, verdict }) => `${detector} ${verdict.health}`).join();
}

/** Whether a look says something that is not yet written down. A count below its threshold is: it survives a restart. */
function isChange(before: HealthRecord | null, now: HealthRecord): boolean {
  if (before === null) return true;
  const { state, last, failures, successes, failure } = before;
  if (state !== now.state || last !== now.last || failure?.class !== now.failure?.class) return true;
  if (verdictsOf(before) !== verdictsOf(now)) return true;
  return (
    (now.state === 'SUSPECTED' && failures !== now.failures) ||
    (now.state === 'FAILED' && successes !== now.successes)
  );
}
