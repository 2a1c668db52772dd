/** Resources of the type OS::Nova::Server: real servers of the simulated cloud. */
import type { Json, JsonObject } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import { SimulatorError } from './api-error.ts';
import { objects, textIn, textsIn } from './endpoint.ts';
import type { Network } from './network.ts';
import { statusOf } from './compute-shapes.ts';
import type { Servers } from './servers.ts';
import type { SimulatedServer } from './simulated-server.ts';
import type { SimulatedStack, StackAction, StackRequest, StackResource } from './simulated-stack.ts';

export const SERVER_TYPE = 'OS::Nova::Server';

export class StackServers {
  readonly #servers: Servers;
  readonly #network: Network;

  constructor(servers: Servers, network: Network) {
    this.#servers = servers;
    this.#network = network;
  }

  find({ definition, physicalId }: StackResource): SimulatedServer | undefined {
    return definition.type === SERVER_TYPE ? this.#servers.find(physicalId) : undefined;
  }

  /** @throws SimulatorError as Nova refuses. */
  create(
    standardName: string,
    properties: JsonObject,
    { projectId, owner }: SimulatedStack,
    { requestId }: StackRequest,
  ): SimulatedServer {
    const networks = objects(properties['networks']).map((wanted) => {
      const name = textIn(wanted, 'network') ?? textIn(wanted, 'uuid') ?? '';
      const port = this.#network.ports.get(textIn(wanted, 'port') ?? '');
      const network = port === undefined ? this.#network.findNetwork(name) : undefined;
      if (port === undefined && network === undefined)
        throw new SimulatorError(400, `Network ${name} could not be found.`);
      return { port, network, address: textIn(wanted, 'fixed_ip') };
    });
    const server = this.#servers.create({
      name: textIn(properties, 'name') ?? standardName,
      description: null,
      tags: [],
      projectId,
      userId: owner.id,
      imageId: textIn(properties, 'image') ?? null,
      flavor: textIn(properties, 'flavor') ?? '',
      metadata: textsIn(properties['metadata']),
      keyName: textIn(properties, 'key_name') ?? null,
      configDrive: properties['config_drive'] === true,
      securityGroups: names(properties['security_groups'] ?? ['default']),
      zone: textIn(properties, 'availability_zone') ?? null,
      hostName: null,
      groupId: null,
      adminPass: textIn(properties, 'admin_pass') ?? null,
      volumes: [],
      requestId,
      failure: null,
    });
    for (const { port, network, address } of networks)
      if (port !== undefined) this.#network.setDevice(port, server.id);
      else if (network !== undefined)
        this.#network.addPort({
          network,
          projectId,
          name: '',
          address,
          deviceId: server.id,
          isOfServer: true,
        });
    return server;
  }

  delete(server: SimulatedServer, { requestId }: StackRequest): void {
    this.#servers.delete(server, requestId, null);
  }

  act(server: SimulatedServer, action: 'suspend' | 'resume', { requestId }: StackRequest): void {
    this.#servers.act(server, { action, input: {}, requestId, failure: null });
  }

  /** @param isGoing until it is gone; else until it has no task. */
  isBusy(resource: StackResource, isGoing: boolean): boolean {
    const server = this.find(resource);
    if (server === undefined) return false;
    return isGoing ? server.vmState !== 'error' || server.taskState !== null : server.taskState !== null;
  }

  /** Why the server is not what is made of it. */
  failure(resource: StackResource, action: StackAction): string | null {
    const { definition, physicalId } = resource;
    if (definition.type !== SERVER_TYPE) return null;
    const server = this.find(resource);
    const where = `resources.${definition.name}`;
    if (action === 'DELETE')
      return server === undefined ? null : `ResourceInError: ${where}: Server ${physicalId} delete failed`;
    if (server === undefined)
      return `NotFound: ${where}: Instance ${physicalId} could not be found. (HTTP 404)`;
    if (action === 'CHECK' && server.vmState !== 'active')
      return `Error: ${where}: 'status': expected 'ACTIVE', got '${statusOf(server)}'`;
    if (server.vmState !== 'error') return null;
    return `ResourceInError: ${where}: Went to status ERROR due to "Message: ${server.fault?.message ?? 'Unknown'}, Code: 500"`;
  }

  /** What an update has to make new, though nothing of it has changed. */
  needsReplacement(resource: StackResource): boolean {
    if (resource.definition.type !== SERVER_TYPE) return resource.status === 'FAILED';
    const server = this.find(resource);
    return server === undefined || server.vmState === 'error';
  }

  /** @returns whether it could: name, metadata and flavor of a server that has not failed. */
  changeInPlace(resource: StackResource, properties: JsonObject): boolean {
    const server = this.find(resource);
    if (server === undefined || this.needsReplacement(resource)) return false;
    const changed = new Set([...Object.keys(properties), ...Object.keys(resource.properties)]);
    for (const name of changed)
      if (
        !['name', 'metadata', 'flavor'].includes(name) &&
        JSON.stringify(properties[name]) !== JSON.stringify(resource.properties[name])
      )
        return false;
    server.metadata = textsIn(properties['metadata']);
    server.name = textIn(properties, 'name') ?? server.name;
    server.flavor = textIn(properties, 'flavor') ?? server.flavor;
    return true;
  }

  attribute(resource: StackResource, attribute: string): Json {
    const server = this.find(resource);
    if (server === undefined) return null;
    const ports = this.#network.portsOf(server.id);
    const addresses: Record<string, Json[]> = {};
    for (const { networkId, address, macAddress, id } of ports) {
      const name = this.#network.networks.get(networkId)?.name ?? networkId;
      addresses[name] = [
        ...(addresses[name] ?? []),
        { addr: address, version: 4, 'OS-EXT-IPS-MAC:mac_addr': macAddress, port: id },
      ];
    }
    const known: JsonObject = {
      first_address: ports[0]?.address ?? '',
      addresses,
      networks: Object.fromEntries(
        Object.entries(addresses).map(([name, list]) => [
          name,
          list.flatMap((one) => (isJsonObject(one) ? (one['addr'] ?? []) : [])),
        ]),
      ),
      name: server.name,
      instance_name: `instance-${server.id.slice(0, 8)}`,
      status: statusOf(server),
    };
    return known[attribute] ?? null;
  }
}

function names(value: Json): string[] {
  return Array.isArray(value) ? value.filter((item: Json) => typeof item === 'string') : [];
}
