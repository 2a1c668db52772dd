/**
 * The ports of a server. When it is created, a plain network is left to Nova, which creates the port and
 * deletes it with the server; what Nova cannot say (security groups, subnet, vnic type, floating IP) needs a
 * port of ours. Ours are named after the node and what the spec says of them, so that a repeated request
 * finds them; and their description says whose they are, so that a removal finds all of them.
 */
import { createHash } from 'node:crypto';
import { operationError } from '../../openstack/cloud-error.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { NeutronPort } from '../../openstack/neutron-client.ts';
import type { JsonObject, Json } from '../../domain/json.ts';
import type { NodeFacts } from '../profile-type.ts';
import { networkId } from './resolve.ts';
import type { NetworkSpec } from './spec.ts';

/** A network of a spec, with the number of its like before it: a spec may say the same twice. */
export interface NumberedNetwork {
  readonly spec: NetworkSpec;
  readonly number: number;
}

export function numbered(networks: readonly NetworkSpec[]): NumberedNetwork[] {
  const counts = new Map<string, number>();
  return networks.map((spec) => {
    const print = fingerprint(spec);
    const number = counts.get(print) ?? 0;
    counts.set(print, number + 1);
    return { spec, number };
  });
}

export function fingerprint(spec: NetworkSpec): string {
  return createHash('sha256').update(JSON.stringify(spec)).digest('base64url').slice(0, 12);
}

/** @returns `networks` of the body: `auto` where the spec has none. */
export async function preparePorts(
  cloud: Cloud,
  node: NodeFacts,
  networks: readonly NetworkSpec[],
  context: CallContext,
): Promise<Json> {
  if (networks.length === 0) return 'auto';
  const prepared: JsonObject[] = [];
  for (const network of numbered(networks)) {
    const { spec } = network;
    if (spec.port === undefined && !needsPort(spec)) {
      const uuid = await networkId(cloud, 'networks', spec.network ?? '', context);
      prepared.push({ uuid, ...(spec.fixedIp === undefined ? {} : { fixed_ip: spec.fixedIp }) });
    } else prepared.push({ port: await preparePort(cloud, node, network, context) });
  }
  return prepared;
}

/** The port that the spec names, or one of ours, with its floating IP. @returns its id. */
export async function preparePort(
  cloud: Cloud,
  node: NodeFacts,
  { spec, number }: NumberedNetwork,
  context: CallContext,
): Promise<string> {
  const name = portName(node, { spec, number });
  const id =
    spec.port ??
    (await ownPort(cloud, name, context))?.id ??
    (await createPort(cloud, node, spec, name, context)).id;
  await giveFloatingIp(cloud, node, spec, id, context);
  return id;
}

function needsPort({ securityGroups, subnet, vnicType, floatingNetwork, floatingIp }: NetworkSpec): boolean {
  return (
    securityGroups.length > 0 ||
    [subnet, vnicType, floatingNetwork, floatingIp].some((one) => one !== undefined)
  );
}

/** A server that was created beside another of its node has ports of its own: `data.ports` says which. */
export function portName(
  { id, data }: Pick<NodeFacts, 'id' | 'data'>,
  { spec, number }: NumberedNetwork,
): string {
  const instance = instanceIn(data);
  return `${portPrefix(id)}${instance === '' ? '' : `${instance}.`}${fingerprint(spec)}-${number}`;
}

/** For `data.ports` of the server that a request creates beside another. */
export function instanceBeside(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 16);
}

/** As `instanceBeside`; '': the server of the node was created alone. */
function instanceIn({ ports }: JsonObject): string {
  return typeof ports === 'string' ? ports : '';
}

/** A fingerprint has no dot. */
function instanceOfPort(nodeId: string, name: string): string {
  const own = name.slice(portPrefix(nodeId).length);
  return own.includes('.') ? own.slice(0, own.indexOf('.')) : '';
}

/** With which the names of the ports begin that were created for a node. */
export function portPrefix(nodeId: string): string {
  return `coppice-${nodeId}-`;
}

export async function ownPort(
  cloud: Cloud,
  name: string,
  context: CallContext,
): Promise<NeutronPort | undefined> {
  return (await cloud.neutron.listPorts({ name }, context))[0];
}

