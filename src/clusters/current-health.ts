/**
 * Which health record says something about the node as it is now: the one rule for healing, actions, and what
 * is shown.
 */
import type { Node } from '../domain/model.ts';
import type { HealthRecord } from '../domain/health-record.ts';

/** The record, where it is of the node as it is now; null: nothing is known. */
export function currentHealth(
  node: Node,
  record: HealthRecord | undefined,
  now: number,
): HealthRecord | null {
  return recordSince(changedAt(node, now), record);
}

/** What was seen of a node before it was last changed says nothing about what it is now. */
export function recordSince(changed: number, record: HealthRecord | undefined): HealthRecord | null {
  return record !== undefined && record.probedAt >= changed ? record : null;
}

/**
 * When the node was last created, updated or recovered. A time that is still to come says that the clock was
 * set back since: then it is forgotten, because the node would not be probed until the clock is there again.
 */
export function changedAt(node: Node, now: number): number {
  const at = node.updatedAt ?? node.createdAt ?? node.initAt;
  return at > now ? 0 : at;
}
