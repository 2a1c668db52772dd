/** Nova's API. */
import type { JsonObject } from '../domain/json.ts';
import { actionEndpoints } from './compute-actions.ts';
import { aggregateEndpoints } from './compute-aggregates.ts';
import { contextOf, NEWEST_COMPUTE_MINOR, ok, serverOf, type ComputeTools } from './compute-call.ts';
import { checkName, handleCreateServer } from './compute-create.ts';
import { hostEndpoints } from './compute-hosts.ts';
import { listServers } from './compute-list.ts';
import { lookupEndpoints } from './compute-lookups.ts';
import { partEndpoints } from './compute-parts.ts';
import { quotaEndpoints } from './compute-quotas.ts';
import { describeServer, describeServerBriefly } from './compute-shapes.ts';
import { endpoint, member, textIn, type SimulatorEndpoint } from './endpoint.ts';
import type { World } from './world.ts';

export function computeEndpoints(world: World, baseUrl: () => string): readonly SimulatorEndpoint[] {
  const computeUrl = () => `${baseUrl()}/compute`;
  const tools: ComputeTools = { world, computeUrl };
  return [
    ...versions(computeUrl),
    ...serverEndpoints(tools),
    ...actionEndpoints(tools),
    ...partEndpoints(tools),
    ...hostEndpoints(tools),
    ...aggregateEndpoints(tools),
    ...lookupEndpoints(tools),
    ...quotaEndpoints(tools),
  ];
}

function versions(computeUrl: () => string): SimulatorEndpoint[] {
  const version = (id: string, path: string, newest: string) => ({
    id,
    status: newest === '' ? 'SUPPORTED' : 'CURRENT',
    version: newest,
    min_version: newest === '' ? '' : '2.1',
    updated: '2013-07-23T11:33:21Z',
    links: [{ rel: 'self', href: `${computeUrl()}/${path}/` }] as JsonObject[],
  });
  const current = () => version('v2.1', 'v2.1', `2.${NEWEST_COMPUTE_MINOR}`);
  const all = () => [version('v2.0', 'v2', ''), current()];
  const one = (): JsonObject => {
    const { links, ...rest } = current();
    const described = { rel: 'describedby', type: 'text/html', href: 'http://docs.openstack.org/' };
    const type = 'application/vnd.openstack.compute+json;version=2.1';
    return {
      ...rest,
      links: [...links, described],
      'media-types': [{ base: 'application/json', type }],
    };
  };
  return [
    endpoint('GET /', 'version', () => ok({ versions: all() }), { isOpen: true }),
    endpoint('GET /v2.1', 'version', () => ok({ version: one() }), { isOpen: true }),
  ];
}

function serverEndpoints(tools: ComputeTools): SimulatorEndpoint[] {
  const { world } = tools;
  const { servers } = world;
  return [
    endpoint('POST /v2.1/servers', 'create', (call) => handleCreateServer(call, tools)),
    endpoint('GET /v2.1/servers', 'list', (call) =>
      listServers(call, tools, '/servers', describeServerBriefly),
    ),
    endpoint('GET /v2.1/servers/detail', 'list', (call) =>
      listServers(call, tools, '/servers/detail', describeServer),
    ),
    endpoint(
      'GET /v2.1/servers/:id',
      'show',
      (call) => ok({ server: describeServer(serverOf(call, world, 'shown'), contextOf(call, tools)) }),
      { target: 'id' },
    ),
    endpoint(
      'PUT /v2.1/servers/:id',
      'update',
      (call) => {
        const server = serverOf(call, world);
        const asked = member(call.body, 'server');
        if (asked['name'] !== undefined) checkName(asked['name']);
        server.name = textIn(asked, 'name') ?? server.name;
        server.description = textIn(asked, 'description') ?? server.description;
        return ok({ server: describeServer(server, contextOf(call, tools)) });
      },
      { target: 'id' },
    ),
    endpoint(
      'DELETE /v2.1/servers/:id',
      'delete',
      (call) => {
        servers.delete(serverOf(call, world, 'shown'), call.requestId, call.fail?.message ?? null);
        return { status: 204 };
      },
      { target: 'id' },
    ),
  ];
}
