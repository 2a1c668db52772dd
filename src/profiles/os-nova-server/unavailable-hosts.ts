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
    return unusedInWords((await nova.listComputeServices(context)).flatMap((one) => whyUnused(one) ?? []));
  } catch {
    return '';
  }
}

/** @param unused of each host why it is not used, as `whyUnused` says it. */
export function unusedInWords(unused: readonly string[]): string {
  const rest = unused.length - mostHosts;
  const more = rest > 0 ? [`${rest} more hosts are not used`] : [];
  return [...unused.slice(0, mostHosts), ...more].join('; ');
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
