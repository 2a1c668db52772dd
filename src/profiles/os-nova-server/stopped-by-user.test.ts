/** Whose stop it was: a user's, or Coppice's own, whatever became of the operation that asked for it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startCloudSimulator, type CloudSimulator } from '../../cloud-simulator/cloud-simulator.ts';
import { faultSchema, type Fault } from '../../cloud-simulator/faults.ts';
import type { JsonObject } from '../../domain/json.ts';
import { ServiceClouds } from '../../openstack/cloud.ts';
import { findSettings } from '../../openstack/find-settings.ts';
import type { NodeFacts, OperationRequest, ProfileType } from '../profile-type.ts';
import { novaServer } from './os-nova-server.ts';

const never = new AbortController().signal;

let simulator: CloudSimulator;
let clouds: ServiceClouds;
let type: ProfileType;
let node: NodeFacts;
/** As the database has it. */
let data: JsonObject;

beforeEach(async () => {
  simulator = await startCloudSimulator({ settings: { latency: { answer_ms: 0, operation_ms: 0 } } });
  clouds = new ServiceClouds(findSettings({ env: simulator.environment }));
  type = novaServer({ clouds });
  const check = type.check({ flavor: 'm1.tiny', image: 'debian' });
  if (!check.ok) throw new Error(JSON.stringify(check.issues));
  const facts: NodeFacts = {
    id: 'n1',
    name: 'web-1',
    index: 1,
    role: '',
    clusterId: 'c1',
    clusterName: 'web',
    metadata: {},
    physicalId: null,
    data: {},
    properties: check.properties,
    session: { project: 'p', user: 'u', domain: null },
  };
  node = { ...facts, ...(await type.create(facts, { key: 'create', signal: never })) };
  ({ data } = node);
});
afterEach(async () => {
  await clouds.close();
  await simulator.close();
});

async function keepData(kept: JsonObject): Promise<void> {
  data = { ...data, ...kept };
}

/** By Coppice. */
async function operate(name: string, request: Partial<OperationRequest> = {}): Promise<void> {
  const operation = type.operations[name];
  if (operation === undefined) throw new Error(`no ${name}`);
  const given = { key: name, signal: never, keepData, ...request };
  ({ data } = await operation.run({ ...node, data }, {}, given));
}

/** By a user of the cloud. @returns the id of the request. */
async function ask(action: string, status: string): Promise<string | null> {
  const { nova } = clouds.service;
  const id = node.physicalId ?? '';
  const request = await nova.act(id, { [action]: null }, { signal: never });
  await vi.waitFor(async () => expect((await nova.getServer(id, { signal: never })).status).toBe(status));
  return request;
}

async function whoseStop(): Promise<string> {
  const found = await type.stoppedByUser?.({ ...node, data }, never);
  return found == null ? 'not of a user' : (/\((req-\S+)\)/.exec(found.why)?.[1] ?? found.why);
}

function fault(given: Partial<Fault>): void {
  simulator.world.faults.add(faultSchema.parse({ service: 'compute', ...given }));
}

test('a stop of a user is one, with the id of the request', async () => {
  expect(await whoseStop()).toBe('not of a user');
  const request = await ask('os-stop', 'SHUTOFF');
  expect(request).toMatch(/^req-/);
  expect(await whoseStop()).toBe(request);
});

test.each(['stop', 'pause', 'suspend'])('an operation %s of Coppice is no stop of a user', async (name) => {
  await operate(name);
  expect(await whoseStop()).toBe('not of a user');
});

test('what Nova has begun and Coppice has given up is no stop of a user', async () => {
  simulator.world.settings = { ...simulator.world.settings, latency: { answer_ms: 0, operation_ms: 300 } };
  const controller = new AbortController();
  const stop = operate('stop', { signal: controller.signal });
  await vi.waitFor(() => expect(data).toHaveProperty('stop_request'));
  controller.abort(new Error('out of time'));
  await expect(stop).rejects.toThrow('out of time');
  expect(await whoseStop()).toBe('not of a user');
});

test('a stop whose answer is lost is no stop of a user', async () => {
  fault({ operation: 'stop', kind: 'lost-answer' });
  await operate('stop');
  expect(simulator.world.faults.all).toEqual([]);
  expect(await whoseStop()).toBe('not of a user');
});

test('a crash before the request is recorded is made good by the repeat', async () => {
  const crash = operate('stop', { keepData: () => Promise.reject(new Error('killed')) });
  await expect(crash).rejects.toThrow('killed');
  await operate('stop');
  expect(simulator.world.mutations.all.map(({ operation }) => operation)).toEqual(['create', 'os-stop']);
  expect(await whoseStop()).toBe('not of a user');
});

test('a stop of a user after an operation that Nova has refused is that of a user', async () => {
  fault({ operation: 'stop', kind: 'error', status: 409 });
  await expect(operate('stop')).rejects.toThrow('409');
  expect(await whoseStop()).toBe('not of a user');
  const request = await ask('os-stop', 'SHUTOFF');
  expect(await whoseStop()).toBe(request);
});

test('a stop of a user before one of Coppice, which changes nothing, is that of a user', async () => {
  const request = await ask('os-stop', 'SHUTOFF');
  await operate('stop');
  expect(await whoseStop()).toBe(request);
});

test('the next stop after one of Coppice is that of a user', async () => {
  await operate('stop');
  await ask('os-start', 'ACTIVE');
  const request = await ask('os-stop', 'SHUTOFF');
  expect(await whoseStop()).toBe(request);
});
