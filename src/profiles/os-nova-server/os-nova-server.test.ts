import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startCloudSimulator, type CloudSimulator } from '../../cloud-simulator/cloud-simulator.ts';
import type { SimulatedHost } from '../../cloud-simulator/hosts.ts';
import type { Fault } from '../../cloud-simulator/faults.ts';
import { faultSchema } from '../../cloud-simulator/faults.ts';
import { CoppiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { ServiceClouds } from '../../openstack/cloud.ts';
import { findSettings } from '../../openstack/find-settings.ts';
import type { NodeFacts, PhysicalNode, ProfileType } from '../profile-type.ts';
import { novaServer } from './os-nova-server.ts';

let simulator: CloudSimulator;
let clouds: ServiceClouds;
let type: ProfileType;

beforeEach(async () => {
  simulator = await startCloudSimulator({ settings: { latency: { answer_ms: 0, operation_ms: 0 } } });
  clouds = new ServiceClouds(findSettings({ env: simulator.environment }));
  type = novaServer({ clouds });
});
afterEach(async () => {
  await clouds.close();
  await simulator.close();
});

const never = new AbortController().signal;

function nodeWith(properties: JsonObject = {}, made: Partial<PhysicalNode> = {}): NodeFacts {
  const check = type.check({ flavor: 'm1.tiny', image: 'debian', ...properties });
  if (!check.ok) throw new Error(JSON.stringify(check.issues));
  return {
    id: randomUUID(),
    name: 'web-1',
    index: 1,
    role: '',
    clusterId: randomUUID(),
    clusterName: 'web',
    metadata: {},
    physicalId: null,
    data: {},
    properties: check.properties,
    session: { project: 'p', user: 'u', domain: null },
    ...made,
  };
}

async function created(properties: JsonObject = {}): Promise<NodeFacts> {
  const node = nodeWith(properties);
  return { ...node, ...(await type.create(node, { key: 'create', signal: never })) };
}

async function operate(
  node: NodeFacts,
  name: string,
  parameters: JsonObject = {},
  key = name,
): Promise<PhysicalNode> {
  const operation = type.operations[name];
  if (operation === undefined) throw new Error(`no ${name}`);
  return operation.run(node, parameters, { key, signal: never });
}

function fault(given: Partial<Fault>): void {
  simulator.world.faults.add(faultSchema.parse({ service: 'compute', ...given }));
}

const mutations = (): string[] => simulator.world.mutations.all.map(({ operation }) => operation);
const serverOf = ({ physicalId }: NodeFacts) => {
  const server = simulator.world.servers.find(physicalId ?? '');
  if (server === undefined) throw new Error('the server is gone');
  return server;
};

async function errorOf(promise: Promise<unknown>): Promise<CoppiceError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof CoppiceError) return error;
  throw new Error(`expected a CoppiceError, found ${String(error)}`);
}

