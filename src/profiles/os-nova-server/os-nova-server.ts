/**
 * Profile type `os.nova.server` 1.0: a node is a server of an OpenStack cloud.
 *
 *     spec.ts             what may be written           resolve.ts        names as ids of the cloud
 *     create-server.ts    created once, whatever crashes    remove-server.ts   nothing is left behind
 *     run-operation.ts    begun once, awaited to its end    operations.ts      which there are
 *     update-server.ts    a new profile for it              resize-server.ts   confirmed once it is verified
 *     adopt-server.ts     one that exists becomes a node    retain-server.ts  stopped and kept
 *     probe-server.ts     how it is, of one node            server-probes.ts   of many, by shared requests
 *     place-for-server.ts whether a host could take one, before the old one is removed
 *     verdict.ts          what its state says of the node   details.ts         Nova's own attributes
 *     stopped-by-user.ts  whether a user of the cloud wanted it so
 *     location.ts         its zone and host
 *
 * A server belongs to its node by its metadata, not by what is written here: a server whose id was lost in a
 * crash is found again. It refuses to decide anything about health: Nova that does not answer is `unknown`.
 */
import { hidingSecrets } from '../hide-secrets.ts';
import type { Issue } from '../../domain/errors.ts';
import { CloudError } from '../../openstack/cloud-error.ts';
import { oneForEach, type Cloud, type Clouds } from '../../openstack/cloud.ts';
import { NameCache } from '../../openstack/lookup-cache.ts';
import type { JsonObject } from '../../domain/json.ts';
import { cloudEvents, type CloudNotifications } from '../cloud-events.ts';
import { cloudOf, NO_CLOUD } from '../node-cloud.ts';
import type { NodeFacts, ProfileType } from '../profile-type.ts';
import { serverAdoption } from './adopt-server.ts';
import { createServer, createServerBeside } from './create-server.ts';
import { hostIn, locationOf, zoneIn } from './location.ts';
import { serverDetails } from './details.ts';
import { serverOperations } from './operations.ts';
import { removeServer, removeServersExcept } from './remove-server.ts';
import { noPlaceForServer } from './place-for-server.ts';
import { missingIn } from './resolve.ts';
import { serverRetention } from './retain-server.ts';
import { addressObstacles, checkSpec, fields, specOf } from './spec.ts';
import { probeServer } from './probe-server.ts';
import { serverProbes } from './server-probes.ts';
import { serverStoppedByUser } from './stopped-by-user.ts';
import { serverUpdate } from './update-server.ts';

export interface NovaServerOptions {
  /** undefined: this Coppice works with no cloud. */
  readonly clouds: Clouds | undefined;
  readonly notifications?: CloudNotifications;
  readonly now?: () => number;
}

/** Longest that the creation of a profile waits for the cloud's lists. */
const EXAMINE_MS = 15_000;
/**
 * For what `examine` answers an old server may be deleted: what it needs is looked up again, but once for
 * the many servers of a cluster that are replaced at the same time.
 */
const EXAMINED_MS = 500;

export function novaServer({ clouds, notifications, now = Date.now }: NovaServerOptions): ProfileType {
  const cloudFor = (node: NodeFacts): Cloud => cloudOf(clouds, node);
  const examined = oneForEach(() => new NameCache(now, EXAMINED_MS));
  return hidingSecrets({
    name: 'os.nova.server',
    version: '1.0',
    noun: 'server',
    supportStatus: [{ status: 'SUPPORTED', since: '2016.04' }],
    fields,
    check: checkSpec,
    cloudService: 'compute',
    examine: (properties, region) => examine(clouds?.service.inRegion(region), properties, examined),
    noPlaceFor(node, request) {
      const cloud = cloudFor(node);
      return noPlaceForServer({ ...cloud, lookups: examined(cloud) }, node, request);
    },
    create: (node, request) => createServer(cloudFor(node), node, request),
    remove: (node, request) => removeServer(cloudFor(node), node, request),
    surge: {
      obstacles: addressObstacles,
      create: (node, request) => createServerBeside(cloudFor(node), node, request),
      removeExcept: (node, kept, request) => removeServersExcept(cloudFor(node), node, kept, request),
    },
    retention: serverRetention((kept) => cloudOf(clouds, kept)),
    async probe(node, signal) {
      if (clouds === undefined) return { health: 'unknown', reason: NO_CLOUD };
      return await probeServer(cloudFor(node), node, signal, now);
    },
    ...(clouds === undefined ? {} : { sharedProbes: serverProbes(clouds, now) }),
    detectionModes: [
      'NODE_STATUS_POLLING',
      'NODE_STATUS_POLL_URL',
      'HYPERVISOR_STATUS_POLLING',
      'LB_STATUS_POLLING',
      'LIFECYCLE_EVENTS',
    ],
    ...cloudEvents(notifications, (event) => {
      if (event.kind === 'SERVER') return { physicalId: event.id };
      // Which servers are on it only Nova knows: one listing of hosts answers for all that are probed so.
      return event.kind === 'COMPUTE_HOST' ? { mode: 'HYPERVISOR_STATUS_POLLING' } : null;
    }),
    stoppedByUser: (node, signal) => serverStoppedByUser(cloudFor(node).nova, node, signal),
    failureDomains: { ZONE: zoneIn, HOST: hostIn },
    location: async (node, signal) =>
      node.physicalId === null
        ? {}
        : locationOf(await cloudFor(node).nova.getServer(node.physicalId, { signal }, 0)),
    avoidable: ['ZONE'],
    withoutAvoiding: {
      HOST:
        'Nova takes no host to avoid, and its scheduler avoids one that is down by itself: with action: HOLD beside EVACUATE or RECREATE for ' +
        'when: {failure: [HOST_DOWN]}, an operator releases the outage, and the servers are brought back on other hosts',
    },
    operations: serverOperations(cloudFor),
    update: serverUpdate(cloudFor),
    adoption: serverAdoption((holder) => cloudOf(clouds, holder)),
    details: (node, signal) => serverDetails(cloudFor(node), node, { signal }),
    endpointParts: () => ['address'],
    endpoint: ({ data }) => ({ address: typeof data['address'] === 'string' ? data['address'] : null }),
  });
}

async function examine(
  service: Cloud | undefined,
  properties: JsonObject,
  lookupsOf: (cloud: Cloud) => NameCache,
): Promise<Issue[]> {
  if (service === undefined) return [{ field: '', expected: 'a cloud', found: 'none', hint: NO_CLOUD }];
  try {
    const cloud = { ...service, lookups: lookupsOf(service) };
    return await missingIn(cloud, specOf(properties), { signal: AbortSignal.timeout(EXAMINE_MS) });
  } catch (error) {
    // A cloud that is away says nothing about the profile: its nodes will tell.
    if (error instanceof CloudError || error instanceof DOMException) return [];
    throw error;
  }
}
