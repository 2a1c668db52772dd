/**
 * Where policies place the nodes that a plan creates: in the inputs of their actions, under Senlin's keys.
 */
import { isJsonObject } from '../domain/json.ts';
import type { ClusterPlan, PlannedNode } from './cluster-plan.ts';

export interface Placement {
  /** An availability zone; for administrators also `ZONE:HOST`. */
  readonly zone?: string;
  /** The id of a server group of Nova. */
  readonly servergroup?: string;
}

export function placedIn({ inputs }: Pick<PlannedNode, 'inputs'>): Placement {
  const { placement } = inputs;
  return isJsonObject(placement) ? placement : {};
}

export function placeNew(plan: ClusterPlan, place: (placement: Placement) => Placement): ClusterPlan {
  const placed = (node: PlannedNode): PlannedNode => {
    if (node.operation !== 'NODE_CREATE') return node;
    return { ...node, inputs: { ...node.inputs, placement: { ...place(placedIn(node)) } } };
  };
  return { ...plan, groups: plan.groups.map((group) => ({ ...group, nodes: group.nodes.map(placed) })) };
}
