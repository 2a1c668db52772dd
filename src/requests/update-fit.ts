/**
 * Whether nodes can be given a new profile of their type, and what that does to them, as far as the specs
 * say.
 */
import { propertiesOf, propertiesToReplace } from '../clusters/managed-node.ts';
import { CoppiceError } from '../domain/errors.ts';
import type { ClusterPlan } from '../plans/cluster-plan.ts';
import { changedKeys, describeRefusal, effectsOfPlan, planUpdate } from '../profiles/update-plan.ts';
import { getNodes } from '../store/nodes.ts';
import { getProfile } from '../store/profiles.ts';
import type { Db } from '../store/store.ts';
import type { RequestTools } from './request-tools.ts';

/**
 * @param fromIds the profiles that the nodes have. @param toId the new profile, of the same type.
 * @throws CoppiceError `bad-request` that names the field where the new profile cannot be carried out.
 */
export async function refuseImpossibleUpdate(
  db: Db,
  tools: Pick<RequestTools, 'store' | 'profileTypes'>,
  fromIds: Iterable<string>,
  toId: string,
): Promise<void> {
  const to = await getProfile(db, toId);
  const type = to === undefined ? undefined : tools.profileTypes.find(to.type);
  if (to === undefined || type === undefined) return;
  for (const fromId of new Set(fromIds)) {
    const from = await getProfile(db, fromId);
    if (from === undefined || from.type !== to.type || fromId === toId) continue;
    const plan = planUpdate(type, propertiesToReplace(tools, from), propertiesOf(tools, to));
    if (plan.way === 'REFUSED') throw new CoppiceError('bad-request', describeRefusal(plan.issues));
  }
}

/** What the updates of a plan do to nodes that run, each sentence once: they may have several profiles. */
export async function updateEffects(
  tools: Pick<RequestTools, 'store' | 'profileTypes'>,
  { groups }: Pick<ClusterPlan, 'groups'>,
): Promise<string[]> {
  const { db } = tools.store;
  const updates = groups.flatMap(({ nodes }) => nodes).filter((each) => each.operation === 'NODE_UPDATE');
  const toId = updates.map(({ inputs }) => inputs['new_profile_id']).find((id) => typeof id === 'string');
  const to = toId === undefined ? undefined : await getProfile(db, toId);
  const type = to === undefined ? undefined : tools.profileTypes.find(to.type);
  if (to === undefined || type === undefined) return [];
  const nodes = await getNodes(
    db,
    updates.flatMap(({ nodeId }) => nodeId ?? []),
  );
  const effects = new Set<string>();
  for (const fromId of new Set(nodes.map(({ profileId }) => profileId))) {
    const from = await getProfile(db, fromId);
    if (from === undefined) continue;
    const [before, after] = [propertiesToReplace(tools, from), propertiesOf(tools, to)];
    const plan = planUpdate(type, before, after);
    for (const each of effectsOfPlan(type, plan, changedKeys(before, after))) effects.add(each);
  }
  return [...effects];
}
