/** Actions that wait for the lifecycle hook of a node that is to go. */
import { selectByIds } from './by-ids.ts';

/** Of the clusters with these ids, the oldest first. */
export const lifecycleWaits = selectByIds((db, clusterIds) =>
  db
    .selectFrom('action')
    .innerJoin('node', 'node.id', 'action.target')
    .leftJoin('action as parent', 'parent.id', 'action.parent_id')
    .select([
      'action.id',
      'action.action',
      'action.cluster_id',
      'action.wake_at',
      'node.name as node_name',
      'parent.action as part_of',
    ])
    .where('action.cluster_id', 'in', clusterIds)
    .where('action.status', '=', 'WAITING_LIFECYCLE_COMPLETION')
    .orderBy('action.seq'),
);
