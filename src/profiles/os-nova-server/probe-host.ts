/**
 * HYPERVISOR_STATUS_POLLING: what the state of its host says of a server. Nova goes on saying ACTIVE of a
 * server whose host has died.
 */
import type { Verdict } from '../../domain/verdict.ts';
import { isStatus } from '../../openstack/cloud-error.ts';
import type { Hypervisor } from '../../openstack/nova/server.ts';
import type { NodeFacts } from '../profile-type.ts';
import type { ComputeHosts, SharedHostReads } from './shared-host-reads.ts';
import type { SeenServer, SharedServerReads } from './shared-server-reads.ts';
import { cannotSee, deleted, notCreated, verdictOn } from './verdict.ts';

/** Both read by the service's own credential. @throws the signal's reason. */
export async function probeHost(
  reads: { readonly servers: SharedServerReads; readonly hosts: SharedHostReads },
  { physicalId }: NodeFacts,
  signal: AbortSignal,
  now: () => number,
): Promise<Verdict> {
  if (physicalId === null) return notCreated;
  const [server, hosts] = await Promise.allSettled([
    reads.servers.get(physicalId, signal),
    reads.hosts.get(signal),
  ]);
  signal.throwIfAborted();
  if (server.status === 'rejected') return cannotSee(physicalId, server.reason);
  if (server.value === undefined) return deleted(physicalId);
  if (hosts.status === 'rejected') return cannotSeeHosts(hosts.reason);
  return hostVerdict(server.value, hosts.value, now());
}

function cannotSeeHosts(error: unknown): Verdict {
  const reason = isStatus(error, 403)
    ? `Nova does not show its hosts to Coppice's credential, which needs the role of an administrator: ${error.message}`
    : `cannot see the hosts of the cloud: ${(error as Error).message}`;
  return { health: 'unknown', reason };
}

/** @param hosts of the same moment as the server. */
export function hostVerdict(server: SeenServer, hosts: ComputeHosts, now: number): Verdict {
  const { id, host } = server;
  if (host === undefined)
    return unknown(
      `Nova does not show the host of server ${id} to Coppice's credential, which needs the role of an administrator`,
    );
  if (host === null) return onNoHost(server, now);
  const service = hosts.services.get(host);
  if (service === undefined) return unknown(`Nova has no compute service on host ${host} of server ${id}`);
  const where = `host ${host} of server ${id}`;
  if (service.forced_down) return down(`${where} was forced down in Nova`);
  if (service.state !== 'up') {
    const since = service.updated_at === null ? '' : `: its last report came at ${service.updated_at} UTC`;
    return down(`${where} is down${since}`);
  }
  const hypervisor = hypervisorOf(server, hosts.hypervisors.get(host) ?? []);
  if (hypervisor !== undefined && hypervisor.state !== 'up')
    return down(`hypervisor ${hypervisor.hypervisor_hostname} on ${where} is down`);
  return { health: 'healthy', reason: `host ${host} is up` };
}

/** Where a host has several, the one that the server names. */
function hypervisorOf({ hypervisor }: SeenServer, all: readonly Hypervisor[]): Hypervisor | undefined {
  return (
    all.find(({ hypervisor_hostname: name }) => name === hypervisor) ??
    (all.length === 1 ? all[0] : undefined)
  );
}

/** What was never put on a host, or was taken off it, has failed if Nova says so. */
function onNoHost(server: SeenServer, now: number): Verdict {
  const verdict = verdictOn(server, now);
  if (verdict.health === 'unhealthy') return verdict;
  return unknown(`server ${server.id} is on no host (${server.status})`);
}

function down(reason: string): Verdict {
  return { health: 'unhealthy', failure: 'HOST_DOWN', reason };
}

function unknown(reason: string): Verdict {
  return { health: 'unknown', reason };
}
