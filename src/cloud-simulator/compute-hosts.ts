/** Nova's view of its hosts: services, hypervisors, availability zones. */
import type { JsonObject } from '../domain/json.ts';
import { SimulatorError, notFoundError } from './api-error.ts';
import { forAdmin, minorOf, ok, refuseOther, type ComputeTools } from './compute-call.ts';
import { describeHostService, describeHypervisor, describeZones } from './compute-shapes.ts';
import { endpoint, page, type SimulatorCall, type SimulatorEndpoint } from './endpoint.ts';
import type { SimulatedHost } from './hosts.ts';

export function hostEndpoints(tools: ComputeTools): SimulatorEndpoint[] {
  return [...services(tools), ...hypervisors(tools), ...zones(tools)];
}

function services({ world }: ComputeTools): SimulatorEndpoint[] {
  const { hosts, clock } = world;
  const describe = (host: SimulatedHost, call: SimulatorCall): JsonObject => {
    const number = hosts.all.indexOf(host) + 1;
    const context = { now: clock.now(), minor: minorOf(call), number };
    return describeHostService(host, context);
  };
  return [
    endpoint('GET /v2.1/os-services', 'services', (call) => {
      forAdmin(call, 'os_compute_api:os-services:list');
      refuseOther(call, 'host binary');
      const { binary, host } = call.query;
      const shown = hosts.all.filter(
        ({ name }) =>
          (host === undefined || host === name) && (binary === undefined || binary === 'nova-compute'),
      );
      return ok({ services: shown.map((one) => describe(one, call)) });
    }),
    endpoint('PUT /v2.1/os-services/:id', 'service', (call) => {
      forAdmin(call, 'os_compute_api:os-services:update');
      const host = hosts.all.find(({ serviceId }) => serviceId === call.params['id']);
      if (host === undefined) throw notFoundError('Service', call.params['id'] ?? '');
      const { status, forced_down: forcedDown, disabled_reason: reason } = call.body;
      if (forcedDown === false && host.hasEvacuated)
        throw new SimulatorError(
          400,
          `Unable to force up host ${host.name} as \`done\` evacuation migration records remain associated with ` +
            'the host. Ensure the compute service has been restarted, allowing these records to move to ' +
            '`completed` before retrying this request.',
        );
      hosts.change(host, {
        ...(typeof forcedDown === 'boolean' ? { isForcedDown: forcedDown } : {}),
        ...(typeof status === 'string' ? { isDisabled: status === 'disabled' } : {}),
        ...(status === 'enabled' ? { disabledReason: null } : {}),
        ...(typeof reason === 'string' ? { disabledReason: reason } : {}),
      });
      return ok({ service: describe(host, call) });
    }),
  ];
}

function hypervisors({ world, computeUrl }: ComputeTools): SimulatorEndpoint[] {
  const { servers, hosts } = world;
  const list = (call: SimulatorCall, isDetailed: boolean) => {
    forAdmin(call, 'os_compute_api:os-hypervisors:list');
    refuseOther(call, 'limit marker hypervisor_hostname_pattern with_servers', 53);
    const { hypervisor_hostname_pattern: pattern = '', with_servers: withServers } = call.query;
    const found = hosts.all.filter(({ name }) => name.includes(pattern));
    if (found.length === 0)
      throw new SimulatorError(404, `No hypervisor matching '${pattern}' could be found.`);
    const { items, hasMore } = page(
      found.map((host) => ({ id: host.hypervisorId, host })),
      call.query,
    );
    const next = new URLSearchParams({ ...call.query, marker: items.at(-1)?.id ?? '' });
    const href = `${computeUrl()}/v2.1/os-hypervisors${isDetailed ? '/detail' : ''}?${next.toString()}`;
    return ok({
      hypervisors: items.map(({ host }) =>
        describe(host, call, { isDetailed, withServers: withServers?.toLowerCase() === 'true' }),
      ),
      ...(hasMore ? { hypervisors_links: [{ rel: 'next', href }] } : {}),
    });
  };
  const describe = (
    host: SimulatedHost,
    call: SimulatorCall,
    options: { readonly isDetailed: boolean; readonly withServers: boolean },
  ): JsonObject => {
    const all = servers.all.filter(({ hostName }) => hostName === host.name);
    return describeHypervisor(host, {
      ...options,
      servers: all,
      flavorOf: (id) => world.flavors.get(id),
      minor: minorOf(call),
      number: hosts.all.indexOf(host) + 1,
    });
  };
  return [
    endpoint('GET /v2.1/os-hypervisors', 'hypervisors', (call) => list(call, false)),
    endpoint('GET /v2.1/os-hypervisors/detail', 'hypervisors', (call) => list(call, true)),
    endpoint('GET /v2.1/os-hypervisors/statistics', 'hypervisors', (call) => {
      forAdmin(call, 'os_compute_api:os-hypervisors:statistics');
      const options = { isDetailed: true, withServers: false };
      return ok({ hypervisor_statistics: totalsOf(hosts.all.map((host) => describe(host, call, options))) });
    }),
    endpoint('GET /v2.1/os-hypervisors/:id/uptime', 'hypervisors', (call) => {
      forAdmin(call, 'os_compute_api:os-hypervisors:uptime');
      // As Nova's fake driver answers.
      throw new SimulatorError(501, 'The requested functionality is not supported.');
    }),
    endpoint('GET /v2.1/os-hypervisors/:id', 'hypervisors', (call) => {
      forAdmin(call, 'os_compute_api:os-hypervisors:show');
      const host = hosts.all.find(({ hypervisorId }) => hypervisorId === call.params['id']);
      if (host === undefined)
        throw new SimulatorError(404, `Hypervisor with ID '${call.params['id']}' could not be found.`);
      return ok({ hypervisor: describe(host, call, { isDetailed: true, withServers: false }) });
    }),
  ];
}

const summed = [
  'vcpus',
  'memory_mb',
  'local_gb',
  'vcpus_used',
  'memory_mb_used',
  'local_gb_used',
  'free_ram_mb',
  'free_disk_gb',
  'current_workload',
  'running_vms',
  'disk_available_least',
];

function totalsOf(all: readonly JsonObject[]): JsonObject {
  const sum = (key: string): number => all.reduce((total, one) => total + Number(one[key] ?? 0), 0);
  return { count: all.length, ...Object.fromEntries(summed.map((key) => [key, sum(key)])) };
}

function zones({ world }: ComputeTools): SimulatorEndpoint[] {
  const { hosts, clock } = world;
  return [
    endpoint('GET /v2.1/os-availability-zone', 'zones', () =>
      ok({ availabilityZoneInfo: describeZones(hosts.all, null) }),
    ),
    endpoint('GET /v2.1/os-availability-zone/detail', 'zones', (call) => {
      forAdmin(call, 'os_compute_api:os-availability-zone:detail');
      const context = { now: clock.now() };
      return ok({ availabilityZoneInfo: describeZones(hosts.all, context) });
    }),
  ];
}
