/**
 * Creates the server of a node, once for a request whatever crashes: its metadata carries the key of the
 * request, and each request looks for a server with its key before it asks for one.
 */
import { CoppiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { placementIn, withRegion } from '../../domain/placement.ts';
import { CloudError, operationError } from '../../openstack/cloud-error.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { Server } from '../../openstack/nova/server.ts';
import { plainProperties } from '../plain-properties.ts';
import type { CreateRequest, NodeFacts, PhysicalNode } from '../profile-type.ts';
import { awaitServer } from './await-server.ts';
import { deleteServer } from './delete-server.ts';
import { findServers } from './find-servers.ts';
import { locationOf } from './location.ts';
import { isOfRequest, ownedMetadata } from './owned-metadata.ts';
import { instanceBeside, preparePorts } from './ports.ts';
import { flavorId, imageId } from './resolve.ts';
import { wholeSpecOf, type ServerSpec, type WholeServerSpec } from './spec.ts';

const DOING = 'the server could not be created';

/** How long the removal of a server that is not wanted any more is waited for. */
const SETTLE_MS = 120_000;

export async function createServer(
  cloud: Cloud,
  node: NodeFacts,
  request: CreateRequest,
): Promise<PhysicalNode> {
  return await createInstance(cloud, { ...node, data: { ...node.data, ports: '' } }, request);
}

/** A second server of the node, with ports of its own. */
export async function createServerBeside(
  cloud: Cloud,
  node: NodeFacts,
  request: CreateRequest,
): Promise<PhysicalNode> {
  const ports = instanceBeside(request.key);
  const beside = { ...node, data: { ...node.data, ports } };
  const { physicalId, data } = await createInstance(cloud, beside, request);
  return { physicalId, data: { ...data, ports } };
}

async function createInstance(cloud: Cloud, node: NodeFacts, request: CreateRequest): Promise<PhysicalNode> {
  const context: CallContext = { signal: request.signal };
  try {
    request.signal.throwIfAborted();
    const made = await serversOfRequest(cloud, node, request.key, context);
    const created = made.find((server) => !isGoing(server))?.id;
    // A crash may have come while what this request had made was discarded: it goes before there is another.
    if (created === undefined) for (const { id } of made) await deleteServer(cloud, id, context);
    const id = created ?? (await begin(cloud, node, request, context));
    const server = await awaitServer(cloud.nova, id, { doing: DOING, until: ['ACTIVE'] }, context);
    if (server !== undefined) return { physicalId: id, data: dataOf(server) };
    throw new CoppiceError('operation-failed', `${DOING}: server ${id} was deleted while it was created`);
  } catch (error) {
    await discard(cloud, node, request.key);
    request.signal.throwIfAborted();
    throw error;
  }
}

/** What was begun and came to nothing must not continue, nor stay: no record would name it. */
async function discard(cloud: Cloud, node: NodeFacts, key: string): Promise<void> {
  const context: CallContext = { signal: AbortSignal.timeout(SETTLE_MS) };
  try {
    const id = await findCreated(cloud, node, key, context);
    if (id !== undefined) await deleteServer(cloud, id, context);
  } catch {
    // The cloud is away: the next request finds the server by its metadata.
  }
}

/** What later operations and poll URLs need to know of the server. */
export function dataOf(server: Server): JsonObject {
  const address = addressOf(server);
  return { ...(address === null ? {} : { address }), ...locationOf(server) };
}

/** The floating address of a server where it has one, else its first; null: it has none. */
export function addressOf({ addresses }: Server): string | null {
  const all = Object.values(addresses).flat();
  const floating = all.find((one) => one['OS-EXT-IPS:type'] === 'floating');
  return (floating ?? all.find(({ version }) => version === 4) ?? all[0])?.addr ?? null;
}

async function findCreated(
  cloud: Cloud,
  node: NodeFacts,
  key: string,
  context: CallContext,
): Promise<string | undefined> {
  return (await serversOfRequest(cloud, node, key, context)).find((server) => !isGoing(server))?.id;
}

/** Also one that is being deleted. */
async function serversOfRequest(
  cloud: Cloud,
  node: NodeFacts,
  key: string,
  context: CallContext,
): Promise<readonly Server[]> {
  const servers = await findServers(cloud.nova, node, context);
  return servers.filter((server) => isOfRequest(server, key) && server.status !== 'DELETED');
}

function isGoing({ status, 'OS-EXT-STS:task_state': task }: Server): boolean {
  return status === 'DELETED' || status === 'SOFT_DELETED' || task === 'deleting';
}

/** @returns the id of the server that Nova has begun to create. */
async function begin(
  cloud: Cloud,
  node: NodeFacts,
  request: CreateRequest,
  context: CallContext,
): Promise<string> {
  const spec = wholeSpecOf(plainProperties(node));
  try {
    const zone = await zoneFor(cloud, node, spec, request, context);
    const server = await bodyOf(cloud, node, { ...spec, availabilityZone: zone }, request.key, context);
    return await cloud.nova.createServer(server, hintsOf(spec, node), context);
  } catch (error) {
    if (!(error instanceof CloudError) || !error.mayHaveHappened) throw operationError(error, DOING);
    // The answer is lost. Nova may have begun: then the server is there.
    const created = await findCreated(cloud, node, request.key, context).catch(() => undefined);
    if (created === undefined) throw operationError(error, DOING);
    return created;
  }
}

async function bodyOf(
  cloud: Cloud,
  node: NodeFacts,
  spec: WholeServerSpec,
  key: string,
  context: CallContext,
): Promise<JsonObject> {
  const image = spec.image === undefined ? {} : { imageRef: await imageId(cloud, spec.image, context) };
  return {
    name: spec.name ?? node.name,
    ...image,
    flavorRef: await flavorId(cloud, spec.flavor, context),
    'OS-DCF:diskConfig': spec.autoDiskConfig ? 'AUTO' : 'MANUAL',
    metadata: ownedMetadata(node, spec.metadata, key),
    networks: await preparePorts(cloud, node, spec.networks, context),
    ...(spec.availabilityZone === undefined ? {} : { availability_zone: spec.availabilityZone }),
    ...(spec.blockDevices.length === 0 ? {} : { block_device_mapping_v2: spec.blockDevices }),
    ...(spec.configDrive === undefined ? {} : { config_drive: spec.configDrive }),
    ...(spec.keyName === undefined ? {} : { key_name: spec.keyName }),
    ...(spec.securityGroups.length === 0
      ? {}
      : { security_groups: spec.securityGroups.map((name) => ({ name })) }),
    ...(spec.userData === undefined ? {} : { user_data: Buffer.from(spec.userData).toString('base64') }),
    ...(spec.adminPass === undefined ? {} : { adminPass: spec.adminPass }),
    ...(spec.personality.length === 0 ? {} : { personality: spec.personality }),
  };
}

/**
 * As it was placed, which wins over the spec. Where its zone has an outage, another one that Nova has and
 * that policies allow: nodes are spread over those by their index, so that a repeated request names the
 * same.
 * @throws CoppiceError `operation-failed` where there is no other one.
 */
export async function zoneFor(
  { nova }: Cloud,
  node: NodeFacts,
  spec: ServerSpec,
  { elsewhere }: CreateRequest,
  context: CallContext,
): Promise<string | undefined> {
  if (elsewhere?.domain.kind !== 'ZONE') return placementIn(node.data).zone ?? spec.availabilityZone;
  const { avoid, allowed } = elsewhere;
  const zones = (await nova.listZones(context))
    .filter((name) => !avoid.includes(withRegion(node.data, name)) && allowed?.includes(name) !== false)
    .sort();
  const other = zones[Math.abs(node.index) % Math.max(1, zones.length)];
  if (other !== undefined) return other;
  const missing =
    allowed === undefined
      ? `no other availability zone than ${avoid.join(', ')}`
      : `none of the availability zones ${allowed.join(', ')} available, and the policies of the cluster allow no others`;
  throw new CoppiceError('operation-failed', `${DOING}: Nova has ${missing}`);
}

function hintsOf(spec: ServerSpec, node: NodeFacts): JsonObject | undefined {
  const { servergroup: group } = placementIn(node.data);
  return group !== undefined ? { ...spec.schedulerHints, group } : spec.schedulerHints;
}
