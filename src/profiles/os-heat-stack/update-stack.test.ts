import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startCloudSimulator, type CloudSimulator } from '../../cloud-simulator/cloud-simulator.ts';
import { faultSchema, type Fault } from '../../cloud-simulator/faults.ts';
import type { SimulatedStack } from '../../cloud-simulator/simulated-stack.ts';
import type { JsonObject } from '../../domain/json.ts';
import { ServiceClouds } from '../../openstack/cloud.ts';
import { findSettings } from '../../openstack/find-settings.ts';
import type { NodeFacts, PhysicalNode, ProfileType } from '../profile-type.ts';
import { heatStack } from './os-heat-stack.ts';
import { planStackUpdate } from './update-stack.ts';

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
    vm: { type: 'OS::Nova::Server', properties: { flavor: { get_param: 'flavor' }, image: 'debian' } },
  },
};

function properties(written: JsonObject): JsonObject {
  const check = type.check({ template, ...written });
  if (!check.ok) throw new Error(JSON.stringify(check.issues));
  return check.properties;
}

async function created(written: JsonObject = {}): Promise<NodeFacts> {
  const node: NodeFacts = {
    id: randomUUID(),
    name: 'web-1',
    index: 1,
    role: '',
    clusterId: randomUUID(),
    clusterName: 'web',
    metadata: {},
    physicalId: null,
    data: {},
    properties: properties(written),
    session: { project: 'p', user: 'u', domain: null },
  };
  return { ...node, ...(await type.create(node, { key: 'create', signal: never })) };
}

function update(
  node: NodeFacts,
  written: JsonObject,
  request: { readonly key?: string; readonly signal?: AbortSignal } = {},
): Promise<PhysicalNode> {
  if (type.update === undefined) throw new Error('the type updates nothing');
  return type.update.change(node, properties(written), 'all', { key: 'u', signal: never, ...request });
}

function stackOf({ physicalId }: NodeFacts): SimulatedStack {
  const stack = simulator.world.stacks.all.find(({ id }) => id === physicalId);
  if (stack === undefined) throw new Error('the stack is gone');
  return stack;
}

function mutationsOf({ physicalId }: NodeFacts): string[] {
  return simulator.world.mutations.all
    .filter((one) => one.server_id === physicalId)
    .map(({ operation }) => operation);
}

function fault(given: Partial<Fault>): void {
  simulator.world.faults.add(faultSchema.parse({ service: 'orchestration', ...given }));
}

function slow(operationMs: number): void {
  const latency = { answer_ms: 0, operation_ms: operationMs };
  simulator.world.settings = { ...simulator.world.settings, latency };
}

const server = (node: NodeFacts) =>
  simulator.world.servers.find(stackOf(node).resources.get('vm')?.physicalId ?? '');

