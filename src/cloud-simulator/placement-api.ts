/** The part of Placement's API that clients read: which hosts there are, and what servers take of them. */
import type { Json, JsonObject } from '../domain/json.ts';
import { SimulatorError } from './api-error.ts';
import { endpoint, type SimulatorAnswer, type SimulatorCall, type SimulatorEndpoint } from './endpoint.ts';
import type { SimulatedHost } from './hosts.ts';
import type { SimulatedServer } from './simulated-server.ts';
import type { World } from './world.ts';

/** What each server takes: the simulator's flavors are all alike. */
const demand = { VCPU: 1, MEMORY_MB: 512, DISK_GB: 1 };
const capacity: Readonly<Record<keyof typeof demand, number>> = {
  VCPU: 1000,
  MEMORY_MB: 800_000,
  DISK_GB: 600_000,
};
const parts = ['inventories', 'usages', 'aggregates', 'traits', 'allocations'];

export function placementEndpoints(world: World): readonly SimulatorEndpoint[] {
  const { servers, hosts } = world;
  const on = ({ name }: SimulatedHost): readonly SimulatedServer[] =>
    servers.all.filter(({ hostName }) => hostName === name);
  const ofHost = (path: string, describe: (host: SimulatedHost) => JsonObject): SimulatorEndpoint =>
    endpoint(`GET /resource_providers/:id${path}`, 'show', (call) => {
      authorize(call);
      const host = hosts.all.find(({ hypervisorId }) => hypervisorId === call.params['id']);
      if (host === undefined)
        throw new SimulatorError(404, `No resource provider with uuid ${call.params['id']} found`);
      return ok(call, describe(host));
    });
  return [
    endpoint('GET /', 'version', (call) => ok(call, { versions: [version] }), { isOpen: true }),
    endpoint('GET /resource_providers', 'list', (call) => {
      authorize(call);
      const { name } = call.query;
      const wanted = hosts.all.filter((host) => name === undefined || host.name === name);
      return ok(call, { resource_providers: wanted.map(describeProvider) });
    }),
    ofHost('', describeProvider),
    ofHost('/inventories', () => ({ resource_provider_generation: 1, inventories })),
    ofHost('/usages', (host) => ({
      resource_provider_generation: 1,
      usages: Object.fromEntries(
        Object.entries(demand).map(([name, each]) => [name, each * on(host).length]),
      ),
    })),
    ofHost('/allocations', (host) => ({
      resource_provider_generation: 1,
      allocations: Object.fromEntries(on(host).map(({ id }) => [id, { resources: demand }])),
    })),
    endpoint('GET /allocations/:server', 'allocations', (call) => {
      authorize(call);
      const server = servers.find(call.params['server'] ?? '');
      const host = hosts.find(server?.hostName ?? null);
      if (server === undefined || host === undefined) return ok(call, { allocations: {} });
      const { projectId, userId } = server;
      const allocations = { [host.hypervisorId]: { generation: 1, resources: demand } };
      return ok(call, { allocations, project_id: projectId, user_id: userId, consumer_generation: 1 });
    }),
  ];
}

const version: JsonObject = {
  id: 'v1.0',
  max_version: '1.39',
  min_version: '1.0',
  status: 'CURRENT',
  links: [{ rel: 'self', href: '' }],
};

const inventories: JsonObject = Object.fromEntries(
  Object.entries(capacity).map(([name, total]) => [
    name,
    { total, reserved: 0, min_unit: 1, max_unit: total, step_size: 1, allocation_ratio: 1 },
  ]),
);

function describeProvider({ hypervisorId: id, name }: SimulatedHost): JsonObject {
  const self = `/resource_providers/${id}`;
  return {
    uuid: id,
    name,
    generation: 1,
    links: [{ rel: 'self', href: self }, ...parts.map((part) => ({ rel: part, href: `${self}/${part}` }))],
    parent_provider_uuid: null,
    root_provider_uuid: id,
  };
}

/** @throws SimulatorError 403 */
function authorize({ isAdmin }: SimulatorCall): void {
  if (!isAdmin) throw new SimulatorError(403, 'Policy does not allow placement to be read.');
}

function ok(call: SimulatorCall, body: Json): SimulatorAnswer {
  const asked = call.header('openstack-api-version') ?? 'placement 1.0';
  return { status: 200, body, headers: { 'OpenStack-API-Version': asked, Vary: 'openstack-api-version' } };
}
