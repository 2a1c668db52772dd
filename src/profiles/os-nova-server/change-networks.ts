/**
 * Other networks for a server that stays: ports are detached that its new profile has no use for, ports are
 * attached that it lacks, and those of which only the security groups differ are changed.
 *
 * All is found by what the cloud has: the ports of the server, and the names of ours. A repeated request
 * finds a part of it done, and does the rest.
 */
import { operationError } from '../../openstack/cloud-error.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { NeutronPort } from '../../openstack/neutron-client.ts';
import type { NodeFacts, OperationRequest, PhysicalNode } from '../profile-type.ts';
import { dataOf } from './create-server.ts';
import { interfaceOperation } from './interface-operation.ts';
import {
  fingerprint,
  groupIds,
  numbered,
  ownMark,
  ownPort,
  portName,
  portPrefix,
  preparePort,
  releasePort,
  type NumberedNetwork,
} from './ports.ts';
import { networkId } from './resolve.ts';
import {
  hasBegun,
  requireServerId,
  runServerOperation,
  whileLooking,
  type ServerOperation,
} from './run-operation.ts';
import type { NetworkSpec } from './spec.ts';

export interface NetworkChanges {
  readonly kept: readonly NumberedNetwork[];
  readonly removed: readonly NumberedNetwork[];
  readonly added: readonly NumberedNetwork[];
  /** Networks of which only the security groups differ. */
  readonly regrouped: readonly { readonly from: NumberedNetwork; readonly to: NumberedNetwork }[];
}

/** Networks are the same that give the same name to a port of the same node. */
const noNode = { id: '', data: {} };

/** Pure. Both are not empty: a server whose networks Nova has chosen is not changed. */
export function compareNetworks(from: readonly NetworkSpec[], to: readonly NetworkSpec[]): NetworkChanges {
  const isIn =
    (others: readonly NumberedNetwork[]) =>
    (one: NumberedNetwork): boolean =>
      others.some((other) => portName(noNode, other) === portName(noNode, one));
  const [before, after] = [numbered(from), numbered(to)];
  const removed = before.filter((one) => !isIn(after)(one));
  const added = after.filter((one) => !isIn(before)(one));
  const regrouped: { from: NumberedNetwork; to: NumberedNetwork }[] = [];
  for (const wanted of added) {
    const candidate = removed.find(
      (one) => isSameButGroups(one.spec, wanted.spec) && !regrouped.some((pair) => pair.from === one),
    );
    if (candidate !== undefined) regrouped.push({ from: candidate, to: wanted });
  }
  return {
    kept: before.filter(isIn(after)),
    removed: removed.filter((one) => !regrouped.some((pair) => pair.from === one)),
    added: added.filter((one) => !regrouped.some((pair) => pair.to === one)),
    regrouped,
  };
}

/** The groups of a port that the spec names are its owner's; without any, a port has Neutron's default. */
function isSameButGroups(one: NetworkSpec, other: NetworkSpec): boolean {
  const withoutGroups = (spec: NetworkSpec): string => fingerprint({ ...spec, securityGroups: [] });
  return (
    one.port === undefined && other.securityGroups.length > 0 && withoutGroups(one) === withoutGroups(other)
  );
}

export async function changeNetworks(
  cloud: Cloud,
  node: NodeFacts,
  { from, to }: { readonly from: readonly NetworkSpec[]; readonly to: readonly NetworkSpec[] },
  request: OperationRequest,
): Promise<PhysicalNode> {
  const id = requireServerId(node);
  const changes = compareNetworks(from, to);
  const context: CallContext = { signal: request.signal };
  try {
    for (const pair of changes.regrouped) await regroup(cloud, node, pair, from, context);
    for (const network of changes.removed) await detach(cloud, node, network, { changes, from, request });
    for (const network of changes.added) await attach(cloud, node, network, request);
    return { physicalId: id, data: { ...node.data, ...dataOf(await cloud.nova.getServer(id, context)) } };
  } catch (error) {
    request.signal.throwIfAborted();
    throw operationError(error, 'the networks of the server could not be changed');
  }
}

