/** What hangs on a server: metadata, tags, addresses, ports, volumes, security groups. */
import type { Json, JsonObject } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import { SimulatorError } from './api-error.ts';
import { minorOf, ok, serverOf, type ComputeTools } from './compute-call.ts';
import { checkMetadata, invalidInput, planPorts } from './compute-create.ts';
import { checkMetadataChange } from './server-checks.ts';
import {
  endpoint,
  member,
  shown,
  textIn,
  type SimulatorAnswer,
  type SimulatorCall,
  type SimulatorEndpoint,
} from './endpoint.ts';
import type { SimulatedPort } from './network.ts';

export function partEndpoints(tools: ComputeTools): SimulatorEndpoint[] {
  return [...metadata(tools), ...tags(tools), ...interfaces(tools), ...others(tools)];
}

/** @throws SimulatorError 400 */
function metadataIn(value: Json | undefined): Record<string, string> {
  if (!isJsonObject(value)) throw invalidInput('metadata', shown(value), "it is not of type 'object'");
  for (const [key, item] of Object.entries(value)) checkMetadata(key, item);
  return value as Record<string, string>;
}

function metadata({ world }: ComputeTools): SimulatorEndpoint[] {
  const path = '/v2.1/servers/:id/metadata';
  const itemOf = (call: SimulatorCall): string => {
    const value = serverOf(call, world).metadata[call.params['key'] ?? ''];
    if (value === undefined) throw new SimulatorError(404, 'Metadata item was not found');
    return value;
  };
  const changed = (call: SimulatorCall, next: Readonly<Record<string, string>>): SimulatorAnswer => {
    const server = serverOf(call, world);
    checkMetadataChange(server, 'update metadata');
    server.metadata = next;
    return ok({ metadata: next });
  };
  return [
    endpoint(`GET ${path}`, 'show', (call) => ok({ metadata: serverOf(call, world).metadata })),
    endpoint(`PUT ${path}`, 'metadata', (call) => changed(call, metadataIn(call.body['metadata'])), {
      target: 'id',
    }),
    endpoint(
      `POST ${path}`,
      'metadata',
      (call) => changed(call, { ...serverOf(call, world).metadata, ...metadataIn(call.body['metadata']) }),
      { target: 'id' },
    ),
    endpoint(`GET ${path}/:key`, 'show', (call) =>
      ok({ meta: { [call.params['key'] ?? '']: itemOf(call) } }),
    ),
    endpoint(`PUT ${path}/:key`, 'metadata', (call) => {
      const meta = metadataIn(call.body['meta']);
      changed(call, { ...serverOf(call, world).metadata, ...meta });
      return ok({ meta });
    }),
    endpoint(`DELETE ${path}/:key`, 'metadata', (call) => {
      itemOf(call);
      const { [call.params['key'] ?? '']: _, ...rest } = serverOf(call, world).metadata;
      const server = serverOf(call, world);
      checkMetadataChange(server, 'delete metadata');
      server.metadata = rest;
      return { status: 204 };
    }),
  ];
}

function tags({ world, computeUrl }: ComputeTools): SimulatorEndpoint[] {
  const path = '/v2.1/servers/:id/tags';
  return [
    endpoint(`GET ${path}`, 'show', (call) => ok({ tags: serverOf(call, world).tags })),
    endpoint(`PUT ${path}/:tag`, 'tag', (call) => {
      const server = serverOf(call, world);
      const { tag = '' } = call.params;
      if (server.tags.includes(tag)) return { status: 204 };
      server.tags = [...server.tags, tag];
      return { status: 201, headers: { Location: `${computeUrl()}/v2.1/servers/${server.id}/tags/${tag}` } };
    }),
    endpoint(`DELETE ${path}/:tag`, 'tag', (call) => {
      const server = serverOf(call, world);
      const { tag = '' } = call.params;
      if (!server.tags.includes(tag)) throw new SimulatorError(404, `Tag ${tag} could not be found.`);
      server.tags = server.tags.filter((one) => one !== tag);
      return { status: 204 };
    }),
  ];
}

