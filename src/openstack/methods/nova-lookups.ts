/** python-novaclient's `flavors`, `flavor_access`, `keypairs`, `server_groups`, `quotas` and `limits`. */
import type { Json, JsonObject } from '../../domain/json.ts';
import { type MethodArguments, type ClientMethod, clientMethod, type MethodCall } from './client-method.ts';
import { find, findMatching, type Found } from './find.ts';
import {
  isGiven,
  list,
  partOf,
  pathOf,
  pick,
  queryOf,
  remove,
  send,
  show,
  withoutNull,
  plainText,
} from './requests.ts';

const flavors: Found = {
  noun: 'Flavor',
  path: '/flavors/detail',
  key: 'flavors',
  one: { path: '/flavors/{id}', key: 'flavor' },
  options: ['is_public'],
  query: ({ is_public }) => (is_public === undefined ? {} : { is_public: publicText(is_public) }),
};
const groups: Found = {
  noun: 'ServerGroup',
  path: '/os-server-groups',
  key: 'server_groups',
  one: { path: '/os-server-groups/{id}', key: 'server_group' },
};

function publicText(value: Json): string {
  return value === null ? 'None' : value === true ? 'True' : 'False';
}

const listFlavors: MethodCall = async (given, service) => {
  const path = given['detailed'] === false ? '/flavors' : '/flavors/detail';
  const { is_public: isPublic = true, min_disk: minDisk = null, min_ram: minRam = null } = given;
  const query = {
    ...queryOf({ ...pick(given, ['marker', 'limit', 'sort_key', 'sort_dir']), minDisk, minRam }),
    ...(isGiven(isPublic) ? {} : { is_public: publicText(isPublic) }),
  };
  return partOf((await service.request({ method: 'GET', path, query })).body, 'flavors');
};

function flavorOf(given: MethodArguments): JsonObject {
  const { flavorid: id = null, ephemeral = 0, swap = 0, rxtx_factor = 1, is_public: isPublic = true } = given;
  return {
    flavor: {
      ...pick(given, ['name', 'ram', 'vcpus', 'disk']),
      id: id === 'auto' ? null : id,
      swap,
      'OS-FLV-EXT-DATA:ephemeral': ephemeral,
      rxtx_factor,
      'os-flavor-access:is_public': isPublic,
      ...(isGiven(given['description']) ? pick(given, ['description']) : {}),
    },
  };
}

function access(action: string): MethodCall {
  return send(
    'POST',
    '/flavors/{flavor}/action',
    ({ tenant = null }) => ({ [action]: { tenant } }),
    'flavor_access',
  );
}

/** Nova gives each key inside of a mapping of its own. */
async function keypairsOf(...[given, service]: Parameters<MethodCall>): Promise<JsonObject[]> {
  const query = queryOf(pick(given, ['user_id', 'marker', 'limit']));
  const { body } = await service.request({ method: 'GET', path: '/os-keypairs', query });
  const listed = partOf(body, 'keypairs');
  return (Array.isArray(listed) ? listed : []).map((item) => partOf(item, 'keypair') as JsonObject);
}

const quotas = [
  'instances',
  'cores',
  'ram',
  'metadata_items',
  'key_pairs',
  'server_groups',
  'server_group_members',
];

const updateQuotas: MethodCall = async (given, service) => {
  const path = pathOf('/os-quota-sets/{tenant_id}', given);
  const set = { ...(isGiven(given['force']) ? { force: true } : {}), ...withoutNull(pick(given, quotas)) };
  const query = queryOf(pick(given, ['user_id']));
  const { body } = await service.request({ method: 'PUT', path, query, body: { quota_set: set } });
  return partOf(body, 'quota_set');
};

const getQuotas: MethodCall = async (given, service) => {
  const path = pathOf(`/os-quota-sets/{tenant_id}${isGiven(given['detail']) ? '/detail' : ''}`, given);
  const query = queryOf(pick(given, ['user_id']));
  return partOf((await service.request({ method: 'GET', path, query })).body, 'quota_set');
};

const createGroup = ({ name = null, policy = null, rules }: MethodArguments): JsonObject => ({
  server_group: { name, policy, ...(isGiven(rules) ? { rules } : {}) },
});

