/**
 * Whether any host could take a server: asked before an old one is deleted for a new one, or its host is
 * forced down to evacuate it, since Nova says `No valid host was found` only afterwards.
 *
 * Only hosts that are up count. Whether one has room is left to Nova's scheduler: the old server's own room
 * becomes free, and quotas, overcommitment and server groups are known to it alone. A policy that must not
 * lose a server to a cloud that is full has `surge`.
 */
import type { Cloud } from '../../openstack/cloud.ts';
import type { ComputeService } from '../../openstack/nova/server.ts';
import type { NoPlace } from '../no-place.ts';
import type { CreateRequest, NodeFacts } from '../profile-type.ts';
import { zoneFor } from './create-server.ts';
import { missingIn } from './resolve.ts';
import { specOf } from './spec.ts';
import { unusedInWords, whyUnused } from './unavailable-hosts.ts';

/** How long Nova is asked at most. */
const ASK_MS = 15_000;

/**
 * @param cloud that looks up again what the profile names: each service that a creation asks has to answer.
 * @returns why no host takes it; null: at least one is up.
 * @throws CloudError where the credential may not see the hosts, or a service does not answer.
 */
export async function noPlaceForServer(
  cloud: Cloud,
  node: NodeFacts,
  request: CreateRequest,
): Promise<NoPlace | null> {
  const context = { signal: AbortSignal.any([request.signal, AbortSignal.timeout(ASK_MS)]) };
  await missingIn(cloud, specOf(node.properties), context);
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
): NoPlace {
  if (unused.length === 0) {
    const zones = [...new Set(services.map((service) => service.zone))].sort().join(', ');
    const reason = `no compute host is in the availability zone ${zone}; there are ${zones}`;
    return { reason, passes: false };
  }
  const where = zone === undefined ? '' : ` in the availability zone ${zone}`;
  return { reason: `no compute host is up${where}: ${unusedInWords(unused)}`, passes: true };
}

/**
 * For a server that is evacuated from the host `own`.
 * @param wanted the only host that it may be started on; undefined: Nova chooses.
 * @returns why no host takes it; null: at least one is up.
 */
export function noOtherHost(
  services: readonly ComputeService[],
  own: string,
  wanted: string | undefined,
): NoPlace | null {
  const wouldDo = services.filter(({ host }) => host !== own && isNamed(host, wanted));
  const unused = wouldDo.flatMap((service) => whyUnused(service) ?? []);
  if (unused.length < wouldDo.length) return null;
  if (unused.length > 0)
    return { reason: `no other compute host is up: ${unusedInWords(unused)}`, passes: true };
  if (wanted === undefined)
    return { reason: `no other compute host is up: there is only ${own}`, passes: true };
  return { reason: `no other compute host is named ${wanted}`, passes: false };
}
