/** The actions of Nova, on a simulated one. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { startCloudActions, type SimulatedActions } from '../../support/cloud-actions.ts';

let started: SimulatedActions;

beforeAll(async () => {
  started = await startCloudActions();
});
afterAll(() => started.close());

const image = '0c1f9a0e-9d0b-4a7e-8f65-5f5a4a1d6a11';

async function server(name: string): Promise<string> {
  const { calls } = started;
  const made = await calls.object('nova.servers_create', { name, image, flavor: 'm1.tiny', nics: 'none' });
  await calls.until('nova.servers_get', { server: made['id'] as string }, { status: 'ACTIVE' });
  return made['id'] as string;
}

describe('a server', () => {
  it('is shown with all that Nova says of it, and found by its attributes', async () => {
    const { calls } = started;
    const id = await server('web.1');
    await server('web-1');
    const shown = await calls.object('nova.servers_get', { server: id });
    expect(shown).toMatchObject({ id, name: 'web.1', status: 'ACTIVE', 'OS-EXT-STS:vm_state': 'active' });
    expect(shown['OS-EXT-SRV-ATTR:host']).toMatch(/^compute/);
    expect(await calls.object('nova.servers_find', { id, status: 'ACTIVE' })).toEqual(shown);
    expect(await calls.object('nova.servers_find', { name: 'web.1' })).toEqual(shown);
    expect(await calls.list('nova.servers_findall', { name: 'web.1', status: 'ERROR' })).toEqual([]);
    expect(await calls.list('nova.servers_list', { search_opts: { name: 'web' } })).toHaveLength(2);
    expect(Object.keys((await calls.list('nova.servers_list', { detailed: false }))[0] ?? {})).toEqual(
      expect.not.arrayContaining(['status']),
    );
    expect(await calls.list('nova.servers_list', { limit: 1 })).toHaveLength(1);
    expect((await calls.list('nova.servers_list', { limit: -1 })).length).toBeGreaterThan(1);
  });

  it('that is not there fails the action in the words of the Python client', async () => {
    const { calls } = started;
    const missing = randomUUID();
    await expect(calls.call('nova.servers_get', { server: missing })).rejects.toThrow(
      new RegExp(
        `The action raised an exception \\[action=nova.servers_get, action_ex_id=.*, msg='NovaAction.servers.get failed: Instance ${missing} could not be found. \\(HTTP 404\\) \\(Request-ID: req-`,
      ),
    );
    await expect(calls.call('nova.servers_find', { name: 'none', status: 'ACTIVE' })).rejects.toThrow(
      "No Server matching {'name': 'none', 'status': 'ACTIVE'}. (HTTP 404)",
    );
    await expect(calls.call('nova.servers_find', { 'OS-DCF:diskConfig': 'MANUAL' })).rejects.toThrow(
      /NovaAction.servers.find failed: There are \d+ Server matching .*: expected one \(NoUniqueMatch\)/,
    );
    await expect(calls.call('nova.servers_get', { server: null })).rejects.toThrow(
      'server: expected an id, found nothing',
    );
    await expect(calls.call('nova.servers_get')).rejects.toThrow('server: expected a value, found nothing');
  });

  it('is created once for an action that is repeated', async () => {
    const { calls, simulator } = started;
    const id = randomUUID();
    const input = { name: 'only(1)', image, flavor: 'm1.tiny', nics: 'none', meta: { tier: 'front' } };
    const first = await calls.object('nova.servers_create', input, { id });
    const again = await calls.object('nova.servers_create', input, { id });
    expect(again['id']).toBe(first['id']);
    expect(again['metadata']).toEqual({ tier: 'front', coppice_action: id });
    expect(simulator.world.servers.all.filter(({ name }) => name === 'only(1)')).toHaveLength(1);
    const other = await calls.object('nova.servers_create', input);
    expect(other['id']).not.toBe(first['id']);
  });

  it('is started and stopped, locked, rebooted and rebuilt', async () => {
    const { calls } = started;
    const id = await server('steps');
    const step = async (name: string, status: string, more = {}): Promise<void> => {
      expect(await calls.call(`nova.servers_${name}`, { server: id, ...more })).toBeNull();
      await calls.until('nova.servers_get', { server: id }, { status, 'OS-EXT-STS:task_state': null });
    };
    await step('stop', 'SHUTOFF');
    await step('start', 'ACTIVE');
    await step('pause', 'PAUSED');
    await step('unpause', 'ACTIVE');
    await step('suspend', 'SUSPENDED');
    await step('resume', 'ACTIVE');
    await step('reboot', 'ACTIVE', { reboot_type: 'HARD' });
    await step('migrate', 'VERIFY_RESIZE');
    await step('revert_resize', 'ACTIVE');
    await step('resize', 'VERIFY_RESIZE', { flavor: 'm1.small' });
    await step('confirm_resize', 'ACTIVE');
    await step('live_migrate', 'ACTIVE');
    await step('lock', 'ACTIVE', { reason: 'maintenance' });
    await step('unlock', 'ACTIVE');
    await step('reset_state', 'ERROR');
    await step('reset_state', 'ACTIVE', { state: 'active' });
    const rebuilt = await calls.object('nova.servers_rebuild', { server: id, image, name: 'again' });
    expect(rebuilt).toMatchObject({ id, status: 'REBUILD' });
    await calls.until('nova.servers_get', { server: id }, { status: 'ACTIVE', name: 'again' });
    expect(await calls.call('nova.servers_get_console_output', { server: id, length: 5 })).toContain(
      'console',
    );
    expect(await calls.call('nova.servers_create_image', { server: id, image_name: 'snap' })).toMatch(/-/);
    await calls.until('nova.servers_get', { server: id }, { 'OS-EXT-STS:task_state': null });
    expect(await calls.object('nova.servers_update', { server: id, name: 'last' })).toMatchObject({
      name: 'last',
    });
    expect(
      await calls.object('nova.servers_set_meta', { server: id, metadata: { a: '1', b: '2' } }),
    ).toMatchObject({ a: '1' });
    expect(
      await calls.call('nova.servers_delete_meta', { server: id, keys: ['a', 'coppice_action'] }),
    ).toBeNull();
    expect(await calls.object('nova.servers_get', { server: id })).toMatchObject({ metadata: { b: '2' } });
    expect(await calls.call('nova.servers_delete', { server: { id } })).toBeNull();
    await eventually(
      'it is gone',
      async () => (await calls.list('nova.servers_findall', { id })).length === 0,
    );
  });
});

it('an execution whose user is not known calls nothing', async () => {
  const { calls } = started;
  await expect(calls.call('nova.servers_list', {}, { session: null })).rejects.toThrow(
    'Coppice does not know who started this execution',
  );
});

it('a region that the cloud does not have is said', async () => {
  await expect(started.calls.call('nova.servers_list', { action_region: 'Mars' })).rejects.toThrow(
    'NovaAction.servers.list failed: compute: GET /: compute has no public endpoint in region Mars',
  );
});

it('a host that is down is found, and its servers are evacuated', async () => {
  const { calls } = started;
  const id = await server('to-evacuate');
  const host = (await calls.object('nova.servers_get', { server: id }))['OS-EXT-SRV-ATTR:host'] as string;
  const [service] = await calls.list('nova.services_list', { host, binary: 'nova-compute' });
  expect(service).toMatchObject({ host, state: 'up', forced_down: false });
  expect(await calls.object('nova.services_force_down', { host, force_down: true })).toMatchObject({
    id: service?.['id'],
    forced_down: true,
  });
  await calls.call('nova.servers_evacuate', { server: id });
  const moved = await calls.until(
    'nova.servers_get',
    { server: id },
    { status: 'ACTIVE', 'OS-EXT-STS:task_state': null },
  );
  expect(moved['OS-EXT-SRV-ATTR:host']).not.toBe(host);
  await expect(calls.call('nova.services_force_down', { host: 'no-such' })).rejects.toThrow(
    'No Service nova-compute on the host no-such. (HTTP 404)',
  );
  await expect(calls.call('nova.services_force_down', {})).rejects.toThrow(
    'expected service_uuid, or host and binary, found neither',
  );
  const uuid = service?.['id'] as string;
  expect(
    await calls.object('nova.services_disable_log_reason', { service_uuid: uuid, reason: 'broken' }),
  ).toMatchObject({ status: 'disabled', disabled_reason: 'broken' });
  expect(await calls.object('nova.services_enable', { service_uuid: uuid })).toMatchObject({
    status: 'enabled',
  });
  expect(await calls.object('nova.services_find', { host })).toMatchObject({ id: uuid });
});
