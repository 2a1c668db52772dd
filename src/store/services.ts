/**
 * The processes that share this database. A lease that ran out means gone, whatever its owner believes:
 * epochs and owners on the rows make that safe.
 */
import type { SelectQueryBuilder } from 'kysely';
import type { Schema } from './schema.ts';
import type { Db, Tx } from './store.ts';

export interface Service {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly roles: readonly string[];
  readonly startedAt: number;
  readonly leaseUntil: number;
}

export async function registerService(tx: Tx, service: Service): Promise<void> {
  await tx.db
    .insertInto('service')
    .values({
      id: service.id,
      host: service.host,
      pid: service.pid,
      roles: service.roles.join(','),
      started_at: service.startedAt,
      lease_until: service.leaseUntil,
    })
    .execute();
}

export async function renewLease(tx: Tx, id: string, until: number): Promise<boolean> {
  const update = tx.db.updateTable('service').set({ lease_until: until }).where('id', '=', id);
  return (await update.executeTakeFirst()).numUpdatedRows === 1n;
}

/** For `where owner not in (...)`: what another owner has is abandoned. */
export function livingServices(tx: Tx): SelectQueryBuilder<Schema, 'service', { id: string }> {
  return tx.db.selectFrom('service').select('id');
}

/** Removes those whose lease ran out and returns their ids. */
export async function removeExpiredServices(tx: Tx, now: number): Promise<string[]> {
  const rows = await tx.db.deleteFrom('service').where('lease_until', '<', now).returning('id').execute();
  return rows.map((row) => row.id);
}

/** Where a lock on the database has shown that no other process lives. */
export async function removeOtherServices(tx: Tx, id: string): Promise<string[]> {
  const rows = await tx.db.deleteFrom('service').where('id', '!=', id).returning('id').execute();
  return rows.map((row) => row.id);
}

export async function removeService(tx: Tx, id: string): Promise<void> {
  await tx.db.deleteFrom('service').where('id', '=', id).execute();
}

export async function listServices(db: Db): Promise<Service[]> {
  const rows = await db.selectFrom('service').selectAll().orderBy('started_at').execute();
  return rows.map((row) => ({
    id: row.id,
    host: row.host,
    pid: row.pid,
    roles: row.roles.split(','),
    startedAt: row.started_at,
    leaseUntil: row.lease_until,
  }));
}
