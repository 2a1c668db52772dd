/**
 * Recoveries whose workflows run on another server over Mistral's REST API: here a second Coppice, whose API
 * is compared with a real Mistral's (mistral-cases.test.ts).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startCoppice, type Coppice } from '../../src/app.ts';
import { loadConfig, type Config, type ConfigFlags } from '../../src/config.ts';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import { openMistral } from '../../src/open-mistral.ts';
import { AddressGuard } from '../../src/outbound/address-guard.ts';
import { hasEnded, type WorkflowService } from '../../src/workflow/workflow-service.ts';
import { eventually } from '../support/eventually.ts';
import { testSession } from '../support/session.ts';

const directory = mkdtempSync(join(tmpdir(), 'coppice-mistral-'));
const stops: (() => void | Promise<void>)[] = [];
let mistral: Coppice;
let service: WorkflowService;

function configOf(name: string, flags: ConfigFlags = {}): Config {
  const config = loadConfig({ data_dir: join(directory, name), listen: '127.0.0.1:0', ...flags });
  return { ...config, logLevel: 'silent' };
}

function withMistral(config: Config, mistralUrl: string): Config {
  return { ...config, mistralUrl };
}

beforeAll(async () => {
  mistral = await startCoppice(configOf('mistral'));
  stops.push(() => mistral.stop());
  const config = withMistral(configOf('client'), mistral.url);
  const opened = openMistral(config, undefined, new AddressGuard(), stops);
  if (opened === undefined) throw new Error('there is no Mistral');
  service = opened;
});

afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
  rmSync(directory, { recursive: true });
});

async function ask(
  { url }: Coppice,
  method: string,
  path: string,
  body?: JsonObject | string,
): Promise<JsonObject> {
  const isText = typeof body === 'string';
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': isText ? 'text/plain' : 'application/json' },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return (text === '' ? {} : JSON.parse(text)) as JsonObject;
}

function textOf(value: Json | undefined): string {
  if (typeof value !== 'string') throw new Error(`expected a text, found ${JSON.stringify(value)}`);
  return value;
}

const greet = `
version: '2.0'
greet:
  input: [name, {greeting: hello}]
  output: {said: <% $.said %>, zone: <% env().zone %>}
  tasks:
    say:
      action: std.echo output="<% $.greeting %> <% $.name %>"
      publish: {said: <% task().result %>}
`;
const wait = `
version: '2.0'
wait:
  tasks:
    sleep: {action: std.noop, wait-before: 600}
`;

function request(workflowName: string, input: JsonObject = {}) {
  const env = { zone: 'z1' };
  return { id: randomUUID(), workflowName, input, env, description: 'test', session: testSession };
}

describe('the service', () => {
  beforeEach(async () => {
    for (const text of [greet, wait]) {
      const name = text === greet ? 'greet' : 'wait';
      if ((await service.find(name, testSession)) === undefined)
        await service.createDefinition(text, testSession);
    }
  });

  test('finds a workflow with its inputs, and no other', async () => {
    const inputs = [
      { name: 'name', required: true },
      { name: 'greeting', required: false },
    ];
    expect(await service.find('greet', testSession)).toMatchObject({ name: 'greet', inputs, isOwn: true });
    expect(await service.find('nothing', testSession)).toBeUndefined();
    expect(await service.names?.(testSession)).toEqual(expect.arrayContaining(['greet', 'wait']));
  });

  test('starts an execution once, however often it is asked', async () => {
    const one = request('greet', { name: 'Ada' });
    const started = await Promise.all([1, 2, 3].map(() => service.start(one)));
    expect(new Set(started.map(({ id }) => id))).toEqual(new Set([one.id]));
    const end = await eventually('its end', async () => {
      const found = await service.get(one.id, testSession);
      return found !== undefined && hasEnded(found.state) && found;
    });
    expect(end).toMatchObject({
      state: 'SUCCESS',
      workflowName: 'greet',
      output: { said: 'hello Ada', zone: 'z1' },
    });
    expect(end.changedAt).toBeGreaterThan(Date.now() - 60_000);
  });

  test('cancels', async () => {
    const one = request('wait');
    await service.start(one);
    expect(await service.cancel(one.id, 'out of time', testSession)).toMatchObject({ state: 'CANCELLED' });
    expect(await service.get(randomUUID(), testSession)).toBeUndefined();
  });

  test("refuses in Mistral's words", async () => {
    await expect(service.start(request('greet', { nam: 'Ada' }))).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringMatching(/^the workflow greet could not be started: Mistral says: Invalid input/),
    });
    await expect(service.start(request('nothing'))).rejects.toMatchObject({ code: 'resource-not-found' });
    await expect(service.createDefinition(greet, testSession)).rejects.toMatchObject({
      code: 'action-conflict',
    });
    await expect(service.cancel(randomUUID(), 'x', testSession)).rejects.toMatchObject({
      code: 'resource-not-found',
    });
  });
});

const drain = `
version: '2.0'
drain:
  input: [node_id, cluster_id]
  output: {drained: <% $.node_id %>}
  tasks:
    a: {action: std.noop}
`;

test.each([
  ['the server', 'mistral', {}],
  ['the cluster', 'embedded', { workflow: 'mistral' }],
])(
  'a recovery runs its workflow on the Mistral that %s names',
  async (by, use, config) => {
    const name = by.replace(' ', '-');
    const coppice = await startCoppice(withMistral(configOf(name, { workflows: { use } }), mistral.url));
    try {
      const spec = {
        type: 'local.process',
        version: '1.0',
        properties: { command: ['sleep', '600'] },
      };
      await ask(coppice, 'POST', '/v1/profiles', { profile: { name: 'sleep', spec } });
      const before = [
        { name: 'WORKFLOW', params: { workflow_name: 'drain', inputs: { definition: drain } } },
      ];
      const properties = {
        detection: {
          interval: 1,
          node_update_timeout: 0,
          detection_modes: [{ type: 'NODE_STATUS_POLLING' }],
        },
        recovery: { actions: [{ name: 'REBOOT', before }] },
        safety: { max_unhealthy: { percent: 100 } },
      };
      const policy = { type: 'senlin.policy.health', version: '1.3', properties };
      await ask(coppice, 'POST', '/v1/policies', { policy: { name: 'health', spec: policy } });
      await ask(coppice, 'POST', '/v1/clusters', {
        cluster: { name: 'web', profile_id: 'sleep', desired_capacity: 1, config },
      });
      const attached = { policy_attach: { policy_id: 'health' } };
      await eventually('it is created', async () => {
        const { cluster } = await ask(coppice, 'GET', '/v1/clusters/web');
        return (cluster as JsonObject)['status'] === 'ACTIVE';
      });
      await ask(coppice, 'POST', '/v1/clusters/web/actions', attached);
      const node = await eventually('the node is healthy', async () => {
        const { nodes } = await ask(coppice, 'GET', '/v1/nodes');
        const [found] = nodes as JsonObject[];
        return found?.['health'] === 'HEALTHY' && found;
      });
      process.kill(Number(textOf(node['physical_id']).split('.')[0]), 'SIGKILL');
      const recovery = await eventually('it is recovered', async () => {
        const { recoveries } = await ask(coppice, 'GET', '/v1/recoveries');
        const [found] = recoveries as JsonObject[];
        return found?.['state'] === 'RECOVERED' && found;
      });
      const shown = await ask(coppice, 'GET', `/v1/recoveries/${textOf(recovery['id'])}`);
      const { steps } = shown['recovery'] as { steps: JsonObject[] };
      const step = steps.find(({ workflow_name: of }) => of === 'drain');
      expect(step).toMatchObject({
        state: 'SUCCEEDED',
        workflow_service: 'mistral',
        execution_state: 'SUCCESS',
      });
      const execution = await ask(mistral, 'GET', `/v2/executions/${textOf(step?.['execution_id'])}`);
      expect(execution).toMatchObject({ state: 'SUCCESS', workflow_name: 'drain' });
      await ask(coppice, 'DELETE', '/v1/clusters/web?force=true');
      await eventually('it is gone', async () => {
        const { nodes } = await ask(coppice, 'GET', '/v1/nodes');
        return (nodes as JsonObject[]).length === 0;
      });
    } finally {
      await coppice.stop();
    }
  },
  60_000,
);

test('a cluster that names what this server does not know is refused', async () => {
  const spec = { type: 'local.process', version: '1.0', properties: { command: ['sleep', '600'] } };
  await ask(mistral, 'POST', '/v1/profiles', { profile: { name: 'sleep', spec } });
  const create = (workflow: string) =>
    ask(mistral, 'POST', '/v1/clusters', {
      cluster: { name: 'web', profile_id: 'sleep', config: { workflow } },
    });
  await expect(create('mistral')).rejects.toThrow(/400.*this server knows no Mistral/);
  await expect(create('mitsral')).rejects.toThrow(/400.*workflow to be embedded or mistral/);
});

test('a server that is to use a Mistral and knows none does not start', async () => {
  await expect(startCoppice(configOf('none', { workflows: { use: 'mistral' } }))).rejects.toThrow(
    /workflows.use: mistral needs the URL of a Mistral/,
  );
});
