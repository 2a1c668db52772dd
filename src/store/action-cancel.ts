/** Asking actions to end, and ending them. */
import { cancellableActionStatuses, waitingStatuses, type ActionStatus } from '../domain/states.ts';
import type { Action } from '../domain/model.ts';
import { childEnded, endByForce, writeEnding } from './action-claims.ts';
import { toAction } from './actions.ts';
import { wakeAction } from './action-wakes.ts';
import type { Db, Tx } from './store.ts';
import { selectByIds } from './by-ids.ts';

/**
 * Cancels an action and all its descendants. One that never ran is CANCELLED at once; one that waits is
 * woken to find out, unless it still has children to wait for; a running one finds the mark (`findControls`).
 * All of them record the reason; a second cancel does not change it.
 * @returns the status found.
 */
export async function requestCancel(
  tx: Tx,
  id: string,
  reason: string,
  now: number,
): Promise<ActionStatus | undefined> {
  const row = await tx.db
    .selectFrom('action')
    .select(['status', 'epoch', 'parent_id', 'pending_children'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const status = row.status as ActionStatus;
  if (!cancellableActionStatuses.includes(status)) return status;
  await tx.db
    .updateTable('action')
    .set({ control: 'CANCEL', control_reason: reason })
    .where('id', '=', id)
    .where('control', 'is', null)
    .execute();
  const children = await tx.db.selectFrom('action').select('id').where('parent_id', '=', id).execute();
  for (const child of children) await requestCancel(tx, child.id, reason, now);
  if (status === 'READY' && row.epoch === 0) {
    await writeEnding(tx, id, { status: 'CANCELLED', reason, outputs: {} }, now);
    if (row.parent_id !== null) await childEnded(tx, row.parent_id, 1);
  } else if ((waitingStatuses as readonly string[]).includes(status) && row.pending_children <= 0) {
    await wakeAction(tx, id);
  }
  tx.notify('controls');
  return status;
}

/**
 * Cancels an action and its descendants that have not ended, without waiting for the processes that work on
 * them: what they still write is refused.
 * @returns those that were ended, children before their parents.
 */
export async function endCancelled(tx: Tx, action: Action, reason: string, now: number): Promise<Action[]> {
  const rows = await tx.db
    .selectFrom('action')
    .selectAll()
    .where('parent_id', '=', action.id)
    .where('status', 'in', cancellableActionStatuses)
    .execute();
  const ended: Action[] = [];
  for (const row of rows) ended.push(...(await endCancelled(tx, toAction(row), reason, now)));
  await endByForce(tx, action, { status: 'CANCELLED', reason, outputs: {} }, now);
  tx.notify('controls');
  return [...ended, action];
}

const selectRequested = selectByIds((db, ids) =>
  db
    .selectFrom('action')
    .select(['id', 'control_reason'])
    .where('id', 'in', ids)
    .where('control', '=', 'CANCEL')
    .where('status', 'in', cancellableActionStatuses),
);

/** Of those of these actions that are to end and have not ended: why, by action. */
export async function requestedCancels(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await selectRequested(db, ids);
  return new Map(rows.map((row) => [row.id, row.control_reason ?? '']));
}
