/**
 * How a node gets a new profile of its type: changed where it is, or made again. Pure: decided from the two
 * profiles alone.
 */
import { isDeepStrictEqual } from 'node:util';
import { describeIssue, type Issue } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ProfileType } from './profile-type.ts';
import type { UpdatePlan } from './update-way.ts';

/** @param from what the node is made of. @param to both are checked `properties` with their defaults. */
export function planUpdate(
  { update }: Pick<ProfileType, 'update'>,
  from: JsonObject,
  to: JsonObject,
): UpdatePlan {
  return update?.plan(from, to) ?? { way: 'REPLACE', reason: 'nodes of this type cannot be changed' };
}

type UpdatableType = Pick<ProfileType, 'update' | 'noun'>;

/** What a change of one property of the profile does to each of its nodes that runs, in a clause. */
export function effectOfChange({ update, noun }: UpdatableType, property: string): string {
  return update?.effectOf(property) ?? `each ${noun} is removed and created again`;
}

/** Likewise for all properties of a profile, by property. */
export function effectsOfChanges(type: UpdatableType, properties: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.keys(properties).map((each) => [each, effectOfChange(type, each)]));
}

/** What a plan does to each node that runs, in clauses; none: it changes nothing. */
export function effectsOfPlan(type: UpdatableType, plan: UpdatePlan, changed: readonly string[]): string[] {
  switch (plan.way) {
    case 'REFUSED':
      return [describeRefusal(plan.issues)];
    case 'REPLACE':
      return [`each ${type.noun} is removed and created again (${plan.reason})`];
    case 'IN_PLACE':
      return [...Map.groupBy(changed, (property) => effectOfChange(type, property))].map(
        ([effect, properties]) => `${properties.join(', ')}: ${effect}`,
      );
  }
}

/** The keys in which two specs differ, in the order of their names. */
export function changedKeys(from: JsonObject, to: JsonObject): string[] {
  const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
  return [...keys].filter((key) => !isDeepStrictEqual(from[key], to[key])).toSorted();
}

/** `availability_zone and key_name cannot be changed in place` */
export function notInPlace(keys: readonly string[]): UpdatePlan {
  const [last = '', ...before] = keys.toReversed();
  const names = before.length === 0 ? last : `${before.toReversed().join(', ')} and ${last}`;
  return { way: 'REPLACE', reason: `${names} cannot be changed in place` };
}

/** The new profile cannot be carried out: in one sentence. */
export function describeRefusal(issues: readonly Issue[]): string {
  return `The node cannot be updated to this profile: ${issues.map(describeIssue).join('; ')}.`;
}