describe('a stack is updated', () => {
  test('with all that its new profile says, and stays the stack of its node', async () => {
    const node = await created();
    const before = server(node)?.id;
    const made = await update(node, {
      parameters: { flavor: 'm1.small' },
      timeout: 5,
      disable_rollback: false,
    });
    expect(made.physicalId).toBe(node.physicalId);
    const { given, action, status } = stackOf(node);
    expect([action, status]).toEqual(['UPDATE', 'COMPLETE']);
    expect(given).toMatchObject({
      parameters: { flavor: 'm1.small' },
      timeoutMins: 5,
      disableRollback: false,
    });
    expect(given.tags).toEqual(
      expect.arrayContaining([`cluster_node_id=${node.id}`, `cluster_id=${node.clusterId}`]),
    );
    expect(server(node)).toMatchObject({ id: before, flavor: 'm1.small' });
    await type.remove(node, { key: 'r', signal: never });
    expect(stackOf(node).deletedAt).not.toBeNull();
  });

  test('and keeps the tags that others have given it, and one tag of an update', async () => {
    const node = await created();
    const { given } = stackOf(node);
    Object.assign(given, { tags: ['blue', ...given.tags] });
    await update(node, { timeout: 5 });
    await update(node, { timeout: 6 }, { key: 'another' });
    const tags = [
      'blue',
      `cluster_node_id=${node.id}`,
      `cluster_id=${node.clusterId}`,
      'cluster_node_index=1',
      expect.stringMatching(/^coppice_update=/),
    ];
    expect(stackOf(node).given.tags).toEqual(tags);
  });

  test('once for a request that is repeated, and again for another', async () => {
    const node = await created();
    await update(node, { timeout: 5 });
    await update(node, { timeout: 5 });
    expect(mutationsOf(node)).toEqual(['create', 'update']);
    await update(node, { timeout: 6 }, { key: 'another' });
    expect(mutationsOf(node)).toEqual(['create', 'update', 'update']);
  });

  test('once where the answer is lost', async () => {
    const node = await created();
    fault({ operation: 'update', kind: 'lost-answer' });
    await update(node, { timeout: 5 });
    expect(mutationsOf(node)).toEqual(['create', 'update']);
  });

  test('once where a killed process has begun it', async () => {
    const node = await created();
    slow(200);
    const first = update(node, { timeout: 5 });
    await vi.waitFor(() => expect(mutationsOf(node)).toEqual(['create', 'update']));
    await update(node, { timeout: 5 });
    expect(stackOf(node).status).toBe('COMPLETE');
    await first;
    expect(mutationsOf(node)).toEqual(['create', 'update']);
  });

  test('and failed says the reason of Heat', async () => {
    const node = await created();
    fault({ operation: 'update', kind: 'fail', message: 'No valid host.' });
    await expect(update(node, { timeout: 5 })).rejects.toThrow(
      `the stack could not be updated: stack ${node.physicalId} is UPDATE_FAILED: Resource UPDATE failed: No valid host.`,
    );
  });

  test('and rolled back by Heat is as before, and says why', async () => {
    const node = await created({ disable_rollback: false });
    fault({ operation: 'update', kind: 'fail', message: 'No valid host.' });
    const to = { disable_rollback: false, parameters: { flavor: 'm1.small' } };
    await expect(update(node, to)).rejects.toThrow(
      /^the stack could not be updated: Resource UPDATE failed: No valid host\.; stack \S+ is ROLLBACK_COMPLETE: /,
    );
    expect(stackOf(node)).toMatchObject({ action: 'ROLLBACK', given: { parameters: { flavor: 'm1.tiny' } } });
    expect(server(node)?.flavor).toBe('m1.tiny');
    await update(node, to, { key: 'again' });
    expect(server(node)?.flavor).toBe('m1.small');
  });

  test('with a template that Heat refuses says so, and stays', async () => {
    const node = await created();
    await expect(update(node, { parameters: { unknown: 1 } })).rejects.toMatchObject({
      code: 'operation-impossible',
    });
    expect(mutationsOf(node)).toEqual(['create']);
  });

  test('to its end where it is aborted; nothing is begun where it was aborted before', async () => {
    const node = await created();
    const aborted = AbortSignal.abort(new Error('cancelled'));
    await expect(update(node, { timeout: 5 }, { signal: aborted })).rejects.toThrow('cancelled');
    expect(mutationsOf(node)).toEqual(['create']);
    slow(300);
    const controller = new AbortController();
    const updating = update(node, { timeout: 5 }, { signal: controller.signal });
    await vi.waitFor(() => expect(mutationsOf(node)).toEqual(['create', 'update']));
    controller.abort(new Error('out of time'));
    await expect(updating).rejects.toThrow('out of time');
    expect(stackOf(node).status).toBe('COMPLETE');
    await expect(update(node, { timeout: 5 }, { signal: aborted })).rejects.toThrow('cancelled');
    expect(mutationsOf(node)).toEqual(['create', 'update']);
  });
});

test.each([
  [{ timeout: 5 }, ['timeout']],
  [{ parameters: { flavor: 'm1.small' }, template: {} }, ['parameters, template']],
  [{ context: { region_name: 'x' } }, []],
] as [JsonObject, string[]][])('the plan for %j is one update by Heat', (change, changes) => {
  const from = { template, parameters: {} };
  const plan = { way: 'IN_PLACE', changes, tentative: null };
  expect(planStackUpdate(from, { ...from, ...change })).toEqual(plan);
});
