/**
 * Observes the nodes that are watched: runs the rounds of probes, turns their verdicts into health records,
 * and writes a record where it has changed. The planning loop is notified of the cluster;
 * nothing is decided here.
 *
 *     watch list -> rounds -> probe -> classify -> write (only what changed) -> onChange(cluster)
 */
import type { Node } from '../domain/model.ts';
import { changedAt, recordSince } from '../clusters/current-health.ts';
import { managerOf } from '../clusters/managed-node.ts';
import type { ProbeTarget } from '../health/detector.ts';
import type { ProbeLimits } from '../health/probe-limiter.ts';
import type { ModeVerdict } from '../health/probe-node.ts';
import { Rounds, type ProbeTimes, type RoundsMetrics, type WatchedNode } from '../health/rounds.ts';
import type { DetectionModeType } from '../domain/health-policy.ts';
import type { ChangedNodes } from '../profiles/node-events.ts';
import { typeName, type ProfileType } from '../profiles/profile-type.ts';
import type { ProfileTypes } from '../profiles/registry.ts';
import { classifyHealth, isInGrace } from '../recovery/classify-health.ts';
import type { HealthRecord, HealthState } from '../domain/health-record.ts';
import { healthOfNodes, saveNodeHealth } from '../store/node-health.ts';
import { getNode, nodesOfPhysicalIds } from '../store/nodes.ts';
import { getProfile } from '../store/profiles.ts';
import type { Store } from '../store/store.ts';
import type { ClusterLeases } from './cluster-leases.ts';
import { EventProbes } from './event-probes.ts';
import { Freshness } from './freshness.ts';
import { NodeReads } from './node-reads.ts';
import { emptyWatchList, type WatchList } from './watch-list.ts';

export interface ObserverOptions {
  readonly store: Store;
  readonly leases: Pick<ClusterLeases, 'write'>;
  readonly profileTypes: ProfileTypes;
  readonly now: () => number;
  readonly log: {
    error(details: object, message: string): void;
    info(details: object, message: string): void;
  };
  readonly metrics?: RoundsMetrics;
  readonly limits?: ProbeLimits;
  /** A round found that a node has failed which wants events, and was healthy at its last probe. */
  readonly onFoundByPolling?: (failureClass: string) => void;
  /** A node of this cluster was found to be different, or its status says something else than its health. */
  readonly onChange: (clusterId: string) => void;
}

/** Statuses in which a node is being worked on: what a probe would see is not the node's own doing. */
const busy: ReadonlySet<Node['status']> = new Set([
  'INIT',
  'CREATING',
  'UPDATING',
  'DELETING',
  'RECOVERING',
  'OPERATING',
]);