describe('create', () => {
  test('makes a server that says whose it is', async () => {
    const node = await created({ metadata: { tier: 'front' }, networks: [{ network: 'private' }] });
    expect(node.data).toMatchObject({ address: expect.stringMatching(/^10\./) as string, zone: 'nova' });
    expect(serverOf(node)).toMatchObject({
      name: 'web-1',
      flavor: 'm1.tiny',
      metadata: {
        tier: 'front',
        cluster_id: node.clusterId,
        cluster_node_id: node.id,
        cluster_node_index: '1',
      },
    });
    expect(type.endpoint(node)).toEqual({ address: node.data['address'] });
  });

  test("that ends in ERROR says Nova's reason, and leaves no server", async () => {
    fault({ operation: 'create', kind: 'fail', message: 'No valid host was found.' });
    const error = await errorOf(created());
    expect(error).toMatchObject({ code: 'operation-failed', retryable: true });
    expect(error.message).toMatch(
      /^the server could not be created: server \S+ is ERROR: No valid host was found\.$/,
    );
    expect(simulator.world.servers.all).toEqual([]);
  });

  test('for which no host was found says which hosts Nova does not use, and how one comes back', async () => {
    const [first, second] = simulator.world.hosts.all;
    if (first === undefined || second === undefined) throw new Error('no hosts');
    simulator.world.hosts.change(first, { isForcedDown: true });
    simulator.world.hosts.change(second, { isUp: false });
    const { message } = await errorOf(created());
    expect(message).toContain(
      `No valid host was found. host ${first.name} is forced down in Nova (openstack compute service set --up ${first.name} nova-compute); host ${second.name} is down`,
    );
  });

  test('with an image that is gone says so', async () => {
    simulator.world.settings = { ...simulator.world.settings, strict: true };
    const error = await errorOf(created({ image: 'gone' }));
    expect(error.message).toBe('the image gone could not be found: there is none');
  });

  test('that is aborted leaves no server', async () => {
    simulator.world.settings = { ...simulator.world.settings, latency: { answer_ms: 0, operation_ms: 200 } };
    const controller = new AbortController();
    const creation = type.create(nodeWith(), { key: 'k', signal: controller.signal });
    await vi.waitFor(() => expect(mutations()).toEqual(['create']));
    controller.abort(new Error('cancelled'));
    await expect(creation).rejects.toThrow('cancelled');
    expect(simulator.world.servers.all).toEqual([]);
  });

  test('that is aborted from the start removes what an earlier request has begun', async () => {
    const node = nodeWith();
    await type.create(node, { key: 'k', signal: never });
    await expect(
      type.create(node, { key: 'k', signal: AbortSignal.abort(new Error('cancelled')) }),
    ).rejects.toThrow('cancelled');
    expect(simulator.world.servers.all).toEqual([]);
  });

  test('gives a port of its own what Nova cannot say, and removal takes it away', async () => {
    const node = await created({
      networks: [{ network: 'private', security_groups: ['web'], floating_network: 'public' }],
    });
    const { network } = simulator.world;
    expect([...network.ports.values()]).toMatchObject([
      {
        name: expect.stringMatching(`^coppice-${node.id}-[\\w-]{12}-0$`) as string,
        description: `coppice node ${node.id}`,
        deviceId: node.physicalId,
      },
    ]);
    expect(network.floating.size).toBe(1);
    await type.remove(node, { key: 'r', signal: never });
    expect([network.ports.size, network.floating.size]).toEqual([0, 0]);
  });
});

describe('remove', () => {
  test('takes the ports away also where Neutron has no routers, and so no floating IPs', async () => {
    simulator.world.settings = { ...simulator.world.settings, routers: false };
    const node = await created({ networks: [{ network: 'private', security_groups: ['web'] }] });
    await type.remove(node, { key: 'r', signal: never });
    expect([simulator.world.servers.all, simulator.world.network.ports.size]).toEqual([[], 0]);
  });

  test('leaves servers of other nodes of the same name alone', async () => {
    const [first, second] = [await created({ name: 'same' }), await created({ name: 'same' })];
    await type.remove(first, { key: 'r', signal: never });
    expect(simulator.world.servers.all.map(({ id }) => id)).toEqual([second.physicalId]);
  });

  test('of a locked server fails, and may be tried again', async () => {
    const node = await created();
    await operate(node, 'lock');
    expect(await errorOf(type.remove(node, { key: 'r', signal: never }))).toMatchObject({ retryable: true });
    await operate(node, 'unlock');
    await type.remove(node, { key: 'r2', signal: never });
  });
});

