import { describe, expect, test } from 'vitest';
import type { Verdict } from '../domain/verdict.ts';
import type { Detector, ProbeTarget } from './detector.ts';
import type { ModeVerdict } from './probe-node.ts';
import { Rounds } from './rounds.ts';
import type { RoundsOptions, WatchedNode } from './rounds.ts';
import { VirtualTimers } from '../../test/support/virtual-timers.ts';

const healthy: Verdict = { health: 'healthy', reason: 'fine' };
const unhealthy: Verdict = { health: 'unhealthy', failure: 'PROCESS_EXITED', reason: 'gone' };

interface Seen {
  readonly id: string;
  readonly at: number;
  readonly verdicts: readonly ModeVerdict[];
}

/**
 * Rounds over nodes that answer as `answers` says, `after` that many milliseconds; never, for a node that
 * hangs.
 */
class World {
  readonly timers = new VirtualTimers();
  readonly seen: Seen[] = [];
  readonly begun: { readonly id: string; readonly at: number }[] = [];
  readonly late: number[] = [];
  readonly errors: unknown[] = [];
  readonly hangs = new Set<string>();
  readonly deaf = new Set<string>();
  answer: (id: string) => Verdict = () => healthy;
  afterMs = 5;
  running = 0;
  mostRunning = 0;
  missed = 0;
  stuck = 0;
  readonly rounds: Rounds;

  constructor(options: Partial<RoundsOptions> = {}) {
    this.rounds = new Rounds({
      target: (node) => ({ node: { id: node.id } }) as ProbeTarget,
      onResult: (node, verdicts, { at }) => void this.seen.push({ id: node.id, at, verdicts }),
      log: { error: (details) => this.errors.push(details) },
      metrics: {
        late: (seconds) => this.late.push(seconds),
        missed: (count) => (this.missed += count),
        probed: () => {},
        stuck: () => (this.stuck += 1),
      },
      timers: this.timers,
      ...options,
    });
  }

  detector(changes: Partial<Detector> = {}): Detector {
    return {
      mode: 'NODE_STATUS_POLLING',
      name: changes.mode ?? 'NODE_STATUS_POLLING',
      attempts: 1,
      retryIntervalMs: 0,
      timeoutMs: 1000,
      probe: ({ node }, signal) => this.#probe(node.id, signal),
      ...changes,
    };
  }

  nodes(count: number, intervalMs: number, detectors = [this.detector()], clusterId = 'c'): WatchedNode[] {
    return Array.from({ length: count }, (_, index) => ({
      id: `${clusterId}-node-${index}`,
      clusterId,
      intervalMs,
      detectors,
    }));
  }

  watch(nodes: readonly WatchedNode[]): void {
    this.rounds.reconcile(nodes);
    this.rounds.start();
  }

  looksAt(id: string): number[] {
    return this.begun.filter((one) => one.id === id).map((one) => one.at);
  }

  async #probe(id: string, signal: AbortSignal): Promise<Verdict> {
    this.begun.push({ id, at: this.timers.wall() });
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    try {
      return await this.#reply(id, signal);
    } finally {
      this.running -= 1;
    }
  }

  #reply(id: string, signal: AbortSignal): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      if (this.deaf.has(id)) return;
      signal.addEventListener('abort', () => reject(signal.reason));
      if (!this.hangs.has(id)) this.timers.after(this.afterMs, () => resolve(this.answer(id)));
    });
  }
}

/** How many fall into each tenth of the interval. */
function tenths(times: readonly number[], intervalMs: number): number[] {
  const counts = Array.from({ length: 10 }, () => 0);
  for (const time of times) {
    const tenth = Math.floor(((time % intervalMs) / intervalMs) * 10);
    counts[tenth] = (counts[tenth] ?? 0) + 1;
  }
  return counts;
}

