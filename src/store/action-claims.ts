/**
 * Claims of durable actions: taking them with their locks, the fenced writes of their owner, giving them
 * back, taking them over.
 *
 * Why a claim is safe: it is one write transaction; the locks an action needs are read and taken in the same
 * transaction as its status becomes RUNNING, after `tx.exclude` of their resources, so that two claims never
 * both see a resource free. Of two that claim the same action, the second finds it no longer READY. Each
 * claim raises the action's epoch. Each write for an action carries its epoch, and a write of an older one
 * changes no row and throws `StaleClaim`: a process that slept through its lease can move nothing.
 */

import { removeSecrets } from './action-secrets.ts';
import type { LockMode, LockWanted } from '../domain/action-requests.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { Action } from '../domain/model.ts';
import type { JsonObject } from '../domain/json.ts';
import type { EndedActionStatus, WaitingStatus } from '../domain/states.ts';
import { handOverTurn } from './action-turns.ts';
import { wakeAction } from './action-wakes.ts';
import { toAction } from './actions.ts';
import {
  fairest,
  nextReadyOf,
  oldestReadyOfProjects,
  runningOfProjects,
  type ReadyRow,
} from './ready-actions.ts';
import { fromText, toText } from './rows.ts';
import { livingServices } from './services.ts';
import type { Db, Tx } from './store.ts';

export interface ActionClaim {
  readonly action: Action;
  readonly epoch: number;
  /** Why it is to end; null: no cancellation was requested. */
  readonly cancelReason: string | null;
}

/**
 * The claim was taken over, or the action ended, in the meantime: the writer must stop, and has changed
 * nothing.
 */
export class StaleClaim extends Error {
  constructor(actionId: string) {
    super(`The claim on action ${actionId} is no longer ours.`);
    this.name = 'StaleClaim';
  }
}

/** How many more actions a process may run. */
export interface FreeSlots {
  readonly free: number;
  /** How many actions of one project the process runs at most. */
  readonly ofOneProject: number;
}

/**
 * Claims actions that are ready, each time one of the project that runs the fewest in this process, and of
 * that its oldest. Those whose resource is held by another step aside until it is free.
 */
export async function claimActions(
  tx: Tx,
  owner: string,
  { free, ofOneProject }: FreeSlots,
  now: number,
): Promise<ActionClaim[]> {
  const claims: ActionClaim[] = [];
  const running = await runningOfProjects(tx.db, owner);
  const oldest = new Map((await oldestReadyOfProjects(tx.db)).map((row) => [row.project, row]));
  while (claims.length < free) {
    const row = fairest([...oldest.values()], running);
    if (row === undefined) break;
    const runs = running.get(row.project) ?? 0;
    // No other project runs fewer.
    if (runs >= ofOneProject) break;
    const claimed = await claim(tx, row, owner, now);
    claims.push(...claimed);
    running.set(row.project, runs + claimed.length);
    const next = await nextReadyOf(tx.db, row);
    if (next === undefined) oldest.delete(row.project);
    else oldest.set(row.project, next);
  }
  return claims;
}

/** Nothing where it steps aside, or another process has claimed it meanwhile. */
async function claim(tx: Tx, row: ReadyRow, owner: string, now: number): Promise<ActionClaim[]> {
  const obstacle = await takeLocks(tx, row);
  if (obstacle === undefined) return await markRunning(tx, row, owner, now);
  await tx.db.updateTable('action').set({ blocked_on: obstacle }).where('id', '=', row.id).execute();
  return [];
}

/**
 * The first resource that another action holds in a way that excludes ours; undefined once all are ours. What
 * an action holds it keeps while it waits, so that a later claim of it finds them. A share is not given past
 * an older action that waits for the resource: else new recoveries of nodes could keep a request on their
 * cluster waiting for ever.
 */
async function takeLocks(tx: Tx, row: ReadyRow): Promise<string | undefined> {
  const wanted = fromText<LockWanted[]>(row.locks);
  if (wanted.length === 0) return undefined;
  await tx.exclude(wanted.map((lock) => lock.resource));
  const own = tx.db.selectFrom('resource_lock').select('resource').where('action_id', '=', row.id);
  if ((await own.limit(1).executeTakeFirst()) !== undefined) return undefined;
  for (const lock of wanted) if (await isExcluded(tx, row, lock)) return lock.resource;
  const rows = wanted.map((lock) => ({ ...lock, action_id: row.id }));
  await tx.db.insertInto('resource_lock').values(rows).execute();
  return undefined;
}