describe('an operation', () => {
  test.each([
    ['reboot', { type: 'HARD' }, 'active'],
    ['rebuild', {}, 'active'],
    ['stop', {}, 'stopped'],
    ['pause', {}, 'paused'],
    ['suspend', {}, 'suspended'],
    ['rescue', {}, 'rescued'],
    ['migrate', {}, 'active'],
    ['change_password', { admin_pass: 'x' }, 'active'],
  ] as [string, JsonObject, string][])('%s is awaited to its end', async (name, parameters, state) => {
    const node = await created();
    await operate(node, name, parameters);
    expect(serverOf(node)).toMatchObject({ vmState: state, taskState: null });
  });

  test.each([
    ['stop', 'start'],
    ['pause', 'unpause'],
    ['suspend', 'resume'],
    ['rescue', 'unrescue'],
  ])('%s is undone by %s', async (first, second) => {
    const node = await created();
    await operate(node, first);
    await operate(node, second);
    expect(serverOf(node).vmState).toBe('active');
  });

  test.each([
    ['stop', 'stopped'],
    ['pause', 'paused'],
    ['suspend', 'suspended'],
  ])('after a rebuild the server runs, also where it was %s', async (first, state) => {
    const node = await created();
    await operate(node, first);
    expect(serverOf(node).vmState).toBe(state);
    await operate(node, 'rebuild');
    expect(serverOf(node)).toMatchObject({ vmState: 'active', taskState: null });
    expect(mutations()).toContain('rebuild');
  });

  test('while Glance is away a rebuild is not begun, and says that it may be later', async () => {
    // An image whose id is not known from the creation.
    const node = { ...(await created()), properties: nodeWith({ image: 'another' }).properties };
    simulator.world.faults.setAway('image', true);
    expect(await errorOf(operate(node, 'rebuild'))).toMatchObject({
      retryable: true,
      details: { no_place: true },
    });
    expect(mutations()).not.toContain('rebuild');
  });

  test('rebuild of a server in ERROR, of which Nova takes no mark before, is begun once for a request', async () => {
    const node = await created();
    simulator.world.servers.setState(serverOf(node), 'error', null);
    const { metadata } = serverOf(node);
    for (const _ of [1, 2]) await operate(node, 'rebuild');
    expect(serverOf(node)).toMatchObject({ vmState: 'active', metadata });
    expect(mutations()).toEqual(['create', 'rebuild']);
    await operate(node, 'rebuild', {}, 'another request');
    expect(mutations()).toEqual(['create', 'rebuild', 'rebuild']);
  });

  test.each([
    ['reboot', { type: 'HARD' }, 'active'],
    ['stop', {}, 'stopped'],
  ] as [string, JsonObject, string][])(
    '%s of a server in ERROR needs no mark',
    async (name, given, state) => {
      const node = await created();
      simulator.world.servers.setState(serverOf(node), 'error', null);
      await operate(node, name, given);
      expect(serverOf(node).vmState).toBe(state);
    },
  );

  test('that is aborted waits until Nova has ended it', async () => {
    const node = await created();
    simulator.world.settings = { ...simulator.world.settings, latency: { answer_ms: 0, operation_ms: 300 } };
    const controller = new AbortController();
    const reboot = type.operations['reboot']?.run(node, {}, { key: 'k', signal: controller.signal });
    await vi.waitFor(() => expect(mutations()).toEqual(['create', 'reboot']));
    controller.abort(new Error('out of time'));
    await expect(reboot).rejects.toThrow('out of time');
    expect(simulator.world.mutations.all.every(({ ended_at }) => ended_at !== null)).toBe(true);
  });

  test('is awaited to its end also where Nova refuses to show the server meanwhile', async () => {
    const node = await created();
    simulator.world.settings = { ...simulator.world.settings, latency: { answer_ms: 0, operation_ms: 200 } };
    const reboot = operate(node, 'reboot', { type: 'HARD' });
    await vi.waitFor(() => expect(mutations()).toEqual(['create', 'reboot']));
    fault({ operation: 'show', kind: 'error', status: 409, count: 2 });
    await reboot;
    expect(simulator.world.faults.all).toEqual([]);
    expect(simulator.world.mutations.all.every(({ ended_at }) => ended_at !== null)).toBe(true);
  });

  test('whose answer is lost has not failed because Nova does not show at once that it has begun', async () => {
    const node = await created();
    simulator.world.settings = { ...simulator.world.settings, latency: { answer_ms: 0, operation_ms: 200 } };
    // What is shown before it is asked to reboot: the server, and what was done to it.
    fault({ operation: 'show', kind: 'slow', delay_ms: 0, count: 2 });
    fault({ operation: 'show', kind: 'error', status: 403, count: 2 });
    fault({ operation: 'reboot', kind: 'lost-answer' });
    await operate(node, 'reboot', { type: 'HARD' });
    expect([mutations(), simulator.world.faults.all]).toEqual([['create', 'reboot'], []]);
    expect(simulator.world.mutations.all.every(({ ended_at }) => ended_at !== null)).toBe(true);
  });

  test('of a server that is gone cannot be done', async () => {
    const node = await created();
    simulator.world.servers.remove(serverOf(node));
    expect(await errorOf(operate(node, 'reboot'))).toMatchObject({
      code: 'operation-impossible',
      message: `the server could not be rebooted: server ${node.physicalId} does not exist`,
    });
  });

  test("that ends in ERROR says Nova's reason", async () => {
    const node = await created();
    fault({ operation: 'rebuild', kind: 'fail', message: 'Disk is gone.' });
    const error = await errorOf(operate(node, 'rebuild'));
    expect(error.message).toBe(
      `the server could not be rebuilt: server ${node.physicalId} is ERROR: Disk is gone.`,
    );
  });

  test('evacuate moves the server from a host that is down, and forces that one down', async () => {
    const node = await created();
    const host = simulator.world.hosts.find(serverOf(node).hostName);
    if (host === undefined) throw new Error('no host');
    expect(await errorOf(operate(node, 'evacuate', {}, 'too early'))).toMatchObject({
      code: 'operation-failed',
      message: `the server could not be evacuated: its host ${host.name} is up and still in use`,
    });
    simulator.world.hosts.change(host, { isUp: false });
    await operate(node, 'evacuate');
    expect(serverOf(node).hostName).not.toBe(host.name);
    expect(host.isForcedDown).toBe(true);
  });
});