describe('the spread', () => {
  test('every node is looked at once in every interval, evenly over it', async () => {
    const world = new World();
    world.watch(world.nodes(500, 10_000));
    await world.timers.advance(30_000);
    expect(world.begun.length).toBe(1500);
    for (const count of tenths(
      world.begun.map((one) => one.at),
      10_000,
    )) {
      expect(count).toBeGreaterThan(90);
      expect(count).toBeLessThan(210);
    }
    expect(Math.max(...world.late)).toBeLessThanOrEqual(0.005);
    expect(world.missed).toBe(0);
  });

  test('the nodes of a group are probed at one time, which is the same after a restart', async () => {
    const worlds = [new World(), new World()];
    await worlds[1]?.timers.advance(7_321);
    const places = new Set<number>();
    for (const world of worlds) {
      const nodes = [...world.nodes(1200, 10_000), ...world.nodes(300, 10_000, [world.detector()], 'd')];
      world.watch(nodes.map((node) => ({ ...node, roundGroup: 'all servers' })));
      await world.timers.advance(10_000);
      expect(world.begun.length).toBe(1500);
      const times = world.begun.map(({ at }) => at);
      expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(50);
      places.add(Math.round((Math.min(...times) % 10_000) / 100));
    }
    expect(places.size).toBe(1);
  });

  test('while nodes of a group are still to be probed, more probes are expected', async () => {
    let expected = 0;
    const whenBegun: number[] = [];
    const world = new World({
      expectProbes: () => {
        expected += 1;
        return () => (expected -= 1);
      },
    });
    const detector = world.detector({
      probe: () => {
        whenBegun.push(expected);
        return Promise.resolve(healthy);
      },
    });
    world.watch(world.nodes(1200, 10_000, [detector]).map((node) => ({ ...node, roundGroup: 'g' })));
    await world.timers.advance(10_000);
    expect(whenBegun.length).toBe(1200);
    // 500 at once: none of the first two parts begins without the rest being expected.
    expect(Math.min(...whenBegun.slice(0, 1000))).toBeGreaterThan(0);
    expect(expected).toBe(0);
  });

  test('a restart finds each node at its old place in the interval', async () => {
    const first = new World();
    const second = new World();
    await second.timers.advance(7_321);
    for (const world of [first, second]) {
      world.watch(world.nodes(20, 10_000));
      await world.timers.advance(10_000);
    }
    for (const { id, at } of first.begun) {
      const again = second.looksAt(id)[0] ?? 0;
      expect(Math.abs((again % 10_000) - (at % 10_000))).toBeLessThanOrEqual(6);
    }
  });

  test('a clock that is set back does not stop the rounds', async () => {
    const world = new World();
    world.watch(world.nodes(5, 1000));
    await world.timers.advance(2000);
    world.timers.setWall(-3_600_000);
    await world.timers.advance(2000);
    expect(world.begun.length).toBe(20);
  });

  test('a node may ask to be looked at sooner the first time', async () => {
    const world = new World();
    const [node] = world.nodes(1, 60_000);
    world.watch(node === undefined ? [] : [{ ...node, firstAt: world.timers.wall() + 100 }]);
    await world.timers.advance(200);
    expect(world.begun.length).toBe(1);
  });

  test('after a standstill each node is looked at once, and what passed is counted', async () => {
    const world = new World();
    world.watch(world.nodes(10, 1000));
    await world.timers.advance(1000);
    await world.timers.standStill(5_000);
    await world.timers.advance(20);
    expect(world.begun.length).toBe(20);
    expect(world.missed).toBeGreaterThanOrEqual(40);
    expect(Math.max(...world.late)).toBeGreaterThan(4);
  });
});

