/** Arguments that would reach something else than what they name. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import { startCloudActions, type SimulatedActions } from '../../support/cloud-actions.ts';

let started: SimulatedActions;
let server: string;

beforeAll(async () => {
  started = await startCloudActions();
  const { calls } = started;
  const input = { name: 'web', image: 'debian', flavor: 'm1.tiny', nics: 'none', meta: { of: 'a test' } };
  server = (await calls.object('nova.servers_create', input))['id'] as string;
  await calls.until('nova.servers_get', { server }, { status: 'ACTIVE' });
});
afterAll(() => started.close());

test.each<[string, JsonObject]>([
  ['nova.servers_delete_meta', { keys: ['..'] }],
  ['nova.volumes_delete_server_volume', { volume_id: '..' }],
  ['nova.servers_interface_detach', { port_id: '..' }],
  ['nova.servers_interface_detach', { port_id: '.' }],
  ['nova.server_migrations_live_migration_abort', { migration: '..' }],
])('%s of %j does not reach the server', async (name, input) => {
  const { calls, simulator } = started;
  const own = Object.keys(input).includes('volume_id') ? { server_id: server } : { server };
  await expect(calls.call(name, { ...own, ...input })).rejects.toThrow(/HTTP 404/);
  expect(await calls.object('nova.servers_get', { server })).toMatchObject({ status: 'ACTIVE' });
  expect(simulator.world.mutations.all.map(({ operation }) => operation)).not.toContain('delete');
});

test.each<[string, JsonObject]>([
  ['nova.servers_get', { server: '..' }],
  ['nova.servers_get', { server: '.' }],
  ['nova.servers_get', { server: 'detail' }],
  ['nova.flavors_get', { flavor: '..' }],
  ['nova.flavors_get', { flavor: 'detail' }],
  ['neutron.show_network', { network: '.' }],
  ['glance.images_get', { image_id: '..' }],
  ['heat.stacks_get', { stack_id: '..' }],
])('%s of %j finds nothing', async (name, input) => {
  await expect(started.calls.call(name, input)).rejects.toThrow(
    /HTTP 404|something else than the|expected an id or a name/,
  );
});

test.each<[string, JsonObject, string]>([
  ['nova.servers_list', { action_region: 1 }, 'action_region: expected a text, found a number'],
  ['nova.servers_list', { action_region: ['a'] }, 'action_region: expected a text, found a list'],
  ['nova.servers_list', { search_opts: 'web' }, 'search_opts: expected a mapping, found a text'],
  ['nova.servers_list', { search_opts: ['name', 'web'] }, 'search_opts: expected a mapping, found a list'],
  ['heat.stacks_list', { filters: 'web' }, 'filters: expected a mapping, found a text'],
  ['nova.servers_create', { meta: [1] }, 'meta: expected a mapping, found a list'],
  ['nova.servers_create', { admin_pass: ['x'] }, 'admin_pass: expected a text, found a list'],
  ['nova.servers_create', { userdata: { a: 1 } }, 'userdata: expected a text, found a mapping'],
  ['nova.servers_create', { security_groups: 'default' }, 'security_groups: expected a list, found a text'],
])('%s with %j is refused, and not called without it', async (name, input, problem) => {
  const { calls } = started;
  const needed = name === 'nova.servers_create' ? { name: 'x', image: 'debian', flavor: 'm1.tiny' } : {};
  await expect(calls.call(name, { ...needed, ...input })).rejects.toThrow(problem);
});

test('what is empty counts as not given', async () => {
  const servers = await started.calls.list('nova.servers_list', { search_opts: '', action_region: null });
  expect(servers).toHaveLength(1);
});

test('a result that would fill the database fails the action, and says what to do', async () => {
  const { calls } = started;
  const text = 'x'.repeat(60_000);
  const meta = Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`k${index}`, text]));
  const found = started.simulator.world.servers.find(server);
  if (found === undefined) throw new Error('there is no server');
  found.metadata = meta;
  await expect(calls.call('nova.servers_list')).rejects.toThrow(
    'the result has 5 million characters, and 4 million are kept: ask for less of it',
  );
});