async function isExcluded(tx: Tx, row: ReadyRow, { resource, mode }: LockWanted): Promise<boolean> {
  const holders = tx.db.selectFrom('resource_lock').select('action_id').where('resource', '=', resource);
  const excluding = mode === 'shared' ? holders.where('mode', '=', 'exclusive') : holders;
  if ((await excluding.limit(1).executeTakeFirst()) !== undefined) return true;
  const older = tx.db
    .selectFrom('action')
    .select('id')
    .where('blocked_on', '=', resource)
    .where('seq', '<', row.seq);
  return mode === 'shared' && (await older.limit(1).executeTakeFirst()) !== undefined;
}

/** Nothing where another process has claimed it meanwhile. */
async function markRunning(tx: Tx, row: ReadyRow, owner: string, now: number): Promise<ActionClaim[]> {
  const changes = {
    status: 'RUNNING' as const,
    status_reason: 'The action is being processed.',
    owner,
    epoch: row.epoch + 1,
    started_at: row.started_at ?? now,
    wake_at: null,
    wait_signal: null,
  };
  const update = tx.db.updateTable('action').set(changes).where('id', '=', row.id);
  const result = await update.where('status', '=', 'READY').where('epoch', '=', row.epoch).executeTakeFirst();
  if (result.numUpdatedRows !== 1n) return [];
  const action = toAction({ ...row, ...changes });
  return [{ action, epoch: changes.epoch, cancelReason: cancelReasonOf(row) }];
}

/** A cancel that was requested before reasons were stored has none. */
function cancelReasonOf({
  control,
  control_reason,
}: Pick<ReadyRow, 'control' | 'control_reason'>): string | null {
  return control === 'CANCEL' ? (control_reason ?? 'The action was cancelled.') : null;
}

/**
 * Proves within the transaction that the claim is still ours; call it before any other write for the action.
 */
export async function fence(tx: Tx, id: string, epoch: number): Promise<void> {
  const result = await tx.db
    .updateTable('action')
    .set({ epoch })
    .where('id', '=', id)
    .where('epoch', '=', epoch)
    .where('status', '=', 'RUNNING')
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) throw new StaleClaim(id);
}

export interface Waiting {
  /** Absent: WAITING. */
  readonly status?: WaitingStatus;
  readonly reason: string;
  readonly wakeAt: number | null;
  readonly signal: string | null;
  readonly children: number;
}

/** Who writes, by which claim, and whether he knows that the action is to be cancelled. */
export interface Writer {
  readonly actionId: string;
  readonly epoch: number;
  readonly cancelled: boolean;
}

/** Releases the claim until the action is woken; it keeps its locks. */
export async function suspendAction(tx: Tx, writer: Writer, waiting: Waiting, now: number): Promise<void> {
  const id = writer.actionId;
  await fence(tx, id, writer.epoch);
  const row = await tx.db.selectFrom('action').select('control').where('id', '=', id).executeTakeFirst();
  // Cancelled between the last check and this wait: nothing would wake it again for that.
  const silentSince = row?.control === 'CANCEL' && !writer.cancelled;
  const changes = {
    status: waiting.status ?? ('WAITING' as const),
    status_reason: waiting.reason,
    owner: null,
    wake_at: silentSince ? now : waiting.wakeAt,
    wait_signal: waiting.signal,
    pending_children: waiting.children,
  };
  await tx.db.updateTable('action').set(changes).where('id', '=', id).execute();
  tx.notify('actions');
}

export interface Ending {
  readonly status: EndedActionStatus;
  readonly reason: string;
  readonly outputs: JsonObject;
  /** Why it failed. Absent: it did not, or that is not known. */
  readonly failureCode?: ErrorCode;
}

/** Ends the action: its locks are free, those who waited for them may be claimed, the parent is notified. */
export async function endAction(tx: Tx, claim: ActionClaim, ending: Ending, now: number): Promise<void> {
  const { id, parentId } = claim.action;
  await fence(tx, id, claim.epoch);
  await writeEnding(tx, id, ending, now);
  await releaseLocks(tx, id);
  if (parentId !== null) await childEnded(tx, parentId, 1);
}

