/**
 * Leases of clusters: which process observes and plans a cluster. The owner is an id in `service`, whose
 * lease is the process's own (`src/membership`); a row without an owner is free. A row is made with the first
 * lease of a cluster, and deleted with the cluster.
 *
 * Each lease raises the epoch. A write under a lease calls `fenceCluster` first, which refuses an older
 * epoch: a process that slept through its lease can write nothing.
 */
import { sql } from 'kysely';
import { selectByIds } from './by-ids.ts';
import { chunks } from './rows.ts';
import { livingServices } from './services.ts';
import type { Db, Tx } from './store.ts';

/** Another process has the cluster's lease, or it was released: the writer must stop, and changed nothing. */
export class StaleLease extends Error {
  constructor(clusterId: string) {
    super(`The lease of cluster ${clusterId} is no longer ours.`);
    this.name = 'StaleLease';
  }
}

const freeRows = selectByIds((db, ids) =>
  db
    .selectFrom('cluster')
    .leftJoin('cluster_lease', 'cluster_lease.cluster_id', 'cluster.id')
    .select('cluster.id')
    .where('cluster_lease.owner', 'is', null)
    .where('cluster.id', 'in', ids),
);

/** Of these clusters those that no process has. */
export async function freeClusters(db: Db, ids: readonly string[]): Promise<string[]> {
  return (await freeRows(db, ids)).map(({ id }) => id);
}

/**
 * Leases those of these clusters that are free; of two processes that ask for the same one, the first. A
 * process that was taken for gone gets none until it has registered again.
 */
export async function leaseClusters(tx: Tx, owner: string, ids: readonly string[]): Promise<void> {
  for (const chunk of chunks(ids)) {
    await tx.db
      .insertInto('cluster_lease')
      .columns(['cluster_id', 'owner', 'epoch'])
      .expression((eb) =>
        eb
          .selectFrom('cluster')
          .select(['id as cluster_id', sql<string>`${owner}`.as('owner'), sql<number>`1`.as('epoch')])
          .where('id', 'in', chunk)
          .where((where) => where.exists(livingServices(tx).where('id', '=', owner))),
      )
      .onConflict((conflict) =>
        conflict
          .column('cluster_id')
          .doUpdateSet((eb) => ({ owner, epoch: eb('cluster_lease.epoch', '+', 1) }))
          .where('cluster_lease.owner', 'is', null),
      )
      .execute();
  }
}

/** The epoch of each cluster that a process has. */
export async function leasesOfOwner(db: Db, owner: string): Promise<Map<string, number>> {
  const query = db.selectFrom('cluster_lease').select(['cluster_id', 'epoch']).where('owner', '=', owner);
  return new Map((await query.execute()).map((row) => [row.cluster_id, row.epoch]));
}

/**
 * Proves within the transaction that the lease is still the writer's; call it before any other write for the
 * cluster. A cluster without a lease was deleted: what is left to write of it anybody may.
 * @param epoch undefined: the writer does not know of a lease.
 * @throws StaleLease
 */
export async function fenceCluster(
  tx: Tx,
  clusterId: string,
  owner: string,
  epoch: number | undefined,
): Promise<void> {
  const lease = tx.db.selectFrom('cluster_lease').select('epoch').where('cluster_id', '=', clusterId);
  if (epoch !== undefined) {
    const same = tx.db.updateTable('cluster_lease').set({ epoch }).where('cluster_id', '=', clusterId);
    const ours = same.where('owner', '=', owner).where('epoch', '=', epoch);
    if ((await ours.executeTakeFirst()).numUpdatedRows === 1n) return;
  }
  if ((await lease.executeTakeFirst()) !== undefined) throw new StaleLease(clusterId);
}

/** At a shutdown: another process may have them at once. */
export async function releaseClusters(tx: Tx, owner: string): Promise<void> {
  await tx.db.updateTable('cluster_lease').set({ owner: null }).where('owner', '=', owner).execute();
  tx.notify('watching');
}

/** Of processes that are gone. */
export async function releaseAbandonedClusters(tx: Tx): Promise<void> {
  const update = tx.db.updateTable('cluster_lease').set({ owner: null });
  await update.where('owner', 'not in', livingServices(tx)).execute();
}
