/** Workflows work in the cloud with the rights of the user who started them: on a simulated one. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Coppice } from '../../src/app.ts';
import type { CloudSimulator } from '../../src/cloud-simulator/cloud-simulator.ts';
import type { SimulatorUser } from '../../src/cloud-simulator/settings.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { eventually } from '../support/eventually.ts';
import { startKeystoneServer, type KeystoneServer } from '../support/keystone-server.ts';

const users: SimulatorUser[] = [
  { name: 'alice', project: 'red', roles: ['member'] },
  { name: 'ada', project: 'red', roles: ['admin', 'member'] },
  { name: 'carol', project: 'red', roles: ['member'] },
  { name: 'bob', project: 'blue', roles: ['member'] },
];

let server: KeystoneServer;
let simulator: CloudSimulator;
let coppice: Coppice;

beforeAll(async () => {
  server = await startKeystoneServer(users);
  ({ simulator, coppice } = server);
});
afterAll(() => server.close());

const tokenOf: KeystoneServer['tokenOf'] = (name, project) => server.tokenOf(name, project);

async function ask(
  token: string,
  method: string,
  path: string,
  body?: JsonObject | string,
): Promise<JsonObject> {
  const content = typeof body === 'string' ? 'text/plain' : 'application/json';
  const answer = await fetch(coppice.url + path, {
    method,
    headers: { 'x-auth-token': token, 'content-type': content },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return (await answer.json()) as JsonObject;
}

const definitions = `version: '2.0'
create:
  output: {server: <% $.server %>}
  tasks:
    create:
      action: nova.servers_create name="web" image="debian" flavor="m1.tiny" nics="none"
      publish: {server: <% task().result.id %>}
      on-success: wait
    wait:
      action: nova.servers_find id=<% $.server %> status="ACTIVE"
      retry: {count: 50, delay: 0}
show:
  input: [server]
  output: {name: <% $.name %>, host: <% $.host %>}
  tasks:
    held: {action: std.async_noop, on-success: nested}
    nested: {workflow: inner server=<% $.server %>, publish: {name: <% task().result.name %>, host: <% task().result.host %>}}
inner:
  input: [server]
  output: {name: <% $.name %>, host: <% $.host %>}
  tasks:
    get:
      action: nova.servers_get server=<% $.server %>
      publish: {name: <% task().result.name %>, host: <% task().result.get('OS-EXT-SRV-ATTR:host') %>}
`;

async function start(token: string, name: string, input: JsonObject = {}): Promise<string> {
  const started = await ask(token, 'POST', '/v2/executions', { workflow_name: name, input });
  expect(started['state'], JSON.stringify(started)).toBe('RUNNING');
  return started['id'] as string;
}

async function ended(
  token: string,
  id: string,
): Promise<{ readonly state: unknown; readonly output: JsonObject }> {
  return await eventually(`the end of ${id}`, async () => {
    const { state, output } = await ask(token, 'GET', `/v2/executions/${id}`);
    return state !== 'RUNNING' && { state, output: JSON.parse(output as string) as JsonObject };
  });
}

/** Ends the task of `show` that waits. */
async function release(token: string): Promise<void> {
  const action = await eventually('the task waits', async () => {
    const { action_executions: all } = await ask(token, 'GET', '/v2/action_executions?name=std.async_noop');
    const own = (all as JsonObject[]).find(
      ({ state, workflow_name: name }) => state === 'RUNNING' && name === 'show',
    );
    return own ?? false;
  });
  await ask(token, 'PUT', `/v2/action_executions/${action['id'] as string}`, {
    state: 'SUCCESS',
    output: {},
  });
}

test('a server is made in the project of the user, and no user of another project sees it', async () => {
  const alice = await tokenOf('alice', 'red');
  const bob = await tokenOf('bob', 'blue');
  await ask(alice, 'POST', '/v2/workflows', definitions);
  await ask(bob, 'POST', '/v2/workflows', definitions);
  const made = await ended(alice, await start(alice, 'create'));
  expect(made).toMatchObject({ state: 'SUCCESS' });
  const { server } = made.output as { server: string };
  const { projects } = simulator.world.identity;
  const red = [...projects.values()].find(({ name }) => name === 'red')?.id;
  expect(simulator.world.servers.all.map(({ id, projectId }) => [id, projectId])).toEqual([[server, red]]);

  const his = await start(bob, 'show', { server });
  await release(bob);
  const failed = await ended(bob, his);
  expect(failed.state).toBe('ERROR');
  expect(failed.output['result']).toContain(
    `NovaAction.servers.get failed: Instance ${server} could not be found. (HTTP 404)`,
  );
  const run = { name: 'nova.servers_get', input: { server }, params: { run_sync: true } };
  expect(await ask(bob, 'POST', '/v2/action_executions', run)).toMatchObject({ state: 'ERROR' });
  expect(await ask(alice, 'POST', '/v2/action_executions', run)).toMatchObject({ state: 'SUCCESS' });
});

test('what another user of the project continues goes on with the rights of the user who started it', async () => {
  const ada = await tokenOf('ada', 'red');
  const carol = await tokenOf('carol', 'red');
  const [server] = simulator.world.servers.all;
  const input = { server: server?.id ?? '' };
  const hers = await start(ada, 'show', input);
  await release(carol);
  // Nova shows the host to administrators.
  expect(await ended(carol, hers)).toEqual({ state: 'SUCCESS', output: { name: 'web', host: 'compute1' } });
  const own = await start(carol, 'show', input);
  await release(ada);
  expect(await ended(carol, own)).toEqual({ state: 'SUCCESS', output: { name: 'web', host: null } });
});

test('the actions are listed with what they take', async () => {
  const alice = await tokenOf('alice', 'red');
  const { actions } = await ask(alice, 'GET', '/v2/actions');
  const inputs = new Map((actions as JsonObject[]).map(({ name, input }) => [name, input]));
  expect(inputs.get('nova.servers_reboot')).toBe('server, reboot_type="SOFT", action_region=""');
  expect(inputs.get('heat.stacks_update')).toBe('stack_id, action_region="", **kwargs');
  expect(await ask(alice, 'GET', '/v2/actions/nova.servers_get')).toMatchObject({ is_system: true });
});

test('an action that Coppice does not have is refused with the definition', async () => {
  const alice = await tokenOf('alice', 'red');
  const text = (action: string) => `version: '2.0'\nbad: {tasks: {a: {action: ${action}}}}\n`;
  const { faultstring } = await ask(alice, 'POST', '/v2/workflows', text('nova.servers_gett server=1'));
  expect(faultstring).toContain('Coppice has no action nova.servers_gett (did you mean nova.servers_get?)');
  const other = await ask(alice, 'POST', '/v2/workflows', text('zaqar.queue_post'));
  expect(other['faultstring']).toContain('Coppice has no action zaqar.queue_post');
  await ask(alice, 'POST', '/v2/actions', "version: '2.0'\nzaqar.queue_post: {base: std.noop}\n");
  expect(await ask(alice, 'POST', '/v2/workflows', text('zaqar.queue_post'))).toHaveProperty('workflows');
});
