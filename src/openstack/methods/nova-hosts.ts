/**
 * python-novaclient's `services`, `hypervisors`, `aggregates` and `availability_zones`: for administrators.
 */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import {
  type MethodArguments,
  type CalledService,
  type ClientMethod,
  clientMethod,
  type MethodCall,
  MethodFailure,
} from './client-method.ts';
import { find, findMatching, type Found } from './find.ts';
import { isGiven, list, partOf, pathOf, remove, send, show, plainText } from './requests.ts';

/**
 * By its id, which Nova wants from 2.53 on, or by host and binary, as workflows for an older Nova have it.
 * @throws MethodFailure where there is no such service.
 */
async function serviceId(
  { service_uuid: id, host, binary }: MethodArguments,
  service: CalledService,
): Promise<string> {
  if (isGiven(id)) return plainText(id);
  if (!isGiven(host)) throw new MethodFailure('expected service_uuid, or host and binary, found neither');
  const query = { host: plainText(host), binary: isGiven(binary) ? plainText(binary) : 'nova-compute' };
  const { body } = await service.request({ method: 'GET', path: '/os-services', query });
  const services = partOf(body, 'services');
  const [only] = Array.isArray(services) ? services : [];
  if (isJsonObject(only)) return plainText(only['id']);
  throw new MethodFailure(`No Service ${query.binary} on the host ${query.host}. (HTTP 404)`);
}

function changeService(change: (given: MethodArguments) => JsonObject): MethodCall {
  return async (given, service) => {
    const path = pathOf('/os-services/{id}', { id: await serviceId(given, service) });
    return partOf((await service.request({ method: 'PUT', path, body: change(given) })).body, 'service');
  };
}

const services: Found = { noun: 'Service', path: '/os-services', key: 'services', one: undefined };
const hypervisors: Found = {
  noun: 'Hypervisor',
  path: '/os-hypervisors/detail',
  key: 'hypervisors',
  one: { path: '/os-hypervisors/{id}', key: 'hypervisor' },
};
const aggregates: Found = { noun: 'Aggregate', path: '/os-aggregates', key: 'aggregates', one: undefined };
const zones: Found = {
  noun: 'AvailabilityZone',
  path: '/os-availability-zone/detail',
  key: 'availabilityZoneInfo',
  one: undefined,
};

const search: MethodCall = async (given, service) => {
  const path = isGiven(given['detailed']) ? '/os-hypervisors/detail' : '/os-hypervisors';
  const query = {
    hypervisor_hostname_pattern: plainText(given['hypervisor_match']),
    ...(isGiven(given['servers']) ? { with_servers: 'True' } : {}),
  };
  return partOf((await service.request({ method: 'GET', path, query })).body, 'hypervisors');
};

/** By the first key of two: the second one's path has less. */
function listDetailed(path: string, key: string): MethodCall {
  return async (given, service) =>
    await list(given['detailed'] === false ? path : `${path}/detail`, key, ['marker', 'limit'])(
      given,
      service,
    );
}

function changeAggregate(action: string, body: (given: MethodArguments) => JsonObject): MethodCall {
  return send(
    'POST',
    '/os-aggregates/{aggregate}/action',
    (given) => ({ [action]: body(given) }),
    'aggregate',
  );
}

const host = ({ host: name = null }: MethodArguments): { host: Json } => ({ host: name });

