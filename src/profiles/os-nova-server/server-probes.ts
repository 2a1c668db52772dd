/**
 * The probes of servers by requests that many nodes share: what a round of the nodes of one project costs is
 * the pages of its listing, in each region where it has nodes.
 */
import { regionOf } from '../../domain/placement.ts';
import { oneForEach, type Clouds } from '../../openstack/cloud.ts';
import { cloudOf } from '../node-cloud.ts';
import type { SharedProbes } from '../profile-type.ts';
import { CallsExpected } from '../shared-calls.ts';
import { probeHost } from './probe-host.ts';
import { probePoolMember } from './probe-pool-member.ts';
import { probeServerShared } from './probe-server.ts';
import { SharedHostReads } from './shared-host-reads.ts';
import { SharedMemberReads } from './shared-member-reads.ts';
import { SharedServerReads } from './shared-server-reads.ts';

export function serverProbes(clouds: Clouds, now: () => number): SharedProbes {
  const moreCalls = new CallsExpected();
  const serversOf = oneForEach(({ nova }) => new SharedServerReads(nova, moreCalls));
  const hostsOf = oneForEach(({ nova }) => new SharedHostReads(nova, moreCalls));
  const membersOf = oneForEach(({ octavia }) => new SharedMemberReads(octavia, moreCalls));
  return {
    groupOf: (owner) => clouds.scopeOf(owner),
    expectMore: moreCalls.expect,
    status: (node, signal) => probeServerShared(serversOf(cloudOf(clouds, node)), node, signal, now),
    host(node, signal) {
      const service = clouds.service.inRegion(regionOf(node.data));
      return probeHost({ servers: serversOf(service), hosts: hostsOf(service) }, node, signal, now);
    },
    poolMember(node, options, signal) {
      const cloud = cloudOf(clouds, node);
      return probePoolMember({ servers: serversOf(cloud), members: membersOf(cloud) }, node, options, signal);
    },
  };
}
