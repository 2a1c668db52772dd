/** Actions of a cluster that a placement policy amends. */

/** They create nodes, for which a place is chosen. */
export const creatingActions: ReadonlySet<string> = new Set([
  'CLUSTER_CREATE',
  'CLUSTER_SCALE_OUT',
  'CLUSTER_RESIZE',
  'NODE_CREATE',
]);

/** They remove as many nodes as were asked for, and leave it to policies which. */
export const shrinkingActions: ReadonlySet<string> = new Set(['CLUSTER_SCALE_IN', 'CLUSTER_RESIZE']);
