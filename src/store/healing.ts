/**
 * Rows of what is said about healing: paused clusters, their breakers and the outages of their zones,
 * excluded and quarantined nodes. No row says nothing.
 */
import type { BreakerState } from '../domain/breaker-state.ts';
import type { ZoneOutage } from '../domain/zone-outage.ts';
import { fromText, toText } from './rows.ts';
import type { ClusterHealingRow, NodeHealingRow } from './schema.ts';
import type { Db, Tx } from './store.ts';

export interface Pause {
  readonly since: number;
  /** null: until an operator ends it. */
  readonly until: number | null;
  readonly reason: string;
}

export interface ClusterHealing {
  /** As requested: one whose end has passed is still here. */
  readonly pause: Pause | null;
  /** null: closed, and nothing counted. */
  readonly breaker: BreakerState | null;
  /** Recoveries that ended before do not count for `retry`; null: all count. */
  readonly countingSince: number | null;
  /** Those that were not over in the last round. */
  readonly zoneOutages: readonly ZoneOutage[];
}

export interface NodeHealing {
  /** As requested: one whose end has passed is still here. */
  readonly exclusion: Pause | null;
  readonly quarantine: { readonly since: number; readonly reason: string } | null;
  /** When it was last released from quarantine. */
  readonly releasedAt: number | null;
}

const nothingOfCluster: ClusterHealing = { pause: null, breaker: null, countingSince: null, zoneOutages: [] };
export const nothingOfNode: NodeHealing = { exclusion: null, quarantine: null, releasedAt: null };

export async function healingOfCluster(db: Db, clusterId: string): Promise<ClusterHealing> {
  const query = db.selectFrom('cluster_healing').selectAll().where('cluster_id', '=', clusterId);
  const row = await query.executeTakeFirst();
  if (row === undefined) return nothingOfCluster;
  return {
    pause: toPause(row.paused_at, row.paused_until, row.pause_reason),
    breaker: row.breaker === null ? null : fromText<BreakerState>(row.breaker),
    countingSince: row.counting_since,
    zoneOutages: row.zone_outages === null ? [] : fromText<ZoneOutage[]>(row.zone_outages),
  };
}

/** By node; those of which nothing is said have no entry. */
export async function healingOfNodes(db: Db, clusterId: string): Promise<Map<string, NodeHealing>> {
  const rows = await db.selectFrom('node_healing').selectAll().where('cluster_id', '=', clusterId).execute();
  return new Map(rows.map((row) => [row.node_id, toNodeHealing(row)]));
}

export async function healingOfNode(db: Db, nodeId: string): Promise<NodeHealing> {
  const query = db.selectFrom('node_healing').selectAll().where('node_id', '=', nodeId);
  const row = await query.executeTakeFirst();
  return row === undefined ? nothingOfNode : toNodeHealing(row);
}

/** @param pause null: healing is resumed. */
export async function setPause(tx: Tx, clusterId: string, pause: Pause | null): Promise<void> {
  await changeCluster(tx, clusterId, {
    paused_at: pause?.since ?? null,
    paused_until: pause?.until ?? null,
    pause_reason: pause?.reason ?? null,
  });
}

export async function setBreaker(tx: Tx, clusterId: string, breaker: BreakerState): Promise<void> {
  await changeCluster(tx, clusterId, { breaker: toText(breaker) });
}

/**
 * Closes the breaker, and counts afresh what does not help: the cause was changed, or an operator says that
 * it was. Nodes that are quarantined stay so.
 */
export async function forgetUnhelpful(tx: Tx, clusterId: string, now: number): Promise<void> {
  await changeCluster(tx, clusterId, { breaker: null, counting_since: now });
}

export async function setZoneOutages(
  tx: Tx,
  clusterId: string,
  outages: readonly ZoneOutage[],
): Promise<void> {
  await changeCluster(tx, clusterId, { zone_outages: outages.length === 0 ? null : toText(outages) });
}

/** @param exclusion null: the node is healed again. */
export async function setExclusion(
  tx: Tx,
  node: { readonly id: string; readonly clusterId: string | null },
  exclusion: Pause | null,
): Promise<void> {
  await changeNode(tx, node, {
    excluded_at: exclusion?.since ?? null,
    excluded_until: exclusion?.until ?? null,
    exclude_reason: exclusion?.reason ?? null,
  });
}

/** The first reason stands: a node that is quarantined already stays so. */
export async function quarantineNode(
  tx: Tx,
  node: { readonly id: string; readonly clusterId: string | null },
  reason: string,
  now: number,
): Promise<void> {
  if ((await healingOfNode(tx.db, node.id)).quarantine !== null) return;
  await changeNode(tx, node, { quarantined_at: now, quarantine_reason: reason });
}

export async function releaseNode(
  tx: Tx,
  node: { readonly id: string; readonly clusterId: string | null },
  now: number,
): Promise<void> {
  await changeNode(tx, node, { quarantined_at: null, quarantine_reason: null, released_at: now });
}

async function changeCluster(
  tx: Tx,
  clusterId: string,
  changes: Partial<Omit<ClusterHealingRow, 'cluster_id'>>,
): Promise<void> {
  await tx.db
    .insertInto('cluster_healing')
    .values({ cluster_id: clusterId, ...changes })
    .onConflict((conflict) => conflict.column('cluster_id').doUpdateSet(changes))
    .execute();
  tx.notify('recoveries');
}

async function changeNode(
  tx: Tx,
  node: { readonly id: string; readonly clusterId: string | null },
  changes: Partial<Omit<NodeHealingRow, 'node_id'>>,
): Promise<void> {
  const values = { cluster_id: node.clusterId, ...changes };
  await tx.db
    .insertInto('node_healing')
    .values({ node_id: node.id, ...values })
    .onConflict((conflict) => conflict.column('node_id').doUpdateSet(values))
    .execute();
  tx.notify('recoveries');
}

function toNodeHealing(row: NodeHealingRow): NodeHealing {
  const { quarantined_at: since, quarantine_reason: reason } = row;
  return {
    exclusion: toPause(row.excluded_at, row.excluded_until, row.exclude_reason),
    quarantine: since === null ? null : { since, reason: reason ?? '' },
    releasedAt: row.released_at,
  };
}

function toPause(since: number | null, until: number | null, reason: string | null): Pause | null {
  return since === null ? null : { since, until, reason: reason ?? '' };
}
