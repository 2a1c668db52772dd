/**
 * The simulator's own API, `/simulator`: it shows what the cloud has, and makes things go wrong in it. No
 * OpenStack has it, and it asks for no token: the simulator is for this machine and its tests. Each region
 * has it for itself below `/simulator/regions/NAME`; what is above is that of the first region.
 */
import { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { SimulatorError } from './api-error.ts';
import { memberStatuses, type SimulatedBalancerPart, type Balancers } from './balancers.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import type { SimulatorAnswer, SimulatorService } from './endpoint.ts';
import { faultSchema, type Fault } from './faults.ts';
import type { SimulatedHost } from './hosts.ts';
import { statuses, type VmState } from './server-states.ts';
import type { SimulatedServer } from './simulated-server.ts';
import type { User } from './identity.ts';
import { services, simulatorSettingsSchema, simulatorUserSchema } from './settings.ts';
import type { World } from './world.ts';

export interface AdminRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface AdminEndpoint {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly handle: (request: AdminRequest) => SimulatorAnswer;
}

const serverChange = z.strictObject({
  status: z.enum(['ERROR', 'SHUTOFF', 'PAUSED', 'ACTIVE', 'SUSPENDED', 'DELETED']),
  fault: z.string().optional(),
});
const availability = z.strictObject({ up: z.boolean() });
const hostChange = z
  .strictObject({ up: z.boolean().optional(), forced_down: z.boolean().optional() })
  .refine(({ up, forced_down: forcedDown }) => up !== undefined || forcedDown !== undefined, {
    message: 'expected up, forced_down or both, found neither',
  });
/** null: as its server is, again. */
const memberChange = z.strictObject({ operating_status: z.enum(memberStatuses).nullable() });
/** Of a server that is to be in ERROR, and of which is not said why. */
const FAULT = 'Reset to error by an administrator.';
const settingsChange = simulatorSettingsSchema.omit({ regions: true, hosts: true, users: true }).partial();
/** Of a region; Keystone is of all of them. */
const regionalServices = services.filter((name) => name !== 'identity');

export function adminEndpoints(
  world: World,
  simulated: readonly SimulatorService[],
): readonly AdminEndpoint[] {
  const { servers, hosts, balancers, faults, mutations } = world;
  return [
    {
      method: 'GET',
      path: '/servers',
      handle: ({ query }) => ({
        status: 200,
        body: servers.all
          .filter(({ hostName }) => query['host'] === undefined || hostName === query['host'])
          .map((server) => describe(server, world)),
      }),
    },
    {
      method: 'POST',
      path: '/servers/:id',
      handle({ params, body }) {
        const { status, fault } = read(serverChange, body);
        const server = servers.find(params['id'] ?? '');
        if (server === undefined) throw new SimulatorError(404, `there is no server ${params['id']}`);
        if (status === 'DELETED') servers.remove(server);
        else servers.setState(server, stateOf(status), status === 'ERROR' ? (fault ?? FAULT) : null);
        return { status: 200, body: describe(server, world) };
      },
    },
    {
      method: 'GET',
      path: '/members',
      handle: () => ({
        status: 200,
        body: balancers.all('member').map((one) => describeMember(one, balancers)),
      }),
    },
    {
      method: 'POST',
      path: '/members/:id',
      handle({ params, body }) {
        const { operating_status: status } = read(memberChange, body);
        const member = balancers.find('member', params['id'] ?? '');
        if (member === undefined) throw new SimulatorError(404, `there is no member ${params['id']}`);
        member.forced = status;
        return { status: 200, body: describeMember(member, balancers) };
      },
    },
    {
      method: 'GET',
      path: '/hosts',
      handle: () => ({
        status: 200,
        body: hosts.all.map((host) => describeHost(host, world)),
      }),
    },
    {
      method: 'POST',
      path: '/hosts/:name',
      handle({ params, body }) {
        const { up, forced_down: forcedDown } = read(hostChange, body);
        const host = hosts.find(params['name'] ?? '');
        if (host === undefined)
          throw new SimulatorError(
            404,
            `there is no host ${params['name']}; there are ${hosts.all.map(({ name }) => name).join(', ')}`,
          );
        // Nova refuses it, too: what was evacuated would run a second time.
        if (forcedDown === false && host.hasEvacuated && up !== true)
          throw new SimulatorError(
            409,
            `forced_down: servers were evacuated from ${host.name}, which has not come back since; post {"up": true, "forced_down": false}`,
          );
        hosts.change(host, {
          ...(up === undefined ? {} : { isUp: up }),
          ...(forcedDown === undefined ? {} : { isForcedDown: forcedDown }),
        });
        return { status: 200, body: describeHost(host, world) };
      },
    },
    {
      method: 'GET',
      path: '/services',
      handle: () => ({
        status: 200,
        body: Object.fromEntries(services.map((name) => [name, { up: !faults.isAway(name) }])),
      }),
    },
    {
      method: 'POST',
      path: '/services/:name',
      handle({ params, body }) {
        const { up } = read(availability, body);
        const name = services.find((service) => service === params['name']);
        if (name === undefined)
          throw new SimulatorError(
            404,
            `there is no service ${params['name']}; there are ${services.join(', ')}`,
          );
        faults.setAway(name, !up);
        return { status: 200, body: { name, up } };
      },
    },
    { method: 'GET', path: '/faults', handle: () => ({ status: 200, body: faults.all as unknown as Json }) },
    {
      method: 'POST',
      path: '/faults',
      handle({ body }) {
        const fault = read(faultSchema, body);
        refuseUnknownOperation(fault, simulated);
        faults.add(fault);
        return { status: 201, body: fault as unknown as JsonObject };
      },
    },
    {
      method: 'DELETE',
      path: '/faults',
      handle() {
        faults.clear();
        return { status: 204 };
      },
    },
    {
      method: 'GET',
      path: '/mutations',
      handle: () => ({ status: 200, body: mutations.all as unknown as Json }),
    },
    {
      method: 'DELETE',
      path: '/mutations',
      handle() {
        mutations.clear();
        return { status: 204 };
      },
    },
    {
      method: 'GET',
      path: '/requests',
      handle: () => ({ status: 200, body: Object.fromEntries(world.requests) }),
    },
    {
      method: 'DELETE',
      path: '/requests',
      handle() {
        world.requests.clear();
        return { status: 204 };
      },
    },
    {
      method: 'DELETE',
      path: '/tokens',
      handle() {
        world.identity.revokeAll();
        return { status: 204 };
      },
    },
    {
      method: 'GET',
      path: '/users',
      handle: () => ({
        status: 200,
        body: [...world.identity.users.values()].map((user) => describeUser(user, world)),
      }),
    },
    {
      method: 'POST',
      path: '/users',
      handle({ body }) {
        const user = world.putUser(read(simulatorUserSchema, body));
        return { status: 201, body: describeUser(user, world) };
      },
    },
    {
      method: 'DELETE',
      path: '/users/:name',
      handle({ params }) {
        const { identity } = world;
        const user = identity.findByName(identity.users, params['name'] ?? '');
        if (user === undefined) throw new SimulatorError(404, `there is no user ${params['name']}`);
        identity.removeUser(user.id);
        return { status: 204 };
      },
    },
    { method: 'GET', path: '/settings', handle: () => ({ status: 200, body: shownSettings(world) }) },
    {
      method: 'PATCH',
      path: '/settings',
      handle({ body }) {
        read(settingsChange, body);
        // What was read has the default of every key that is not named: only what is named changes.
        const changed = changedIn(shownSettings(world), body as JsonObject);
        world.settings = { ...simulatorSettingsSchema.parse(changed), users: world.settings.users };
        return { status: 200, body: shownSettings(world) };
      },
    },
  ];
}

/** The regions, with the servers of each, and whether their services answer. */
export function regionEndpoints({ regions }: World): readonly AdminEndpoint[] {
  const shown = ({ region, servers, faults }: World): JsonObject => ({
    name: region,
    up: !regionalServices.some((name) => faults.isAway(name)),
    servers: servers.all.length,
  });
  return [
    { method: 'GET', path: '/regions', handle: () => ({ status: 200, body: regions.map(shown) }) },
    {
      method: 'POST',
      path: '/regions/:name',
      handle({ params, body }) {
        const { up } = read(availability, body);
        const found = regions.find(({ region }) => region === params['name']);
        if (found === undefined) {
          const names = regions.map(({ region }) => region).join(', ');
          throw new SimulatorError(404, `there is no region ${params['name']}; there are ${names}`);
        }
        for (const name of regionalServices) found.faults.setAway(name, !up);
        return { status: 200, body: shown(found) };
      },
    },
  ];
}

/** A fault that no request can match would wait for ever. @throws SimulatorError 400 */
function refuseUnknownOperation({ service, operation }: Fault, simulated: readonly SimulatorService[]): void {
  const endpoints = simulated.filter(({ name }) => name === service).flatMap((each) => each.endpoints);
  const known = [...new Set(endpoints.flatMap(({ operations }) => operations))].toSorted();
  if (operation === '*' || known.includes(operation)) return;
  const hint = didYouMean(operation, known);
  const sentence = `operation: expected * or one of ${known.join(', ')} for ${service}, found ${JSON.stringify(operation)}`;
  throw new SimulatorError(400, hint === undefined ? sentence : `${sentence} (${hint})`);
}

/** @throws SimulatorError 400 that names the field. */
function read<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const sentences = result.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  throw new SimulatorError(400, sentences.join('; '));
}

