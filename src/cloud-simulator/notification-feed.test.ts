/**
 * What the simulated cloud says, compared with what a Nova of OpenStack Zed has said for the same actions.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ServiceClouds, type Cloud } from '../openstack/cloud.ts';
import { findSettings } from '../openstack/find-settings.ts';
import { readNotification } from '../openstack/notifications/read-notification.ts';
import { startCloudSimulator, type CloudSimulator } from './cloud-simulator.ts';
import type { SimulatedNotification } from './notification-feed.ts';

let simulator: CloudSimulator;
let clouds: ServiceClouds;
let cloud: Cloud;
let said: SimulatedNotification[];
const context = { signal: new AbortController().signal };

beforeEach(async () => {
  said = [];
  simulator = await startCloudSimulator({ settings: { latency: { answer_ms: 0, operation_ms: 0 } } });
  simulator.world.notifications.publishTo((notification) => void said.push(notification));
  clouds = new ServiceClouds(findSettings({ env: simulator.environment }));
  cloud = clouds.service;
});
afterEach(async () => {
  await clouds.close();
  await simulator.close();
});

interface Recorded {
  readonly routing_key: string;
  readonly body: { readonly 'oslo.message': string };
}

/** `notifications.info compute.instance.power_off.end`, of those after which a real server is probed. */
const recorded = readFileSync(join(import.meta.dirname, '../../test/data/notifications/nova.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded)
  .filter(({ body }) => typeof readNotification({ ...body }) === 'object')
  .map(
    ({ routing_key: key, body }) =>
      `${key} ${(JSON.parse(body['oslo.message']) as { event_type: string }).event_type}`,
  );

/** The recorded ones from the change of the state to the end of an action. */
function really(action: string): string[] {
  const last = recorded.findIndex((each) => each.endsWith(` instance.${action}.end`));
  const first = recorded
    .slice(0, last)
    .findLastIndex((each) => each.startsWith('notifications.info compute.instance.update'));
  return recorded.slice(first, last + 1);
}

/** Those after which Coppice probes, of what was said since the last call. */
function newlySaid(): string[] {
  return said
    .splice(0)
    .filter(
      ({ eventType, payload }) => typeof readNotification({ event_type: eventType, payload }) === 'object',
    )
    .map(({ routingKey, eventType }) => `${routingKey} ${eventType}`);
}

async function server(): Promise<string> {
  const wanted = { name: 'web', flavorRef: 'm1.tiny', imageRef: 'cirros-fake', networks: 'none' };
  const id = await cloud.nova.createServer(wanted, undefined, context);
  await becomes(id, 'ACTIVE');
  newlySaid();
  return id;
}

async function becomes(id: string, status: string): Promise<void> {
  await vi.waitFor(async () => expect((await cloud.nova.getServer(id, context)).status).toBe(status));
}

test('a server that is stopped or paused says what a real one says', async () => {
  const id = await server();
  await cloud.nova.act(id, { 'os-stop': null }, context);
  await becomes(id, 'SHUTOFF');
  expect(newlySaid()).toEqual(really('power_off'));
  await cloud.nova.act(id, { 'os-start': null }, context);
  await becomes(id, 'ACTIVE');
  newlySaid();
  await cloud.nova.act(id, { pause: null }, context);
  await becomes(id, 'PAUSED');
  expect(newlySaid()).toEqual(really('pause'));
});

test('a server whose state is reset says that it has another one, and nothing of an action', async () => {
  const id = await server();
  await cloud.nova.act(id, { 'os-resetState': { state: 'error' } }, context);
  await becomes(id, 'ERROR');
  expect(newlySaid()).toEqual([
    'notifications.info compute.instance.update',
    'versioned_notifications.info instance.update',
  ]);
});

test('a server that is deleted says so as a real one', async () => {
  const id = await server();
  await cloud.nova.deleteServer(id, context);
  await vi.waitFor(() => expect(simulator.world.servers.find(id)).toBeUndefined());
  const from = recorded.findIndex((each) => each.endsWith('compute.instance.shutdown.end'));
  const until = recorded.findLastIndex((each) => each.endsWith(' instance.delete.end'));
  expect(newlySaid()).toEqual(recorded.slice(from, until + 1));
});

test('what is said names the server, in both formats', async () => {
  const id = await server();
  await cloud.nova.act(id, { 'os-stop': null }, context);
  await becomes(id, 'SHUTOFF');
  const events = said.map(({ eventType, payload }) => readNotification({ event_type: eventType, payload }));
  expect(events).toEqual(events.map(() => ({ kind: 'SERVER', id })));
});

test('a host that is forced down or up is said once each, in the versioned format', () => {
  const [host] = simulator.world.hosts.all;
  if (host === undefined) throw new Error('there is no host');
  for (const isForcedDown of [true, true, false]) simulator.world.hosts.change(host, { isForcedDown });
  simulator.world.hosts.change(host, { isUp: false });
  expect(newlySaid()).toEqual(Array(2).fill('versioned_notifications.info service.update'));
});

test('a stack says the end of each action, and its failure', async () => {
  const template = { heat_template_version: '2018-08-31', resources: {} };
  const id = await cloud.heat.createStack({ stack_name: 'web', template }, context);
  await vi.waitFor(async () =>
    expect((await cloud.heat.getStack('web', id, context)).stack_status).toBe('CREATE_COMPLETE'),
  );
  expect(said.map(({ eventType }) => eventType)).toEqual([
    'orchestration.stack.create.start',
    'orchestration.stack.create.end',
  ]);
  expect(newlySaid()).toEqual(['notifications.info orchestration.stack.create.end']);
});
