import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { JsonObject } from '../domain/json.ts';
import { ServiceClouds, type Cloud } from '../openstack/cloud.ts';
import { findSettings } from '../openstack/find-settings.ts';
import { startCloudSimulator, type CloudSimulator } from './cloud-simulator.ts';
import { faultSchema } from './faults.ts';
import type { SimulatedServer } from './simulated-server.ts';

let simulator: CloudSimulator;
let clouds: ServiceClouds;
let cloud: Cloud;
const context = { signal: new AbortController().signal };

beforeEach(async () => {
  simulator = await startCloudSimulator({ settings: { latency: { answer_ms: 0, operation_ms: 0 } } });
  clouds = new ServiceClouds(findSettings({ env: simulator.environment }));
  cloud = clouds.service;
});
afterEach(async () => {
  await clouds.close();
  await simulator.close();
});

const template: JsonObject = {
  heat_template_version: '2018-08-31',
  parameters: { flavor: { type: 'string', default: 'm1.tiny' } },
  resources: {
    vm: {
      type: 'OS::Nova::Server',
      properties: {
        flavor: { get_param: 'flavor' },
        image: 'debian',
        networks: [{ network: 'private' }],
        metadata: { volume: { get_resource: 'data' } },
      },
    },
    data: { type: 'OS::Cinder::Volume', properties: { size: 1 } },
  },
  outputs: { address: { value: { get_attr: ['vm', 'first_address'] } } },
};

async function begun(stack: JsonObject = {}): Promise<string> {
  return cloud.heat.createStack({ stack_name: 'web', template, ...stack }, context);
}

async function reaches(id: string, status: string): Promise<JsonObject> {
  return vi.waitFor(async () => {
    const stack = await cloud.heat.getStack('web', id, context);
    expect(stack.stack_status).toBe(status);
    return stack;
  });
}

async function created(): Promise<string> {
  const id = await begun();
  await reaches(id, 'CREATE_COMPLETE');
  return id;
}

function onlyServer(): SimulatedServer {
  const [server] = simulator.world.servers.all;
  if (server === undefined) throw new Error('there is no server');
  return server;
}

const mutations = (): string[] =>
  simulator.world.mutations.all.map(({ operation, server_id: id }) =>
    simulator.world.servers.find(id) === undefined ? `stack ${operation}` : `server ${operation}`,
  );

test('a server of a stack is a server of the cloud, and goes with the stack', async () => {
  const id = await created();
  const server = onlyServer();
  expect(server).toMatchObject({
    flavor: 'm1.tiny',
    vmState: 'active',
    metadata: { volume: expect.stringMatching(/^web-data-/) as string },
  });
  const address = simulator.world.network.portsOf(server.id)[0]?.address;
  expect(await reaches(id, 'CREATE_COMPLETE')).toMatchObject({
    outputs: [{ output_key: 'address', output_value: address }],
  });
  expect(mutations()).toEqual(['stack create', 'server create']);
  await cloud.heat.deleteStack('web', id, context);
  await reaches(id, 'DELETE_COMPLETE');
  expect(simulator.world.servers.all).toEqual([]);
  expect(await cloud.heat.findStack('web', context)).toBeUndefined();
});

test('a stack whose server fails is CREATE_FAILED with the reason; with rollback nothing stays', async () => {
  for (const host of simulator.world.hosts.all) host.isDisabled = true;
  const id = await begun({ disable_rollback: true });
  expect(await reaches(id, 'CREATE_FAILED')).toMatchObject({
    stack_status_reason: expect.stringContaining('No valid host was found') as string,
  });
  await cloud.heat.deleteStack('web', id, context);
  await reaches(id, 'DELETE_COMPLETE');
  await reaches(await begun({ disable_rollback: false }), 'ROLLBACK_COMPLETE');
  expect(simulator.world.servers.all).toEqual([]);
});