function stateOf(status: string): VmState {
  const found = (Object.keys(statuses) as VmState[]).find((state) => statuses[state] === status);
  return found ?? 'error';
}

function describeMember(member: SimulatedBalancerPart, balancers: Balancers): JsonObject {
  const { address, protocol_port: port } = member.properties;
  return {
    id: member.id,
    pool_id: member.parent?.id ?? null,
    address: address ?? null,
    protocol_port: port ?? null,
    operating_status: balancers.operatingStatus(member),
  };
}

function describeHost({ name, zone, isUp, isForcedDown }: SimulatedHost, { servers }: World): JsonObject {
  const own = servers.all.filter(({ hostName }) => hostName === name);
  return { name, zone, up: isUp, forced_down: isForcedDown, servers: own.length };
}

function describe(server: SimulatedServer, { region }: World): JsonObject {
  const { id, name, vmState, taskState, hostName, projectId, metadata } = server;
  return {
    id,
    name,
    status: statuses[vmState],
    task_state: taskState,
    host: hostName,
    region,
    project_id: projectId,
    metadata,
  };
}

/** Without the password. */
function describeUser({ id, name, roles, projects }: User, { identity }: World): JsonObject {
  const names = projects.map((one) => identity.projects.get(one)?.name ?? one);
  return { id, name, roles: [...roles], projects: names };
}

/** Without users, who have passwords. */
function shownSettings({ settings }: World): JsonObject {
  const { users: hidden, ...shown } = settings;
  void hidden;
  return shown;
}

/** Maps are changed key by key. */
function changedIn(settings: JsonObject, changes: JsonObject): JsonObject {
  const changed = Object.entries(changes).map(([key, value]) => {
    const before = settings[key] ?? null;
    return [key, isJsonObject(before) && isJsonObject(value) ? changedIn(before, value) : value] as const;
  });
  return { ...settings, ...Object.fromEntries(changed) };
}
