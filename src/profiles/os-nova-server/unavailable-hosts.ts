/**
 * Which hosts Nova does not use, and why: said beside `No valid host was found`, which names none. A host
 * that EVACUATE has forced down stays so until an operator says that it is up.
 */
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { NovaClient } from '../../openstack/nova/nova-client.ts';
import type { ComputeService } from '../../openstack/nova/server.ts';

/** More are counted. */
const mostHosts = 5;

/** Empty: all hosts are in use, or the credential may not see them. */
export async function unavailableHosts(nova: NovaClient, context: CallContext): Promise<string> {
  try {
    const hosts = (await nova.listComputeServices(context)).flatMap((service) => whyUnused(service) ?? []);
    const rest = hosts.length - mostHosts;
    return [...hosts.slice(0, mostHosts), ...(rest > 0 ? [`${rest} more hosts are not used`] : [])].join(
      '; ',
    );
  } catch {
    return '';
  }
}

/** Why Nova places nothing on a host; undefined: it does. */
export function whyUnused({
  host,
  forced_down: forcedDown,
  state,
  status,
}: ComputeService): string | undefined {
  if (forcedDown)
    return `host ${host} is forced down in Nova (openstack compute service set --up ${host} nova-compute)`;
  if (state !== 'up') return `host ${host} is down`;
  return status === 'enabled' ? undefined : `host ${host} is disabled`;
}
