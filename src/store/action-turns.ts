/**
 * Turns at something that several actions change and that takes one change at a time, such as a load
 * balancer. The action whose turn it is holds the lock of the resource for one operation; the others are rows
 * that wait for the signal of the resource, and hold no worker. A turn that ends is handed to the oldest
 * action that waits, within the same transaction: of many that wait one is woken, and no action
 * waits for a resource that is free.
 */
import { waitingStatuses } from '../domain/states.ts';
import { wakeAction } from './action-wakes.ts';
import type { Db, Tx } from './store.ts';

/** What an action that waits for its turn has as its signal. */
export function turnSignal(resource: string): string {
  return `turn ${resource}`;
}

export async function hasTurn(db: Db, actionId: string, resource: string): Promise<boolean> {
  const own = db.selectFrom('resource_lock').select('resource').where('resource', '=', resource);
  return (await own.where('action_id', '=', actionId).executeTakeFirst()) !== undefined;
}

/** Takes the turn where it is free. @returns whether the action has it now. */
export async function takeTurn(tx: Tx, actionId: string, resource: string): Promise<boolean> {
  await tx.exclude([resource]);
  const holders = tx.db.selectFrom('resource_lock').select('action_id').where('resource', '=', resource);
  const holder = await holders.limit(1).executeTakeFirst();
  if (holder !== undefined) return holder.action_id === actionId;
  await giveTurn(tx, actionId, resource);
  return true;
}

/** Nothing where the action has no turn at the resource. */
export async function endTurn(tx: Tx, actionId: string, resource: string): Promise<void> {
  const held = tx.db.deleteFrom('resource_lock').where('resource', '=', resource);
  const result = await held.where('action_id', '=', actionId).executeTakeFirst();
  if (result.numDeletedRows > 0n) await handOverTurn(tx, resource);
}

/** To the oldest action that waits for it, if any. The resource is free. */
export async function handOverTurn(tx: Tx, resource: string): Promise<void> {
  const next = await tx.db
    .selectFrom('action')
    .select('id')
    .where('wait_signal', '=', turnSignal(resource))
    .where('status', 'in', waitingStatuses)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst();
  if (next === undefined) return;
  await giveTurn(tx, next.id, resource);
  await wakeAction(tx, next.id);
}

async function giveTurn(tx: Tx, actionId: string, resource: string): Promise<void> {
  const lock = { resource, action_id: actionId, mode: 'exclusive' };
  await tx.db.insertInto('resource_lock').values(lock).execute();
}
