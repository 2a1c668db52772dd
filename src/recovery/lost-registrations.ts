/**
 * Nodes that a detection mode has not found in the pool of a load balancer in which they should be: their
 * members were deleted behind Coppice. That says nothing of the nodes, whose servers may be healthy: they are
 * added again, and nothing is recovered for it. Pure.
 */
import { isExcluded } from './obstacles.ts';
import type { NodeSnapshot, RoundSnapshot } from './round-snapshot.ts';

export interface LostRegistration {
  readonly nodeId: string;
  /** The id of the pool. */
  readonly pool: string;
  /** It may be added again now; false: an operator or an action may be at work on it. */
  readonly isDue: boolean;
}

/** Empty where the policy does not probe pools: then nothing is known of them. */
export function lostRegistrations(snapshot: RoundSnapshot): LostRegistration[] {
  const { now, policy, policyEnabled, maintenance, nodes, recoveries } = snapshot;
  if (policy?.mode !== 'ENFORCE' || !policyEnabled) return [];
  if (!policy.detection.modes.some(({ type }) => type === 'LB_STATUS_POLLING')) return [];
  const inRecovery = new Set(recoveries.map(({ nodeId }) => nodeId));
  return nodes.flatMap((node) => {
    const works = node.status === 'ACTIVE' || node.status === 'WARNING';
    const isDue = works && maintenance === null && !isExcluded(node, now) && !inRecovery.has(node.id);
    return poolsWithout(node).map((pool) => ({ nodeId: node.id, pool, isDue }));
  });
}

function poolsWithout({ health }: NodeSnapshot): string[] {
  return (health?.detectors ?? []).flatMap(({ verdict }) =>
    verdict.health === 'unknown' ? (verdict.notInPool ?? []) : [],
  );
}