test('what Nova refuses is the reason of the stack', async () => {
  simulator.world.settings = {
    ...simulator.world.settings,
    quota: { ...simulator.world.settings.quota, instances: 0 },
  };
  expect(await reaches(await begun(), 'CREATE_FAILED')).toMatchObject({
    stack_status_reason: expect.stringMatching(
      /^Resource CREATE failed: Forbidden: resources\.vm: Quota exceeded for instances/,
    ) as string,
  });
});

test('a fault of the kind fail lets an action end as FAILED', async () => {
  const fault = {
    service: 'orchestration',
    operation: 'create',
    kind: 'fail',
    message: 'The engine is broken.',
  };
  simulator.world.faults.add(faultSchema.parse(fault));
  expect(await reaches(await begun(), 'CREATE_FAILED')).toMatchObject({
    stack_status_reason: 'Resource CREATE failed: The engine is broken.',
  });
});

test('a check sees that a server was stopped or deleted, and an update makes it new', async () => {
  const id = await created();
  const server = onlyServer();
  simulator.world.servers.setState(server, 'stopped', null);
  await cloud.heat.actOnStack('web', id, 'check', context);
  expect(await reaches(id, 'CHECK_FAILED')).toMatchObject({
    stack_status_reason:
      "Resource CHECK failed: [\"Error: resources.vm: 'status': expected 'ACTIVE', got 'SHUTOFF'\"]",
  });
  simulator.world.servers.remove(server);
  await cloud.heat.actOnStack('web', id, 'check', context);
  await vi.waitFor(async () =>
    expect((await cloud.heat.getStack('web', id, context)).stack_status_reason).toContain(
      `Instance ${server.id} could not be found`,
    ),
  );
  await cloud.heat.updateStack('web', id, { template }, context);
  await reaches(id, 'UPDATE_COMPLETE');
  expect(onlyServer().id).not.toBe(server.id);
});

test('a stack is suspended and resumed with its servers', async () => {
  const id = await created();
  await cloud.heat.actOnStack('web', id, 'suspend', context);
  await reaches(id, 'SUSPEND_COMPLETE');
  expect(onlyServer().vmState).toBe('suspended');
  await cloud.heat.actOnStack('web', id, 'resume', context);
  await reaches(id, 'RESUME_COMPLETE');
  expect(onlyServer().vmState).toBe('active');
});

test('a stack can be asked for by its name alone: the answer says where it is', async () => {
  const id = await created();
  const root = `${simulator.url}/orchestration/v1/${simulator.world.project.id}/stacks`;
  const { admin: user, project } = simulator.world;
  const token = simulator.world.identity.issue({ user, project, roles: user.roles, method: 'password' });
  const location = async (method: string, path: string): Promise<string | null> => {
    const headers = { 'x-auth-token': token };
    const answer = await fetch(`${root}${path}`, { method, redirect: 'manual', headers });
    return answer.status === 302 ? answer.headers.get('location') : null;
  };
  expect(await location('GET', '/web')).toBe(`${root}/web/${id}`);
  expect(await location('GET', `/${id}/events?limit=1`)).toBe(`${root}/web/${id}/events?limit=1`);
  expect(await location('POST', '/web/actions')).toBe(`${root}/web/${id}/actions`);
  expect(await location('GET', '/other')).toBeNull();
  const twice = await fetch(`${root}/web/${id}?resolve_outputs=True&resolve_outputs=False`, {
    headers: { 'x-auth-token': token },
  });
  expect(((await twice.json()) as { stack: JsonObject }).stack).not.toHaveProperty('outputs');
});

test('stacks over the quota and names that are taken are refused', async () => {
  simulator.world.settings = {
    ...simulator.world.settings,
    quota: { ...simulator.world.settings.quota, stacks: 1 },
  };
  await created();
  await expect(begun()).rejects.toMatchObject({ status: 409, reason: 'The Stack (web) already exists.' });
  await expect(begun({ stack_name: 'other' })).rejects.toMatchObject({
    status: 400,
    reason: 'You have reached the maximum stacks per tenant, 1. Please delete some stacks.',
  });
});