async function createPort(
  cloud: Cloud,
  node: Pick<NodeFacts, 'id'>,
  { network, fixedIp, subnet, vnicType, securityGroups }: NetworkSpec,
  name: string,
  context: CallContext,
): Promise<NeutronPort> {
  const uuid = await networkId(cloud, 'networks', network ?? '', context);
  const subnetId = subnet === undefined ? undefined : await networkId(cloud, 'subnets', subnet, context);
  const groups = await groupIds(cloud, securityGroups, context);
  const fixed = {
    ...(fixedIp === undefined ? {} : { ip_address: fixedIp }),
    ...(subnetId === undefined ? {} : { subnet_id: subnetId }),
  };
  try {
    return await cloud.neutron.createPort(
      {
        name,
        network_id: uuid,
        description: ownMark(node.id),
        ...(Object.keys(fixed).length === 0 ? {} : { fixed_ips: [fixed] }),
        ...(groups.length === 0 ? {} : { security_groups: groups }),
        ...(vnicType === undefined ? {} : { 'binding:vnic_type': vnicType }),
      },
      context,
    );
  } catch (error) {
    throw operationError(error, 'the port of the server could not be created');
  }
}

export async function groupIds(
  cloud: Cloud,
  groups: readonly string[],
  context: CallContext,
): Promise<string[]> {
  const ids: string[] = [];
  for (const group of groups) ids.push(await networkId(cloud, 'security-groups', group, context));
  return ids;
}

async function giveFloatingIp(
  cloud: Cloud,
  { id }: NodeFacts,
  { floatingNetwork, floatingIp }: NetworkSpec,
  portId: string,
  context: CallContext,
): Promise<void> {
  if (floatingNetwork === undefined) return;
  const { neutron } = cloud;
  try {
    const taken = await neutron.listFloatingIps({ portId }, context);
    if (taken.length > 0) return;
    const known = floatingIp === undefined ? undefined : await neutron.findFloatingIp(floatingIp, context);
    if (known !== undefined) return await neutron.updateFloatingIp(known.id, { port_id: portId }, context);
    const network = await networkId(cloud, 'networks', floatingNetwork, context);
    await neutron.createFloatingIp(
      {
        floating_network_id: network,
        port_id: portId,
        description: ownMark(id),
        ...(floatingIp === undefined ? {} : { floating_ip_address: floatingIp }),
      },
      context,
    );
  } catch (error) {
    throw operationError(error, 'the floating IP of the server could not be assigned');
  }
}

/** The description of a port or floating IP that goes with the node. */
export function ownMark(nodeId: string): string {
  return `coppice node ${nodeId}`;
}

/**
 * Deletes the ports and floating IPs that were created for the node; those that the spec names stay.
 * @param kept the `data` of servers whose ports stay as well.
 */
export async function removePorts(
  { neutron }: Cloud,
  node: Pick<NodeFacts, 'id'>,
  kept: readonly JsonObject[],
  context: CallContext,
): Promise<void> {
  const description = ownMark(node.id);
  const instances = new Set(kept.map(instanceIn));
  const [ports, floatingIps] = await Promise.all([
    neutron.listPorts({ description }, context),
    neutron.listFloatingIps({ description }, context),
  ]);
  const isKept = ({ name }: NeutronPort): boolean => instances.has(instanceOfPort(node.id, name));
  const keptIds = new Set(ports.filter(isKept).map(({ id }) => id));
  for (const { id, port_id: port } of floatingIps)
    if (port === null || !keptIds.has(port)) await neutron.deleteFloatingIp(id, context);
  for (const { id } of ports) if (!keptIds.has(id)) await neutron.deletePort(id, context);
}

/** Deletes the ports that were created for one server of a node, and their floating IPs. */
export async function removePortsOf(
  cloud: Cloud,
  nodeId: string,
  server: JsonObject,
  context: CallContext,
): Promise<void> {
  const instance = instanceIn(server);
  const ports = await cloud.neutron.listPorts({ description: ownMark(nodeId) }, context);
  for (const port of ports)
    if (instanceOfPort(nodeId, port.name) === instance)
      await releasePort(cloud, { id: nodeId }, port, context);
}

/** Deletes a port that was created for the node, and the floating IPs of any port that were. */
export async function releasePort(
  { neutron }: Cloud,
  node: Pick<NodeFacts, 'id'>,
  port: Pick<NeutronPort, 'id' | 'description'>,
  context: CallContext,
): Promise<void> {
  const mark = ownMark(node.id);
  for (const { id, description } of await neutron.listFloatingIps({ portId: port.id }, context))
    if (description === mark) await neutron.deleteFloatingIp(id, context);
  if (port.description === mark) await neutron.deletePort(port.id, context);
}
