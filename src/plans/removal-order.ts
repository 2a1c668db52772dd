/**
 * Which nodes go first when a cluster becomes smaller, and are updated first: those that serve no one. What a
 * user marked (tainted) comes first, then what the health record says; the status alone knows little, because
 * a node that died is ACTIVE until it is recovered.
 */
import type { MemberFacts } from './cluster-plan.ts';

/** The smaller the number, the sooner it goes. */
interface Rank {
  readonly rank: number;
  readonly reason: string;
}

export interface RankedMember {
  readonly member: MemberFacts;
  readonly reason: string;
}

/** Of nodes that are equal the youngest goes first: what has run longest has proved itself. */
export function inRemovalOrder(members: readonly MemberFacts[]): RankedMember[] {
  return ranked(members)
    .sort((one, other) => one.rank - other.rank || other.member.index - one.member.index)
    .map(({ member, reason }) => ({ member, reason }));
}

/** Unhealthy nodes first, because a mistake costs nothing there; then by their place. */
export function inUpdateOrder(members: readonly MemberFacts[]): RankedMember[] {
  return ranked(members)
    .sort((one, other) => one.rank - other.rank || one.member.index - other.member.index)
    .map(({ member, reason }) => ({ member, reason }));
}

function ranked(members: readonly MemberFacts[]): (RankedMember & Rank)[] {
  return members.map((member) => ({ member, ...rankOf(member) }));
}

function rankOf({ tainted, quarantined, health, status }: MemberFacts): Rank {
  const isActive = status === 'ACTIVE';
  if (tainted) return { rank: 0, reason: 'tainted' };
  if (health === 'FAILED') return { rank: 1, reason: 'confirmed failed' };
  if (quarantined) return { rank: 1, reason: 'quarantined' };
  if (health === null && !isActive) return { rank: 1, reason: `its status is ${status}` };
  if (health === 'SUSPECTED') return { rank: 2, reason: 'failed its last probe' };
  if (health === 'UNKNOWN') {
    return isActive
      ? { rank: 4, reason: 'could not be probed' }
      : { rank: 3, reason: `could not be probed, and its status is ${status}` };
  }
  if (!isActive) return { rank: 5, reason: `its status is ${status}` };
  return { rank: 6, reason: health === 'HEALTHY' ? 'healthy' : 'no failure is known' };
}
