/**
 * The rounds: every watched node is probed once in its interval, at its own place in it (`spread.ts`), with a
 * bounded number of probes at once (`probe-limiter.ts`). One heap says which node is next and one timer wakes
 * it: a watched node costs its entry and nothing else. Nodes that are probed by requests which they share
 * have one place in the interval, so that a round of all of them costs those requests once.
 *
 *   heap ──due──> target(node) ──> probeModes ──> onResult ──> heap, one interval later
 *
 * A node whose probe is still running is not probed again; the rounds it misses are counted and not made up
 * for. What is watched can be set one by one (`watch`, `unwatch`) or all at once (`reconcile`, which may be
 * repeated at any time).
 */
import { withoutRetries } from './detector.ts';
import type { Detector, ProbeTarget } from './detector.ts';
import { DueHeap } from './due-heap.ts';
import { probeModes } from './probe-node.ts';
import type { ModeVerdict, AttemptLimiter } from './probe-node.ts';
import { ProbeLimiter, defaultProbeLimits } from './probe-limiter.ts';
import type { ProbeLimits } from './probe-limiter.ts';
import { nextOffset } from './spread.ts';
import { StuckProbes } from './stuck-probes.ts';
import { systemTimers } from './timers.ts';
import type { Timers } from './timers.ts';

/**
 * What the rounds know of a node: little, since there may be 100,000. All nodes of a policy share one list of
 * detectors.
 */
export interface WatchedNode {
  readonly id: string;
  /** The unit that shares places; the node's own id where it has no cluster. */
  readonly clusterId: string;
  readonly intervalMs: number;
  readonly detectors: readonly Detector[];
  /**
   * Nodes with the same one are probed at the same time. Absent: the node has its own place in the interval.
   */
  readonly roundGroup?: string;
  /**
   * When to probe first, in milliseconds since 1970, for a node that should not wait for its place in the
   * interval.
   */
  readonly firstAt?: number;
}

export interface RoundsMetrics {
  /** From when a probe was due until it began, in seconds. */
  late(seconds: number): void;
  /** Rounds of a node that were skipped: its last probe still ran, or this process was suspended. */
  missed(rounds: number): void;
  probed(verdict: ModeVerdict): void;
  /** A detector that does not stop when its time is over. */
  stuck(): void;
}

/** Of a probe that has ended, in milliseconds since 1970; retries lie between. */
export interface ProbeTimes {
  readonly begunAt: number;
  readonly at: number;
  /** It was its turn; else the probe was requested (`probeNow`). */
  readonly isRound: boolean;
}

export interface RoundsOptions {
  /**
   * The node as it is now, read at each probe, so that a replaced node is never judged by its old address.
   * Null: do not probe now (it is gone, or an action works on it).
   */
  target(node: WatchedNode): ProbeTarget | null | Promise<ProbeTarget | null>;
  /**
   * Whether the node is known to have failed. Retries are there so that one bad answer does not count; once
   * the failure is known they would only multiply the load of dead nodes: the next round tries again. Absent:
   * of no node it is known.
   */
  hasFailed?(node: WatchedNode): boolean;
  /** The node is not probed again before this has returned. */
  onResult(node: WatchedNode, verdicts: readonly ModeVerdict[], when: ProbeTimes): void | Promise<void>;
  /**
   * Called while probes of a group are still to begin; what it returns, when they have begun. Absent: no
   * detector shares requests.
   */
  expectProbes?(): () => void;
  readonly log: { error(details: object, message: string): void };
  readonly metrics?: RoundsMetrics;
  readonly limits?: ProbeLimits;
  readonly timers?: Timers;
}

interface Entry {
  node: WatchedNode;
  /** On the monotonic clock: its next place in the interval. */
  placeAt: number;
  /** When it is probed next: at its place, or before it (`probeBy`). */
  dueAt: number;
  heapIndex: number;
  running: RunningProbe | null;
  /** The last probe took long: the next one takes a slow place. */
  slow: boolean;
  /** Which `reconcile` saw it last. */
  pass: number;
}

interface RunningProbe {
  readonly controller: AbortController;
  readonly ended: Promise<ProbeResult>;
  /** Requested while this one was running; starts after it. */
  next: Promise<ProbeResult> | null;
}

/**
 * Empty: the node is not watched, or was not to be probed. null: the probe met an error of Coppice's own: the
 * node could not be read, or what was found could not be recorded.
 */
export type ProbeResult = readonly ModeVerdict[] | null;

/**
 * Probes that are due soon after each other begin together, the later ones early: a wake-up for each would
 * cost a third more CPU than the probes themselves (measured with 1,000 a second). A twentieth of the
 * interval keeps them spread.
 */
const BATCH_MS = 50;
const BATCH_SHARE = 1 / 20;
/**
 * Nodes of a group are due at the same time, and may be 100,000: between so many of them the event loop
 * attends to other work.
 */
const MOST_BEGUN_AT_ONCE = 500;
/** An attempt that takes longer keeps its place for long, and belongs into the slow ones. */
const SLOW_MS = 500;
const nothing: readonly ModeVerdict[] = [];

