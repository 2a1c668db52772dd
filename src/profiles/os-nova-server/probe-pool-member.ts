/** LB_STATUS_POLLING: what Octavia's health monitor says of the node's member in a pool. */
import type { LbStatusOptions } from '../../domain/health-policy.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { isStatus } from '../../openstack/cloud-error.ts';
import type { PoolMember } from '../../openstack/octavia-client.ts';
import type { NodeFacts } from '../profile-type.ts';
import type { SharedMemberReads } from './shared-member-reads.ts';
import type { SharedServerReads } from './shared-server-reads.ts';
import { cannotSee, deleted, notCreated } from './verdict.ts';

interface MemberReads {
  readonly members: SharedMemberReads;
  readonly servers: SharedServerReads;
}

/**
 * The member is the one that the load balancing policy has written into the node (`lb_member`, as Senlin's
 * does), else those with an address of the server.
 * @throws the signal's reason.
 */
export async function probePoolMember(
  reads: MemberReads,
  { physicalId, data }: Pick<NodeFacts, 'physicalId' | 'data'>,
  { pool }: LbStatusOptions,
  signal: AbortSignal,
): Promise<Verdict> {
  if (physicalId === null) return notCreated;
  if (pool === undefined) return unknown('LB_STATUS_POLLING: options.pool names no pool');
  const known = data['lb_member'];
  const [members, server] = await Promise.allSettled([
    reads.members.get(pool, signal),
    typeof known === 'string' ? known : reads.servers.get(physicalId, signal),
  ]);
  signal.throwIfAborted();
  if (members.status === 'rejected') return cannotSeePool(pool, members.reason);
  if (server.status === 'rejected') return cannotSee(physicalId, server.reason);
  if (server.value === undefined) return deleted(physicalId);
  const ofNode = server.value;
  const own = members.value.filter(({ id, address }) =>
    typeof ofNode === 'string' ? id === ofNode : ofNode.addresses.includes(address),
  );
  return worst(own.map((member) => memberVerdict(member, pool))) ?? noMember(pool, ofNode);
}

function cannotSeePool(pool: string, error: unknown): Verdict {
  return unknown(
    isStatus(error, 404)
      ? `there is no pool ${pool} in Octavia`
      : `cannot see the members of pool ${pool}: ${(error as Error).message}`,
  );
}

/**
 * Nothing says how a node is that no balancer knows: its server may be healthy, and is not recreated for it.
 * Where a policy of the cluster wants it in this pool, it is added again (`recovery/lost-registrations.ts`).
 */
function noMember(pool: string, of: string | { readonly addresses: readonly string[] }): Verdict {
  const which =
    typeof of === 'string'
      ? of
      : of.addresses.length === 0
        ? 'of the server, which has no address'
        : `with the address ${of.addresses.join(' or ')}`;
  return { health: 'unknown', reason: `pool ${pool} has no member ${which}`, notInPool: pool };
}

/**
 * Octavia's operating statuses. OFFLINE is a member that the monitor has not seen yet, or whose balancer does
 * not report; where an operator has disabled it, that says nothing of the node. DEGRADED and DRAINING members
 * answer the monitor.
 */
export function memberVerdict(member: PoolMember, pool: string): Verdict {
  const { id, address, protocol_port: port, operating_status: status } = member;
  const name = `member ${id} (${address}:${port}) of pool ${pool}`;
  if (member.admin_state_up === false) return unknown(`${name} is disabled by an operator`);
  switch (status) {
    case 'ONLINE':
    case 'DEGRADED':
    case 'DRAINING':
      return { health: 'healthy', reason: `${name} is ${status}` };
    case 'ERROR':
    case 'OFFLINE':
      return { health: 'unhealthy', failure: 'LB_OFFLINE', reason: `${name} is ${status}` };
    case 'NO_MONITOR':
      return unknown(`${name} is NO_MONITOR: pool ${pool} has no health monitor`);
    default:
      return unknown(`${name} has the status ${status}`);
  }
}

/** A node may be in a pool with several ports: one that fails is a failure. */
function worst(verdicts: readonly Verdict[]): Verdict | undefined {
  const order = ['unhealthy', 'unknown', 'healthy'] as const;
  return order.flatMap((health) => verdicts.filter((verdict) => verdict.health === health))[0];
}

function unknown(reason: string): Verdict {
  return { health: 'unknown', reason };
}