/**
 * Ends an action here and now, whatever process works on it: its claim is void, its locks are free, and the
 * parent is notified.
 */
export async function endByForce(
  tx: Tx,
  { id, parentId }: Pick<Action, 'id' | 'parentId'>,
  ending: Ending,
  now: number,
): Promise<void> {
  await writeEnding(tx, id, ending, now);
  await releaseLocks(tx, id);
  if (parentId !== null) await childEnded(tx, parentId, 1);
}

export async function writeEnding(tx: Tx, id: string, ending: Ending, now: number): Promise<void> {
  const changes = {
    status: ending.status,
    status_reason: ending.reason,
    outputs: toText(ending.outputs),
    failure_code: ending.failureCode ?? null,
    ended_at: now,
    owner: null,
    wake_at: null,
    wait_signal: null,
    blocked_on: null,
  };
  await tx.db.updateTable('action').set(changes).where('id', '=', id).execute();
  await removeSecrets(tx, id);
  tx.notify('actions');
}

async function releaseLocks(tx: Tx, actionId: string): Promise<void> {
  const held = await tx.db
    .deleteFrom('resource_lock')
    .where('action_id', '=', actionId)
    .returning('resource')
    .execute();
  if (held.length === 0) return;
  const resources = held.map((lock) => lock.resource);
  await tx.db.updateTable('action').set({ blocked_on: null }).where('blocked_on', 'in', resources).execute();
  for (const resource of resources) await handOverTurn(tx, resource);
}

/** The last child to end wakes the parent. */
export async function childEnded(tx: Tx, parentId: string, count: number): Promise<void> {
  const parent = await tx.db
    .updateTable('action')
    .set((eb) => ({ pending_children: eb('pending_children', '-', count) }))
    .where('id', '=', parentId)
    .returning(['pending_children', 'status'])
    .executeTakeFirst();
  if (parent?.status === 'WAITING' && parent.pending_children <= 0) await wakeAction(tx, parentId);
}

/**
 * Gives a claim back, for this or another process to take again: at a shutdown, or after the database failed.
 */
export async function releaseAction(tx: Tx, id: string, epoch: number): Promise<void> {
  await fence(tx, id, epoch);
  await tx.db.updateTable('action').set({ status: 'READY', owner: null }).where('id', '=', id).execute();
  tx.notify('actions');
}

/** Makes claimable again what processes had claimed that are gone; the locks stay with the actions. */
export async function takeOverActions(tx: Tx): Promise<void> {
  const result = await tx.db
    .updateTable('action')
    .set({ status: 'READY', owner: null, status_reason: 'Taken over: the process that ran it is gone.' })
    .where('status', '=', 'RUNNING')
    .where('owner', 'not in', livingServices(tx))
    .executeTakeFirst();
  if (result.numUpdatedRows > 0n) tx.notify('actions');
}

/** Of these running actions, those whose cancellation was requested, and those that are no longer ours. */
export async function findControls(
  db: Db,
  claims: readonly { readonly id: string; readonly epoch: number }[],
): Promise<{ cancelled: { id: string; reason: string }[]; stale: string[] }> {
  const ids = claims.map((claim) => claim.id);
  const rows = await db
    .selectFrom('action')
    .select(['id', 'epoch', 'status', 'control', 'control_reason'])
    .where('id', 'in', ids)
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  const ours = (claim: { id: string; epoch: number }) => {
    const row = byId.get(claim.id);
    return row?.epoch === claim.epoch && row.status === 'RUNNING';
  };
  return {
    cancelled: rows.flatMap((row) => {
      const reason = cancelReasonOf(row);
      return reason === null ? [] : { id: row.id, reason };
    }),
    stale: claims.filter((claim) => !ours(claim)).map((claim) => claim.id),
  };
}

export interface Lock {
  readonly resource: string;
  readonly actionId: string;
  readonly mode: LockMode;
}

export async function locksOn(db: Db, resource: string): Promise<Lock[]> {
  const rows = await db.selectFrom('resource_lock').selectAll().where('resource', '=', resource).execute();
  return rows.map((row) => ({ resource: row.resource, actionId: row.action_id, mode: row.mode as LockMode }));
}
