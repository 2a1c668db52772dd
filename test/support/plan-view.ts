import type { JsonObject } from '../../src/domain/json.ts';
import type { ClusterFacts, ClusterPlan } from '../../src/plans/cluster-plan.ts';
import type { PlanView } from '../../src/policies/policy-type.ts';
import { aBinding } from './rows.ts';

/** What an attached policy knows of an action on its cluster. */
export function viewOf<T>(
  plan: ClusterPlan,
  facts: ClusterFacts,
  value: T,
  { inputs = {}, seed = 'seed' }: { readonly inputs?: JsonObject; readonly seed?: string } = {},
): PlanView<T> {
  return { plan, facts, value, inputs, seed, binding: aBinding() };
}
