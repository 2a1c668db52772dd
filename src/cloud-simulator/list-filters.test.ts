/**
 * Lists of the simulated cloud are filtered as those of a real one: a workflow that deletes what failed must
 * not be given all that there is.
 */
import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../domain/json.ts';
import { startCloudActions, type SimulatedActions } from '../../test/support/cloud-actions.ts';
import { isValue } from './list-filters.ts';

let started: SimulatedActions;

const image = '0c1f9a0e-9d0b-4a7e-8f65-5f5a4a1d6a11';
const template = {
  heat_template_version: '2018-08-31',
  resources: { r: { type: 'OS::Heat::RandomString' }, s: { type: 'OS::Heat::Value' } },
};

beforeAll(async () => {
  started = await startCloudActions();
  const { calls } = started;
  for (const name of ['good', 'bad']) {
    await calls.call('heat.stacks_create', { stack_name: name, template, tags: `t-${name}` });
    await calls.until('heat.stacks_get', { stack_id: name }, { stack_status: 'CREATE_COMPLETE' });
    const own = { name, image, flavor: 'm1.tiny', key_name: name, nics: 'auto' };
    const { id } = await calls.object('nova.servers_create', own);
    await calls.until('nova.servers_get', { server: id as string }, { status: 'ACTIVE' });
    await calls.call('glance.images_create', {
      name,
      id: `0c1f9a0e-9d0b-4a7e-8f65-5f5a4a1d6b${name.length}0`,
    });
    await calls.call('neutron.create_port', {
      body: { port: { network_id: 'private', name, description: `of ${name}` } },
    });
    await calls.call('neutron.create_security_group', { body: { security_group: { name } } });
  }
  await calls.call('heat.actions_suspend', { stack_id: 'bad' });
  await calls.until('heat.stacks_get', { stack_id: 'bad' }, { stack_status: 'SUSPEND_COMPLETE' });
  await calls.call('nova.flavors_create', { name: 'large', ram: 65_536, vcpus: 1, disk: 900 });
});
afterAll(() => started.close());

async function stacks(filters: JsonObject): Promise<unknown[]> {
  const all = await started.calls.list('heat.stacks_list', { filters });
  return all.map(({ stack_name: name }) => name as string).toSorted();
}

describe('Heat', () => {
  it.each<[JsonObject, string[]]>([
    [{ stack_name: 'bad' }, ['bad']],
    [{ name: 'good' }, ['good']],
    [{ stack_status: 'SUSPEND_COMPLETE' }, ['bad']],
    [{ status: 'COMPLETE' }, ['bad', 'good']],
    [{ status: 'FAILED' }, []],
    [{ stack_status: 'CREATE_FAILED' }, []],
    [{ stack_action: 'SUSPEND' }, ['bad']],
    [{ id: 'none' }, []],
    [{ tags_any: 't-good,t-other' }, ['good']],
    [{ not_tags: 't-good' }, ['bad']],
    [{ stack_owner: 'nobody' }, []],
    // As a real one does.
    [{ creation_time: 'x' }, ['bad', 'good']],
  ])('lists stacks with %j', async (filters, names) => {
    expect(await stacks(filters)).toEqual(names);
  });

  it('lists resources and events, and refuses what is no filter of resources', async () => {
    const { calls } = started;
    const resources = async (filters: JsonObject) =>
      (await calls.list('heat.resources_list', { stack_id: 'bad', filters })).map(
        (one) => one['resource_name'],
      );
    expect(await resources({})).toEqual(['r', 's']);
    expect(await resources({ type: 'OS::Heat::Value' })).toEqual(['s']);
    expect(await resources({ status: 'FAILED' })).toEqual([]);
    await expect(resources({ resource_status: 'x' })).rejects.toThrow(
      "Invalid filter parameters ['resource_status']",
    );
    const events = async (more: JsonObject) =>
      await calls.list('heat.events_list', { stack_id: 'bad', ...more });
    const suspended = await events({ filters: { resource_action: 'SUSPEND' } });
    expect(suspended.length).toBeGreaterThan(0);
    expect(suspended.length).toBeLessThan((await events({})).length);
    expect(await events({ filters: { resource_status: 'FAILED' } })).toEqual([]);
  });
});

