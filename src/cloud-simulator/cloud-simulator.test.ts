import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { JsonObject } from '../domain/json.ts';
import { CloudError } from '../openstack/cloud-error.ts';
import { ServiceClouds, type Cloud } from '../openstack/cloud.ts';
import { findSettings } from '../openstack/find-settings.ts';
import { startCloudSimulator, type CloudSimulator } from './cloud-simulator.ts';

let simulator: CloudSimulator;
let clouds: ServiceClouds;
let cloud: Cloud;
const context = { signal: new AbortController().signal };

beforeEach(async () => {
  simulator = await startCloudSimulator({
    settings: {
      latency: { answer_ms: 0, operation_ms: 0 },
      hosts: [
        { name: 'compute1', zone: 'az1' },
        { name: 'compute2', zone: 'az2' },
      ],
    },
  });
  clouds = new ServiceClouds(findSettings({ env: simulator.environment }));
  cloud = clouds.service;
});
afterEach(async () => {
  await clouds.close();
  await simulator.close();
});

const minimal = { name: 'web-1', flavorRef: 'm1.tiny', imageRef: 'any', networks: 'none' };

async function created(server: JsonObject = {}): Promise<string> {
  const id = await cloud.nova.createServer({ ...minimal, ...server }, undefined, context);
  await untilStatus(id, 'ACTIVE');
  return id;
}

async function untilStatus(id: string, status: string): Promise<void> {
  await vi.waitFor(async () => expect(await cloud.nova.getServer(id, context)).toMatchObject({ status }));
}

