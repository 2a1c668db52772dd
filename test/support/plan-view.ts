import type { JsonObject } from '../../src/domain/json.ts';
import type { ClusterFacts, ClusterPlan } from '../../src/plans/cluster-plan.ts';
import type { LookedUp, PlanView } from '../../src/policies/policy-type.ts';
import { aBinding } from './rows.ts';

/** What an attached policy knows of an action on its cluster. */
export function viewOf<T>(
  plan: ClusterPlan,
  facts: ClusterFacts,
  value: T,
  {
    inputs = {},
    seed = 'seed',
    lookedUp = null,
    data = null,
  }: {
    readonly inputs?: JsonObject;
    readonly seed?: string;
    readonly lookedUp?: LookedUp | null;
    readonly data?: JsonObject | null;
  } = {},
): PlanView<T> {
  return { plan, facts, value, inputs, seed, lookedUp, binding: { ...aBinding(), data } };
}