describe('evacuate', () => {
  async function onDeadHost(): Promise<{ node: NodeFacts; host: SimulatedHost }> {
    const node = await created();
    const host = simulator.world.hosts.find(serverOf(node).hostName);
    if (host === undefined) throw new Error('no host');
    simulator.world.hosts.change(host, { isUp: false });
    return { node, host };
  }

  test('starts no other server where its host could not be forced down', async () => {
    const { node, host } = await onDeadHost();
    fault({
      operation: 'service',
      kind: 'error',
      status: 403,
      message: 'Policy does not allow it.',
      count: 0,
    });
    const error = await errorOf(operate(node, 'evacuate'));
    expect(error.message).toMatch(
      new RegExp(
        `^the server could not be evacuated: its host ${host.name} could not be forced down: compute: PUT /os-services/\\S+: 403 Policy does not allow it\\.`,
      ),
    );
    expect([serverOf(node).hostName, mutations()]).toEqual([host.name, ['create']]);
  });

  test('starts no other server where the state of its host cannot be seen', async () => {
    const { node, host } = await onDeadHost();
    fault({ operation: 'services', kind: 'error', status: 403, message: 'No.', count: 0 });
    const error = await errorOf(operate(node, 'evacuate'));
    expect(error.message).toContain(
      `the server could not be evacuated: the state of its host ${host.name} is not known: `,
    );
    expect(mutations()).toEqual(['create']);
  });

  test.each([false, true])(
    'begins nothing, and forces nothing down, while no other host is up (its own is forced down: %s)',
    async (isForcedDown) => {
      const { node, host } = await onDeadHost();
      simulator.world.hosts.change(host, { isForcedDown });
      const others = simulator.world.hosts.all.filter((one) => one !== host);
      for (const other of others) simulator.world.hosts.change(other, { isUp: false });
      const error = await errorOf(operate(node, 'evacuate'));
      expect(error).toMatchObject({ code: 'operation-failed', retryable: true });
      const down = others.map(({ name }) => `host ${name} is down`).join('; ');
      expect(error.message).toBe(`the server could not be evacuated: no other compute host is up: ${down}`);
      expect(mutations()).toEqual(['create']);
      expect(host.isForcedDown).toBe(isForcedDown);
      expect(serverOf(node).vmState).toBe('active');
    },
  );

  test('to a host that is named asks of that one only whether it is up', async () => {
    const { node, host } = await onDeadHost();
    const [other] = simulator.world.hosts.all.filter((one) => one !== host);
    if (other === undefined) throw new Error('no other host');
    simulator.world.hosts.change(other, { isDisabled: true });
    const message = async (name: string) =>
      (await errorOf(operate(node, 'evacuate', { host: name }, name))).message;
    expect(await message(other.name)).toBe(
      `the server could not be evacuated: no other compute host is up: host ${other.name} is disabled`,
    );
    for (const name of [host.name, 'compute99'])
      expect(await message(name)).toBe(
        `the server could not be evacuated: no other compute host is named ${name}`,
      );
    expect([host.isForcedDown, mutations()]).toEqual([false, ['create']]);
  });

  test('repeated after it has begun, finds the server on its new host and does not fence that', async () => {
    const { node, host } = await onDeadHost();
    const first = await operate(node, 'evacuate');
    expect(await operate(node, 'evacuate')).toEqual(first);
    expect(mutations()).toEqual(['create', 'evacuate']);
    const down = simulator.world.hosts.all.filter(({ isForcedDown }) => isForcedDown);
    expect(down.map(({ name }) => name)).toEqual([host.name]);
  });
});

