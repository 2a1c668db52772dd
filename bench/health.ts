/**
 * 1,000 local HTTP targets, polled every second by the rounds of one process, next to a bare loop of Node's
 * HTTP client that asks the same targets at the same rate with the same kind of connection (a new one each
 * time). Run alone: `node bench/health.ts`.
 */
import http from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDetectors } from '../src/health/detector-registry.ts';
import type { ProbeTarget } from '../src/health/detector.ts';
import { HttpClient } from '../src/outbound/http-client.ts';
import { Rounds } from '../src/health/rounds.ts';
import { nextOffset } from '../src/health/spread.ts';
import type { NodeFacts } from '../src/profiles/profile-type.ts';
import { startTargets } from './targets.ts';
import { testSession } from '../test/support/session.ts';

const TARGETS = 1000;
const INTERVAL_MS = 1000;
/** The two take turns, so that a busy machine is as unkind to one as to the other. */
const TURNS = 5;
/** Whole intervals: each target is due in each as often. */
const TURN_MS = 2 * INTERVAL_MS;
const SETTLE_MS = 100;
/** Before it is measured, each has run a while: what is compared is a process that has been up for days. */
const WARM_UP_MS = 2000;

const detectors = createDetectors(
  [
    {
      type: 'NODE_STATUS_POLL_URL',
      options: {
        poll_url: 'http://127.0.0.1:{port}/health',
        poll_url_ssl_verify: true,
        poll_url_healthy_response: 'passing',
        poll_url_retry_limit: 3,
        poll_url_retry_interval: 3,
        poll_url_conn_error_as_unhealthy: true,
      },
    },
  ],
  { http: new HttpClient() },
);

interface Turn {
  /** Answers in the measured time, which the CPU time is divided by. */
  readonly checks: number;
  /**
   * Places of a target in its interval that lie in the measured time, and those that got their good answer
   * within an interval.
   */
  readonly wanted: number;
  readonly reached: number;
  readonly cpuMicros: number;
  readonly late: readonly number[];
}

export interface HealthBench {
  readonly targets: number;
  readonly wantedPerSecond: number;
  readonly reachedPerSecond: number;
  /** Checks reached / wanted; at least 0.99. */
  readonly reached: number;
  readonly cpuMicrosPerCheck: number;
  readonly bareCpuMicrosPerCheck: number;
  /** CPU time of a check next to the bare loop's; at most 1.5. */
  readonly cpuRatio: number;
  readonly lateMsP99: number;
  readonly ok: boolean;
}

export async function benchHealth(): Promise<HealthBench> {
  const targets = await startTargets(TARGETS);
  try {
    await bareTurn(targets.ports, WARM_UP_MS);
    await roundsTurn(targets.ports, WARM_UP_MS);
    const bare: Turn[] = [];
    const rounds: Turn[] = [];
    for (let turn = 0; turn < TURNS; turn += 1) {
      bare.push(await bareTurn(targets.ports, TURN_MS));
      rounds.push(await roundsTurn(targets.ports, TURN_MS));
    }
    return summarise(rounds, bare);
  } finally {
    await targets.stop();
  }
}

/** Every target once in the interval, by the rounds and the detector that the health policy uses. */
async function roundsTurn(ports: readonly number[], lengthMs: number): Promise<Turn> {
  const nodes = new Map(ports.map((port, index) => [`node-${index}`, targetOf(index, port)]));
  const goodAt = new Map<string, number[]>([...nodes.keys()].map((id) => [id, []]));
  const seen = { checks: 0, late: [] as number[] };
  const rounds = new Rounds({
    target: (node) => nodes.get(node.id) ?? null,
    onResult: (node, [answer], { at }) => {
      seen.checks += 1;
      if (answer?.verdict.health === 'healthy') goodAt.get(node.id)?.push(at);
    },
    log: { error: (details, message) => console.error(message, details) },
    metrics: { late: (late) => seen.late.push(late), missed() {}, probed() {}, stuck() {} },
  });
  rounds.reconcile(
    [...nodes.keys()].map((id) => ({ id, clusterId: 'bench', intervalMs: INTERVAL_MS, detectors })),
  );
  rounds.start();
  await sleep(SETTLE_MS);
  const since = Date.now();
  const measured = await measure(seen, lengthMs);
  const until = Date.now();
  await sleep(INTERVAL_MS);
  await rounds.stop();
  return { ...measured, ...countReached(goodAt, since, until), late: seen.late };
}