export class Observer {
  readonly #options: ObserverOptions;
  readonly #store: Store;
  readonly #now: () => number;
  readonly #rounds: Rounds;
  readonly #records = new Map<string, HealthRecord>();
  /** What is written of each node: a change is what differs from it. */
  readonly #written = new Map<string, HealthRecord>();
  /** When each node was last changed, and its status, as of its last probe. */
  readonly #found = new Map<string, { readonly changedAt: number; readonly status: Node['status'] }>();
  readonly #managers = new Map<string, ReturnType<typeof managerOf>>();
  readonly #nodes: NodeReads;
  readonly #freshness = new Freshness();
  readonly #eventProbes: EventProbes;
  /** Where events come from, while a policy wants them. */
  #eventSources: readonly { stop(): void }[] = [];
  #list: WatchList = emptyWatchList;
  #stopped = false;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#now = options.now;
    this.#nodes = new NodeReads(options.store);
    this.#eventProbes = new EventProbes({
      nodesOf: (physicalIds) => nodesOfPhysicalIds(this.#store.db, physicalIds),
      isWanted: (nodeId) => !this.#stopped && this.#list.wantingEvents.has(nodeId),
      probe: (nodeId) => this.#probeAfterEvent(nodeId),
      expectProbes: () => this.#expectProbes(),
      log: options.log,
    });
    this.#rounds = new Rounds({
      target: (node) => this.#target(node),
      hasFailed: (node) => this.#records.get(node.id)?.state === 'FAILED',
      onResult: (node, verdicts, when) => this.#recordProbe(node, verdicts, when),
      expectProbes: () => this.#expectProbes(),
      log: options.log,
      ...(options.metrics === undefined ? {} : { metrics: options.metrics }),
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    });
  }

  start(): void {
    this.#rounds.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#listenToEvents(false);
    this.#eventProbes.stop();
    await this.#rounds.stop();
  }

  /** From now on these nodes are watched, and no others. */
  async watch(list: WatchList): Promise<void> {
    const before = this.#list.wantingEvents;
    this.#list = list;
    this.#managers.clear();
    this.#freshness.watch(list.nodes, this.#now());
    const loaded = await this.#loadRecords();
    this.#rounds.reconcile(list.nodes);
    // It may have ended while no process watched the node.
    for (const [id, record] of loaded) this.#probeAtEndOfGrace(id, record);
    this.#listenToEvents(list.wantingEvents.size > 0);
    // Nothing says what happened to them before; and where events come, intervals may be long.
    const unknown = [...list.wantingEvents].filter((id) => !before.has(id));
    if (unknown.length > 0) void this.#eventProbes.probe(unknown);
  }

  /**
   * What the last probe made of the node, whether it changed anything or not; undefined: it is not watched
   * here.
   */
  lastRecord(nodeId: string): HealthRecord | undefined {
    return this.#records.get(nodeId);
  }

  /** Why what is recorded of the node is not how the node is; null: it is, or it is not watched here. */
  outdatedBecause(nodeId: string): string | null {
    return this.#freshness.outdatedBecause(nodeId, this.#now());
  }

  /** How many records do not say how their nodes are, by what they say. */
  countOutdated(): ReadonlyMap<HealthState, number> {
    return this.#freshness.countOutdated(this.#now(), (id) => this.#written.get(id)?.state);
  }

  async probeNow(nodeId: string): Promise<void> {
    await this.#rounds.probeNow(nodeId);
  }

  /**
   * A recovery that has verified its node writes that it is healthy; an older probe does not outlive that.
   */
  adopt(id: string, written: HealthRecord): void {
    this.#written.set(id, written);
    if (written.probedAt > (this.#records.get(id)?.probedAt ?? 0)) this.#records.set(id, written);
  }

  #expectProbes(): () => void {
    const shared = this.#options.profileTypes.all.flatMap(({ sharedProbes }) => sharedProbes ?? []);
    const onBegun = shared.map((probes) => probes.expectMore());
    return () => onBegun.forEach((call) => call());
  }

  #listenToEvents(wanted: boolean): void {
    if (wanted === this.#eventSources.length > 0) return;
    for (const source of this.#eventSources) source.stop();
    const { all } = this.#options.profileTypes;
    this.#eventSources = wanted
      ? all.flatMap((type) => type.events?.({ changed: (what) => this.#onNodeEvent(type, what) }) ?? [])
      : [];
  }

  /** An event says nothing of a node but that it is time to probe it. */
  async #onNodeEvent(type: ProfileType, what: ChangedNodes): Promise<void> {
    if (typeof what === 'object' && 'physicalId' in what)
      return await this.#eventProbes.changedPhysical(what.physicalId);
    const ids = typeof what === 'object' && 'nodeId' in what ? [what.nodeId] : this.#nodesOf(type, what);
    await this.#eventProbes.probe(ids);
  }

  #nodesOf(type: ProfileType, what: 'ALL' | { readonly mode: DetectionModeType }): string[] {
    const isMeant = ({ clusterId, detectors }: WatchedNode): boolean =>
      this.#list.clusters.get(clusterId)?.profileType === typeName(type) &&
      (what === 'ALL' || detectors.some(({ mode }) => mode === what.mode));
    return this.#list.nodes.filter(isMeant).map(({ id }) => id);
  }

  /** @returns false: the node could not be read, or what was found could not be recorded. */
  async #probeAfterEvent(nodeId: string): Promise<boolean> {
    return (await this.#rounds.probeNow(nodeId)) !== null;
  }

  /** With long intervals the next round may come minutes later. */
  #probeAtEndOfGrace(nodeId: string, record: HealthRecord): void {
    if (isInGrace(record)) this.#rounds.probeBy(nodeId, record.probeAgainAt);
  }

  /**
   * What was known before a restart is known again: a count of failures continues, a confirmed failure stays
   * one.
   * @returns what was not known here until now.
   */
  async #loadRecords(): Promise<ReadonlyMap<string, HealthRecord>> {
    const watched = new Set(this.#list.nodes.map((node) => node.id));
    for (const map of [this.#records, this.#written, this.#found]) {
      for (const id of map.keys()) if (!watched.has(id)) map.delete(id);
    }
    const unknown = [...watched].filter((id) => !this.#records.has(id));
    const stored = await healthOfNodes(this.#store.db, unknown);
    for (const [id, record] of stored) this.adopt(id, record);
    return stored;
  }

  /**
   * The node as it is now; null while it is being worked on. The probes that begin together read the database
   * once.
   */
  async #target(watched: WatchedNode): Promise<ProbeTarget | null> {
    const node = await this.#nodes.read(watched.id);
    if (node === undefined) return null;
    if (busy.has(node.status)) {
      this.#freshness.attended(node.id, this.#now());
      return null;
    }
    const managed = await this.#manager(node.profileId);
    if (managed === undefined) return null;
    this.#found.set(node.id, { changedAt: changedAt(node, this.#now()), status: node.status });
    const cluster = this.#list.clusters.get(watched.clusterId);
    const { type, facts } = managed(node, cluster && { name: cluster.clusterName });
    return { node: facts, profile: type };
  }

  /**
   * A profile's spec never changes, so that it is read once between two reloads.
   * @returns undefined: there is no such profile.
   */
  async #manager(profileId: string): Promise<ReturnType<typeof managerOf> | undefined> {
    const known = this.#managers.get(profileId);
    if (known !== undefined) return known;
    const profile = await getProfile(this.#store.db, profileId);
    if (profile === undefined) return undefined;
    const manager = managerOf(this.#options, profile);
    this.#managers.set(profileId, manager);
    return manager;
  }

  async #recordProbe(
    watched: WatchedNode,
    verdicts: readonly ModeVerdict[],
    { at, begunAt, isRound }: ProbeTimes,
  ): Promise<void> {
    const cluster = this.#list.clusters.get(watched.clusterId);
    const found = this.#found.get(watched.id);
    if (cluster === undefined || found === undefined) return;
    const changed = found.changedAt;
    const before = recordSince(changed, this.#records.get(watched.id));
    const { detection, mode } = cluster.policy;
    const record = classifyHealth({ record: before, verdicts, detection, changedAt: changed, now: at });
    const hasChanged = isChange(recordSince(changed, this.#written.get(watched.id)), record);
    if (hasChanged && !(await this.#write(watched, record, begunAt))) return;
    const isNews = before?.last === 'healthy' && record.last === 'unhealthy';
    if (isRound && isNews && record.failure !== null && this.#list.wantingEvents.has(watched.id))
      this.#options.onFoundByPolling?.(record.failure.class);
    this.#freshness.attended(watched.id, this.#now());
    this.#records.set(watched.id, record);
    this.#probeAtEndOfGrace(watched.id, record);
    // A check or an update may have said that it failed: no probe found anything new, and its status is
    // wrong.
    const isStatusWrong = record.state === 'HEALTHY' && found.status === 'ERROR' && mode === 'ENFORCE';
    if (hasChanged || isStatusWrong) this.#options.onChange(watched.clusterId);
  }

  /**
   * @returns false where the node was worked on since the probe began: what it found is no longer there; and
   * where another process has the cluster.
   */
  async #write(watched: WatchedNode, record: HealthRecord, begunAt: number): Promise<boolean> {
    const writing = this.#options.leases.write(watched.clusterId, async (tx) => {
      const node = await getNode(tx.db, watched.id);
      if (node === undefined || busy.has(node.status) || changedAt(node, this.#now()) > begunAt) return false;
      await saveNodeHealth(tx, node.id, watched.clusterId, record);
      return true;
    });
    const written = await writing.catch((error: unknown) => {
      this.#freshness.notRecorded(watched.id, record);
      throw error;
    });
    if (written === true) this.#written.set(watched.id, record);
    return written === true;
  }
}

/** The verdict of each detector, without its reason, which may differ at every probe. */
function verdictsOf({ detectors }: HealthRecord): string {
  return detectors.map(({ detector, verdict }) => `${detector} ${verdict.health}`).join();
}

/**
 * Whether a probe found something that is not written yet. A count below its threshold is written: it
 * survives a restart.
 */
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
