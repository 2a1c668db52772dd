/** What an operation is given and the profile type alone is to know. */
import type { JsonObject } from '../domain/json.ts';
import type { Operation } from '../profiles/profile-type.ts';
import type { SecretBox } from '../store/secret-box.ts';

/** The parameters as they are recorded: the values of those that are secret are sealed. */
export function sealSecrets(
  secrets: SecretBox,
  { parameters: known }: Operation,
  parameters: JsonObject,
): JsonObject {
  return Object.fromEntries(
    Object.entries(parameters).map(([key, value]) => [
      key,
      known[key]?.secret === true ? secrets.seal(value) : value,
    ]),
  );
}
