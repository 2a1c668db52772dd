import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startCloudSimulator, type CloudSimulator } from '../../cloud-simulator/cloud-simulator.ts';
import { faultSchema, type Fault } from '../../cloud-simulator/faults.ts';
import type { SimulatedStack, StackAction, StackStatus } from '../../cloud-simulator/simulated-stack.ts';
import { CoppiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { ServiceClouds } from '../../openstack/cloud.ts';
import { findSettings } from '../../openstack/find-settings.ts';
import type { NodeFacts, PhysicalNode, ProfileType } from '../profile-type.ts';
import { heatStack } from './os-heat-stack.ts';

let simulator: CloudSimulator;
let clouds: ServiceClouds;
let type: ProfileType;

beforeEach(async () => {
  simulator = await startCloudSimulator({ settings: { latency: { answer_ms: 0, operation_ms: 0 } } });
  clouds = new ServiceClouds(findSettings({ env: simulator.environment }));
  type = heatStack({ clouds });
});
afterEach(async () => {
  await clouds.close();
  await simulator.close();
});

const never = new AbortController().signal;
const template: JsonObject = {
  heat_template_version: '2018-08-31',
  parameters: { flavor: { type: 'string', default: 'm1.tiny' } },
  resources: {
    vm: {
      type: 'OS::Nova::Server',
      properties: { flavor: { get_param: 'flavor' }, image: 'debian', networks: [{ network: 'private' }] },
    },
  },
  outputs: { address: { value: { get_attr: ['vm', 'first_address'] } } },
};

function nodeWith(properties: JsonObject = {}, made: Partial<PhysicalNode> = {}): NodeFacts {
  const check = type.check({ template, ...properties });
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

function fault(given: Partial<Fault>): void {
  simulator.world.faults.add(faultSchema.parse({ service: 'orchestration', ...given }));
}

/** Those that were not deleted. */
function stacks(): readonly SimulatedStack[] {
  return simulator.world.stacks.all.filter(({ deletedAt }) => deletedAt === null);
}

function stackOf({ physicalId }: NodeFacts): SimulatedStack {
  const stack = simulator.world.stacks.all.find(({ id }) => id === physicalId);
  if (stack === undefined) throw new Error('the stack is gone');
  return stack;
}

/** Of stacks alone. */
function mutations(): string[] {
  const ids = new Set(simulator.world.stacks.all.map(({ id }) => id));
  return simulator.world.mutations.all
    .filter((one) => ids.has(one.server_id))
    .map(({ operation }) => operation);
}

function slow(operationMs: number): void {
  simulator.world.settings = {
    ...simulator.world.settings,
    latency: { answer_ms: 0, operation_ms: operationMs },
  };
}

async function errorOf(promise: Promise<unknown>): Promise<CoppiceError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof CoppiceError) return error;
  throw new Error(`expected a CoppiceError, found ${String(error)}`);
}