/** Each place of each target between two moments, and whether a good answer came before the next one. */
function countReached(
  goodAt: ReadonlyMap<string, readonly number[]>,
  since: number,
  until: number,
): { readonly wanted: number; readonly reached: number } {
  let [wanted, reached] = [0, 0];
  for (const [id, times] of goodAt) {
    for (let place = nextOffset(id, INTERVAL_MS, since); place < until; place += INTERVAL_MS) {
      // The rounds may be early by a twentieth of the interval.
      const from = place - INTERVAL_MS / 20;
      wanted += 1;
      if (times.some((time) => time >= from && time < from + INTERVAL_MS)) reached += 1;
    }
  }
  return { wanted, reached };
}

/** The least that asks the same: Node's client, a timer, the body read to its end. */
async function bareTurn(ports: readonly number[], lengthMs: number): Promise<Turn> {
  const seen = { checks: 0 };
  const agent = new http.Agent({ keepAlive: false });
  const ask = (port: number): void => {
    const request = http.get({ agent, hostname: '127.0.0.1', port, path: '/health' }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => {
        if (response.statusCode === 200 && body.includes('passing')) seen.checks += 1;
      });
    });
    request.on('error', () => {});
  };
  const stop = pace(ports, ask);
  await sleep(SETTLE_MS);
  const measured = await measure(seen, lengthMs);
  stop();
  await sleep(SETTLE_MS);
  return { ...measured, wanted: 0, reached: 0, late: [] };
}

/**
 * All targets in turn, spread over the interval in the steps that the rounds take too: bursts are cheaper
 * than single requests.
 */
const STEP_MS = 50;

function pace(ports: readonly number[], ask: (port: number) => void): () => void {
  const since = performance.now();
  let asked = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - since) / INTERVAL_MS) * ports.length;
    for (; asked < due; asked += 1) ask(ports[asked % ports.length] ?? 0);
  }, STEP_MS);
  return () => clearInterval(timer);
}

/** Checks and CPU time of the next milliseconds. */
async function measure(
  seen: { readonly checks: number },
  lengthMs: number,
): Promise<Pick<Turn, 'checks' | 'cpuMicros'>> {
  const before = seen.checks;
  const cpu = process.cpuUsage();
  await sleep(lengthMs);
  const used = process.cpuUsage(cpu);
  return { checks: seen.checks - before, cpuMicros: used.user + used.system };
}

function targetOf(index: number, port: number): ProbeTarget {
  const node: NodeFacts = {
    id: `node-${index}`,
    name: `node-${index}`,
    index,
    role: '',
    clusterId: 'bench',
    clusterName: 'bench',
    metadata: {},
    physicalId: 'p',
    data: {},
    properties: {},
    session: testSession,
  };
  const look = () => Promise.resolve({ health: 'unknown', reason: 'not asked' } as const);
  return { node, profile: { probe: look, endpoint: () => ({ address: '127.0.0.1', port }) } };
}

function summarise(rounds: readonly Turn[], bare: readonly Turn[]): HealthBench {
  const perSecond = (1000 / INTERVAL_MS) * TARGETS;
  const reached = total(rounds, (turn) => turn.reached) / total(rounds, (turn) => turn.wanted);
  const cpu = rounds.map((turn) => turn.cpuMicros / turn.checks);
  const bareCpu = bare.map((turn) => turn.cpuMicros / turn.checks);
  // Of each pair of turns, then the middle one: a neighbour that wakes up spoils one pair and not the answer.
  const cpuRatio = median(cpu.map((micros, index) => micros / (bareCpu[index] ?? Number.NaN)));
  const late = rounds.flatMap((turn) => turn.late);
  return {
    targets: TARGETS,
    wantedPerSecond: perSecond,
    reachedPerSecond: round(reached * perSecond, 1),
    reached: round(reached, 4),
    cpuMicrosPerCheck: round(median(cpu), 1),
    bareCpuMicrosPerCheck: round(median(bareCpu), 1),
    cpuRatio: round(cpuRatio, 3),
    lateMsP99: round(percentile(late, 0.99) * 1000, 1),
    ok: reached >= 0.99 && cpuRatio <= 1.5,
  };
}

function total(turns: readonly Turn[], of: (turn: Turn) => number): number {
  return turns.reduce((sum, turn) => sum + of(turn), 0);
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length * share)] ?? 0;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

if (import.meta.main) {
  const result = await benchHealth();
  console.table({
    'checks a second, wanted': { value: result.wantedPerSecond, target: '' },
    'checks a second, reached': { value: result.reachedPerSecond, target: '' },
    'reached / wanted': { value: result.reached, target: '>= 0.99' },
    'CPU of a check, us': { value: result.cpuMicrosPerCheck, target: '' },
    'CPU of a check, bare loop, us': { value: result.bareCpuMicrosPerCheck, target: '' },
    'CPU of a check / bare loop': { value: result.cpuRatio, target: '<= 1.5' },
    'lateness, 99th percentile, ms': { value: result.lateMsP99, target: '' },
  });
  console.log(JSON.stringify(result));
  process.exitCode = result.ok ? 0 : 1;
}
