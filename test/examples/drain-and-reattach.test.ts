import { afterEach, beforeEach, expect, test } from 'vitest';
import { isJsonObject } from '../../src/domain/json.ts';
import { type Recovered, RecoveryScene } from './recovery-scene.ts';
import { readSample } from './sample.ts';
import { type Answer, type Asked, StandIn } from './stand-in.ts';

const member = '/v3/services/haproxy/runtime/backends/web/servers/web-1';
const authorization = 'Basic YWRtaW46c2VjcmV0';

let haproxy: StandIn;
let scene: RecoveryScene;
let adminState: string;
/** Each poll returns one less. */
let sessions: number;

beforeEach(async () => {
  adminState = 'ready';
  sessions = 2;
  haproxy = await StandIn.start(answer);
  scene = await RecoveryScene.start();
});

afterEach(async () => {
  await scene.stop();
  await haproxy.stop();
});

function answer({ method, path, query, headers, body }: Asked): Answer {
  if (headers.authorization !== authorization) return { status: 401 };
  if (path.endsWith('/stats/native') && query['name'] === 'web-1' && query['parent'] === 'web') {
    return { status: 200, body: { stats: [{ name: 'web-1', stats: { scur: Math.max(0, sessions--) } }] } };
  }
  if (path !== member) return { status: 404 };
  if (method === 'PUT' && isJsonObject(body)) adminState = body['admin_state'] as string;
  const operational = adminState === 'ready' ? 'up' : 'down';
  return { status: 200, body: { name: 'web-1', admin_state: adminState, operational_state: operational } };
}

async function recover(change = (workflows: string) => workflows): Promise<Recovered> {
  const written = readSample('drain-and-reattach', { 'http://haproxy:5555': haproxy.url });
  const sample = { ...written, workflows: change(written.workflows ?? '') };
  return await scene.recover(sample, 'SERVER_ERROR', { haproxy_authorization: authorization });
}

function statesSet(): unknown[] {
  const changes = haproxy.asked.filter(({ method }) => method === 'PUT');
  return changes.map(({ body }) => isJsonObject(body) && body['admin_state']);
}

test('a server is drained, rebuilt, and put back', async () => {
  const { recovery, outline, steps } = await recover();
  expect(outline).toEqual([
    'drain WORKFLOW SUCCEEDED',
    'actions[0] REBUILD SUCCEEDED',
    'actions[0].after[0] WORKFLOW SUCCEEDED',
  ]);
  expect(recovery.state).toBe('RECOVERED');
  expect(steps.map(({ output }) => output)).toEqual([
    { was: 'ready', sessions_cut: 0 },
    expect.anything(),
    { state: 'up' },
  ]);
  expect(statesSet()).toEqual(['drain', 'ready']);
});

test('sessions that do not end are cut off, and the server is repaired all the same', async () => {
  sessions = 1000;
  const { recovery, steps } = await recover();
  expect(statesSet()).toEqual(['drain', 'maint', 'ready']);
  expect(steps[0]?.output).toMatchObject({ was: 'ready' });
  expect(recovery.state).toBe('RECOVERED');
});

test('a server that an operator had taken out stays out', async () => {
  adminState = 'maint';
  const { recovery, steps } = await recover();
  expect(steps[2]?.output).toEqual({ state: 'maint' });
  expect(adminState).toBe('maint');
  expect(recovery.state).toBe('RECOVERED');
});

test('a load balancer that cannot be reached keeps the server from being touched', async () => {
  haproxy.outages.set(`GET ${member}`, 503);
  const { recovery, outline } = await recover();
  expect(outline[0]).toBe('drain WORKFLOW FAILED');
  expect(recovery.state).toBe('EXHAUSTED');
  expect(scene.cloud.calls).toEqual([]);
  expect(haproxy.calls).toHaveLength(4);
});

test('with on-error: noop, as the page says, the server is repaired all the same', async () => {
  haproxy.outages.set(`GET ${member}`, 503);
  const { recovery, steps } = await recover((workflows) =>
    workflows.replace(/( +)on-success: (take_out|let_them_end)\n/g, '$&$1on-error: noop\n'),
  );
  expect(steps[0]).toMatchObject({ state: 'SUCCEEDED', output: { was: 'ready' } });
  expect(recovery.state).toBe('RECOVERED');
  expect(scene.cloud.calls).toEqual(['rebuild web-1']);
});
