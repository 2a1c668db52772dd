/** What a round of probes costs the cloud: as many requests for a hundred servers as for ten. */
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { eventually } from '../support/eventually.ts';
import { CloudParts } from './coppice/cloud-parts.ts';
import { CoppiceProcess } from './coppice/coppice-process.ts';
import { Lab } from './lab.ts';
import { missingServices } from './missing-services.ts';
import { labHosts } from './recoveries/lab-services.ts';
import { RecoveryWorld, type SceneCluster } from './recoveries/recovery-world.ts';
import { WorkflowApi } from './recoveries/workflow-api.ts';
import { RecordingProxy } from './recording-proxy.ts';

const ROUNDS = 5;
const patienceMs = 120_000;
const properties: JsonObject = {
  detection: {
    interval: 5,
    detection_modes: [{ type: 'NODE_STATUS_POLLING' }, { type: 'HYPERVISOR_STATUS_POLLING' }],
  },
  recovery: { actions: [{ name: 'REBUILD' }] },
};

test('a round over 100 servers costs as many requests to Nova as one over 10', async (context) => {
  const lab = new Lab();
  await lab.connect();
  const missing = missingServices(lab, ['compute', 'image', 'network']);
  context.skip(missing !== '', missing);
  const nova = await RecordingProxy.start(lab.endpoints.get('compute') ?? '');
  const environment = { OS_COMPUTE_ENDPOINT_OVERRIDE: `${nova.url}/v2.1` };
  const coppice = await CoppiceProcess.start(lab, { environment });
  try {
    const cloud = new CloudParts(lab);
    const quota = { instances: -1, ram: -1, cores: -1 };
    const path = `/v2.1/os-quota-sets/${lab.login('admin').projectId}`;
    await cloud.send('compute', 'PUT', path, { quota_set: quota });
    const workflows = new WorkflowApi(() => Promise.reject(new Error('no workflow takes part')));
    const world = new RecoveryWorld({
      coppice,
      cloud,
      service: 'embedded',
      workflows,
      hosts: labHosts(cloud),
    });
    const small = await requestsOfRounds(world, nova, 10);
    const large = await requestsOfRounds(world, nova, 100);
    expect(small).not.toEqual([]);
    expect(large).toEqual(small);
  } finally {
    await coppice.stop();
    await nova.close();
  }
});

/** @returns the requests of one round, as the most of the rounds have them. */
async function requestsOfRounds(
  world: RecoveryWorld,
  nova: RecordingProxy,
  size: number,
): Promise<readonly string[]> {
  const cluster = await world.cluster(`requests-${size}`, size, properties);
  try {
    const rounds: string[] = [];
    await nextRound(world, cluster);
    for (let round = 0; round < ROUNDS; round += 1) {
      await nova.take(() => Promise.resolve(undefined));
      await nextRound(world, cluster);
      const asked = await nova.take(() => Promise.resolve(undefined));
      rounds.push(JSON.stringify(asked.map(({ method, path }) => `${method} ${pathname(path)}`).toSorted()));
    }
    return JSON.parse(mostFrequent(rounds)) as string[];
  } finally {
    await world.remove(cluster);
  }
}

/** Where a page of a listing begins is another one for each cloud. */
function pathname(path: string): string {
  return new URL(path, 'http://nova').pathname;
}

function mostFrequent(all: readonly string[]): string {
  const count = (wanted: string): number => all.filter((one) => one === wanted).length;
  return all.toSorted((one, other) => count(other) - count(one))[0] ?? '[]';
}

/** Waits until each node was probed once more. */
async function nextRound({ coppice }: RecoveryWorld, { name, nodes }: SceneCluster): Promise<void> {
  const probedAt = async (node: string): Promise<unknown> =>
    ((await coppice.send('GET', `/v1/nodes/${node}/health`))['health'] as JsonObject)['probed_at'];
  const last = nodes.at(-1)?.name ?? '';
  const before = await probedAt(last);
  const isProbed = async (): Promise<boolean> => (await probedAt(last)) !== before;
  await eventually(`a round over ${name}`, isProbed, patienceMs, 50);
}