describe('create', () => {
  test('makes a stack that says whose it is', async () => {
    const node = await created({ parameters: { flavor: 'm1.small' }, timeout: 5, disable_rollback: false });
    const stack = stackOf(node);
    expect(stack.name).toMatch(/^web-1-[0-9a-f]{16}$/);
    expect(stack.given).toMatchObject({
      tags: [`cluster_node_id=${node.id}`, `cluster_id=${node.clusterId}`, 'cluster_node_index=1'],
      parameters: { flavor: 'm1.small' },
      timeoutMins: 5,
      disableRollback: false,
    });
    expect(simulator.world.servers.all).toMatchObject([{ flavor: 'm1.small', vmState: 'active' }]);
  });

  test('takes names that Heat would not take', async () => {
    const node = { ...nodeWith(), name: '1 of many' };
    await type.create(node, { key: 'k', signal: never });
    expect(stacks()[0]?.name).toMatch(/^n-1-of-many-[0-9a-f]{16}$/);
  });

  test('at the same time with the same key makes one stack', async () => {
    const node = nodeWith();
    const request = { key: 'k', signal: never };
    const [first, second] = await Promise.all([type.create(node, request), type.create(node, request)]);
    expect(first).toEqual(second);
    expect(mutations()).toEqual(['create']);
  });

  test.each([true, false])("that fails says Heat's reason, and leaves no stack", async (disableRollback) => {
    for (const host of simulator.world.hosts.all) host.isDisabled = true;
    const error = await errorOf(created({ disable_rollback: disableRollback }));
    expect(error).toMatchObject({ code: 'operation-failed', retryable: true });
    expect(error.message).toMatch(/^the stack could not be created: stack \S+ is (CREATE|ROLLBACK)_/);
    if (disableRollback) expect(error.message).toContain('No valid host was found');
    expect([stacks(), simulator.world.servers.all]).toEqual([[], []]);
  });

  test('that Heat refuses is nothing that a retry helps', async () => {
    const error = await errorOf(created({ parameters: { colour: 'green' } }));
    expect(error).toMatchObject({ code: 'operation-impossible', retryable: false });
    expect(error.message).toContain('The Parameter (colour) was not defined in template.');
  });

  test('that is aborted leaves no stack', async () => {
    slow(200);
    const controller = new AbortController();
    const creation = type.create(nodeWith(), { key: 'k', signal: controller.signal });
    await vi.waitFor(() => expect(mutations()).toEqual(['create']));
    controller.abort(new Error('cancelled'));
    await expect(creation).rejects.toThrow('cancelled');
    expect([stacks(), simulator.world.servers.all]).toEqual([[], []]);
  });

  test('that is aborted from the start removes what an earlier request has begun', async () => {
    const node = nodeWith();
    await type.create(node, { key: 'k', signal: never });
    const request = { key: 'k', signal: AbortSignal.abort(new Error('cancelled')) };
    await expect(type.create(node, request)).rejects.toThrow('cancelled');
    expect(stacks()).toEqual([]);
  });
});

describe('remove', () => {
  test('is over when the stack and its servers are gone, and a second time is a success', async () => {
    const node = await created();
    await type.remove(node, { key: 'r', signal: never });
    expect([stacks(), simulator.world.servers.all]).toEqual([[], []]);
    await type.remove(node, { key: 'r2', signal: never });
    expect(mutations()).toEqual(['create', 'delete']);
  });

  test("that Heat could not do says Heat's reason, and may be tried again", async () => {
    const node = await created();
    fault({ operation: 'delete', kind: 'fail', message: 'The volume is in use.' });
    const error = await errorOf(type.remove(node, { key: 'r', signal: never }));
    expect(error).toMatchObject({ retryable: true });
    expect(error.message).toContain('is DELETE_FAILED: Resource DELETE failed: The volume is in use.');
    await type.remove(node, { key: 'r2', signal: never });
    expect(stacks()).toEqual([]);
  });
});

describe('probe', () => {
  test.each([
    ['CREATE', 'COMPLETE', 'healthy', undefined],
    ['UPDATE', 'COMPLETE', 'healthy', undefined],
    ['CHECK', 'COMPLETE', 'healthy', undefined],
    ['RESUME', 'COMPLETE', 'healthy', undefined],
    ['ROLLBACK', 'COMPLETE', 'healthy', undefined],
    ['SUSPEND', 'COMPLETE', 'unhealthy', 'SERVER_PAUSED'],
    ['CHECK', 'FAILED', 'unhealthy', 'SERVER_ERROR'],
    ['UPDATE', 'FAILED', 'unhealthy', 'SERVER_ERROR'],
    ['UPDATE', 'IN_PROGRESS', 'unknown', undefined],
    ['DELETE', 'IN_PROGRESS', 'unknown', undefined],
  ] as [StackAction, StackStatus, string, string | undefined][])(
    'of a stack that is %s_%s is %s',
    async (action, status, health, failure) => {
      const node = await created();
      Object.assign(stackOf(node), { action, status, reason: 'why it is so' });
      const verdict = await type.probe(node, never);
      expect(verdict).toMatchObject({ health, ...(failure === undefined ? {} : { failure }) });
      if (failure === 'SERVER_ERROR')
        expect(verdict.reason).toBe(`stack ${node.physicalId} is ${action}_${status}: why it is so`);
    },
  );

  test('of a stack whose creation was rolled back is SERVER_ERROR: nothing of it is left', async () => {
    const node = await created();
    const stack = stackOf(node);
    Object.assign(stack, { action: 'ROLLBACK', status: 'COMPLETE', reason: 'why it is so' });
    stack.resources.clear();
    expect(await type.probe(node, never)).toEqual({
      health: 'unhealthy',
      failure: 'SERVER_ERROR',
      reason: `stack ${node.physicalId} is ROLLBACK_COMPLETE: why it is so; nothing of it is left: its creation was taken back`,
    });
  });

  test('after a check of Heat found the server of the stack stopped is SERVER_ERROR', async () => {
    const node = await created();
    const { servers, stacks: all } = simulator.world;
    const [server] = servers.all;
    if (server === undefined) throw new Error('there is no server');
    servers.setState(server, 'stopped', null);
    all.act(stackOf(node), 'CHECK', { requestId: 'req-1', failure: null });
    await vi.waitFor(async () =>
      expect(await type.probe(node, never)).toMatchObject({ failure: 'SERVER_ERROR' }),
    );
  });

  test('is unknown while Heat, or Keystone, is away, and where there is no cloud', async () => {
    const node = await created();
    simulator.world.faults.setAway('orchestration', true);
    expect(await type.probe(node, never)).toMatchObject({ health: 'unknown' });
    simulator.world.faults.clear();
    simulator.world.identity.revokeAll();
    simulator.world.faults.setAway('identity', true);
    expect(await type.probe(node, never)).toMatchObject({ health: 'unknown' });
    expect(await heatStack({ clouds: undefined }).probe(node, never)).toMatchObject({
      health: 'unknown',
      reason: expect.stringContaining('--cloud') as string,
    });
  });
});

