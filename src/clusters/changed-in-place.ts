import type { Json } from '../domain/json.ts';
import { planUpdate } from '../profiles/update-plan.ts';
import { getProfile } from '../store/profiles.ts';
import type { Db } from '../store/store.ts';
import { propertiesOf, propertiesToReplace, type ProfileTools } from './managed-node.ts';

/**
 * Of which profiles a node that runs is given the new one where it is, as far as the specs say.
 * @param toId `new_profile_id` of an update; anything else: none.
 */
export async function changedInPlace(
  tools: ProfileTools & { readonly db: Db },
  fromIds: Iterable<string>,
  toId: Json | undefined,
): Promise<ReadonlySet<string>> {
  const { db, profileTypes } = tools;
  const inPlace = new Set<string>();
  const to = typeof toId === 'string' ? await getProfile(db, toId) : undefined;
  const type = to === undefined ? undefined : profileTypes.find(to.type);
  if (to === undefined || type === undefined) return inPlace;
  for (const fromId of new Set(fromIds)) {
    const from = await getProfile(db, fromId);
    if (from === undefined || from.type !== to.type) continue;
    const plan = planUpdate(type, propertiesToReplace(tools, from), propertiesOf(tools, to));
    if (plan.way === 'IN_PLACE') inPlace.add(fromId);
  }
  return inPlace;
}