describe('nodes that hang', () => {
  test('one in twenty does not delay the others, with few places', async () => {
    const world = new World({ limits: { total: 8, perCluster: 8 } });
    const nodes = world.nodes(200, 1000);
    for (const node of nodes.filter((_, index) => index % 20 === 0)) world.hangs.add(node.id);
    world.watch(nodes);
    await world.timers.advance(3000);
    world.begun.length = 0;
    await world.timers.advance(10_000);
    for (const node of nodes.filter((one) => !world.hangs.has(one.id))) {
      const times = world.looksAt(node.id);
      expect(times.length).toBe(10);
      const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
      expect(Math.max(...gaps)).toBeLessThanOrEqual(1050);
    }
    const hanging = [...world.hangs].map((id) => world.looksAt(id).length);
    expect(Math.min(...hanging), 'and they are still looked at').toBeGreaterThan(2);
  });

  test('are not looked at again while a look runs', async () => {
    const world = new World();
    const nodes = world.nodes(1, 300);
    world.hangs.add('c-node-0');
    world.watch(nodes);
    await world.timers.advance(3000);
    expect(world.mostRunning).toBe(1);
    expect(world.begun.length).toBeLessThanOrEqual(3);
    expect(world.missed).toBeGreaterThan(4);
  });

  test('are unknown once their time is over', async () => {
    const world = new World();
    world.hangs.add('c-node-0');
    world.watch(world.nodes(1, 5000));
    await world.timers.advance(6100);
    expect(world.seen[0]?.verdicts[0]?.verdict).toEqual({
      health: 'unknown',
      reason: 'no answer within 1 s',
    });
  });

  test('in a detector that does not stop are left behind once, and give their place back', async () => {
    const world = new World({ limits: { total: 1, perCluster: 1 } });
    world.deaf.add('c-node-0');
    world.watch(world.nodes(2, 5000));
    await world.timers.advance(30_000);
    expect(world.looksAt('c-node-0').length).toBe(1);
    expect(world.looksAt('c-node-1').length).toBeGreaterThanOrEqual(5);
    expect(world.stuck).toBe(1);
    const verdicts = world.seen.filter((one) => one.id === 'c-node-0').map((one) => one.verdicts[0]?.verdict);
    expect(verdicts.length).toBeGreaterThanOrEqual(5);
    expect(verdicts.at(-1)).toEqual({
      health: 'unknown',
      reason: 'could not probe: an earlier probe has still not ended',
    });
  });

  test('for want of our own time get it once more', async () => {
    const world = new World();
    // The answer is there during the standstill, and is read only after the timer that came due before it.
    world.afterMs = 1100;
    world.watch(world.nodes(1, 60_000));
    while (world.running === 0) await world.timers.advance(10);
    await world.timers.standStill(5000);
    expect(world.seen[0]?.verdicts[0]?.verdict).toEqual(healthy);
  });
});