async function simulatorSays(method: string, path: string, body?: JsonObject): Promise<unknown> {
  const answer = await fetch(`${simulator.url}/simulator${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return answer.status === 204 ? null : answer.json();
}

async function errorOf(promise: Promise<unknown>): Promise<CloudError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof CloudError) return error;
  throw new Error(`expected a CloudError, found ${String(error)}`);
}

describe('a server', () => {
  test('is built, has an address, and is gone after its deletion', async () => {
    const id = await created({ networks: 'auto', metadata: { cluster: 'web' } });
    expect(await cloud.nova.getServer(id, context)).toMatchObject({
      name: 'web-1',
      metadata: { cluster: 'web' },
      addresses: { private: [{ version: 4, 'OS-EXT-IPS:type': 'fixed' }] },
      'OS-EXT-SRV-ATTR:host': 'compute1',
      host_status: 'UP',
    });
    await cloud.nova.deleteServer(id, context);
    await vi.waitFor(async () =>
      expect(await errorOf(cloud.nova.getServer(id, context))).toMatchObject({ status: 404 }),
    );
    expect(await cloud.neutron.listPorts({ deviceId: id }, context)).toEqual([]);
  });

  test('that is deleted by other means while Nova deletes it is deleted once', async () => {
    const { servers } = simulator.world;
    const id = await created();
    simulator.world.settings = { ...simulator.world.settings, latency: { answer_ms: 0, operation_ms: 20 } };
    await cloud.nova.deleteServer(id, context);
    const server = servers.find(id);
    if (server !== undefined) servers.remove(server);
    await vi.waitFor(() =>
      expect(simulator.world.mutations.all.every(({ ended_at }) => ended_at !== null)).toBe(true),
    );
    expect(servers.deleted.map((one) => one.id)).toEqual([id]);
  });

  test.each([
    [[{ 'os-stop': null }], 'SHUTOFF'],
    [[{ 'os-stop': null }, { 'os-start': null }], 'ACTIVE'],
    [[{ pause: null }], 'PAUSED'],
    [[{ pause: null }, { unpause: null }], 'ACTIVE'],
    [[{ suspend: null }], 'SUSPENDED'],
    [[{ rescue: {} }], 'RESCUE'],
    [[{ reboot: { type: 'HARD' } }], 'ACTIVE'],
    [[{ rebuild: { imageRef: 'other' } }], 'ACTIVE'],
    [[{ resize: { flavorRef: 'm1.small' } }], 'VERIFY_RESIZE'],
    [[{ resize: { flavorRef: 'm1.small' } }, { confirmResize: null }], 'ACTIVE'],
    [[{ shelve: null }], 'SHELVED_OFFLOADED'],
  ] as [JsonObject[], string][])('after %j is %s', async (actions, status) => {
    const id = await created();
    for (const action of actions) {
      await cloud.nova.act(id, action, context);
      await vi.waitFor(async () =>
        expect((await cloud.nova.getServer(id, context))['OS-EXT-STS:task_state']).toBeNull(),
      );
    }
    await untilStatus(id, status);
  });

  test.each([
    [{ 'os-start': null }, "Cannot 'start' instance ID while it is in vm_state active"],
    [{ resume: null }, "Cannot 'resume' instance ID while it is in vm_state active"],
    [{ confirmResize: null }, "Cannot 'confirmResize' instance ID while it is in vm_state active"],
  ] as [JsonObject, string][])('refuses %j in a state that does not fit', async (action, reason) => {
    const id = await created();
    const error = await errorOf(cloud.nova.act(id, action, context));
    expect([error.status, error.reason]).toEqual([409, reason.replace('ID', id)]);
  });

  test('is rebooted softly only where it runs', async () => {
    const id = await created();
    await cloud.nova.act(id, { 'os-stop': null }, context);
    await untilStatus(id, 'SHUTOFF');
    expect(await errorOf(cloud.nova.act(id, { reboot: { type: 'SOFT' } }, context))).toMatchObject({
      status: 409,
    });
    await cloud.nova.act(id, { reboot: { type: 'HARD' } }, context);
    await untilStatus(id, 'ACTIVE');
  });

  test('that is locked takes nothing', async () => {
    const id = await created();
    await cloud.nova.act(id, { lock: null }, context);
    expect(await errorOf(cloud.nova.act(id, { 'os-stop': null }, context))).toMatchObject({
      status: 409,
      reason: `Instance ${id} is locked`,
    });
  });

  test('beyond the quota is refused', async () => {
    await simulatorSays('PATCH', '/settings', { latency: { operation_ms: 7 }, strict: false });
    await simulatorSays('PATCH', '/settings', { quota: { instances: 1 } });
    expect(simulator.world.settings).toMatchObject({
      latency: { operation_ms: 7 },
      quota: { instances: 1 },
    });
    await created();
    expect(await errorOf(cloud.nova.createServer(minimal, undefined, context))).toMatchObject({
      status: 403,
      reason: 'Quota exceeded for instances: Requested 1, but already used 1 of 1 instances',
    });
  });
});

describe('a host that dies', () => {
  test('is down in the list of services, and its operations end when it is back', async () => {
    const id = await created();
    await simulatorSays('POST', '/hosts/compute1', { up: false });
    const [service] = await cloud.nova.listComputeServices(context);
    expect(service).toMatchObject({ host: 'compute1', state: 'down', forced_down: false });
    expect(await cloud.nova.getServer(id, context)).toMatchObject({
      status: 'ACTIVE',
      host_status: 'UNKNOWN',
    });
    await cloud.nova.act(id, { reboot: { type: 'HARD' } }, context);
    await simulatorSays('POST', '/hosts/compute1', { up: true });
    await untilStatus(id, 'ACTIVE');
  });

  test('leaves its servers to be evacuated, once it is known to be down', async () => {
    const id = await created();
    expect(await errorOf(cloud.nova.act(id, { evacuate: {} }, context))).toMatchObject({
      status: 400,
      reason: 'Compute service of compute1 is still in use.',
    });
    const [service] = await cloud.nova.listComputeServices(context);
    await cloud.nova.forceDown(service?.id ?? '', true, context);
    await cloud.nova.act(id, { evacuate: {} }, context);
    await vi.waitFor(async () =>
      expect(await cloud.nova.getServer(id, context)).toMatchObject({
        status: 'ACTIVE',
        'OS-EXT-SRV-ATTR:host': 'compute2',
        'OS-EXT-AZ:availability_zone': 'az2',
      }),
    );
    // As Nova, which lets it up again only after it has come back.
    expect(await simulatorSays('POST', '/hosts/compute1', { forced_down: false })).toMatchObject({
      error: { message: expect.stringContaining('has not come back since') },
    });
    expect(await simulatorSays('POST', '/hosts/compute1', { up: true, forced_down: false })).toMatchObject({
      up: true,
      forced_down: false,
    });
    expect(await cloud.nova.listComputeServices(context)).toMatchObject([{ state: 'up' }, { state: 'up' }]);
  });

  test('lets a server be deleted, and what hung on it has ended', async () => {
    const id = await created();
    await simulatorSays('POST', '/hosts/compute1', { up: false });
    await cloud.nova.act(id, { reboot: { type: 'HARD' } }, context);
    await cloud.nova.deleteServer(id, context);
    await vi.waitFor(async () =>
      expect(await simulatorSays('GET', '/mutations')).toMatchObject([
        { operation: 'create' },
        { operation: 'reboot', ended_at: expect.any(Number) as number },
        { operation: 'delete', ended_at: expect.any(Number) as number },
      ]),
    );
    expect(simulator.world.servers.deleted).toMatchObject([{ id, vmState: 'deleted' }]);
  });
});

describe('the deletion of a server on a host that has died, while Nova takes it as up', () => {
  let id: string;
  beforeEach(async () => {
    id = await created();
    simulator.world.settings = { ...simulator.world.settings, service_down_time: 60 };
    await simulatorSays('POST', '/hosts/compute1', { up: false });
    await cloud.nova.deleteServer(id, context);
  });
  const isDeleting = {
    status: 'ACTIVE',
    host_status: 'UP',
    'OS-EXT-STS:task_state': 'deleting',
  };

  test('is accepted and not done, also when it is requested again', async () => {
    const [service] = await cloud.nova.listComputeServices(context);
    expect(service).toMatchObject({ host: 'compute1', state: 'up' });
    await cloud.nova.deleteServer(id, context);
    // A server of the other host is gone meanwhile.
    const other = await created();
    await cloud.nova.deleteServer(other, context);
    await vi.waitFor(() => expect(simulator.world.servers.find(other)).toBeUndefined());
    expect(await cloud.nova.getServer(id, context)).toMatchObject(isDeleting);
  });

  test('is done by the host when it is back', async () => {
    await simulatorSays('POST', '/hosts/compute1', { up: true });
    await vi.waitFor(() => expect(simulator.world.servers.find(id)).toBeUndefined());
  });

  test('is done by the API when it is requested again and the host is known to be down', async () => {
    const [service] = await cloud.nova.listComputeServices(context);
    await cloud.nova.forceDown(service?.id ?? '', true, context);
    expect(await cloud.nova.getServer(id, context)).toMatchObject({ ...isDeleting, host_status: 'DOWN' });
    await cloud.nova.deleteServer(id, context);
    expect(simulator.world.servers.find(id)).toBeUndefined();
    expect(simulator.world.mutations.all.every(({ ended_at }) => ended_at !== null)).toBe(true);
  });

  test('is so as well without forcing, once its last report is old enough', async () => {
    simulator.world.settings = { ...simulator.world.settings, service_down_time: 0 };
    expect(await cloud.nova.getServer(id, context)).toMatchObject({ ...isDeleting, host_status: 'UNKNOWN' });
    await cloud.nova.deleteServer(id, context);
    expect(simulator.world.servers.find(id)).toBeUndefined();
  });
});

describe('faults', () => {
  test('lose an answer: it was done, and the client does not know', async () => {
    await simulatorSays('POST', '/faults', { service: 'compute', operation: 'create', kind: 'lost-answer' });
    expect(await errorOf(cloud.nova.createServer(minimal, undefined, context))).toMatchObject({
      status: null,
      mayHaveHappened: true,
    });
    expect(await simulatorSays('GET', '/servers')).toMatchObject([{ name: 'web-1' }]);
    await created({ name: 'web-2' });
  });

  test('refuse, or let the server end in ERROR', async () => {
    const fault = { service: 'compute', operation: 'create' };
    await simulatorSays('POST', '/faults', { ...fault, kind: 'error', status: 503, message: 'not now' });
    await simulatorSays('POST', '/faults', { ...fault, kind: 'fail', message: 'Image is broken.' });
    expect(await errorOf(cloud.nova.createServer(minimal, undefined, context))).toMatchObject({
      status: 503,
      reason: 'not now',
    });
    const id = await cloud.nova.createServer(minimal, undefined, context);
    await untilStatus(id, 'ERROR');
    const fault500 = { code: 500, message: 'Image is broken.' };
    const shown = async () => (await cloud.nova.getServer(id, context)).fault;
    // Nova writes the reason down a moment later.
    await vi.waitFor(async () => expect(await shown()).toMatchObject(fault500));
  });

  test('of a whole service hold for every path of it', async () => {
    simulator.world.faults.setAway('image', true);
    for (const path of ['/image/v2', '/image/v2/images', '/image/nothing'])
      expect((await fetch(`${simulator.url}${path}`)).status, path).toBe(503);
    simulator.world.faults.setAway('image', false);
    expect((await fetch(`${simulator.url}/image/nothing`)).status).toBe(404);
  });

  test('hang until the caller gives up', async () => {
    await simulatorSays('POST', '/faults', { service: 'compute', operation: 'show', kind: 'hang' });
    const controller = new AbortController();
    const asked = cloud.nova.getServer('any', { signal: controller.signal });
    await vi.waitFor(async () =>
      expect(await simulatorSays('GET', '/requests')).toMatchObject({ 'compute show': 1 }),
    );
    controller.abort(new Error('given up'));
    await expect(asked).rejects.toThrow('given up');
  });

  test('take a whole service away', async () => {
    await simulatorSays('POST', '/services/compute', { up: false });
    expect(await errorOf(cloud.nova.getServer('any', context, 0))).toMatchObject({
      status: 503,
    });
    await simulatorSays('POST', '/services/compute', { up: true });
    expect(await errorOf(cloud.nova.getServer('any', context, 0))).toMatchObject({ status: 404 });
  });

  test('that no request can match are refused, with the operations that there are', async () => {
    const fault = { service: 'compute', operation: 'restart', kind: 'error' };
    expect(await simulatorSays('POST', '/faults', fault)).toMatchObject({
      error: {
        code: 400,
        message: expect.stringMatching(
          /^operation: expected \* or one of .*, reboot, .* for compute, found "restart"/,
        ) as string,
      },
    });
    expect(await simulatorSays('GET', '/faults')).toEqual([]);
    for (const operation of ['reboot', 'stop', 'resetState', 'create', '*'])
      expect(await simulatorSays('POST', '/faults', { ...fault, operation })).toMatchObject({ operation });
  });

  test('that are not known name the field', async () => {
    expect(await simulatorSays('POST', '/faults', { service: 'compute', kind: 'explode' })).toMatchObject({
      error: { code: 400, message: expect.stringContaining('kind: ') as string },
    });
  });
});

test('pages of servers lead to each other', async () => {
  for (let index = 0; index < 7; index += 1)
    await cloud.nova.createServer({ ...minimal, name: `web-${index}` }, undefined, context);
  const names: string[][] = [];
  let marker: string | undefined;
  do {
    const page = await cloud.nova.listServers({ limit: 3, marker }, context);
    names.push(page.servers.map(({ name }) => name));
    marker = page.next ?? undefined;
  } while (marker !== undefined);
  expect(names).toEqual([['web-6', 'web-5', 'web-4'], ['web-3', 'web-2', 'web-1'], ['web-0']]);
});

test('a token that was revoked is renewed by the session', async () => {
  const id = await created();
  await simulatorSays('DELETE', '/tokens');
  expect(await cloud.nova.getServer(id, context)).toMatchObject({ id });
});

test('names are found, whatever they are, and always as the same', async () => {
  const [first] = await cloud.neutron.find('networks', 'backend', context);
  const [again] = await cloud.neutron.find('networks', first?.id ?? '', context);
  expect(again).toMatchObject({ name: 'backend' });
  expect(await cloud.glance.findImages('debian', context)).toEqual(
    await cloud.glance.findImages('debian', context),
  );
});

test('a strict cloud knows only what it has', async () => {
  await simulatorSays('PATCH', '/settings', { strict: true });
  expect(await cloud.neutron.find('networks', 'backend', context)).toEqual([]);
  expect(await errorOf(cloud.nova.createServer(minimal, undefined, context))).toMatchObject({
    status: 400,
    reason: expect.stringContaining("'any' is not valid") as string,
  });
});
