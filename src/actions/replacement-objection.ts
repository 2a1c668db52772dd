/**
 * Whether a new server, stack or process could be made in place of the one that a node has: asked before that
 * one is removed. What is broken may still hold data, and can be repaired by hand.
 */
import { CoppiceError, describeIssue } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import { CloudError } from '../openstack/cloud-error.ts';
import { regionOf } from '../domain/placement.ts';
import type { ManagedNode } from '../clusters/managed-node.ts';
import type { NoPlace } from '../profiles/no-place.ts';
import { plainProperties } from '../profiles/plain-properties.ts';
import type { CreateRequest, NodeFacts } from '../profiles/profile-type.ts';

export interface ReplacementObjection {
  readonly reason: string;
  /** false: it stays so until an operator changes something. */
  readonly retryable: boolean;
  readonly isUnplaced?: true;
}

/**
 * @param managed with the properties of the new one.
 * @returns null where nothing speaks against it, or it may not be asked: then the creation will tell.
 */
export async function replacementObjection(
  { type, facts }: ManagedNode,
  request: CreateRequest,
): Promise<ReplacementObjection | null> {
  const properties = readProperties(facts);
  if ('problem' in properties) return { reason: `${KEPT}: ${properties.problem}`, retryable: false };
  const issues = (await type.examine?.(properties.plain, regionOf(facts.data)).catch(() => [])) ?? [];
  const noPlace = issues.length > 0 ? null : await noPlaceFor(type, facts, request);
  const objections = [...issues.map(describeIssue), ...(noPlace === null ? [] : [noPlace.reason])];
  if (objections.length === 0) return null;
  const isUnplaced = noPlace?.passes === true ? { isUnplaced: true as const } : {};
  return { reason: `${KEPT}: ${objections.join('; ')}`, retryable: issues.length === 0, ...isUnplaced };
}

/** A cloud that is away could not make a new one. */
async function noPlaceFor(
  type: ManagedNode['type'],
  facts: NodeFacts,
  request: CreateRequest,
): Promise<NoPlace | null> {
  try {
    return (await type.noPlaceFor?.(facts, request)) ?? null;
  } catch (error) {
    if (error instanceof CloudError && error.isAway) return { reason: error.message, passes: true };
    return null;
  }
}

const KEPT = 'the old node is kept, since no new one can be created';

/** Without its secrets nothing is created. */
function readProperties(facts: NodeFacts): { readonly plain: JsonObject } | { readonly problem: string } {
  try {
    return { plain: plainProperties(facts) };
  } catch (error) {
    if (error instanceof CoppiceError) return { problem: error.message };
    throw error;
  }
}
