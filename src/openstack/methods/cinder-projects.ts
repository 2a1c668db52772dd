/**
 * What python-cinderclient has for projects and administrators: transfers, types, quotas, limits, zones,
 * pools and services (cinderclient/v3/).
 */
import { isJsonObject } from '../../domain/json.ts';
import { type ClientMethod, clientMethod, type MethodCall } from './client-method.ts';
import { find, findMatching, type Found } from './find.ts';
import { isGiven, list, pick, plainText, queryOf, remove, send, show } from './requests.ts';

const types: Found = {
  noun: 'VolumeType',
  path: '/types',
  key: 'volume_types',
  one: { path: '/types/{id}', key: 'volume_type' },
};

const service = (change: string, more: readonly string[] = []): MethodCall =>
  send('PUT', `/os-services/${change}`, (given) => pick(given, ['host', 'binary', ...more]), null);

export const cinderProjectMethods: readonly ClientMethod[] = [
  clientMethod(
    'transfers.create(volume_id, name=null)',
    'Offers a volume to another project; gives the key once.',
    send(
      'POST',
      '/os-volume-transfer',
      ({ volume_id = null, name = null }) => ({ transfer: { volume_id, name } }),
      'transfer',
    ),
  ),
  clientMethod(
    'transfers.accept(transfer_id, auth_key)',
    'Takes an offered volume.',
    send(
      'POST',
      '/os-volume-transfer/{transfer_id}/accept',
      ({ auth_key = null }) => ({ accept: { auth_key } }),
      'transfer',
    ),
  ),
  clientMethod(
    'transfers.get(transfer_id)',
    'Shows an offer.',
    show('/os-volume-transfer/{transfer_id}', 'transfer'),
  ),
  clientMethod(
    'transfers.list(detailed=true)',
    'Lists the offers.',
    async (given, called) =>
      await list(
        given['detailed'] === false ? '/os-volume-transfer' : '/os-volume-transfer/detail',
        'transfers',
      )(given, called),
  ),
  clientMethod(
    'transfers.delete(transfer_id)',
    'Takes an offer back.',
    remove('/os-volume-transfer/{transfer_id}'),
  ),
  clientMethod(
    'volume_types.list(search_opts=null, is_public=null)',
    'Lists the types.',
    list('/types', 'volume_types', ({ search_opts: options, is_public: isPublic = null }) => ({
      is_public: isPublic === null ? 'None' : plainText(isPublic),
      ...queryOf(isJsonObject(options) ? options : {}),
    })),
  ),
  clientMethod('volume_types.get(volume_type)', 'Shows a type.', show('/types/{volume_type}', 'volume_type')),
  clientMethod('volume_types.default()', 'Shows the default type.', show('/types/default', 'volume_type')),
  clientMethod('volume_types.find(**kwargs)', 'The only type with these attributes.', find(types)),
  clientMethod('volume_types.findall(**kwargs)', 'All types with these attributes.', findMatching(types)),
  clientMethod(
    'quotas.get(tenant_id, usage=false)',
    'Shows the quotas of a project.',
    show('/os-quota-sets/{tenant_id}', 'quota_set', ({ usage }) => ({
      usage: isGiven(usage) ? 'True' : 'False',
    })),
  ),
  clientMethod(
    'quotas.defaults(tenant_id)',
    'Shows the default quotas.',
    show('/os-quota-sets/{tenant_id}/defaults', 'quota_set'),
  ),
  clientMethod(
    'quotas.update(tenant_id, **updates)',
    'Changes quotas, for administrators.',
    send('PUT', '/os-quota-sets/{tenant_id}', (given) => ({ quota_set: given }), 'quota_set'),
  ),
  clientMethod(
    'quotas.delete(tenant_id)',
    'Sets the quotas back to the default ones.',
    remove('/os-quota-sets/{tenant_id}'),
  ),
  clientMethod(
    'limits.get(tenant_id=null)',
    'Shows the limits of the project.',
    show('/limits', 'limits', (given) => queryOf(pick(given, ['tenant_id']))),
  ),
  clientMethod(
    'availability_zones.list(detailed=false)',
    'Lists the zones.',
    async (given, called) =>
      await list(
        isGiven(given['detailed']) ? '/os-availability-zone/detail' : '/os-availability-zone',
        'availabilityZoneInfo',
      )(given, called),
  ),
  clientMethod(
    'pools.list(detailed=false)',
    'Lists the pools, for administrators.',
    list('/scheduler-stats/get_pools', 'pools', ({ detailed }) =>
      isGiven(detailed) ? { detail: 'True' } : {},
    ),
  ),
  clientMethod(
    'services.list(host=null, binary=null)',
    "Lists Cinder's services, for administrators.",
    list('/os-services', 'services', ['host', 'binary']),
  ),
  clientMethod('services.enable(host, binary)', 'Enables a service.', service('enable')),
  clientMethod('services.disable(host, binary)', 'Disables a service.', service('disable')),
  clientMethod(
    'services.disable_log_reason(host, binary, reason)',
    'The same, with the reason.',
    send(
      'PUT',
      '/os-services/disable-log-reason',
      ({ host = null, binary = null, reason = null }) => ({ host, binary, disabled_reason: reason }),
      null,
    ),
  ),
];
