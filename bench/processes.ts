/**
 * Many local processes at once: created, rebooted while they hang (stopped, so that each has to be killed
 * after `stop_timeout`), and deleted. What it costs Coppice is CPU time of its process, which grows with the
 * number of processes and no faster; and the API answers meanwhile.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { post, seconds, untilAction, untilStatus } from './cloud-requests.ts';
import type { Measure } from './measure.ts';
import { cpuSecondsOf, withServer, type RunningServer } from './server.ts';

const FEW = 60;
const MANY = 300;
const ASK_EVERY_MS = 20;
const spec = {
  type: 'local.process',
  version: '1.0',
  properties: { command: ['sleep', '100000'], stop_timeout: 1 },
};

interface Cost {
  readonly seconds: number;
  /** Of the server's process. */
  readonly cpuSeconds: number;
  /** How long GET /healthz took meanwhile: 99 of 100 no longer. */
  readonly healthzMs: number;
}

const kinds = ['create', 'reboot', 'delete'] as const;
type Costs = Readonly<Record<(typeof kinds)[number], Cost>>;

export async function benchProcesses(): Promise<Measure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'coppice-bench-'));
  try {
    return await withServer(directory, async (server) => {
      await post(server.url.origin, '/v1/profiles', { profile: { name: 'idle', spec } });
      await costsOf(server, 10);
      const few = await costsOf(server, FEW);
      const many = await costsOf(server, MANY);
      return kinds.flatMap((kind) => measuresOf(kind, few, many));
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function measuresOf(kind: keyof Costs, few: Costs, many: Costs): Measure[] {
  const [one, other] = [few[kind], many[kind]];
  const words = kind === 'reboot' ? 'reboot hanging processes' : `${kind} processes`;
  return [
    {
      name: `${words}: CPU time of each of ${MANY} / of ${FEW}`,
      detail: [one, other]
        .map((each) => `${each.cpuSeconds.toFixed(2)} s CPU in ${each.seconds.toFixed(1)} s`)
        .join(', '),
      value: other.cpuSeconds / MANY / (one.cpuSeconds / FEW),
      limit: { at: 'most', value: 1.5 },
    },
    {
      name: `${words}: /healthz p99 meanwhile, ms`,
      detail: `${FEW}: ${one.healthzMs.toFixed(0)}, ${MANY}: ${other.healthzMs.toFixed(0)}`,
      value: other.healthzMs,
      limit: { at: 'most', value: 100 },
    },
  ];
}

async function costsOf(server: RunningServer, size: number): Promise<Costs> {
  const url = server.url.origin;
  const name = `idle-${size}`;
  const create = await costOf(server, async () => {
    await post(url, '/v1/clusters', { cluster: { name, profile_id: 'idle', desired_capacity: size } });
    await untilStatus(url, name, 'ACTIVE');
  });
  const nodes = await nodesOf(url, name);
  // The physical id of a process begins with its number.
  for (const node of nodes) process.kill(Number.parseInt(node.physical_id, 10), 'SIGSTOP');
  const reboot = await costOf(server, async () => {
    const recover = { operation: 'REBOOT', check: false };
    const actions = nodes.map(({ id }) => post(url, `/v1/nodes/${id}/actions`, { recover }));
    for (const { action } of await Promise.all(actions)) await untilAction(url, action as string);
  });
  const remove = await costOf(server, async () => {
    await fetch(`${url}/v1/clusters/${name}`, { method: 'DELETE' });
    await untilStatus(url, name, null);
  });
  return { create, reboot, delete: remove };
}

interface ListedNode {
  readonly id: string;
  readonly physical_id: string;
}

async function nodesOf(url: string, cluster: string): Promise<readonly ListedNode[]> {
  const answer = await fetch(`${url}/v1/nodes?cluster_id=${cluster}`);
  return ((await answer.json()) as { nodes: readonly ListedNode[] }).nodes;
}

async function costOf({ url, pid }: RunningServer, work: () => Promise<void>): Promise<Cost> {
  const cpuBefore = cpuSecondsOf(pid);
  const asking = new AbortController();
  const times = askHealth(url, asking.signal);
  const took = await seconds(work);
  const cpuSeconds = cpuSecondsOf(pid) - cpuBefore;
  asking.abort();
  return { seconds: took, cpuSeconds, healthzMs: percentile99(await times) };
}

async function askHealth(url: URL, signal: AbortSignal): Promise<number[]> {
  const times: number[] = [];
  while (!signal.aborted) {
    const begun = performance.now();
    await (await fetch(new URL('/healthz', url))).text();
    times.push(performance.now() - begun);
    await pause(ASK_EVERY_MS);
  }
  return times;
}

function percentile99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? Number.NaN;
}
