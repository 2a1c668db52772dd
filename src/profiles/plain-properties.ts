import type { JsonObject } from '../domain/json.ts';
import type { NodeFacts } from './profile-type.ts';

/**
 * For what needs what is secret in the properties of a node, and nowhere else.
 * @throws CoppiceError `operation-impossible` that names the profile: its key is not here.
 */
export function plainProperties({
  properties,
  decrypt,
}: Pick<NodeFacts, 'properties' | 'decrypt'>): JsonObject {
  return decrypt === undefined ? properties : decrypt(properties);
}
