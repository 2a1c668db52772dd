/** Where policies place the nodes that a plan creates: in the inputs of their actions. */
import { placementIn, type Placement } from '../domain/placement.ts';
import type { ClusterPlan, PlannedNode } from './cluster-plan.ts';

export function placeNew(plan: ClusterPlan, place: (placement: Placement) => Placement): ClusterPlan {
  const placed = (node: PlannedNode): PlannedNode => {
    if (node.operation !== 'NODE_CREATE') return node;
    return { ...node, inputs: { ...node.inputs, placement: { ...place(placementIn(node.inputs)) } } };
  };
  return { ...plan, groups: plan.groups.map((group) => ({ ...group, nodes: group.nodes.map(placed) })) };
}
