/**
 * Whether a new server, stack or process could be made in place of the one that a node has: asked before that
 * one is removed. What is broken may still hold data, and can be repaired by hand.
 */
import { describeIssue } from '../domain/errors.ts';
import { regionOf } from '../domain/placement.ts';
import type { ManagedNode } from '../clusters/managed-node.ts';
import type { CreateRequest } from '../profiles/profile-type.ts';

export interface ReplacementObjection {
  readonly reason: string;
  /** false: it stays so until an operator changes something. */
  readonly retryable: boolean;
}

/**
 * @param managed with the properties of the new one.
 * @returns null where nothing speaks against it, or nothing can be asked: then the creation will tell.
 */
export async function replacementObjection(
  { type, facts }: ManagedNode,
  request: CreateRequest,
): Promise<ReplacementObjection | null> {
  const issues = (await type.examine?.(facts.properties, regionOf(facts.data)).catch(() => [])) ?? [];
  const noPlace = issues.length > 0 ? null : await type.noPlaceFor?.(facts, request).catch(() => null);
  const objections = [...issues.map(describeIssue), ...(noPlace == null ? [] : [noPlace])];
  if (objections.length === 0) return null;
  const reason = `the old node is kept, since no new one can be created: ${objections.join('; ')}`;
  return { reason, retryable: issues.length === 0 };
}