describe('the bounds', () => {
  test('do not hold for probes that share requests, nor do those make a node slow', async () => {
    const world = new World({ limits: { total: 1, perCluster: 1 } });
    const requested = new Set<string>();
    const detector = world.detector({
      probe: () => Promise.reject(new Error('a round asks for no single node')),
      shared: () => ({
        sharesRequests: true,
        timeoutMs: 5000,
        probe({ node }, signal) {
          requested.add(node.id);
          return new Promise((resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error));
            // All wait for the last one, as for one listing.
            if (requested.size === 40) world.timers.after(2000, () => resolveAll());
            world.timers.after(4000, () => resolve(unhealthy));
            waiting.push(() => resolve(healthy));
          });
        },
      }),
    });
    const waiting: (() => void)[] = [];
    const resolveAll = (): void => waiting.forEach((resolve) => resolve());
    world.watch(world.nodes(40, 10_000, [detector]).map((node) => ({ ...node, roundGroup: 'g' })));
    await world.timers.advance(14_000);
    expect(world.seen.slice(0, 40).map(({ verdicts }) => verdicts[0])).toEqual(
      Array.from({ length: 40 }, () => expect.objectContaining({ verdict: healthy, tookMs: 0 }) as unknown),
    );
  });

  test('never more looks at once than places, and never more than a cluster may have', async () => {
    const world = new World({ limits: { total: 10, perCluster: 6 } });
    world.afterMs = 100;
    const large = { running: 0, most: 0 };
    const counting = world.detector();
    world.watch([
      ...world.nodes(
        300,
        1000,
        [
          {
            ...counting,
            async probe(target, signal) {
              large.running += 1;
              large.most = Math.max(large.most, large.running);
              try {
                return await counting.probe(target, signal);
              } finally {
                large.running -= 1;
              }
            },
          },
        ],
        'large',
      ),
      ...world.nodes(5, 1000, [counting], 'small'),
    ]);
    await world.timers.advance(5000);
    expect(world.mostRunning).toBeLessThanOrEqual(10);
    expect(large.most).toBe(6);
    expect(world.looksAt('small-node-0').length, 'a small cluster does not wait for a large one').toBe(5);
    expect(Math.max(...world.late), 'and lateness is measured').toBeGreaterThan(0.5);
  });

  test('a node that is known to have failed is tried once a round', async () => {
    const known = new Set<string>();
    const world = new World({ hasFailed: ({ id }) => known.has(id) });
    world.answer = () => unhealthy;
    world.watch(world.nodes(1, 5000, [world.detector({ attempts: 4, retryIntervalMs: 100 })]));
    await world.timers.advance(5000);
    expect(world.seen[0]?.verdicts[0]).toMatchObject({ verdict: unhealthy, attempts: 4 });
    known.add('c-node-0');
    world.begun.length = 0;
    await world.timers.advance(50_000);
    expect(world.begun.length).toBe(10);
  });

  test('dead nodes do not crowd each other out: a thousand that hang are each tried within two rounds', async () => {
    const world = new World({ hasFailed: () => true });
    const nodes = world.nodes(1000, 5000, [world.detector({ attempts: 4, retryIntervalMs: 3000 })]);
    for (const { id } of nodes) world.hangs.add(id);
    world.watch(nodes);
    await world.timers.advance(30_000);
    world.begun.length = 0;
    await world.timers.advance(10_000);
    expect(new Set(world.begun.map(({ id }) => id)).size).toBe(1000);
  });

  test('a wait between two attempts holds no place', async () => {
    const world = new World({ limits: { total: 1, perCluster: 1 } });
    world.answer = (id) => (id === 'c-node-0' ? unhealthy : healthy);
    world.watch(world.nodes(20, 5000, [world.detector({ attempts: 3, retryIntervalMs: 2000 })]));
    await world.timers.advance(15_000);
    const failed = world.seen.find((one) => one.id === 'c-node-0');
    expect(failed?.verdicts[0]).toMatchObject({ verdict: unhealthy, attempts: 3 });
    for (let index = 1; index < 20; index += 1) expect(world.looksAt(`c-node-${index}`).length).toBe(3);
    expect(Math.max(...world.late)).toBeLessThan(0.3);
  });
});

describe('results', () => {
  test('an onResult that throws is logged, and the rounds go on', async () => {
    const world = new World({
      onResult: async () => {
        throw new Error('the database is away');
      },
    });
    world.watch(world.nodes(3, 1000));
    await world.timers.advance(3000);
    expect(world.begun.length).toBe(9);
    expect(world.errors.length).toBeGreaterThanOrEqual(8);
  });

  test('a detector or target that throws is unknown or logged, never the end', async () => {
    const world = new World({
      target: ({ id }) => {
        if (id === 'c-node-0') throw new Error('no such row');
        return { node: { id } } as ProbeTarget;
      },
    });
    const broken = world.detector({
      probe: () => {
        throw new Error('broken');
      },
    });
    world.watch(world.nodes(2, 1000, [broken, world.detector({ mode: 'NODE_STATUS_POLL_URL' })]));
    await world.timers.advance(2100);
    expect(world.errors.length).toBeGreaterThanOrEqual(2);
    expect(world.seen[0]?.verdicts.map((one) => one.verdict)).toEqual([
      { health: 'unknown', reason: 'could not probe: broken' },
      healthy,
    ]);
  });

  test('a node without a target is passed over', async () => {
    const world = new World({ target: () => null });
    world.watch(world.nodes(2, 1000));
    await world.timers.advance(2000);
    expect(world.seen).toEqual([]);
    expect(world.errors).toEqual([]);
  });
});

