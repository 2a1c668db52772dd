/**
 * The ports of a server. A plain network is left to Nova, which creates the port and deletes it with the
 * server; what Nova cannot say (security groups, subnet, vnic type, floating IP) needs a port of ours. Ours
 * are named after the node and their place in the spec, so that a repeated request finds them.
 */
import { operationError } from '../../openstack/cloud-error.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { NeutronPort } from '../../openstack/neutron-client.ts';
import type { JsonObject, Json } from '../../domain/json.ts';
import type { NodeFacts } from '../profile-type.ts';
import { networkId } from './resolve.ts';
import { specOf, type NetworkSpec } from './spec.ts';

/** @returns `networks` of the body: `auto` where the spec has none. */
export async function preparePorts(
  cloud: Cloud,
  node: NodeFacts,
  networks: readonly NetworkSpec[],
  context: CallContext,
): Promise<Json> {
  if (networks.length === 0) return 'auto';
  const prepared: JsonObject[] = [];
  for (const [index, network] of networks.entries())
    prepared.push(await prepare(cloud, node, network, index, context));
  return prepared;
}

async function prepare(
  cloud: Cloud,
  node: NodeFacts,
  network: NetworkSpec,
  index: number,
  context: CallContext,
): Promise<JsonObject> {
  if (network.port !== undefined) {
    await giveFloatingIp(cloud, node, network, network.port, context);
    return { port: network.port };
  }
  const uuid = await networkId(cloud, 'networks', network.network ?? '', context);
  if (!needsPort(network))
    return { uuid, ...(network.fixedIp === undefined ? {} : { fixed_ip: network.fixedIp }) };
  const name = portName(node.id, index);
  const [known] = await cloud.neutron.listPorts({ name }, context);
  const port = known ?? (await createPort(cloud, network, uuid, name, context));
  await giveFloatingIp(cloud, node, network, port.id, context);
  return { port: port.id };
}

function needsPort({ securityGroups, subnet, vnicType, floatingNetwork, floatingIp }: NetworkSpec): boolean {
  return (
    securityGroups.length > 0 ||
    [subnet, vnicType, floatingNetwork, floatingIp].some((one) => one !== undefined)
  );
}

function portName(nodeId: string, index: number): string {
  return `coppice-${nodeId}-${index}`;
}

async function createPort(
  cloud: Cloud,
  { fixedIp, subnet, vnicType, securityGroups }: NetworkSpec,
  network: string,
  name: string,
  context: CallContext,
): Promise<NeutronPort> {
  const subnetId = subnet === undefined ? undefined : await networkId(cloud, 'subnets', subnet, context);
  const groups: string[] = [];
  for (const group of securityGroups) groups.push(await networkId(cloud, 'security-groups', group, context));
  const fixed = {
    ...(fixedIp === undefined ? {} : { ip_address: fixedIp }),
    ...(subnetId === undefined ? {} : { subnet_id: subnetId }),
  };
  try {
    return await cloud.neutron.createPort(
      {
        name,
        network_id: network,
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
        description: floatingMark(id),
        ...(floatingIp === undefined ? {} : { floating_ip_address: floatingIp }),
      },
      context,
    );
  } catch (error) {
    throw operationError(error, 'the floating IP of the server could not be assigned');
  }
}

/** Says that the floating IP goes with the node. */
function floatingMark(nodeId: string): string {
  return `coppice node ${nodeId}`;
}

/** Deletes the ports and floating IPs that were created for the node; those that the spec names stay. */
export async function removePorts(
  cloud: Cloud,
  node: Pick<NodeFacts, 'id' | 'properties'>,
  context: CallContext,
): Promise<void> {
  const networks = specOf(node.properties).networks;
  for (const [index, network] of networks.entries()) {
    if (network.port === undefined && !needsPort(network)) continue;
    const ports =
      network.port === undefined
        ? await cloud.neutron.listPorts({ name: portName(node.id, index) }, context)
        : [{ id: network.port }];
    for (const { id } of ports) {
      for (const floating of await cloud.neutron.listFloatingIps({ portId: id }, context))
        if (floating.description === floatingMark(node.id))
          await cloud.neutron.deleteFloatingIp(floating.id, context);
      if (network.port === undefined) await cloud.neutron.deletePort(id, context);
    }
  }
}
