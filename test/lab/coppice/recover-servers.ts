/** A cluster of servers that fail in four ways, and the action of the policy that brings each back. */
import { expect } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { CloudParts } from './cloud-parts.ts';
import type { CoppiceNode, CoppiceProcess } from './coppice-process.ts';

const CLUSTER = 'lab-web';

const profile: JsonObject = {
  type: 'os.nova.server',
  version: '1.0',
  properties: { flavor: 'm1.tiny', image: 'cirros-fake', networks: [{ network: 'private' }] },
};

const policy: JsonObject = {
  type: 'senlin.policy.health',
  version: '1.3',
  properties: {
    detection: {
      interval: 2,
      node_update_timeout: 60,
      detection_modes: [{ type: 'NODE_STATUS_POLLING' }, { type: 'HYPERVISOR_STATUS_POLLING' }],
    },
    recovery: {
      strategy: 'ESCALATE',
      actions: [
        { name: 'REBOOT', timeout: 120, when: { failure: ['SERVER_STOPPED'] } },
        { name: 'REBUILD', timeout: 120, when: { failure: ['SERVER_ERROR'] } },
        { name: 'RECREATE', timeout: 240, params: { surge: true }, when: { failure: ['SERVER_PAUSED'] } },
        { id: 'again', name: 'RECREATE', timeout: 240, when: { failure: ['SERVER_DELETED'] } },
      ],
    },
  },
};

interface Failure {
  readonly node: number;
  readonly failure: string;
  readonly action: string;
  /** Whether the node has another server afterwards. */
  readonly isReplaced: boolean;
  readonly breakServer: (cloud: CloudParts, id: string) => Promise<void>;
}

const failures: readonly Failure[] = [
  {
    node: 0,
    failure: 'SERVER_STOPPED',
    action: 'REBOOT',
    isReplaced: false,
    breakServer: (cloud, id) => cloud.actOnServer(id, { 'os-stop': null }),
  },
  {
    node: 1,
    failure: 'SERVER_ERROR',
    action: 'REBUILD',
    isReplaced: false,
    breakServer: (cloud, id) => cloud.actOnServer(id, { 'os-resetState': { state: 'error' } }),
  },
  {
    node: 2,
    failure: 'SERVER_PAUSED',
    action: 'RECREATE',
    isReplaced: true,
    breakServer: (cloud, id) => cloud.actOnServer(id, { suspend: null }),
  },
  {
    node: 0,
    failure: 'SERVER_DELETED',
    action: 'RECREATE',
    isReplaced: true,
    breakServer: (cloud, id) => cloud.serverGone(id, true),
  },
];

export async function recoverServers(coppice: CoppiceProcess, cloud: CloudParts): Promise<void> {
  await coppice.createProfile(CLUSTER, profile);
  await coppice.send('POST', '/v1/policies', { policy: { name: CLUSTER, spec: policy } });
  const answer = await coppice.act('POST', '/v1/clusters', {
    cluster: { name: CLUSTER, profile_id: CLUSTER, desired_capacity: 3 },
  });
  const { id: clusterId } = answer['cluster'] as { id: string };
  const created = await coppice.nodes(CLUSTER);
  await coppice.act('POST', `/v1/clusters/${CLUSTER}/actions`, { policy_attach: { policy_id: CLUSTER } });
  await coppice.allHealthy(CLUSTER);
  for (const failure of failures) {
    await recover(coppice, cloud, failure);
    await expectServers(coppice, cloud, clusterId, created);
  }
  await coppice.act('DELETE', `/v1/clusters/${CLUSTER}`);
  expect(await cloud.serversOfCluster(clusterId)).toEqual([]);
}

async function recover(coppice: CoppiceProcess, cloud: CloudParts, failure: Failure): Promise<void> {
  const before = (await coppice.nodes(CLUSTER))[failure.node];
  if (before === undefined || before.physical_id === null) throw new Error('the node has no server');
  const count = failures.slice(0, failures.indexOf(failure)).filter(({ node }) => node === failure.node);
  await failure.breakServer(cloud, before.physical_id);
  const recovery = await coppice.closedRecovery(before, count.length + 1);
  const done = recovery.steps.filter(({ purpose, state }) => purpose === 'action' && state !== 'SKIPPED');
  expect(
    { ...recovery, class: recovery.failure.class, done: done.map(({ name, state }) => `${name} ${state}`) },
    recovery.reason,
  ).toMatchObject({
    class: failure.failure,
    state: 'RECOVERED',
    done: [`${failure.action} SUCCEEDED`],
  });
  const after = (await coppice.allHealthy(CLUSTER))[failure.node];
  expect(after?.id).toBe(before.id);
  expect(after?.physical_id !== before.physical_id, `${failure.action} replaces the server`).toBe(
    failure.isReplaced,
  );
  if (failure.isReplaced) await cloud.serverGone(before.physical_id);
}

/** Each node has one server, which runs, and there is no other. */
async function expectServers(
  coppice: CoppiceProcess,
  cloud: CloudParts,
  clusterId: string,
  created: readonly CoppiceNode[],
): Promise<void> {
  const nodes = await coppice.nodes(CLUSTER);
  expect(nodes.map(({ id }) => id)).toEqual(created.map(({ id }) => id));
  const servers = await cloud.serversOfCluster(clusterId);
  const shown = servers.map(({ id, status, metadata }) => ({
    id,
    status,
    node: metadata['cluster_node_id'],
  }));
  const wanted = nodes.map((node) => ({ id: node.physical_id, status: 'ACTIVE', node: node.id }));
  const byNode = (
    one: { readonly node?: string | undefined },
    other: { readonly node?: string | undefined },
  ) => ((one.node ?? '') < (other.node ?? '') ? -1 : 1);
  expect(shown.toSorted(byNode)).toEqual(wanted.toSorted(byNode));
}
