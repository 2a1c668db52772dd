/** Whether healing is paused in a cluster, and why. */
import type { Cluster } from '../domain/model.ts';
import type { Maintenance } from '../domain/maintenance.ts';
import { unfinishedOfKinds } from '../store/action-listing.ts';
import { healingOfCluster } from '../store/healing.ts';
import type { Pause } from '../store/healing.ts';
import type { Db } from '../store/store.ts';
import { countNodes } from '../store/nodes.ts';
import { mayShrink, shrinkingAction } from './shrinking.ts';

/** What an operator requested comes first; else an action that makes the cluster smaller. */
export async function maintenanceOf(db: Db, cluster: Cluster, now: number): Promise<Maintenance | null> {
  const { pause } = await healingOfCluster(db, cluster.id);
  const paused = inForce(pause, now);
  if (paused !== null) return paused;
  const unfinished = await unfinishedOfKinds(db, cluster.id, mayShrink);
  if (unfinished.length === 0) return null;
  const action = shrinkingAction(unfinished, cluster, await countNodes(db, cluster.id));
  return action === null ? null : { until: null, reason: `${action} runs, or waits to`, action };
}

export function inForce(pause: Pause | null, now: number): Maintenance | null {
  if (pause === null || (pause.until !== null && pause.until <= now)) return null;
  return { since: pause.since, until: pause.until, reason: pause.reason };
}
