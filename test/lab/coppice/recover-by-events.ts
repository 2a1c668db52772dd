/**
 * Servers that fail behind Coppice's back between two rounds which are ten minutes apart: each is recovered
 * because the cloud says on its message bus that something happened.
 */
import { expect } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { CloudParts } from './cloud-parts.ts';
import type { CoppiceProcess } from './coppice-process.ts';

const CLUSTER = 'lab-events';

const profile: JsonObject = {
  type: 'os.nova.server',
  version: '1.0',
  properties: { flavor: 'm1.tiny', image: 'cirros-fake', networks: [{ network: 'private' }] },
};

/** @param mode one that has events by itself, or one that only polls. */
function policyWith(mode: string): JsonObject {
  return {
    type: 'senlin.policy.health',
    version: '1.3',
    properties: {
      detection: { interval: 600, node_update_timeout: 0, detection_modes: [{ type: mode }] },
      recovery: {
        strategy: 'ESCALATE',
        actions: [
          { name: 'REBOOT', timeout: 120, when: { failure: ['SERVER_STOPPED'] } },
          { name: 'REBUILD', timeout: 120, when: { failure: ['SERVER_ERROR'] } },
          { id: 'again', name: 'RECREATE', timeout: 240 },
        ],
      },
    },
  };
}

interface Failure {
  readonly failure: string;
  readonly breakServer: (cloud: CloudParts, id: string) => Promise<void>;
}

const failures: readonly Failure[] = [
  { failure: 'SERVER_STOPPED', breakServer: (cloud, id) => cloud.actOnServer(id, { 'os-stop': null }) },
  {
    failure: 'SERVER_ERROR',
    breakServer: (cloud, id) => cloud.actOnServer(id, { 'os-resetState': { state: 'error' } }),
  },
  { failure: 'SERVER_PAUSED', breakServer: (cloud, id) => cloud.actOnServer(id, { pause: null }) },
  { failure: 'SERVER_DELETED', breakServer: (cloud, id) => cloud.serverGone(id, true) },
];

/** Most of them stay healthy. */
const SIZE = 10;

/**
 * @returns from each break until its recovery was closed, in milliseconds, by the class of the failure.
 * Without an event the first of them would take minutes, longer than anything here is waited for.
 */
export async function recoverByEvents(
  coppice: CoppiceProcess,
  cloud: CloudParts,
  mode = 'LIFECYCLE_EVENTS',
): Promise<ReadonlyMap<string, number>> {
  const took = new Map<string, number>();
  await coppice.createProfile(CLUSTER, profile);
  await coppice.send('POST', '/v1/policies', { policy: { name: CLUSTER, spec: policyWith(mode) } });
  await coppice.act('POST', '/v1/clusters', {
    cluster: { name: CLUSTER, profile_id: CLUSTER, desired_capacity: SIZE },
  });
  await coppice.act('POST', `/v1/clusters/${CLUSTER}/actions`, { policy_attach: { policy_id: CLUSTER } });
  // Nodes whose policy wants events are probed when they begin to be watched: not in ten minutes.
  const nodes = await coppice.allHealthy(CLUSTER);
  for (const [index, { failure, breakServer }] of failures.entries()) {
    const node = nodes[index];
    if (node === undefined || node.physical_id === null) throw new Error('a node has no server');
    const brokenAt = Date.now();
    await breakServer(cloud, node.physical_id);
    const recovery = await coppice.closedRecovery(node);
    took.set(failure, Date.now() - brokenAt);
    expect({ class: recovery.failure.class, state: recovery.state }, recovery.reason).toEqual({
      class: failure,
      state: 'RECOVERED',
    });
  }
  await coppice.allHealthy(CLUSTER);
  await coppice.act('DELETE', `/v1/clusters/${CLUSTER}`);
  return took;
}
