/** What of a profile only one node at a time can have: a port, an address, a volume. */
import type { Issue } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ProfileType } from './profile-type.ts';

/** The warnings for several nodes of a profile. @param properties with their defaults. */
export function warningsForSeveral(type: Pick<ProfileType, 'surge'>, properties: JsonObject): Issue[] {
  const hint = 'one node at a time can have it: of several nodes of this profile all but one fail';
  return (type.surge?.obstacles(properties) ?? []).map((obstacle) => ({ ...obstacle, hint }));
}