describe('Nova', () => {
  const servers = async (search: JsonObject): Promise<unknown[]> => {
    const all = await started.calls.list('nova.servers_list', { search_opts: search });
    return all.map(({ name }) => name as string).toSorted();
  };
  it.each<[JsonObject, string[]]>([
    [{ vm_state: 'error' }, []],
    [{ vm_state: 'active' }, ['bad', 'good']],
    [{ key_name: 'bad' }, ['bad']],
    [{ power_state: '4' }, []],
    [{ availability_zone: 'none' }, []],
    [{ task_state: 'deleting' }, []],
    [{ ip: '^192\\.' }, []],
    [{ ip6: 'fe80' }, []],
    [{ user_id: 'none' }, []],
    [{ status: 'ERROR' }, []],
  ])('lists servers with %j', async (search, names) => {
    expect(await servers(search)).toEqual(names);
  });

  it('refuses what is no filter, of each list', async () => {
    const { calls } = started;
    await expect(servers({ vm_stat: 'error' })).rejects.toThrow("'vm_stat' does not match");
    const { environment } = started.simulator;
    const url = new URL(environment['OS_AUTH_URL'] ?? '').origin;
    const token = await tokenOf(environment);
    const lists = ['flavors/detail', 'os-services', 'os-hypervisors', 'os-aggregates', 'os-server-groups'];
    for (const path of [...lists, 'os-keypairs']) {
      const asked = async (version: string) =>
        await fetch(`${url}/compute/v2.1/${path}?nam=x`, {
          headers: { 'x-auth-token': token, 'openstack-api-version': `compute ${version}` },
        });
      const refused = await asked('2.84');
      expect([path, refused.status]).toEqual([path, 400]);
      expect(JSON.stringify(await refused.json())).toContain("('nam' was unexpected)");
      expect((await asked('2.1')).status).toBe(200);
    }
    expect((await calls.list('nova.flavors_list', { min_ram: 60_000 })).map(({ name }) => name)).toEqual([
      'large',
    ]);
  });

  it('makes a key where none is given, and gives the private one once', async () => {
    const { calls } = started;
    const key = await calls.object('nova.keypairs_create', { name: 'made' });
    expect(createPublicKey(key['private_key'] as string).export({ format: 'jwk' }).n).toBe(
      modulusOf(key['public_key'] as string),
    );
    const shown = await calls.object('nova.keypairs_get', { keypair: 'made' });
    expect(shown['public_key']).toBe(key['public_key']);
    expect(shown).not.toHaveProperty('private_key');
  });
});

/** Of `ssh-rsa BASE64`: the last of its three parts. */
function modulusOf(line: string): string {
  let rest = Buffer.from(line.split(' ')[1] ?? '', 'base64');
  let last = rest;
  while (rest.length > 0) {
    const length = rest.readUInt32BE(0);
    last = rest.subarray(4, 4 + length);
    rest = rest.subarray(4 + length);
  }
  return last.subarray(last[0] === 0 ? 1 : 0).toString('base64url');
}

describe('Neutron and Glance', () => {
  const named = async (action: string, list: string, given: JsonObject): Promise<unknown[]> =>
    ((await started.calls.object(action, given))[list] as JsonObject[]).map(({ name }) => name);

  it('Neutron filters by each attribute, and refuses others', async () => {
    const ports = async (given: JsonObject) => await named('neutron.list_ports', 'ports', given);
    expect(await ports({ status: 'DOWN' })).toEqual(['good', 'bad']);
    expect(await ports({ status: 'BUILD' })).toEqual([]);
    expect(await ports({ mac_address: '00:00:00:00:00:00' })).toEqual([]);
    expect(await ports({ fixed_ips: 'ip_address=1.2.3.4' })).toEqual([]);
    expect(await ports({ description: 'of bad' })).toEqual(['bad']);
    expect(await ports({ name: 'bad', fields: 'name' })).toEqual(['bad']);
    await expect(ports({ statu: 'DOWN' })).rejects.toThrow("['statu'] is invalid attribute for filtering");
    expect(await named('neutron.list_networks', 'networks', { 'router:external': true })).toEqual([]);
    expect(await named('neutron.list_networks', 'networks', { status: 'DOWN' })).toEqual([]);
    expect(await named('neutron.list_subnets', 'subnets', { ip_version: 6 })).toEqual([]);
    expect(await named('neutron.list_security_groups', 'security_groups', { description: 'none' })).toEqual(
      [],
    );
    await expect(named('neutron.list_subnets', 'subnets', { cidrs: 'x' })).rejects.toThrow('filtering');
  });

  it('Glance filters by each attribute, and by properties that no image has', async () => {
    const images = async (filters: JsonObject) =>
      (await started.calls.list('glance.images_list', { filters }))
        .map(({ name }) => name as string)
        .toSorted();
    expect(await images({ status: 'queued' })).toEqual(['bad', 'good']);
    expect(await images({ status: 'deactivated' })).toEqual([]);
    expect(await images({ name: 'bad', status: 'queued' })).toEqual(['bad']);
    expect(await images({ owner: 'none' })).toEqual([]);
    expect(await images({ failed: 'yes' })).toEqual([]);
    expect(await images({ visibility: 'community' })).toEqual([]);
  });
});

async function tokenOf(environment: Readonly<Record<string, string | undefined>>): Promise<string> {
  const answer = await fetch(`${environment['OS_AUTH_URL'] ?? ''}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: {
          methods: ['password'],
          password: {
            user: {
              name: environment['OS_USERNAME'],
              password: environment['OS_PASSWORD'],
              domain: { id: 'default' },
            },
          },
        },
        scope: { project: { name: environment['OS_PROJECT_NAME'], domain: { id: 'default' } } },
      },
    }),
  });
  return answer.headers.get('x-subject-token') ?? '';
}

it('a value is compared as it is written in a query', () => {
  expect(isValue(true, 'True')).toBe(true);
  expect(isValue(null, '')).toBe(true);
  expect(isValue(4, '4')).toBe(true);
  expect(isValue([{ ip_address: '10.0.0.1' }], 'ip_address=10.0.0.1')).toBe(true);
  expect(isValue([{ ip_address: '10.0.0.1' }], 'ip_address=10.0.0.2')).toBe(false);
});