test('details are the stack as Heat shows it, with its parameters and outputs', async () => {
  const node = await created();
  const [server] = simulator.world.servers.all;
  const address = simulator.world.network.portsOf(server?.id ?? '')[0]?.address;
  expect(await type.details(node, never)).toMatchObject({
    id: node.physicalId,
    stack_status: 'CREATE_COMPLETE',
    parameters: { flavor: 'm1.tiny' },
    outputs: [{ output_key: 'address', output_value: address }],
  });
  expect(await type.details(nodeWith(), never)).toEqual({});
});

describe('a spec', () => {
  const check = (properties: JsonObject): string[] => {
    const result = type.check(properties);
    return result.ok ? [] : result.issues.map((one) => `${one.field}: ${one.expected}: ${one.found}`);
  };

  test.each([
    [{}, 'template: a template, or template_url: neither'],
    [{ template: {} }, 'template: a template, or template_url: neither'],
    [{ template: 'text' }, 'template: '],
    [{ template, timeout: 0 }, 'timeout: '],
    [{ template, timeout: 'long' }, 'timeout: '],
    [{ template, disable_rollback: 'perhaps' }, 'disable_rollback: '],
    [{ template, parameters: [] }, 'parameters: '],
    [{ template, files: 'text' }, 'files: '],
    [{ template, environment: 'text' }, 'environment: '],
    [{ template, context: 'text' }, 'context: '],
    [{ template, colour: 'green' }, 'colour: '],
  ] as [JsonObject, string][])('%j is refused', (properties, issue) => {
    expect(check(properties)[0]).toContain(issue);
  });

  test('has the defaults of Senlin', () => {
    expect(type.check({ template_url: 'http://example.org/web.yaml' })).toEqual({
      ok: true,
      properties: {
        context: {},
        template: {},
        template_url: 'http://example.org/web.yaml',
        parameters: {},
        files: {},
        disable_rollback: true,
        environment: {},
      },
    });
  });

  test('that Heat would not take is refused with its reason, and creates nothing', async () => {
    const found = await type.examine?.({ ...nodeWith().properties, template: { resources: {} } }, null);
    expect(found).toEqual([
      {
        field: 'template',
        expected: 'one that Heat takes',
        found: 'The template version is invalid: Template version was not provided',
      },
    ]);
    expect(await type.examine?.(nodeWith().properties, null)).toEqual([]);
    expect(simulator.world.stacks.all).toEqual([]);
  });

  test('is taken while Heat is away', async () => {
    simulator.world.faults.setAway('orchestration', true);
    expect(await type.examine?.(nodeWith().properties, null)).toEqual([]);
  });
});