/** The name says what the port is now: with it, a repeated request knows that it was done. */
async function regroup(
  cloud: Cloud,
  node: NodeFacts,
  { from, to }: NetworkChanges['regrouped'][number],
  spec: readonly NetworkSpec[],
  context: CallContext,
): Promise<void> {
  context.signal.throwIfAborted();
  const name = portName(node, to);
  if ((await ownPort(cloud, name, context)) !== undefined) return;
  const own = await ownPort(cloud, portName(node, from), context);
  const port = own ?? (await plainPorts(cloud, node, from.spec, spec, context))[0];
  if (port === undefined) return;
  const groups = await groupIds(cloud, to.spec.securityGroups, context);
  const changes = { name, security_groups: groups, description: ownMark(node.id) };
  await cloud.neutron.updatePort(port.id, changes, context);
}

async function detach(
  cloud: Cloud,
  node: NodeFacts,
  network: NumberedNetwork,
  given: {
    readonly changes: NetworkChanges;
    readonly from: readonly NetworkSpec[];
    readonly request: OperationRequest;
  },
): Promise<void> {
  const { request } = given;
  const port = await whileLooking(request, (context) => portToDetach(cloud, node, network, given, context));
  if (port === undefined) return;
  if (port.device_id === node.physicalId) {
    const operation = interfaceOperation(cloud, requireServerId(node), 'detach', port.id);
    await runServerOperation(cloud, node, operation, { ...request, key: `${request.key} detach ${port.id}` });
  }
  await releasePort(cloud, node, port, { signal: request.signal });
}

/** @returns undefined: there is none any more. */
async function portToDetach(
  cloud: Cloud,
  node: NodeFacts,
  network: NumberedNetwork,
  { changes, from }: { readonly changes: NetworkChanges; readonly from: readonly NetworkSpec[] },
  context: CallContext,
): Promise<NeutronPort | undefined> {
  const { spec } = network;
  if (spec.port !== undefined) return await cloud.neutron.getPort(spec.port, context);
  const own = await ownPort(cloud, portName(node, network), context);
  if (own !== undefined) return own;
  // Ports that Nova made of the same network are alike: as many stay as the new profile has of them.
  const candidates = await plainPorts(cloud, node, spec, from, context);
  let staying = 0;
  for (const one of changes.kept)
    if (
      fingerprint(one.spec) === fingerprint(spec) &&
      (await ownPort(cloud, portName(node, one), context)) === undefined
    )
      staying += 1;
  return candidates.length > staying ? candidates[0] : undefined;
}

/** Ports of the server in a network that were not created by Coppice, and are not named by its spec. */
async function plainPorts(
  cloud: Cloud,
  node: NodeFacts,
  { network, fixedIp }: NetworkSpec,
  from: readonly NetworkSpec[],
  context: CallContext,
): Promise<NeutronPort[]> {
  const uuid = await networkId(cloud, 'networks', network ?? '', context);
  const named = new Set(from.flatMap(({ port }) => port ?? []));
  const ports = await cloud.neutron.listPorts({ deviceId: requireServerId(node) }, context);
  return ports
    .filter(
      ({ id, name, network_id: of, fixed_ips: addresses }) =>
        of === uuid &&
        !named.has(id) &&
        !name.startsWith(portPrefix(node.id)) &&
        (fixedIp === undefined || addresses.some(({ ip_address: address }) => address === fixedIp)),
    )
    .toSorted((left, right) => (left.id < right.id ? -1 : 1));
}

/** By a port of ours also for a plain network: a repeated request has to find what was attached. */
async function attach(
  cloud: Cloud,
  node: NodeFacts,
  network: NumberedNetwork,
  request: OperationRequest,
): Promise<void> {
  const { signal } = request;
  const known = await whileLooking(request, async (context) => {
    const { port } = network.spec;
    return port === undefined
      ? await ownPort(cloud, portName(node, network), context)
      : await cloud.neutron.getPort(port, context);
  });
  if (known === undefined) signal.throwIfAborted();
  const id =
    known !== undefined && signal.aborted ? known.id : await preparePort(cloud, node, network, { signal });
  const operation = interfaceOperation(cloud, requireServerId(node), 'attach', id);
  const attachment = { ...request, key: `${request.key} attach ${id}` };
  const isAttached = known?.device_id === node.physicalId;
  if (isAttached && !(await hasBegunHere(cloud, node, operation, attachment))) return;
  await runServerOperation(cloud, node, operation, attachment);
}

/** What an earlier update has attached is there; what this one has begun to attach is awaited. */
async function hasBegunHere(
  cloud: Cloud,
  node: NodeFacts,
  operation: ServerOperation,
  request: OperationRequest,
): Promise<boolean> {
  return await whileLooking(request, async (context) => {
    const server = await cloud.nova.getServer(requireServerId(node), context);
    return await hasBegun(cloud, server, request.key, operation, context);
  });
}
