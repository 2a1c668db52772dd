/** What `status` says of actions that asked for what cannot be. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { TestServer } from '../../test/support/test-server.ts';
import type { JsonObject } from '../domain/json.ts';

const minute = 60_000;
let aheadMs = 0;
let server: TestServer;

beforeEach(async () => {
  aheadMs = 0;
  server = await TestServer.start({ tools: { now: () => Date.now() + aheadMs } });
  await server.startEngine();
  const spec = { type: 'test.node', version: '1.0', properties: { flavor: '1' } };
  await server.ask('POST', '/v1/profiles', { body: { profile: { name: 'node', spec } } });
  const size = { desired_capacity: 2, min_size: 1, max_size: 2 };
  const cluster = { name: 'web', profile_id: 'node', ...size, config: { 'node.name.format': 'web-$I' } };
  await untilEnded((await server.ask('POST', '/v1/clusters', { body: { cluster } })).headers['location']);
});

afterEach(() => server.stop());

async function untilEnded(location: string | undefined): Promise<JsonObject> {
  const id = location?.split('/').at(-1) ?? '';
  return await eventually(`action ${id} has ended`, async () => {
    const { action } = (await server.ask('GET', `/v1/actions/${id}`)).body as { action: JsonObject };
    return action['end_time'] !== null && action;
  });
}

async function on(body: JsonObject): Promise<JsonObject> {
  return await untilEnded(
    (await server.ask('POST', '/v1/clusters/web/actions', { body })).headers['location'],
  );
}

interface Told {
  readonly problems: readonly string[];
  readonly operator: readonly { readonly command: string; readonly required: boolean }[];
}

async function told(): Promise<Told> {
  const { health } = (await server.ask('GET', '/v1/health')).body as { health: { clusters: Told[] } };
  const { problems = [], operator = [] } = health.clusters[0] ?? {};
  // That no health policy is attached is told as well.
  return { problems: problems.filter((text) => text.startsWith('CLUSTER_')), operator };
}

const refused = expect.stringMatching(
  /^CLUSTER_SCALE_OUT was refused .* ago: .*greater than the cluster's max_size \(2\)/,
) as string;

test('a scaling that was refused is told for an hour, and asks nothing of an operator', async () => {
  expect((await on({ scale_out: { count: 1 } }))['status']).toBe('FAILED');
  const { problems, operator } = await told();
  expect(problems).toEqual([refused]);
  expect(operator.filter(({ command, required }) => required || command.includes('action show'))).toEqual([]);
  aheadMs = 59 * minute;
  expect((await told()).problems).toEqual([refused]);
  aheadMs = 61 * minute;
  expect((await told()).problems).toEqual([]);
});

test('the next scaling that succeeds ends it, whichever way it goes', async () => {
  await on({ scale_out: { count: 1 } });
  expect((await on({ scale_in: { count: 1 } }))['status']).toBe('SUCCEEDED');
  expect((await told()).problems).toEqual([]);
});

test('what a receiver was refused is told for a day: its caller reads no answer', async () => {
  const receiver = { name: 'grow', type: 'webhook', cluster_id: 'web', action: 'CLUSTER_SCALE_OUT' };
  const made = await server.ask('POST', '/v1/receivers', { body: { receiver } });
  const { channel } = (made.body as { receiver: { channel: { alarm_url: string } } }).receiver;
  const { pathname, search } = new URL(channel.alarm_url);
  await untilEnded((await server.ask('POST', pathname + search)).headers['location']);
  aheadMs = 23 * 60 * minute;
  expect((await told()).problems).toEqual([refused]);
  aheadMs = 25 * 60 * minute;
  expect((await told()).problems).toEqual([]);
});

test('a scaling that has failed on its way is told for a day, also where one is refused after it', async () => {
  server.cloud.fail('create web-3');
  await on({ resize: { adjustment_type: 'EXACT_CAPACITY', number: 3, max_size: 3, strict: true } });
  await on({ scale_out: { count: 5 } });
  aheadMs = 61 * minute;
  expect((await told()).problems).toEqual([expect.stringMatching(/^CLUSTER_RESIZE failed /)]);
});
