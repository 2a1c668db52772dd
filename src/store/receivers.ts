/** Rows of receivers. */
import type { Selectable } from 'kysely';
import type { Receiver } from '../domain/model.ts';
import { applyListing, type Listed, type ListQuery } from './listing.ts';
import { fromText, toText } from './rows.ts';
import type { ReceiverRow } from './schema.ts';
import type { Db, Tx } from './store.ts';
import { updateRow } from './update-row.ts';

export const listedReceivers = {
  table: 'receiver',
  filters: { name: 'name', type: 'type', action: 'action', cluster_id: 'cluster_id', user: 'user' },
  sorts: {
    name: { column: 'name' },
    type: { column: 'type' },
    action: { column: 'action' },
    cluster_id: { column: 'cluster_id' },
    created_at: { column: 'created_at' },
    user: { column: 'user' },
  },
  defaultSort: 'name',
  tie: 'id',
  owned: true,
} as const satisfies Listed<string, string>;

export type ReceiverListQuery = ListQuery<
  keyof typeof listedReceivers.filters,
  keyof typeof listedReceivers.sorts
>;
export type ReceiverChanges = Partial<Pick<Receiver, 'name' | 'action' | 'params' | 'updatedAt'>>;

export async function insertReceiver(tx: Tx, receiver: Receiver): Promise<void> {
  await tx.db
    .insertInto('receiver')
    .values({
      id: receiver.id,
      name: receiver.name,
      type: receiver.type,
      cluster_id: receiver.clusterId,
      action: receiver.action,
      params: toText(receiver.params),
      channel: toText(receiver.channel),
      roles: toText(receiver.roles),
      created_at: receiver.createdAt,
      updated_at: receiver.updatedAt,
      project: receiver.project,
      user: receiver.user,
      domain: receiver.domain,
    })
    .execute();
}

export async function getReceiver(db: Db, id: string): Promise<Receiver | undefined> {
  const row = await db.selectFrom('receiver').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toReceiver(row);
}

export async function listReceivers(db: Db, query: ReceiverListQuery = {}): Promise<Receiver[]> {
  const select = await applyListing(db, db.selectFrom('receiver').selectAll(), listedReceivers, query);
  return (await select.execute()).map(toReceiver);
}

export async function updateReceiver(tx: Tx, id: string, changes: ReceiverChanges): Promise<boolean> {
  const { name, action, params, updatedAt } = changes;
  const columns = { name, action, params: params && toText(params), updated_at: updatedAt };
  return await updateRow(tx, 'receiver', id, columns);
}

export async function deleteReceiver(tx: Tx, id: string): Promise<boolean> {
  const result = await tx.db.deleteFrom('receiver').where('id', '=', id).executeTakeFirst();
  return result.numDeletedRows === 1n;
}

function toReceiver(row: Selectable<ReceiverRow>): Receiver {
  return {
    id: row.id,
    name: row.name,
    type: 'webhook',
    clusterId: row.cluster_id,
    action: row.action as Receiver['action'],
    params: fromText(row.params),
    channel: fromText(row.channel),
    roles: fromText(row.roles),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    project: row.project,
    user: row.user,
    domain: row.domain,
  };
}
