/** Rows of durable actions: created, and read. What their owner writes is in `action-claims.ts`. */
import type { Insertable, Selectable } from 'kysely';
import type { LockWanted } from '../domain/action-requests.ts';
import type { Action, ActionCause, Owner } from '../domain/model.ts';
import type { JsonObject } from '../domain/json.ts';
import { unfinishedActionStatuses, type ActionStatus, type EndedActionStatus } from '../domain/states.ts';
import { chunks, fromText, toText } from './rows.ts';
import type { ActionRow as ActionTable } from './schema.ts';
import type { Db, Tx } from './store.ts';

type ActionRow = Selectable<ActionTable>;

export interface NewAction {
  readonly id: string;
  readonly name: string;
  readonly action: string;
  readonly cause: ActionCause;
  readonly target: string;
  readonly clusterId: string | null;
  readonly parentId: string | null;
  readonly inputs: JsonObject;
  /** Seconds; 0: no limit. */
  readonly timeout: number;
  readonly locks: readonly LockWanted[];
  /** Project and domain are those of the target; the user is who requested it. */
  readonly owner: Owner;
  /** Of the request over the API that it comes from; null or absent: it comes from none. */
  readonly requestId?: string | null;
}

export async function insertActions(tx: Tx, actions: readonly NewAction[], now: number): Promise<void> {
  const rows = actions.map((action) => newRow(action, now));
  for (const chunk of chunks(rows)) await tx.db.insertInto('action').values(chunk).execute();
  tx.notify('actions');
}

/** One that becomes ready at a time; until then it has not run, and holds no lock. */
export async function insertScheduledAction(
  tx: Tx,
  action: NewAction,
  at: number,
  now: number,
): Promise<void> {
  const waiting = { status: 'WAITING', status_reason: 'Waiting for a time.', wake_at: at } as const;
  await tx.db
    .insertInto('action')
    .values({ ...newRow(action, now), ...waiting })
    .execute();
  tx.notify('actions');
}

function newRow(action: NewAction, now: number): Insertable<ActionTable> {
  return {
    ...action.owner,
    id: action.id,
    name: action.name,
    action: action.action,
    cause: action.cause,
    target: action.target,
    request_id: action.requestId ?? null,
    failure_code: null,
    cluster_id: action.clusterId,
    parent_id: action.parentId,
    status: 'READY',
    status_reason: 'The action is ready for execution.',
    inputs: toText(action.inputs),
    outputs: '{}',
    data: '{}',
    locks: toText(action.locks),
    timeout: action.timeout,
    created_at: now,
    started_at: null,
    ended_at: null,
    updated_at: null,
    owner: null,
    epoch: 0,
    control: null,
    control_reason: null,
    blocked_on: null,
    pending_children: 0,
    wake_at: null,
    wait_signal: null,
  };
}

/** What an action keeps for its readers: its plan. */
export async function saveActionData(tx: Tx, id: string, data: JsonObject): Promise<void> {
  await tx.db
    .updateTable('action')
    .set({ data: toText(data) })
    .where('id', '=', id)
    .execute();
}

/** The unfinished actions on a target, oldest first: what a new request conflicts with. */
export async function unfinishedActionsOn(db: Db, target: string): Promise<Action[]> {
  const rows = await db
    .selectFrom('action')
    .selectAll()
    .where('target', '=', target)
    .where('status', 'in', unfinishedActionStatuses)
    .orderBy('seq')
    .execute();
  return rows.map(toAction);
}

/** Whether an action of this name on a target is unfinished, or was requested at this time or later. */
export async function hasActionSince(
  db: Db,
  { target, action, since }: { readonly target: string; readonly action: string; readonly since: number },
): Promise<boolean> {
  const row = await db
    .selectFrom('action')
    .select('id')
    .where('target', '=', target)
    .where('action', '=', action)
    .where((where) =>
      where.or([where('created_at', '>=', since), where('status', 'in', unfinishedActionStatuses)]),
    )
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export interface LastAction {
  readonly createdAt: number;
  /** Of one that has not ended. */
  readonly unfinished: {
    /** When it is run at the latest; null: it runs, or is ready to. */
    readonly wakeAt: number | null;
  } | null;
}

/** The newest action of this name on each of these targets. */
export async function lastActions(
  db: Db,
  { targets, action }: { readonly targets: readonly string[]; readonly action: string },
): Promise<ReadonlyMap<string, LastAction>> {
  const last = new Map<string, LastAction>();
  for (const chunk of chunks(targets)) {
    const rows = await db
      .selectFrom('action')
      .select(['target', 'created_at', 'status', 'wake_at'])
      .where('target', 'in', chunk)
      .where('action', '=', action)
      .orderBy('created_at')
      .execute();
    for (const { target, created_at: createdAt, status, wake_at: wakeAt } of rows) {
      const isUnfinished = (unfinishedActionStatuses as readonly string[]).includes(status);
      last.set(target, { createdAt, unfinished: isUnfinished ? { wakeAt } : null });
    }
  }
  return last;
}

/** Ids of the children of an action that still run or wait (Senlin's `depends_on`), per parent. */
export async function unfinishedChildren(
  db: Db,
  parentIds: readonly string[],
): Promise<Map<string, string[]>> {
  const result = new Map<string, string[]>();
  if (parentIds.length === 0) return result;
  const rows = await db
    .selectFrom('action')
    .select(['id', 'parent_id'])
    .where('parent_id', 'in', parentIds)
    .where('status', 'in', unfinishedActionStatuses)
    .orderBy('seq')
    .execute();
  for (const { id, parent_id: parent } of rows) {
    if (parent === null) continue;
    const list = result.get(parent) ?? [];
    list.push(id);
    result.set(parent, list);
  }
  return result;
}

export interface ChildOutcome {
  readonly id: string;
  readonly target: string;
  readonly status: EndedActionStatus;
  readonly reason: string;
}

export async function childOutcomes(
  db: Db,
  parentId: string,
  ids: readonly string[],
): Promise<ChildOutcome[]> {
  const rows = await db
    .selectFrom('action')
    .select(['id', 'target', 'status', 'status_reason'])
    .where('parent_id', '=', parentId)
    .orderBy('seq')
    .execute();
  const wanted = new Set(ids);
  return rows
    .filter((row) => wanted.has(row.id))
    .map((row) => ({
      id: row.id,
      target: row.target,
      status: row.status as EndedActionStatus,
      reason: row.status_reason,
    }));
}

/** By the ids of the actions; what is not there is left out. */
export async function actionOutputs(db: Db, ids: readonly string[]): Promise<Map<string, JsonObject>> {
  const outputs = new Map<string, JsonObject>();
  for (const chunk of chunks(ids)) {
    const rows = await db.selectFrom('action').select(['id', 'outputs']).where('id', 'in', chunk).execute();
    for (const row of rows) outputs.set(row.id, fromText(row.outputs));
  }
  return outputs;
}

export function toAction(row: ActionRow): Action {
  return {
    id: row.id,
    name: row.name,
    action: row.action,
    cause: row.cause as ActionCause,
    target: row.target,
    clusterId: row.cluster_id,
    parentId: row.parent_id,
    requestId: row.request_id,
    status: row.status as ActionStatus,
    statusReason: row.status_reason,
    owner: row.owner,
    inputs: fromText(row.inputs),
    outputs: fromText(row.outputs),
    data: fromText(row.data),
    timeout: row.timeout,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    updatedAt: row.updated_at,
    project: row.project,
    user: row.user,
    domain: row.domain,
  };
}
