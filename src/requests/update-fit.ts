/** Whether nodes can be given a new profile of their type, as far as the specs say. */
import { propertiesOf } from '../clusters/managed-node.ts';
import { CoppiceError } from '../domain/errors.ts';
import { describeRefusal, planUpdate } from '../profiles/update-plan.ts';
import { getProfile } from '../store/profiles.ts';
import type { Db } from '../store/store.ts';
import type { RequestTools } from './request-tools.ts';

/**
 * @param fromIds the profiles that the nodes have. @param toId the new profile, of the same type.
 * @throws CoppiceError `bad-request` that names the field where the new profile cannot be carried out.
 */
export async function refuseImpossibleUpdate(
  db: Db,
  { profileTypes }: Pick<RequestTools, 'profileTypes'>,
  fromIds: Iterable<string>,
  toId: string,
): Promise<void> {
  const to = await getProfile(db, toId);
  const type = to === undefined ? undefined : profileTypes.find(to.type);
  if (to === undefined || type === undefined) return;
  for (const fromId of new Set(fromIds)) {
    const from = await getProfile(db, fromId);
    if (from === undefined || from.type !== to.type || fromId === toId) continue;
    const plan = planUpdate(type, propertiesOf(from, profileTypes), propertiesOf(to, profileTypes));
    if (plan.way === 'REFUSED') throw new CoppiceError('bad-request', describeRefusal(plan.issues));
  }
}