export class Rounds {
  readonly #options: RoundsOptions;
  readonly #timers: Timers;
  readonly #limiter: ProbeLimiter;
  readonly #entries = new Map<string, Entry>();
  readonly #heap = new DueHeap<Entry>();
  readonly #stuck: StuckProbes;
  #timer: unknown = null;
  #timerAt = Infinity;
  #running = false;
  #pass = 0;
  /** To be called when the next of what is due has begun; undefined: nothing is left to begin. */
  #onRestBegun: (() => void) | undefined;

  constructor(options: RoundsOptions) {
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
    this.#limiter = new ProbeLimiter(options.limits ?? defaultProbeLimits);
    this.#stuck = new StuckProbes(() => options.metrics?.stuck());
  }

  get watched(): number {
    return this.#entries.size;
  }

  /** Attempts that are running. */
  get inFlight(): number {
    return this.#limiter.inUse;
  }

  start(): void {
    this.#running = true;
    this.#wakeForFirst();
  }

  /** Ends the running probes, whose verdicts are dropped, and waits for them. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#timers.cancel(this.#timer);
    this.#timerAt = Infinity;
    const probes = [...this.#entries.values()].flatMap((entry) => entry.running ?? []);
    for (const probe of probes) probe.controller.abort(new Error('the rounds stop'));
    await Promise.all(probes.map((probe) => probe.ended));
  }

  /** Begins to watch a node, or updates what is known of it. */
  watch(node: WatchedNode): void {
    if (!(node.intervalMs >= 1)) throw new RangeError(`interval of node ${node.id}: ${node.intervalMs} ms`);
    const known = this.#entries.get(node.id);
    if (known !== undefined) return this.#update(known, node);
    const never = { placeAt: 0, dueAt: 0, heapIndex: -1 };
    const entry: Entry = { node, ...never, running: null, slow: false, pass: this.#pass };
    this.#entries.set(node.id, entry);
    this.#plan(entry, node.firstAt ?? this.#nextOffset(node));
  }

  /** A running probe is ended and its verdict dropped. */
  unwatch(nodeId: string): void {
    const entry = this.#entries.get(nodeId);
    if (entry === undefined) return;
    this.#entries.delete(nodeId);
    this.#heap.remove(entry);
    entry.running?.controller.abort(new Error('the node is not watched any more'));
  }

  /** Watches exactly these. Safe to repeat: what did not change is not interrupted. */
  reconcile(nodes: Iterable<WatchedNode>): void {
    this.#pass += 1;
    for (const node of nodes) this.watch(node);
    for (const [id, entry] of this.#entries) if (entry.pass !== this.#pass) this.unwatch(id);
  }

  /**
   * Probes a watched node now, with a probe that begins after this call, and passes the verdicts to
   * `onResult` as well. Its place in the interval stays.
   */
  probeNow(nodeId: string): Promise<ProbeResult> {
    const entry = this.#entries.get(nodeId);
    if (entry === undefined || !this.#running) return Promise.resolve(nothing);
    if (entry.running === null) return this.#begin(entry, this.#timers.now(), false);
    entry.running.next ??= entry.running.ended.then(() => this.probeNow(nodeId));
    return entry.running.next;
  }

  /**
   * Probes a watched node once more at this time, and not before it, unless its place in the interval comes
   * first. The place stays.
   * @param wallTime in milliseconds since 1970.
   */
  probeBy(nodeId: string, wallTime: number): void {
    const entry = this.#entries.get(nodeId);
    if (entry === undefined) return;
    const dueAt = this.#onMonotonicClock(wallTime) + mostEarlyMs(entry);
    if (dueAt >= entry.dueAt) return;
    entry.dueAt = dueAt;
    this.#heap.put(entry);
    if (this.#running) this.#wakeForFirst();
  }

  #update(entry: Entry, node: WatchedNode): void {
    const { intervalMs, roundGroup } = entry.node;
    const moved = intervalMs !== node.intervalMs || roundGroup !== node.roundGroup;
    entry.node = node;
    entry.pass = this.#pass;
    if (moved) this.#plan(entry, this.#nextOffset(node));
  }

  #nextOffset(node: WatchedNode): number {
    return nextOffset(node.roundGroup ?? node.id, node.intervalMs, this.#timers.wall());
  }

  /** Puts the entry where its wall-clock time is on the monotonic clock. */
  #plan(entry: Entry, wallTime: number): void {
    entry.placeAt = this.#onMonotonicClock(wallTime);
    entry.dueAt = entry.placeAt;
    this.#heap.put(entry);
    if (this.#running) this.#wakeForFirst();
  }

  #onMonotonicClock(wallTime: number): number {
    return this.#timers.now() + (wallTime - this.#timers.wall());
  }

  #wakeForFirst(): void {
    const first = this.#heap.first();
    if (first === undefined || first.dueAt >= this.#timerAt) return;
    this.#timers.cancel(this.#timer);
    this.#timerAt = first.dueAt;
    const wait = Math.max(0, Math.ceil(first.dueAt - this.#timers.now()));
    this.#timer = this.#timers.after(wait, () => this.#wake());
  }

  #wake(): void {
    this.#timerAt = Infinity;
    const now = this.#timers.now();
    let entry = this.#heap.first();
    for (let begun = 0; entry !== undefined && isDue(entry, now); begun += 1) {
      if (begun === MOST_BEGUN_AT_ONCE) break;
      this.#round(entry, now);
      entry = this.#heap.first();
    }
    this.#onRestBegun?.();
    const isRestDue = entry !== undefined && isDue(entry, now);
    this.#onRestBegun = isRestDue ? this.#options.expectProbes?.() : undefined;
    this.#wakeForFirst();
  }

  #round(entry: Entry, now: number): void {
    const { dueAt, placeAt, node } = entry;
    const isBefore = dueAt < placeAt;
    entry.dueAt = placeAt;
    if (!isBefore || isDue(entry, now)) return this.#roundAtPlace(entry, now);
    this.#heap.put(entry);
    if (entry.running === null) void this.#begin(entry, dueAt, true);
    else void this.probeNow(node.id);
  }

  #roundAtPlace(entry: Entry, now: number): void {
    const { placeAt, node } = entry;
    const passed = Math.max(0, Math.floor((now - placeAt) / node.intervalMs));
    entry.placeAt = placeAt + (passed + 1) * node.intervalMs;
    entry.dueAt = entry.placeAt;
    this.#heap.put(entry);
    const missed = passed + (entry.running === null ? 0 : 1);
    if (missed > 0) this.#options.metrics?.missed(missed);
    if (entry.running === null) void this.#begin(entry, placeAt, true);
  }

  #begin(entry: Entry, dueAt: number, isRound: boolean): Promise<ProbeResult> {
    const controller = new AbortController();
    const ended = this.#run(entry, { dueAt, isRound }, controller.signal).finally(() => {
      entry.running = null;
    });
    entry.running = { controller, ended, next: null };
    return ended;
  }

  /** Never rejects. */
  async #run(
    entry: Entry,
    { dueAt, isRound }: { readonly dueAt: number; readonly isRound: boolean },
    signal: AbortSignal,
  ): Promise<ProbeResult> {
    const { node } = entry;
    const begunAt = this.#timers.wall();
    try {
      const target = await this.#load(node);
      if (target === null || signal.aborted) return nothing;
      const verdicts = await this.#probe(entry, target, dueAt, signal);
      if (signal.aborted) return nothing;
      entry.slow = verdicts.some((one) => one.tookMs > SLOW_MS);
      for (const verdict of verdicts) this.#options.metrics?.probed(verdict);
      await this.#options.onResult(node, verdicts, { begunAt, at: this.#timers.wall(), isRound });
      return verdicts;
    } catch (error) {
      this.#options.log.error({ err: error, node: node.id }, 'a probe of a node failed');
      return null;
    }
  }

  async #load(node: WatchedNode): Promise<ProbeTarget | null> {
    const onLoaded = node.roundGroup === undefined ? undefined : this.#options.expectProbes?.();
    try {
      return await this.#options.target(node);
    } finally {
      onLoaded?.();
    }
  }

  async #probe(
    entry: Entry,
    target: ProbeTarget,
    dueAt: number,
    signal: AbortSignal,
  ): Promise<readonly ModeVerdict[]> {
    const { id, clusterId, detectors } = entry.node;
    const { ready, waiting } = this.#stuck.sort(id, detectors);
    const hasFailed = this.#options.hasFailed?.(entry.node) ?? false;
    const probed = await probeModes(target, hasFailed ? withoutRetries(ready) : ready, {
      signal,
      timers: this.#timers,
      manyNodes: true,
      limiter: this.#attemptLimiter({ clusterId, slow: entry.slow }, dueAt),
      onStuck: (detector, ended) => this.#stuck.add(id, detector, ended),
    });
    return waiting.length === 0 ? probed : [...probed, ...waiting];
  }

  /** The limiter of one probe, which reports how late its first attempt begins. */
  #attemptLimiter(permit: { clusterId: string; slow: boolean }, dueAt: number): AttemptLimiter {
    let begun = false;
    const begin = (): void => {
      if (begun) return;
      begun = true;
      this.#options.metrics?.late(Math.max(0, this.#timers.now() - dueAt) / 1000);
    };
    return {
      acquire: ({ sharesRequests = false }) => {
        const waiting = sharesRequests ? null : this.#limiter.acquire(permit);
        if (waiting !== null) return waiting.then(begin);
        begin();
        return null;
      },
      release: ({ sharesRequests = false }) => {
        if (!sharesRequests) this.#limiter.release(permit);
      },
    };
  }
}

function isDue(entry: Entry, now: number): boolean {
  return entry.dueAt <= now + mostEarlyMs(entry);
}

/** How long before its time a probe may begin, together with others. */
function mostEarlyMs({ node }: Entry): number {
  return Math.min(BATCH_MS, node.intervalMs * BATCH_SHARE);
}