export const novaHostMethods: readonly ClientMethod[] = [
  clientMethod(
    'services.list(host=null, binary=null)',
    "Lists Nova's services, with `state` and `forced_down`.",
    list('/os-services', 'services', ['host', 'binary']),
  ),
  clientMethod('services.find(**kwargs)', 'The only service with these attributes.', find(services)),
  clientMethod('services.findall(**kwargs)', 'All services with these attributes.', findMatching(services)),
  clientMethod(
    'services.force_down(service_uuid=null, force_down=true, host=null, binary="nova-compute")',
    'Says that a host is down, so that its servers can be evacuated; by id, or by host.',
    changeService(({ force_down: isDown }) => ({ forced_down: isDown !== false })),
  ),
  clientMethod(
    'services.enable(service_uuid=null, host=null, binary="nova-compute")',
    'Lets Nova put servers on a host; by id, or by host.',
    changeService(() => ({ status: 'enabled' })),
  ),
  clientMethod(
    'services.disable(service_uuid=null, host=null, binary="nova-compute")',
    'Lets Nova put no more servers on a host; by id, or by host.',
    changeService(() => ({ status: 'disabled' })),
  ),
  clientMethod(
    'services.disable_log_reason(service_uuid=null, reason=null, host=null, binary="nova-compute")',
    'The same, with the reason.',
    changeService(({ reason = null }) => ({ status: 'disabled', disabled_reason: reason })),
  ),
  clientMethod(
    'services.delete(service_id)',
    'Deletes the record of a service.',
    remove('/os-services/{service_id}'),
  ),
  clientMethod(
    'hypervisors.list(detailed=true, marker=null, limit=null)',
    'Lists the hypervisors.',
    listDetailed('/os-hypervisors', 'hypervisors'),
  ),
  clientMethod(
    'hypervisors.get(hypervisor)',
    'Shows a hypervisor, by its id.',
    show('/os-hypervisors/{hypervisor}', 'hypervisor'),
  ),
  clientMethod('hypervisors.find(**kwargs)', 'The only hypervisor with these attributes.', find(hypervisors)),
  clientMethod(
    'hypervisors.findall(**kwargs)',
    'All hypervisors with these attributes.',
    findMatching(hypervisors),
  ),
  clientMethod(
    'hypervisors.search(hypervisor_match, servers=false, detailed=false)',
    'Hypervisors whose name contains a text; with `servers`, their servers as well.',
    search,
  ),
  clientMethod(
    'hypervisors.uptime(hypervisor)',
    'Shows the uptime of a hypervisor.',
    show('/os-hypervisors/{hypervisor}/uptime', 'hypervisor'),
  ),
  clientMethod(
    'hypervisors.statistics()',
    'The totals of all hypervisors.',
    show('/os-hypervisors/statistics', 'hypervisor_statistics'),
  ),
  clientMethod(
    'hypervisor_stats.statistics()',
    'The same.',
    show('/os-hypervisors/statistics', 'hypervisor_statistics'),
  ),
  clientMethod('aggregates.list()', 'Lists the host aggregates.', list('/os-aggregates', 'aggregates')),
  clientMethod(
    'aggregates.get(aggregate)',
    'Shows an aggregate.',
    show('/os-aggregates/{aggregate}', 'aggregate'),
  ),
  clientMethod(
    'aggregates.get_details(aggregate)',
    'The same.',
    show('/os-aggregates/{aggregate}', 'aggregate'),
  ),
  clientMethod('aggregates.find(**kwargs)', 'The only aggregate with these attributes.', find(aggregates)),
  clientMethod(
    'aggregates.findall(**kwargs)',
    'All aggregates with these attributes.',
    findMatching(aggregates),
  ),
  clientMethod(
    'aggregates.create(name, availability_zone)',
    'Creates an aggregate.',
    send(
      'POST',
      '/os-aggregates',
      ({ name = null, availability_zone: zone = null }) => ({ aggregate: { name, availability_zone: zone } }),
      'aggregate',
    ),
  ),
  clientMethod(
    'aggregates.update(aggregate, values)',
    'Changes the name or the zone.',
    send('PUT', '/os-aggregates/{aggregate}', ({ values = null }) => ({ aggregate: values }), 'aggregate'),
  ),
  clientMethod(
    'aggregates.add_host(aggregate, host)',
    'Puts a host into an aggregate.',
    changeAggregate('add_host', host),
  ),
  clientMethod(
    'aggregates.remove_host(aggregate, host)',
    'Takes a host out of an aggregate.',
    changeAggregate('remove_host', host),
  ),
  clientMethod(
    'aggregates.set_metadata(aggregate, metadata)',
    'Changes the metadata of an aggregate.',
    changeAggregate('set_metadata', ({ metadata = null }) => ({ metadata })),
  ),
  clientMethod('aggregates.delete(aggregate)', 'Deletes an aggregate.', remove('/os-aggregates/{aggregate}')),
  clientMethod(
    'availability_zones.list(detailed=true)',
    'Lists the zones; without `detailed` also for users.',
    listDetailed('/os-availability-zone', 'availabilityZoneInfo'),
  ),
  clientMethod('availability_zones.find(**kwargs)', 'The only zone with these attributes.', find(zones)),
  clientMethod(
    'availability_zones.findall(**kwargs)',
    'All zones with these attributes.',
    findMatching(zones),
  ),
];
