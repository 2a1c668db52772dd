/**
 * A new profile for a server that stays: name, metadata, password, image (a rebuild), networks and flavor (a
 * resize). All else needs another server.
 *
 * The resize is the last, since Nova takes nothing else before it is confirmed; and it is confirmed only when
 * the node was verified with its new flavor. So a flavor that the node does not bear is taken back.
 */
import { CoppiceError, type Issue } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import { operationError } from '../../openstack/cloud-error.ts';
import { plainProperties } from '../plain-properties.ts';
import type { InPlaceUpdate, NodeFacts, OperationRequest, PhysicalNode } from '../profile-type.ts';
import { changedKeys, notInPlace } from '../update-plan.ts';
import type { UpdatePlan } from '../update-way.ts';
import { changeNetworks } from './change-networks.ts';
import { dataOf } from './create-server.ts';
import { changedMetadata } from './owned-metadata.ts';
import { confirmResize, resizeServer, revertResize } from './resize-server.ts';
import { imageId } from './resolve.ts';
import { hasBegun, requireServerId, runServerOperation, whileLooking } from './run-operation.ts';
import { specOf, updatableKeys, wholeSpecOf, type WholeServerSpec } from './spec.ts';

type Change = 'image' | 'name' | 'admin_pass' | 'metadata' | 'networks' | 'flavor';

/** A rebuild sets name and password too; nothing is taken of a server whose resize is not confirmed. */
const order: readonly Change[] = ['image', 'name', 'admin_pass', 'metadata', 'networks', 'flavor'];

const effects: Readonly<Record<Change, string>> = {
  image: 'each server is rebuilt: it is down meanwhile, and its disk is written again',
  name: 'each server runs on',
  admin_pass: 'each server runs on',
  metadata: 'each server runs on',
  networks: 'the ports of each server are changed while it runs',
  flavor: 'each server is resized: it is down meanwhile',
};

/** Taken as in Senlin, and not used. */
const UNUSED = 'context';

export function serverUpdate(cloudFor: (node: NodeFacts) => Cloud): InPlaceUpdate {
  return {
    plan: planServerUpdate,
    effectOf: (property) => effects[property as Change] ?? null,
    unchangeable: ['NOT_CREATED', 'SERVER_DELETED', 'SERVER_ERROR'],
    change: (node, to, change, request) => {
      const stepRequest = { ...request, key: `${request.key} ${change}` };
      return carryOut(cloudFor(node), node, to, change as Change, stepRequest);
    },
    confirm: (node, request) => confirmResize(cloudFor(node), node, request),
    revert: (node, request) => revertResize(cloudFor(node), node, request),
  };
}

export function planServerUpdate(from: JsonObject, to: JsonObject): UpdatePlan {
  const changed = changedKeys(from, to).filter((key) => key !== UNUSED);
  const fixed = changed.filter((key) => !updatableKeys.includes(key) || !isChangeable(key, from, to));
  if (fixed.length > 0) return notInPlace(fixed);
  const issues = impossible(changed, to);
  if (issues.length > 0) return { way: 'REFUSED', issues };
  const changes = order.filter((key) => changed.includes(key));
  const withRebuild: readonly string[] = ['name', 'admin_pass'];
  return {
    way: 'IN_PLACE',
    changes: changes.includes('image') ? changes.filter((key) => !withRebuild.includes(key)) : changes,
    tentative: changes.includes('flavor') ? 'flavor' : null,
  };
}

/** A server that boots from a volume has no image, and gets none; what Nova chose is no list to change. */
function isChangeable(key: string, from: JsonObject, to: JsonObject): boolean {
  if (key === 'networks') return [from, to].every((one) => specOf(one).networks.length > 0);
  return key !== 'image' || (from[key] !== undefined && to[key] !== undefined);
}

function impossible(changed: readonly string[], to: JsonObject): Issue[] {
  if (!changed.includes('admin_pass') || to['admin_pass'] !== undefined) return [];
  const hint = 'a server keeps the password that it was given';
  return [{ field: 'admin_pass', expected: 'a password, as the profile before has', found: 'nothing', hint }];
}

