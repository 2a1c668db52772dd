/** Who is in the pool of a load balanced cluster after one of its nodes was recovered. */
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Node } from '../../src/domain/model.ts';
import { listRetained } from '../../src/store/retained.ts';
import { asMembers, poolMembers } from '../support/pool-members.ts';
import { serverCluster } from '../support/server-cluster.ts';

const scene = serverCluster(2);

async function attachBalancer(): Promise<void> {
  const subnet = scene().world.network.defaultNetwork?.subnetId ?? '';
  const properties = { pool: { subnet }, vip: { subnet } };
  const { action } = await scene().attach('senlin.policy.loadbalance-1.3', properties);
  expect(action).toMatchObject({ status: 'SUCCEEDED' });
}

async function recover(operation: string, operation_params: JsonObject = {}): Promise<void> {
  const inputs = { operation, operation_params };
  const action = await scene().runOnNode('NODE_RECOVER', await scene().node('web-1'), inputs);
  expect(action).toMatchObject({ status: 'SUCCEEDED' });
}

/** Each node, and nothing else, with the address of the server that its row names. */
async function expectPoolOfNodes(): Promise<void> {
  const nodes = await scene().nodes();
  expect(poolMembers(scene().world)).toEqual(asMembers(scene().world, nodes));
  const ids = scene()
    .world.balancers.all('member')
    .map(({ id }) => id);
  expect(new Set(nodes.map(({ data }) => data['lb_member']))).toEqual(new Set(ids));
}

/** Its server has another address from now on. */
function exchangePort(node: Node): void {
  const { network, project } = scene().world;
  const deviceId = scene().serverOf(node).id;
  const [{ defaultNetwork }, [port]] = [network, network.portsOf(deviceId)];
  if (defaultNetwork === undefined || port === undefined) throw new Error('the server has no port');
  const wanted = { network: defaultNetwork, projectId: project.id, name: '', isOfServer: true };
  network.removePort(port);
  network.addPort({ ...wanted, deviceId });
}

/** Nova evacuates a server only from a host that is down. */
async function recoverInPlace(operation: 'REBUILD' | 'EVACUATE'): Promise<void> {
  const { hosts } = scene().world;
  const host = hosts.find(scene().serverOf(await scene().node('web-1')).hostName ?? '');
  if (host === undefined) throw new Error('the server has no host');
  if (operation === 'EVACUATE') hosts.change(host, { isUp: false });
  await recover(operation);
}

test.each(['REBUILD', 'EVACUATE'] as const)(
  '%s leaves the node in, with the address of its server',
  async (operation) => {
    await attachBalancer();
    await recoverInPlace(operation);
    await expectPoolOfNodes();
  },
);

test.each(['REBUILD', 'EVACUATE'] as const)(
  '%s puts an address right that has changed',
  async (operation) => {
    await attachBalancer();
    exchangePort(await scene().node('web-1'));
    expect(poolMembers(scene().world)).not.toEqual(asMembers(scene().world, await scene().nodes()));
    await recoverInPlace(operation);
    await expectPoolOfNodes();
  },
);

test.each([
  ['alone', {}],
  ['with surge', { surge: true }],
])('RECREATE %s brings the new server in, and takes the old one out', async (_name, params) => {
  await attachBalancer();
  const old = await scene().node('web-1');
  const [before] = asMembers(scene().world, [old]);
  await recover('RECREATE', params);
  expect((await scene().node('web-1')).physicalId).not.toBe(old.physicalId);
  await expectPoolOfNodes();
  expect(poolMembers(scene().world)).not.toContain(before);
});

test.each([
  ['retain', {}],
  ['surge and retain', { surge: true }],
])('RECREATE with %s: the server that is kept is out, the new one is in', async (_name, params) => {
  const retain = { for: 86_400, max: 3 };
  await scene().attach('senlin.policy.health-1.3', {
    detection: { interval: 60, detection_modes: [{ type: 'NODE_STATUS_POLLING' }] },
    recovery: { actions: [{ name: 'RECREATE', params: { ...params, retain } }] },
  });
  await attachBalancer();
  const [before] = asMembers(scene().world, [await scene().node('web-1')]);
  await recover('RECREATE', params);
  const [kept] = await listRetained(scene().engine.store.db);
  const server = scene().world.servers.find(kept?.physicalId ?? '');
  expect(server?.vmState).toBe('stopped');
  expect(`web-1 ${scene().world.network.portsOf(server?.id ?? '')[0]?.address}`).toBe(before);
  await expectPoolOfNodes();
  expect(poolMembers(scene().world)).not.toContain(before);
});

test.each([
  ['REBUILD', {}],
  ['RECREATE', {}],
  ['RECREATE', { surge: true }],
])('%s with %o that fails leaves no server in the pool that is not there', async (name, params) => {
  await attachBalancer();
  const operation = name === 'REBUILD' ? 'rebuild' : 'create';
  const fault = {
    service: 'compute',
    operation,
    kind: 'error',
    status: 403,
    message: 'no',
    count: 0,
  } as const;
  scene().fault(fault);
  const inputs = { operation: name, operation_params: params };
  const action = await scene().runOnNode('NODE_RECOVER', await scene().node('web-1'), inputs);
  expect(action.status).toBe('FAILED');
  const there = (await scene().nodes()).filter(({ physicalId }) => physicalId !== null);
  expect(poolMembers(scene().world)).toEqual(asMembers(scene().world, there));
});
