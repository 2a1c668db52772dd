/**
 * The probes of servers by requests that many nodes share: what a round of the nodes of one project costs is
 * the pages of its listing.
 */
import type { Cloud, Clouds } from '../../openstack/cloud.ts';
import type { SharedProbes } from '../profile-type.ts';
import { probeServerShared } from './probe-server.ts';
import { SharedServerReads } from './shared-server-reads.ts';

export function serverProbes(clouds: Clouds, now: () => number): SharedProbes {
  const servers = forEach(({ nova }) => new SharedServerReads(nova));
  return {
    groupOf: (owner) => clouds.scopeOf(owner),
    status: (node, signal) => probeServerShared(servers(clouds.of(node.session)), node, signal, now),
  };
}

/** One for each cloud, for as long as that is in use. */
function forEach<T extends object>(make: (cloud: Cloud) => T): (cloud: Cloud) => T {
  const made = new WeakMap<Cloud, T>();
  return (cloud) => {
    const known = made.get(cloud);
    if (known !== undefined) return known;
    const one = make(cloud);
    made.set(cloud, one);
    return one;
  };
}
