/**
 * Reads of the hosts of a cloud that many probes share: two requests, of compute services and of hypervisors,
 * answer for all. For administrators: Nova shows them to no others.
 */
import type { NovaClient } from '../../openstack/nova/nova-client.ts';
import type { ComputeService, Hypervisor } from '../../openstack/nova/server.ts';
import { SharedCalls, type CallsExpected } from '../shared-calls.ts';

export interface ComputeHosts {
  /** By the name of the host. */
  readonly services: ReadonlyMap<string, ComputeService>;
  /** Of bare metal a host has many. */
  readonly hypervisors: ReadonlyMap<string, readonly Hypervisor[]>;
}

export class SharedHostReads {
  readonly #calls: SharedCalls<null, ComputeHosts>;

  constructor(nova: NovaClient, moreCalls: CallsExpected) {
    this.#calls = new SharedCalls({ run: (_, signal) => readHosts(nova, signal), moreCalls });
  }

  /** As they are after this call. @throws CloudError 403 for no administrator; the signal's reason. */
  get(signal: AbortSignal): Promise<ComputeHosts> {
    return this.#calls.call(null, signal);
  }
}

async function readHosts(nova: NovaClient, signal: AbortSignal): Promise<ComputeHosts> {
  const context = { signal };
  const [services, hypervisors] = await Promise.all([
    nova.listComputeServices(context, 0),
    nova.listHypervisors(context, 0),
  ]);
  return {
    services: new Map(services.map((service) => [service.host, service])),
    hypervisors: Map.groupBy(hypervisors, ({ service }) => service.host),
  };
}
