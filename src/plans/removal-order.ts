/**
 * Which nodes go first when a cluster becomes smaller, and are updated first: those that serve no one. What a
 * user marked (tainted) comes first, then what the health record says; the status alone knows little, because
 * a node that died is ACTIVE until it is recovered.
 */
import type { LeavingShare, MemberFacts } from './cluster-plan.ts';

/** The smaller the number, the sooner it goes. */
interface Rank {
  readonly rank: number;
  readonly reason: string;
}

export interface RankedMember {
  readonly member: MemberFacts;
  readonly reason: string;
  /** false: it serves no one, so that it goes first whatever else is wanted. */
  readonly isServing: boolean;
}

/** Which of two nodes that serve alike goes first. */
export interface RemovalPreference {
  /** Below 0: the first one. */
  compare(one: MemberFacts, other: MemberFacts): number;
  /** Why a node was chosen that is as good as the others. */
  readonly reason: string;
}

/**
 * Of nodes that are equal the youngest goes first, because what has run longest has proved itself; or as the
 * preference says.
 */
export function inRemovalOrder(
  members: readonly MemberFacts[],
  preference?: RemovalPreference,
): RankedMember[] {
  return ranked(members)
    .sort(
      (one, other) =>
        one.rank - other.rank ||
        (preference?.compare(one.member, other.member) ?? 0) ||
        other.member.index - one.member.index,
    )
    .map(({ member, reason, isServing }) => ({
      member,
      reason: preference !== undefined && isServing ? preference.reason : reason,
      isServing,
    }));
}

/**
 * The first in their order. @param shares how many go of those that serve; absent: of all.
 */
export function chooseLeaving(
  members: readonly MemberFacts[],
  count: number,
  {
    preference,
    shares,
  }: {
    readonly preference?: RemovalPreference;
    readonly shares?: readonly LeavingShare[] | undefined;
  },
): RankedMember[] {
  const order = inRemovalOrder(members, preference);
  if (shares === undefined) return order.slice(0, count);
  const unfit = order.filter(({ isServing }) => !isServing).slice(0, count);
  const serving = order.filter(({ isServing }) => isServing);
  const chosen = new Set(
    shares.flatMap((share) =>
      serving.filter(({ member }) => share.nodes.has(member.id)).slice(0, share.count),
    ),
  );
  return [...unfit, ...serving.filter((ranked) => chosen.has(ranked))].slice(0, count);
}

/** Unhealthy nodes first, because a mistake costs nothing there; then by their place. */
export function inUpdateOrder(members: readonly MemberFacts[]): RankedMember[] {
  return ranked(members)
    .sort((one, other) => one.rank - other.rank || one.member.index - other.member.index)
    .map(({ member, reason, isServing }) => ({ member, reason, isServing }));
}

function ranked(members: readonly MemberFacts[]): (RankedMember & Rank)[] {
  return members.map((member) => {
    const { rank, reason } = rankOf(member);
    return { member, rank, reason, isServing: rank === SERVING };
  });
}

/** The last to go: nothing is wrong with it. */
const SERVING = 6;

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
  return { rank: SERVING, reason: health === 'HEALTHY' ? 'healthy' : 'no failure is known' };
}
