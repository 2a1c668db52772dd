/**
 * A host that an operator forces down in Nova between two rounds which are ten minutes apart: its servers are
 * recovered because Nova says so on its message bus.
 */
import { expect } from 'vitest';
import type { CloudParts } from './cloud-parts.ts';
import type { CoppiceProcess, Recovery } from './coppice-process.ts';

const CLUSTER = 'lab-forced-down';
const HOST_DOWN = 'HYPERVISOR_STATUS_POLLING';

/**
 * Of a cluster of four whose nodes are on all hosts of the cloud.
 * @returns the recoveries of those that were on the host; without an event they would begin in minutes.
 */
export async function recoverFromForcedDown(
  coppice: CoppiceProcess,
  cloud: CloudParts,
): Promise<readonly Recovery[]> {
  await coppice.createProfile(CLUSTER, {
    type: 'os.nova.server',
    version: '1.0',
    properties: { flavor: 'm1.tiny', image: 'cirros-fake', networks: [{ network: 'private' }] },
  });
  const detection = { interval: 600, node_update_timeout: 0, detection_modes: [{ type: HOST_DOWN }] };
  const properties = { detection, recovery: { actions: [{ name: 'EVACUATE', timeout: 240 }] } };
  const spec = { type: 'senlin.policy.health', version: '1.3', properties };
  await coppice.send('POST', '/v1/policies', { policy: { name: CLUSTER, spec } });
  await coppice.act('POST', '/v1/clusters', {
    cluster: { name: CLUSTER, profile_id: CLUSTER, desired_capacity: 4 },
  });
  await coppice.act('POST', `/v1/clusters/${CLUSTER}/actions`, { policy_attach: { policy_id: CLUSTER } });
  const nodes = await coppice.allHealthy(CLUSTER);
  const hosts = await Promise.all(nodes.map(({ physical_id: id }) => cloud.hostOf(id ?? '')));
  const [host] = hosts;
  if (host == null) throw new Error('a server is on no host');
  await cloud.forceDown(host);
  const onHost = nodes.filter((_, index) => hosts[index] === host);
  expect(onHost.length).toBeLessThan(nodes.length);
  const recoveries = await Promise.all(onHost.map((node) => coppice.closedRecovery(node)));
  for (const { physical_id: id } of onHost) expect(await cloud.hostOf(id ?? '')).not.toBe(host);
  return recoveries;
}