describe('probe', () => {
  test.each([
    ['active', 'healthy', undefined],
    ['stopped', 'unhealthy', 'SERVER_STOPPED'],
    ['paused', 'unhealthy', 'SERVER_PAUSED'],
    ['suspended', 'unhealthy', 'SERVER_PAUSED'],
    ['error', 'unhealthy', 'SERVER_ERROR'],
    ['building', 'unknown', undefined],
    ['rescued', 'unknown', undefined],
  ] as const)('of a server that is %s is %s', async (state, health, failure) => {
    const node = await created();
    simulator.world.servers.setState(serverOf(node), state, 'broken');
    expect(await type.probe(node, never)).toMatchObject({
      health,
      ...(failure === undefined ? {} : { failure }),
    });
  });

  test('is unknown while Nova, or Keystone, is away', async () => {
    const node = await created();
    simulator.world.faults.setAway('compute', true);
    expect(await type.probe(node, never)).toMatchObject({ health: 'unknown' });
    simulator.world.faults.clear();
    simulator.world.identity.revokeAll();
    simulator.world.faults.setAway('identity', true);
    expect(await type.probe(node, never)).toMatchObject({ health: 'unknown' });
  });

  test('is unknown, and sends nothing, where there is no cloud', async () => {
    const verdict = await novaServer({ clouds: undefined }).probe(nodeWith(), never);
    expect(verdict).toMatchObject({
      health: 'unknown',
      reason: expect.stringContaining('--cloud') as string,
    });
  });
});

test("details are Nova's own attributes, without secrets", async () => {
  const node = await created({ admin_pass: 's3cret-pass', user_data: 's3cret-data' });
  const details = await type.details(node, never);
  expect(details).toMatchObject({ status: 'ACTIVE', 'OS-EXT-STS:vm_state': 'active', name: 'web-1' });
  expect(JSON.stringify(details)).not.toMatch(/s3cret|adminPass/);
});

describe('a spec', () => {
  const issues = (properties: JsonObject): string[] => {
    const check = type.check(properties);
    return check.ok
      ? []
      : check.issues.map(({ field, expected, found }) => `${field}: ${expected}: ${found}`);
  };

  test.each([
    [{ image: 'x' }, 'flavor: '],
    [{ flavor: 'x' }, 'image: an image, or block_device_mapping_v2: neither'],
    [{ flavor: 'x', image: 'y', networks: [{}] }, 'networks[0]: network or port: neither'],
    [
      { flavor: 'x', image: 'y', networks: [{ port: 'p', fixed_ip: '10.0.0.1' }] },
      'networks[0].fixed_ip: nothing beside port: "10.0.0.1"',
    ],
    [{ flavor: 'x', image: 'y', networks: [{ network: 'n', vnic_type: 'best' }] }, 'networks[0].vnic_type: '],
    [
      { flavor: 'x', image: 'y', user_data: 'x'.repeat(70_000) },
      'user_data: at most 65535 characters in base64: ',
    ],
    [{ flavor: 'x', image: 'y', metadata: { k: 'x'.repeat(300) } }, 'metadata.k: '],
  ] as [JsonObject, string][])('%j is refused', (properties, issue) => {
    expect(issues(properties)[0]).toContain(issue);
  });

  test('of Senlin is taken as it is', () => {
    expect(
      issues({
        name: 'cap',
        flavor: '1',
        image: 'cirros-0.3.5-x86_64-disk',
        networks: [{ network: 'private' }],
        context: { region_name: 'RegionOne' },
        security_groups: ['default'],
        scheduler_hints: { group: 'g' },
        block_device_mapping_v2: [
          { source_type: 'image', destination_type: 'volume', volume_size: 5, uuid: 'u', boot_index: 0 },
        ],
      }),
    ).toEqual([]);
  });

  test('names what the cloud does not have', async () => {
    simulator.world.settings = { ...simulator.world.settings, strict: true };
    const properties = { flavor: 'm9', image: 'cirros-fake', networks: [{ network: 'backend' }] };
    const found = await type.examine?.(properties, null);
    expect(found?.map(({ field }) => field)).toEqual(['flavor', 'networks[0].network']);
  });
});

test('an operation that is out of time on a host that has died is not waited for any longer', async () => {
  const node = await created();
  const host = simulator.world.hosts.find(serverOf(node).hostName);
  if (host === undefined) throw new Error('no host');
  simulator.world.hosts.change(host, { isUp: false });
  const controller = new AbortController();
  const request = { key: 'k', signal: controller.signal };
  const reboot = type.operations['reboot']?.run(node, { type: 'HARD' }, request);
  await vi.waitFor(() => expect(mutations()).toEqual(['create', 'reboot']));
  controller.abort(new Error('out of time'));
  await expect(reboot).rejects.toThrow('out of time');
  expect(serverOf(node).taskState).toBe('rebooting_hard');
});
