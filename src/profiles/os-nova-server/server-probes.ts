/**
 * The probes of servers by requests that many nodes share: what a round of the nodes of one project costs is
 * the pages of its listing.
 */
import type { Cloud, Clouds } from '../../openstack/cloud.ts';
import type { SharedProbes } from '../profile-type.ts';
import { probeHost } from './probe-host.ts';
import { probePoolMember } from './probe-pool-member.ts';
import { probeServerShared } from './probe-server.ts';
import { SharedHostReads } from './shared-host-reads.ts';
import { SharedMemberReads } from './shared-member-reads.ts';
import { SharedServerReads } from './shared-server-reads.ts';

export function serverProbes(clouds: Clouds, now: () => number): SharedProbes {
  const serversOf = forEach(({ nova }) => new SharedServerReads(nova));
  const hostsOf = forEach(({ nova }) => new SharedHostReads(nova));
  const membersOf = forEach(({ octavia }) => new SharedMemberReads(octavia));
  return {
    groupOf: (owner) => clouds.scopeOf(owner),
    status: (node, signal) => probeServerShared(serversOf(clouds.of(node.session)), node, signal, now),
    host(node, signal) {
      const { service } = clouds;
      return probeHost({ servers: serversOf(service), hosts: hostsOf(service) }, node, signal, now);
    },
    poolMember(node, options, signal) {
      const cloud = clouds.of(node.session);
      return probePoolMember({ servers: serversOf(cloud), members: membersOf(cloud) }, node, options, signal);
    },
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