export const novaLookupMethods: readonly ClientMethod[] = [
  clientMethod(
    'flavors.list(detailed=true, is_public=true, marker=null, min_disk=null, min_ram=null, limit=null, sort_key=null, sort_dir=null)',
    'Lists the flavors.',
    listFlavors,
  ),
  clientMethod('flavors.get(flavor)', 'Shows a flavor, by its id.', show('/flavors/{flavor}', 'flavor')),
  clientMethod(
    'flavors.find(**kwargs)',
    'The only flavor with these attributes, such as `name`, `ram`, `vcpus`.',
    find(flavors),
  ),
  clientMethod('flavors.findall(**kwargs)', 'All flavors with these attributes.', findMatching(flavors)),
  clientMethod(
    'flavors.create(name, ram, vcpus, disk, flavorid="auto", ephemeral=0, swap=0, rxtx_factor=1.0, is_public=true, description=null)',
    'Creates a flavor, for administrators.',
    send('POST', '/flavors', flavorOf, 'flavor'),
  ),
  clientMethod('flavors.delete(flavor)', 'Deletes a flavor.', remove('/flavors/{flavor}')),
  clientMethod(
    'flavor_access.list(flavor)',
    'The projects that may use a flavor that is not public.',
    list('/flavors/{flavor}/os-flavor-access', 'flavor_access'),
  ),
  clientMethod(
    'flavor_access.add_tenant_access(flavor, tenant)',
    'Lets a project use a flavor.',
    access('addTenantAccess'),
  ),
  clientMethod(
    'flavor_access.remove_tenant_access(flavor, tenant)',
    'Takes that back.',
    access('removeTenantAccess'),
  ),
  clientMethod(
    'keypairs.list(user_id=null, marker=null, limit=null)',
    'Lists the keys of the user.',
    keypairsOf,
  ),
  clientMethod(
    'keypairs.get(keypair, user_id=null)',
    'Shows a key, by its name.',
    show('/os-keypairs/{keypair}', 'keypair', (given) => queryOf(pick(given, ['user_id']))),
  ),
  clientMethod(
    'keypairs.create(name, public_key=null, key_type="ssh", user_id=null)',
    'Puts a key in; without `public_key` Nova makes one, and gives the private key once.',
    send(
      'POST',
      '/os-keypairs',
      ({ name = null, public_key: key, key_type: type = 'ssh', user_id: user }) => ({
        keypair: {
          name,
          type,
          ...(isGiven(key) ? { public_key: key } : {}),
          ...(isGiven(user) ? { user_id: user } : {}),
        },
      }),
      'keypair',
    ),
  ),
  clientMethod(
    'keypairs.delete(key, user_id=null)',
    'Deletes a key.',
    remove('/os-keypairs/{key}', ['user_id']),
  ),
  clientMethod(
    'server_groups.list(all_projects=false, limit=null, offset=null)',
    'Lists the server groups.',
    list('/os-server-groups', 'server_groups', ['all_projects', 'limit', 'offset']),
  ),
  clientMethod(
    'server_groups.get(id)',
    'Shows a server group.',
    show('/os-server-groups/{id}', 'server_group'),
  ),
  clientMethod('server_groups.find(**kwargs)', 'The only server group with these attributes.', find(groups)),
  clientMethod(
    'server_groups.findall(**kwargs)',
    'All server groups with these attributes.',
    findMatching(groups),
  ),
  clientMethod(
    'server_groups.create(name, policy, rules=null)',
    'Creates a server group.',
    send('POST', '/os-server-groups', createGroup, 'server_group'),
  ),
  clientMethod(
    'server_groups.delete(id)',
    'Deletes a server group; its servers stay.',
    remove('/os-server-groups/{id}'),
  ),
  clientMethod(
    'quotas.get(tenant_id, user_id=null, detail=false)',
    'Shows the quotas of a project.',
    getQuotas,
  ),
  clientMethod(
    'quotas.defaults(tenant_id)',
    'Shows the default quotas.',
    show('/os-quota-sets/{tenant_id}/defaults', 'quota_set'),
  ),
  clientMethod(
    'quotas.update(tenant_id, user_id=null, force=false, instances=null, cores=null, ram=null, metadata_items=null, key_pairs=null, server_groups=null, server_group_members=null)',
    'Changes quotas, for administrators.',
    updateQuotas,
  ),
  clientMethod(
    'quotas.delete(tenant_id, user_id=null)',
    'Sets the quotas back to the default ones.',
    remove('/os-quota-sets/{tenant_id}', ['user_id']),
  ),
  clientMethod(
    'limits.get(reserved=false, tenant_id=null)',
    'Shows the limits of the project, and what is used.',
    show('/limits', 'limits', ({ reserved, tenant_id: project }) => ({
      ...(isGiven(reserved) ? { reserved: 1 } : {}),
      ...(isGiven(project) ? { tenant_id: plainText(project) } : {}),
    })),
  ),
];
