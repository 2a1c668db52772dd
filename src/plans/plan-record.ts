/**
 * The plan as it is kept in the action's `data` and shown by the API: bounded, because a list of actions
 * holds many of them.
 */
import type { JsonObject } from '../domain/json.ts';
import type { ClusterPlan, PlannedNode } from './cluster-plan.ts';

/** Most nodes of a plan that are shown by name. */
export const nodesShown = 100;

export function planRecord({ size, waitMs, groups, decisions }: ClusterPlan): JsonObject {
  const total = groups.reduce((sum, { nodes }) => sum + nodes.length, 0);
  let left = nodesShown;
  const shown: JsonObject[] = [];
  for (const { nodes, pauseMs } of groups) {
    if (left <= 0) break;
    shown.push({ nodes: nodes.slice(0, left).map(nodeRecord), pause: pauseMs / 1000 });
    left -= nodes.length;
  }
  return {
    decisions: decisions.map((decision) => ({ ...decision })),
    groups: shown,
    nodes: total,
    ...(waitMs === 0 ? {} : { wait: waitMs / 1000 }),
    ...(size === null
      ? {}
      : {
          size: {
            current: size.current,
            desired: size.desired,
            min_size: size.minSize,
            max_size: size.maxSize,
          },
        }),
  };
}

function nodeRecord({ operation, nodeId, name, reason, steps, inputs }: PlannedNode): JsonObject {
  const { placement } = inputs;
  return {
    id: nodeId,
    name,
    operation,
    reason,
    ...(placement === undefined ? {} : { placement }),
    ...(steps === undefined ? {} : { steps: steps.map((step) => ({ ...step })) }),
  };
}
