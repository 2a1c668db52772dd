/** What a real cloud refuses in a recovery: the reason reaches the user, and what ends it helps. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { eventually } from '../support/eventually.ts';
import { CloudParts } from './coppice/cloud-parts.ts';
import { CoppiceProcess } from './coppice/coppice-process.ts';
import { Lab } from './lab.ts';
import { missingServices } from './missing-services.ts';
import { labHosts } from './recoveries/lab-services.ts';
import { RecoveryWorld } from './recoveries/recovery-world.ts';
import { WorkflowApi } from './recoveries/workflow-api.ts';

const lab = new Lab();
const detection = {
  interval: 2,
  node_update_timeout: 60,
  detection_modes: [{ type: 'NODE_STATUS_POLLING' }, { type: 'HYPERVISOR_STATUS_POLLING' }],
};
const retry = { episodes: 5, delay: 1 };
const patienceMs = 120_000;
let cloud: CloudParts;

beforeAll(async () => {
  await lab.connect();
  cloud = new CloudParts(lab);
});

beforeEach((context) => {
  const missing = missingServices(lab, ['compute', 'image', 'network']);
  context.skip(missing !== '', missing);
});

/** Scenes in which no workflow takes part. */
function worldOf(coppice: CoppiceProcess): RecoveryWorld {
  const workflows = new WorkflowApi(() => Promise.reject(new Error('no workflow takes part')));
  return new RecoveryWorld({ coppice, cloud, service: 'embedded', workflows, hosts: labHosts(cloud) });
}

async function limitServers(instances: number): Promise<void> {
  const path = `/v2.1/os-quota-sets/${lab.login('admin').projectId}`;
  await cloud.send('compute', 'PUT', path, { quota_set: { instances } });
}

async function serversInUse(): Promise<number> {
  const { body } = await cloud.send('compute', 'GET', '/v2.1/limits');
  return (body as { limits: { absolute: { totalInstancesUsed: number } } }).limits.absolute
    .totalInstancesUsed;
}

async function revokeTrusts(): Promise<void> {
  const request = { as: 'admin', service: 'identity' } as const;
  const path = `/v3/OS-TRUST/trusts?trustor_user_id=${lab.login('admin').userId}`;
  const { body } = await lab.send({ ...request, method: 'GET', path });
  for (const { id } of (body as { trusts: { id: string }[] }).trusts)
    await lab.send({ ...request, method: 'DELETE', path: `/v3/OS-TRUST/trusts/${id}` });
}

/** Waits until the page of a node says what is in the way. */
async function explained(coppice: CoppiceProcess, node: string, reason: RegExp): Promise<void> {
  let shown = '';
  const isSaid = async (): Promise<boolean> => {
    shown = JSON.stringify(await coppice.send('GET', `/v1/nodes/${node}/health`));
    return reason.test(shown);
  };
  await eventually(`${node} says ${reason.source}`, isSaid, patienceMs, 200).catch((error: unknown) => {
    throw new Error(`it says ${shown}`, { cause: error });
  });
}

describe('an administrator', () => {
  let coppice: CoppiceProcess;
  beforeAll(async () => {
    coppice = await CoppiceProcess.start(lab, { auth: 'keystone' });
  });
  afterAll(() => coppice.stop());

  test('whose quota is used up is told so, and the node recovers once there is more', async () => {
    const world = worldOf(coppice);
    const recovery = { retry, actions: [{ name: 'RECREATE', params: { surge: true }, timeout: 60 }] };
    const cluster = await world.cluster('quota', 1, { detection, recovery });
    const [node] = cluster.nodes;
    if (node === undefined || node.physical_id === null) throw new Error('the node has no server');
    try {
      await limitServers(await serversInUse());
      await cloud.actOnServer(node.physical_id, { 'os-resetState': { state: 'error' } });
      await explained(coppice, node.name, /[Qq]uota exceeded for instances/);
    } finally {
      await limitServers(-1);
    }
    await coppice.allHealthy(cluster.name);
    await world.expectOneServerEach(cluster);
    await world.remove(cluster);
  });

  test('whose trust was revoked is told so, and the node recovers after the next request', async () => {
    const world = worldOf(coppice);
    const cluster = await world.cluster('trust', 1, {
      detection,
      recovery: { retry, actions: [{ name: 'REBUILD' }] },
    });
    const [node] = cluster.nodes;
    if (node === undefined || node.physical_id === null) throw new Error('the node has no server');
    await revokeTrusts();
    // Nova believes a token that it has seen for minutes: Coppice has to need another one.
    await coppice.killAndStart();
    await cloud.actOnServer(node.physical_id, { 'os-resetState': { state: 'error' } });
    await explained(coppice, node.name, /Keystone refuses the trust of the user admin/);
    await coppice.act('PATCH', `/v1/clusters/${cluster.name}`, { cluster: { metadata: { seen: 'yes' } } });
    await coppice.allHealthy(cluster.name);
    expect(await coppice.closedRecovery(node)).toMatchObject({ state: 'RECOVERED' });
    await world.remove(cluster);
  });

  test('whose flavor fits on no host is told so', async () => {
    const flavor = { name: `giant-${Date.now().toString(36)}`, ram: 512, vcpus: 1, disk: 9_000_000 };
    const made = await cloud.send('compute', 'POST', '/v2.1/flavors', { flavor });
    const { id } = (made.body as { flavor: { id: string } }).flavor;
    const properties: JsonObject = {
      flavor: flavor.name,
      image: 'cirros-fake',
      networks: [{ network: 'private' }],
    };
    await coppice.createProfile(flavor.name, { type: 'os.nova.server', version: '1.0', properties });
    const created = coppice.act('POST', '/v1/nodes', {
      node: { name: flavor.name, profile_id: flavor.name },
    });
    await expect(created).rejects.toThrow(/No valid host/);
    await coppice.act('DELETE', `/v1/nodes/${flavor.name}`);
    await cloud.send('compute', 'DELETE', `/v2.1/flavors/${id}`);
  });
});

test('a user who may not evacuate is told so, and no host is forced down for it', async () => {
  const coppice = await CoppiceProcess.start(lab, { auth: 'keystone', user: 'demo' });
  const world = worldOf(coppice);
  const recovery = { retry, actions: [{ name: 'EVACUATE', timeout: 60 }] };
  const cluster = await world.cluster('rights', 2, { detection, recovery });
  try {
    const [node] = cluster.nodes;
    if (node === undefined || node.physical_id === null) throw new Error('the node has no server');
    const host = (await cloud.hostOf(node.physical_id)) ?? '';
    await world.hosts.stop(host);
    try {
      await explained(
        coppice,
        node.name,
        /EVACUATE, and fencing of COMPUTE, need a user with the role of an administrator/,
      );
    } finally {
      await world.hosts.start(host);
    }
  } finally {
    await world.remove(cluster);
    await coppice.stop();
  }
});
