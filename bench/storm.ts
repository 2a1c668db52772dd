/**
 * A recovery storm: 3,000 of 10,000 servers fail at once in a cloud whose operations take a second. What
 * Coppice adds is the time until the last one is recovered over the time that the operations alone take,
 * with as many at once as the engine runs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCloudSimulator, type CloudSimulator } from '../src/cloud-simulator/cloud-simulator.ts';
import { post, seconds, serverProfile, until, untilAction, untilStatus } from './cloud-requests.ts';
import type { Measure } from './measure.ts';
import { millisecondsOfRequests, getRequest } from './load.ts';
import { residentMegabytes, withServer, type RunningServer } from './server.ts';

const CLUSTERS = 10;
const NODES_PER_CLUSTER = 1000;
const FAILED = 3000;
const OPERATION_MS = 1000;
/** How often an operator's screen asks. */
const POLL_MS = 1000;
/** Actions of one project that run at once: two thirds of the default of engine.concurrency. */
const AT_ONCE = 64;

export async function benchStorm(): Promise<Measure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'coppice-bench-'));
  const simulator = await startCloudSimulator({
    settings: { latency: { answer_ms: 0, operation_ms: 0 } },
  });
  try {
    return await withServer(directory, (server) => measureStorm(simulator, server), {
      cloud: simulator.environment,
    });
  } finally {
    await simulator.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

const policy = {
  type: 'senlin.policy.health',
  version: '1.3',
  properties: {
    detection: { interval: 5, node_update_timeout: 0, detection_modes: [{ type: 'NODE_STATUS_POLLING' }] },
    recovery: { actions: [{ name: 'REBOOT', params: { type: 'HARD' }, timeout: 60 }] },
    safety: { max_unhealthy: { percent: 100 }, max_in_flight: { percent: 100 } },
  },
};

async function measureStorm(
  { world, url: cloud }: CloudSimulator,
  { url: { origin: url }, pid }: RunningServer,
): Promise<Measure[]> {
  const names = await fill(url);
  await patch(`${cloud}/simulator/settings`, { latency: { operation_ms: OPERATION_MS } });
  world.requests.clear();
  let broken = 0;
  for (const server of world.servers.all) {
    if (broken === FAILED) break;
    world.servers.setState(server, 'error', 'broken by the bench');
    broken += 1;
  }
  const answers: number[] = [];
  const taken = await seconds(async () => {
    for (const name of names) {
      await until(
        `every node of ${name} is healthy`,
        async () => {
          const origin = new URL(url);
          answers.push(...(await millisecondsOfRequests(origin, getRequest(origin, '/v1/health'), 1)));
          return (
            [...world.servers.all].every(isActive) && (await healthyNodes(url, name)) === NODES_PER_CLUSTER
          );
        },
        POLL_MS,
      );
    }
  });
  const ideal = (FAILED * OPERATION_MS) / 1000 / AT_ONCE;
  const requests = [...world.requests.values()].reduce((sum, count) => sum + count, 0);
  const slowest = [...answers].sort((a, b) => a - b)[Math.ceil(answers.length * 0.99) - 1] ?? Number.NaN;
  return [
    {
      name: `recovery of 3,000 of 10,000 servers / the reboots, ${AT_ONCE} at once`,
      detail: `${taken.toFixed(1)} / ${ideal.toFixed(1)} s; GET /v1/health p99 ${slowest.toFixed(0)} ms; ${residentMegabytes(pid).toFixed(0)} MB`,
      value: taken / ideal,
      limit: { at: 'most', value: 1.5 },
    },
    {
      name: 'requests to the cloud for each recovery of the storm',
      detail: kindsOf(world.requests),
      value: requests / FAILED,
      // A probe, the reboot, about eight questions in the second that it takes, and the verification.
      limit: { at: 'most', value: 12 },
    },
  ];
}

/** The kinds of requests that came most often. */
function kindsOf(requests: ReadonlyMap<string, number>): string {
  const kinds = [...requests].sort(([, one], [, other]) => other - one).slice(0, 4);
  return kinds.map(([kind, count]) => `${kind} ${count}`).join(', ');
}

/** Clusters of healthy servers with the policy. @returns Their names. */
async function fill(url: string): Promise<string[]> {
  await post(url, '/v1/profiles', { profile: { name: 'web', spec: serverProfile } });
  await post(url, '/v1/policies', { policy: { name: 'reboot', spec: policy } });
  const names = Array.from({ length: CLUSTERS }, (_, index) => `web-${index + 1}`);
  for (const name of names) {
    await post(url, '/v1/clusters', {
      cluster: { name, profile_id: 'web', desired_capacity: NODES_PER_CLUSTER },
    });
    await untilStatus(url, name, 'ACTIVE');
    const { action } = await post(url, `/v1/clusters/${name}/actions`, {
      policy_attach: { policy_id: 'reboot' },
    });
    await untilAction(url, action as string);
  }
  return names;
}

function isActive({ vmState }: { readonly vmState: string }): boolean {
  return vmState === 'active';
}

async function healthyNodes(url: string, name: string): Promise<number> {
  const answer = await fetch(`${url}/v1/clusters/${name}/health`);
  const { health } = (await answer.json()) as { health: { counts: { healthy: number } } };
  return health.counts.healthy;
}

async function patch(url: string, body: object): Promise<void> {
  const answer = await fetch(url, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`PATCH ${url}: ${answer.status} ${await answer.text()}`);
}