function interfaces({ world }: ComputeTools): SimulatorEndpoint[] {
  const { network } = world;
  const path = '/v2.1/servers/:id/os-interface';
  const found = (call: SimulatorCall): SimulatedPort => {
    const id = call.params['port'] ?? '';
    const port = network.portsOf(serverOf(call, world).id).find((one) => one.id === id);
    if (port === undefined) throw new SimulatorError(404, `Port id ${id} could not be found.`);
    return port;
  };
  return [
    endpoint(`GET ${path}`, 'show', (call) =>
      ok({
        interfaceAttachments: network
          .portsOf(serverOf(call, world).id)
          .map((port) => describePort(port, minorOf(call))),
      }),
    ),
    endpoint(`GET ${path}/:port`, 'show', (call) =>
      ok({ interfaceAttachment: describePort(found(call), minorOf(call)) }),
    ),
    endpoint(
      `POST ${path}`,
      'attach',
      (call) => {
        const server = serverOf(call, world);
        const before = new Set(network.portsOf(server.id));
        const asked = member(call.body, 'interfaceAttachment');
        const portId = textIn(asked, 'port_id');
        if (portId !== undefined && !network.ports.has(portId))
          throw new SimulatorError(404, `Port id ${portId} could not be found.`);
        const entry = portId === undefined ? { uuid: textIn(asked, 'net_id') ?? '' } : { port: portId };
        const plugs = planPorts([entry], call, { world });
        const failure = call.fail?.message ?? null;
        world.servers.attach(server, { requestId: call.requestId, failure }, () => {
          for (const plug of plugs) plug(server);
        });
        const [added] = network.portsOf(server.id).filter((port) => !before.has(port));
        return ok({ interfaceAttachment: added === undefined ? {} : describePort(added, minorOf(call)) });
      },
      { target: 'id' },
    ),
    endpoint(
      `DELETE ${path}/:port`,
      'detach',
      (call) => {
        const port = found(call);
        const failure = call.fail?.message ?? null;
        world.servers.detach(serverOf(call, world), { requestId: call.requestId, failure }, () => {
          if (port.isOfServer) network.removePort(port);
          else network.setDevice(port, '');
        });
        return { status: 202 };
      },
      { target: 'id' },
    ),
  ];
}

function describePort(port: SimulatedPort, minor: number): JsonObject {
  return {
    port_id: port.id,
    net_id: port.networkId,
    mac_addr: port.macAddress,
    port_state: 'ACTIVE',
    fixed_ips: [{ subnet_id: port.subnetId, ip_address: port.address }],
    ...(minor >= 70 ? { tag: null } : {}),
  };
}

function others({ world }: ComputeTools): SimulatorEndpoint[] {
  const { network } = world;
  return [
    endpoint('GET /v2.1/servers/:id/ips', 'show', (call) => {
      const addresses: Record<string, Json[]> = {};
      for (const { networkId, address } of network.portsOf(serverOf(call, world).id))
        (addresses[network.networks.get(networkId)?.name ?? networkId] ??= []).push({
          version: 4,
          addr: address,
        });
      return ok({ addresses });
    }),
    endpoint('GET /v2.1/servers/:id/migrations', 'show', (call) => {
      serverOf(call, world);
      // A live migration is over when Nova could list it.
      return ok({ migrations: [] });
    }),
    endpoint('GET /v2.1/servers/:id/migrations/:migration', 'show', (call) => {
      const { id } = serverOf(call, world);
      const { migration = '' } = call.params;
      throw new SimulatorError(404, `In-progress live migration ${migration} is not found for server ${id}.`);
    }),
    endpoint('GET /v2.1/servers/:id/os-volume_attachments', 'show', (call) =>
      ok({
        volumeAttachments: serverOf(call, world).volumes.map((id) => ({
          id,
          volumeId: id,
          serverId: call.params['id'] ?? '',
          device: '/dev/vda',
        })),
      }),
    ),
    endpoint('GET /v2.1/servers/:id/os-security-groups', 'show', (call) =>
      ok({
        security_groups: serverOf(call, world).securityGroups.map((name) => ({
          id: network.findSecurityGroup(name, call.projectId)?.id ?? name,
          name,
          description: '',
          rules: [],
          tenant_id: call.projectId,
        })),
      }),
    ),
  ];
}
