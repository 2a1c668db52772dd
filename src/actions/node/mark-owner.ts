import type { NodeFacts, OperationRequest, ProfileType } from '../../profiles/profile-type.ts';

/**
 * Writes into what a node stands for whose it is: its node, its cluster. A type whose nodes carry nothing of
 * this has nothing to do, nor has a node that does not exist outside.
 */
export async function markOwner(
  { adoption }: ProfileType,
  node: NodeFacts,
  request: OperationRequest,
): Promise<void> {
  if (typeof adoption === 'object' && node.physicalId !== null) await adoption.claim(node, request);
}
