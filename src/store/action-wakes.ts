/**
 * Waking actions that wait: for a time, for a signal, for their children. Every wait is a row; who is woken
 * is claimed again.
 */
import type { JsonObject } from '../domain/json.ts';
import { waitingStatuses } from '../domain/states.ts';
import { fromText, toText } from './rows.ts';
import type { Db, Tx } from './store.ts';

export async function wakeAction(tx: Tx, id: string): Promise<void> {
  await tx.db
    .updateTable('action')
    .set({ status: 'READY', wake_at: null })
    .where('id', '=', id)
    .where('status', 'in', waitingStatuses)
    .execute();
  tx.notify('actions');
}

/** Wakes every action whose time has come; returns when the next one is due. */
export async function wakeDueActions(tx: Tx, now: number): Promise<number | null> {
  await tx.db
    .updateTable('action')
    .set({ status: 'READY', wake_at: null })
    .where('status', 'in', waitingStatuses)
    .where('wake_at', '<=', now)
    .execute();
  return await nextWakeAt(tx.db);
}

/** When the next waiting action is due; null: none waits for a time. */
export async function nextWakeAt(db: Db): Promise<number | null> {
  const row = await db
    .selectFrom('action')
    .select((eb) => eb.fn.min('wake_at').as('next'))
    .where('status', 'in', waitingStatuses)
    .executeTakeFirst();
  return row?.next ?? null;
}

/** Sends a durable signal: kept for an action that waits for it later, and wakes all that wait now. */
export async function sendSignal(tx: Tx, name: string, payload: JsonObject, now: number): Promise<void> {
  await tx.db
    .insertInto('action_signal')
    .values({ name, payload: toText(payload), created_at: now })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ payload: toText(payload) }))
    .execute();
  const woken = await tx.db
    .updateTable('action')
    .set({ status: 'READY', wake_at: null })
    .where('wait_signal', '=', name)
    .where('status', 'in', waitingStatuses)
    .executeTakeFirst();
  if (woken.numUpdatedRows > 0n) tx.notify('actions');
}

export async function findSignal(db: Db, name: string): Promise<JsonObject | undefined> {
  const row = await db
    .selectFrom('action_signal')
    .select('payload')
    .where('name', '=', name)
    .executeTakeFirst();
  return row === undefined ? undefined : fromText(row.payload);
}

/** Signals are kept for late askers, not for ever. */
export async function deleteOldSignals(tx: Tx, before: number): Promise<void> {
  await tx.db.deleteFrom('action_signal').where('created_at', '<', before).execute();
}