describe('what is watched', () => {
  test('reconcile adds, removes and changes, and may be repeated', async () => {
    const world = new World();
    const nodes = world.nodes(4, 1000);
    world.watch(nodes.slice(0, 3));
    for (let pass = 0; pass < 10; pass += 1) {
      world.rounds.reconcile(nodes.slice(0, 3));
      await world.timers.advance(300);
    }
    expect(world.begun.length).toBe(9);
    world.rounds.reconcile(nodes.slice(1).map((node) => ({ ...node, intervalMs: 500 })));
    world.begun.length = 0;
    await world.timers.advance(2000);
    expect(world.rounds.watched).toBe(3);
    expect(world.looksAt('c-node-0')).toEqual([]);
    expect(world.looksAt('c-node-3').length).toBe(4);
  });

  test('the verdict of a node that is not watched any more is dropped', async () => {
    const world = new World();
    world.afterMs = 500;
    world.watch(world.nodes(1, 1000));
    while (world.running === 0) await world.timers.advance(10);
    world.rounds.unwatch('c-node-0');
    await world.timers.advance(2000);
    expect(world.seen).toEqual([]);
    expect(world.running).toBe(0);
    expect(world.timers.pending).toBe(0);
  });

  test('probeNow looks at once; during a look, with another one after it', async () => {
    const world = new World();
    world.watch(world.nodes(1, 60_000));
    const first = world.rounds.probeNow('c-node-0');
    const second = world.rounds.probeNow('c-node-0');
    await world.timers.advance(50);
    expect((await first)?.[0]?.verdict).toEqual(healthy);
    expect((await second)?.[0]?.verdict).toEqual(healthy);
    expect(world.begun.length).toBe(2);
    expect(world.mostRunning).toBe(1);
    expect(world.seen.length).toBe(2);
    expect(await world.rounds.probeNow('unknown')).toEqual([]);
  });

  test.each([
    ['the node cannot be read', { target: () => Promise.reject(new Error('the database is away')) }],
    ['the result is not taken', { onResult: () => Promise.reject(new Error('the database is away')) }],
  ])('probeNow says where %s', async (_what, options: Partial<RoundsOptions>) => {
    const world = new World(options);
    world.watch(world.nodes(1, 60_000));
    const probe = world.rounds.probeNow('c-node-0');
    await world.timers.advance(50);
    expect(await probe).toBeNull();
    expect(world.errors).toHaveLength(1);
  });

  test('whether a probe was a round is told with its result', async () => {
    const told: boolean[] = [];
    const world = new World({ onResult: (_node, _verdicts, { isRound }) => void told.push(isRound) });
    world.watch(world.nodes(1, 60_000));
    void world.rounds.probeNow('c-node-0');
    await world.timers.advance(60_000);
    expect(told).toEqual([false, true]);
  });

  test('probeBy looks once more, not before its time, and the place in the interval stays', async () => {
    const world = new World();
    world.watch(world.nodes(1, 600_000));
    await world.timers.advance(600_000);
    const place = world.looksAt('c-node-0')[0] ?? 0;
    await world.timers.advance(place + 600_000 - world.timers.wall() - 300_000);
    const at = place + 400_000;
    world.rounds.probeBy('c-node-0', at);
    // The one that comes first counts: that at its place makes this one needless.
    world.rounds.probeBy('c-node-0', place + 600_010);
    await world.timers.advance(600_000);
    const [, extra = 0, next = 0, ...more] = world.looksAt('c-node-0');
    expect(extra).toBeGreaterThanOrEqual(at);
    expect(extra).toBeLessThanOrEqual(at + 100);
    expect(Math.abs(next - place - 600_000)).toBeLessThanOrEqual(50);
    expect(more).toEqual([]);
    expect(world.missed).toBe(0);
    world.rounds.probeBy('unknown', at);
  });

  test('probeBy at a time that is over looks at once, also during a look', async () => {
    const world = new World();
    world.watch(world.nodes(1, 600_000));
    void world.rounds.probeNow('c-node-0');
    world.rounds.probeBy('c-node-0', world.timers.wall() - 1);
    await world.timers.advance(100);
    expect(world.begun.length).toBe(2);
    expect(world.mostRunning).toBe(1);
  });

  test('stop ends running looks and leaves no timer', async () => {
    const world = new World();
    world.hangs.add('c-node-0');
    world.watch(world.nodes(3, 1000));
    while (world.running === 0) await world.timers.advance(10);
    const stopped = world.rounds.stop();
    await world.timers.advance(0);
    await stopped;
    const { length } = world.begun;
    await world.timers.advance(5000);
    expect(world.begun.length).toBe(length);
    expect(world.running).toBe(0);
  });
});