async function carryOut(
  cloud: Cloud,
  node: NodeFacts,
  properties: JsonObject,
  change: Change,
  request: OperationRequest,
): Promise<PhysicalNode> {
  const to = wholeSpecOf(properties);
  switch (change) {
    case 'image':
      return await changeImage(cloud, node, to, request);
    case 'name':
      return await rename(cloud, node, to, request);
    case 'admin_pass':
      return await changePassword(cloud, node, to, request);
    case 'metadata':
      return await changeMetadata(cloud, node, to, request);
    case 'networks': {
      const from = specOf(node.properties).networks;
      return await changeNetworks(cloud, node, { from, to: to.networks }, request);
    }
    case 'flavor':
      return await resizeServer(cloud, node, to.flavor, request);
  }
}

/** Two names can mean one image: then there is nothing to rebuild. */
async function changeImage(
  cloud: Cloud,
  node: NodeFacts,
  to: WholeServerSpec,
  request: OperationRequest,
): Promise<PhysicalNode> {
  const doing = 'the server could not be rebuilt';
  const { imageRef, isSame } = await whileLooking(request, async (context) => {
    const wanted = await imageId(cloud, to.image ?? '', context);
    const server = await cloud.nova.getServer(requireServerId(node), context);
    const has = typeof server.image === 'object' && server.image.id === wanted;
    // A rebuild that has begun shows the new image already.
    const isOurs = has && (await hasBegun(cloud, server, request.key, { recordedAs: 'rebuild' }, context));
    return { imageRef: wanted, isSame: has && !isOurs };
  }).catch((error: unknown) => {
    request.signal.throwIfAborted();
    throw operationError(error, doing);
  });
  if (isSame) {
    if (to.adminPass !== undefined && to.adminPass !== passwordOf(node))
      await changePassword(cloud, node, to, { ...request, key: `${request.key} admin_pass` });
    return await rename(cloud, node, to, request);
  }
  const rebuild = {
    imageRef,
    name: to.name ?? node.name,
    ...(to.adminPass === undefined ? {} : { adminPass: to.adminPass }),
  };
  return await runServerOperation(
    cloud,
    node,
    { action: { rebuild }, recordedAs: 'rebuild', doing, until: ['ACTIVE', 'SHUTOFF'] },
    request,
  );
}

/** undefined: it has none from its profile, or that cannot be decrypted any more. */
function passwordOf(node: NodeFacts): string | undefined {
  try {
    return wholeSpecOf(plainProperties(node)).adminPass;
  } catch (error) {
    if (error instanceof CoppiceError) return undefined;
    throw error;
  }
}

async function rename(
  cloud: Cloud,
  node: NodeFacts,
  to: WholeServerSpec,
  { signal }: OperationRequest,
): Promise<PhysicalNode> {
  signal.throwIfAborted();
  const id = requireServerId(node);
  try {
    await cloud.nova.updateServer(id, { name: to.name ?? node.name }, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw operationError(error, 'the server could not be renamed');
  }
  return { physicalId: id, data: node.data };
}

async function changePassword(
  cloud: Cloud,
  node: NodeFacts,
  { adminPass = '' }: WholeServerSpec,
  request: OperationRequest,
): Promise<PhysicalNode> {
  return await runServerOperation(
    cloud,
    node,
    {
      action: { changePassword: { adminPass } },
      recordedAs: 'changePassword',
      doing: 'the password could not be changed',
      until: ['ACTIVE'],
    },
    request,
  );
}

async function changeMetadata(
  cloud: Cloud,
  node: NodeFacts,
  to: WholeServerSpec,
  { signal }: OperationRequest,
): Promise<PhysicalNode> {
  signal.throwIfAborted();
  const id = requireServerId(node);
  try {
    const server = await cloud.nova.getServer(id, { signal });
    const before = specOf(node.properties).metadata;
    await cloud.nova.setMetadata(id, changedMetadata(server, before, to.metadata), { signal });
    return { physicalId: id, data: { ...node.data, ...dataOf(server) } };
  } catch (error) {
    signal.throwIfAborted();
    throw operationError(error, 'the metadata of the server could not be changed');
  }
}
