/**
 * Servers that are stopped in Nova by a user are left alone until they run, or an operator asks; what Coppice
 * has stopped itself is recovered.
 */
import { expect } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import { eventually } from '../../support/eventually.ts';
import type { CloudParts } from './cloud-parts.ts';
import type { CoppiceNode, CoppiceProcess } from './coppice-process.ts';

export const CLUSTER = 'lab-stopped';

type ServerNode = CoppiceNode & { readonly physical_id: string };

/** Three nodes under a policy that leaves alone what users have stopped. */
export async function prepareStopped(coppice: CoppiceProcess): Promise<void> {
  await coppice.createProfile(CLUSTER, {
    type: 'os.nova.server',
    version: '1.0',
    properties: { flavor: 'm1.tiny', image: 'cirros-fake', networks: [{ network: 'private' }] },
  });
  const detection = {
    interval: 1,
    node_update_timeout: 0,
    detection_modes: [{ type: 'NODE_STATUS_POLLING' }],
  };
  const recovery = { strategy: 'ESCALATE', actions: [{ name: 'REBOOT', timeout: 60 }] };
  const properties = { detection, recovery, safety: { stopped_by_user: 'HOLD' } };
  const spec = { type: 'senlin.policy.health', version: '1.3', properties };
  await coppice.send('POST', '/v1/policies', { policy: { name: CLUSTER, spec } });
  await coppice.act('POST', '/v1/clusters', {
    cluster: { name: CLUSTER, profile_id: CLUSTER, desired_capacity: 3 },
  });
  await coppice.act('POST', `/v1/clusters/${CLUSTER}/actions`, { policy_attach: { policy_id: CLUSTER } });
}

export async function serverNodeAt(coppice: CoppiceProcess, index: number): Promise<ServerNode> {
  const node = (await coppice.allHealthy(CLUSTER))[index];
  if (node === undefined || node.physical_id === null) throw new Error('the node has no server');
  return { ...node, physical_id: node.physical_id };
}

/** Why nothing more is done about the node. */
async function reasonOfHold(coppice: CoppiceProcess, { id }: CoppiceNode): Promise<string> {
  return await eventually(
    'its recovery is held',
    async () => {
      const { health } = await coppice.send('GET', `/v1/nodes/${id}/health`);
      const { next } = health as unknown as { next: { what: string; reason: string } };
      return next.what === 'HOLD' && next.reason.includes('of the cloud at') && next.reason;
    },
    60_000,
  );
}

/** @param recoveries of the node that are closed then. */
export async function leaveStoppedUntilStarted(
  coppice: CoppiceProcess,
  cloud: CloudParts,
  recoveries = 1,
): Promise<void> {
  const node = await serverNodeAt(coppice, 0);
  const id = node.physical_id;
  await cloud.actOnServer(id, { 'os-stop': null });
  const reason = await reasonOfHold(coppice, node);
  expect(reason).toMatch(
    /^held: server \S+ was stopped by user \S+ of the cloud at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC \(req-\S+\); it is left alone until it runs: /,
  );
  expect(reason).toContain(`openstack server start ${id}`);
  expect((await cloud.server(id))?.status).toBe('SHUTOFF');
  await cloud.actOnServer(id, { 'os-start': null });
  expect(await coppice.closedRecovery(node, recoveries)).toMatchObject({ state: 'SELF_HEALED' });
}

/** A process that only answers requests shows the gate, also in a simulation. */
export async function seeStoppedWithoutHealer(coppice: CoppiceProcess, cloud: CloudParts): Promise<void> {
  const node = await serverNodeAt(coppice, 0);
  await cloud.actOnServer(node.physical_id, { 'os-stop': null });
  const held = await reasonOfHold(coppice, node);
  await coppice.killAndStart('api');
  expect(await reasonOfHold(coppice, node)).toBe(held);
  const { simulation } = await coppice.send('POST', `/v1/clusters/${CLUSTER}/simulate`, {
    simulate: { failures: [{ node: node.id, class: 'SERVER_STOPPED' }] },
  });
  const { nodes } = simulation as unknown as { nodes: readonly JsonObject[] };
  expect(nodes).toMatchObject([{ id: node.id, decision: 'HOLD', gate: 'stopped_by_user' }]);
  await coppice.killAndStart();
  await cloud.actOnServer(node.physical_id, { 'os-start': null });
  await coppice.closedRecovery(node, 2);
}

export async function recoverPausedOnRequest(coppice: CoppiceProcess, cloud: CloudParts): Promise<void> {
  const node = await serverNodeAt(coppice, 1);
  await cloud.actOnServer(node.physical_id, { pause: null });
  await reasonOfHold(coppice, node);
  await coppice.act('POST', `/v1/nodes/${node.id}/actions`, { recover: {} });
  await coppice.allHealthy(CLUSTER);
  expect((await cloud.server(node.physical_id))?.status).toBe('ACTIVE');
}

export async function recoverOwnStop(coppice: CoppiceProcess): Promise<void> {
  const node = await serverNodeAt(coppice, 2);
  const stop: JsonObject = { stop: {} };
  await coppice.act('POST', `/v1/nodes/${node.id}/ops`, stop);
  expect(await coppice.closedRecovery(node)).toMatchObject({ state: 'RECOVERED' });
}
