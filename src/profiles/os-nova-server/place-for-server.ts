/**
 * Whether any host could take a new server: asked before an old one is deleted for it, since Nova says `No
 * valid host was found` only afterwards.
 *
 * Only hosts that are up count. Whether one has room is left to Nova's scheduler: the old server's own room
 * becomes free, and quotas, overcommitment and server groups are known to it alone. A policy that must not
 * lose a server to a cloud that is full has `surge`.
 */
import type { Cloud } from '../../openstack/cloud.ts';
import type { ComputeService } from '../../openstack/nova/server.ts';
import type { CreateRequest, NodeFacts } from '../profile-type.ts';
import { zoneFor } from './create-server.ts';
import { specOf } from './spec.ts';
import { whyUnused } from './unavailable-hosts.ts';

/** More are counted. */
const mostHosts = 5;
/** How long Nova is asked at most. */
const ASK_MS = 15_000;

/**
 * @returns why no host takes it; null: at least one is up.
 * @throws CloudError where the credential may not see the hosts, or Nova does not answer: nothing is known.
 */
export async function noPlaceForServer(
  cloud: Cloud,
  node: NodeFacts,
  request: CreateRequest,
): Promise<string | null> {
  const context = { signal: AbortSignal.any([request.signal, AbortSignal.timeout(ASK_MS)]) };
  const wanted = await zoneFor(cloud, node, specOf(node.properties), request, context);
  // An administrator may name a host as well: `ZONE:HOST`.
  const [zone, host] = wanted?.split(':') ?? [];
  const services = await cloud.nova.listComputeServices(context, 0);
  const wouldDo = services.filter((one) => isNamed(one.zone, zone) && isNamed(one.host, host));
  const unused = wouldDo.flatMap((service) => whyUnused(service) ?? []);
  if (services.length === 0 || unused.length < wouldDo.length) return null;
  return noHost(wanted, unused, services);
}

function isNamed(name: string, wanted: string | undefined): boolean {
  return wanted === undefined || wanted === '' || name === wanted;
}

function noHost(
  zone: string | undefined,
  unused: readonly string[],
  services: readonly ComputeService[],
): string {
  if (unused.length === 0) {
    const zones = [...new Set(services.map((service) => service.zone))].sort().join(', ');
    return `no compute host is in the availability zone ${zone}; there are ${zones}`;
  }
  const where = zone === undefined ? '' : ` in the availability zone ${zone}`;
  const rest = unused.length - mostHosts;
  const more = rest > 0 ? [`${rest} more hosts are not used`] : [];
  return `no compute host is up${where}: ${[...unused.slice(0, mostHosts), ...more].join('; ')}`;
}
