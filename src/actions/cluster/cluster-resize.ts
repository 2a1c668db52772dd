import { planResize, planScaleIn, planScaleOut } from '../../domain/capacity.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ActionDefinition } from '../../engine/action-context.ts';
import { resizeRequest } from '../../clusters/shrinking.ts';
import type { ClusterFacts } from '../../plans/cluster-plan.ts';
import { planSize, type WantedSize } from '../../plans/make-plan.ts';
import type { ActionServices } from '../services.ts';
import { planAndCarryOut } from './carry-out-plan.ts';
import { whileClusterIs } from './cluster-action.ts';

/** CLUSTER_RESIZE. Inputs: `{adjustment_type?, number?, min_size?, max_size?, min_step?, strict?}`. */
export function clusterResize(services: ActionServices): ActionDefinition {
  return scaling('CLUSTER_RESIZE', 'Cluster resize started.', services, (facts, inputs) =>
    planResize(facts.members.length, facts, resizeRequest(inputs)),
  );
}

/** CLUSTER_SCALE_OUT. Inputs: `{count?}`, 1 if absent. */
export function clusterScaleOut(services: ActionServices): ActionDefinition {
  return scaling('CLUSTER_SCALE_OUT', 'Cluster scale out started.', services, (facts, inputs) => ({
    desired: planScaleOut(facts.members.length, facts, countOf(inputs)),
  }));
}

/** CLUSTER_SCALE_IN. Inputs: `{count?}`, 1 if absent; goes as far as the minimum allows. */
export function clusterScaleIn(services: ActionServices): ActionDefinition {
  return scaling('CLUSTER_SCALE_IN', 'Cluster scale in started.', services, (facts, inputs) => ({
    desired: planScaleIn(facts.members.length, facts, countOf(inputs)),
  }));
}

function scaling(
  action: string,
  reason: string,
  services: ActionServices,
  sizeFor: (facts: ClusterFacts, inputs: JsonObject) => WantedSize,
): ActionDefinition {
  return {
    action,
    async run(context) {
      await whileClusterIs(context, 'RESIZING', reason, () =>
        planAndCarryOut(context, services, (facts) =>
          planSize(action, facts, sizeFor(facts, context.inputs)),
        ),
      );
    },
  };
}

function countOf(inputs: JsonObject): number {
  return typeof inputs['count'] === 'number' ? inputs['count'] : 1;
}
