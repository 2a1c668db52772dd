/**
 * Rows of recoveries: opened, changed and closed. Their steps are in `recovery-steps.ts`, their decisions in
 * `recovery-decisions.ts`, and what limits and retries count of them in `recovery-history.ts`.
 */
import { sql, type Selectable, type SqlBool } from 'kysely';
import type { Owner, Recovery, Relapse } from '../domain/model.ts';
import type { JsonObject } from '../domain/json.ts';
import { ownerOf } from '../domain/session.ts';
import type { RecoveryMode, RecoveryOrigin, RecoveryState } from '../domain/states.ts';
import { selectByIds } from './by-ids.ts';
import { applyListing, type Listed, type ListQuery } from './listing.ts';
import { fromText, toText } from './rows.ts';
import type { RecoveryRow } from './schema.ts';
import type { Db, Tx } from './store.ts';

const listed = {
  table: 'recovery',
  filters: { cluster_id: 'cluster_id', state: 'state' },
  sorts: { opened_at: { column: 'opened_at' } },
  defaultSort: 'opened_at',
  tie: 'id',
  owned: true,
} as const satisfies Listed<string, string>;

export interface RecoveryListQuery extends ListQuery<keyof typeof listed.filters, keyof typeof listed.sorts> {
  /** Id or name; a node that is gone can be named, too. */
  readonly node?: string;
  /** That carries it out. */
  readonly action?: string;
  /** Of one of its workflows. */
  readonly execution?: string;
}

/** @param project whose it must be; absent: any project's. */
export async function getRecovery(db: Db, id: string, project?: string): Promise<Recovery | undefined> {
  let query = db.selectFrom('recovery').selectAll().where('id', '=', id);
  if (project !== undefined) query = query.where('project', '=', project);
  const row = await query.executeTakeFirst();
  return row === undefined ? undefined : toRecovery(row);
}

/**
 * Those whose id begins so, at most so many. @param project whose they must be; undefined: any project's.
 */
export async function recoveriesFrom(
  db: Db,
  start: string,
  project: string | undefined,
  most: number,
): Promise<Recovery[]> {
  const from = start.toLowerCase();
  let query = db.selectFrom('recovery').selectAll().where('id', '>=', from).where('id', '<', `${from}g`);
  if (project !== undefined) query = query.where('project', '=', project);
  return (await query.limit(most).execute()).map(toRecovery);
}

export async function listRecoveries(db: Db, query: RecoveryListQuery = {}): Promise<Recovery[]> {
  let select = db.selectFrom('recovery').selectAll();
  if (query.node !== undefined) {
    select = select.where(sql<SqlBool>`(node_id = ${query.node} or node_name = ${query.node})`);
  }
  if (query.action !== undefined) select = select.where('action_id', '=', query.action);
  if (query.execution !== undefined) {
    select = select.where(
      sql<SqlBool>`id in (select recovery_id from recovery_step where execution_id = ${query.execution})`,
    );
  }
  const page = await applyListing(db, select, listed, query);
  return (await page.execute()).map(toRecovery);
}

type SetLater = 'actionId' | 'state' | 'settledAt' | 'closedAt' | 'helped' | 'relapsedAt';

export type NewRecovery = Omit<Recovery, SetLater | 'mode' | 'origin' | 'relapse'> & {
  /** Absent: ENFORCE. */
  readonly mode?: RecoveryMode;
  /** Absent: AUTOMATIC. */
  readonly origin?: RecoveryOrigin;
  /** Absent: it continues nothing. */
  readonly relapse?: Relapse | null;
  /** What the planner needs again, fixed when the recovery opens. */
  readonly plan: JsonObject;
};

/**
 * Opens a recovery. The database allows one open recovery for each node: it refuses a second, from any
 * caller.
 */
export async function insertRecovery(tx: Tx, recovery: NewRecovery): Promise<void> {
  await tx.db
    .insertInto('recovery')
    .values({
      id: recovery.id,
      node_id: recovery.nodeId,
      node_name: recovery.nodeName,
      cluster_id: recovery.clusterId,
      policy_id: recovery.policyId,
      action_id: null,
      state: 'OPEN',
      mode: recovery.mode ?? 'ENFORCE',
      failure: toText(recovery.failure),
      plan: toText(recovery.plan),
      failed_at: recovery.failedAt,
      opened_at: recovery.openedAt,
      started_at: null,
      not_before: null,
      closed_at: null,
      origin: recovery.origin ?? 'AUTOMATIC',
      settled_at: null,
      helped: null,
      relapse: recovery.relapse == null ? null : toText(recovery.relapse),
      relapsed_at: null,
      hook_failure: null,
      acknowledged_at: null,
      ...ownerOf(recovery),
    })
    .execute();
  tx.notify('recoveries');
}

/** As the first probe of its recovery has found it. */
export async function setRecoveryFailure(tx: Tx, id: string, failure: Recovery['failure']): Promise<void> {
  await tx.db
    .updateTable('recovery')
    .set({ failure: toText(failure) })
    .where('id', '=', id)
    .execute();
}

/** Its result is certain. @param helped the item of the chain after which the node was healthy. */
export async function recoverySettled(tx: Tx, id: string, helped: string | null, now: number): Promise<void> {
  await tx.db.updateTable('recovery').set({ settled_at: now, helped }).where('id', '=', id).execute();
}

/** The node failed again: the first time counts. */
export async function recoveryRelapsed(tx: Tx, id: string, at: number): Promise<void> {
  const update = tx.db.updateTable('recovery').set({ relapsed_at: at }).where('id', '=', id);
  await update.where('relapsed_at', 'is', null).execute();
}

/** The input of its planner, kept so that it can be planned again. */
export async function saveRecoveryPlan(tx: Tx, id: string, plan: JsonObject): Promise<void> {
  await tx.db
    .updateTable('recovery')
    .set({ plan: toText(plan) })
    .where('id', '=', id)
    .execute();
}

export async function recoveryPlan(db: Db, id: string): Promise<JsonObject | undefined> {
  return (await recoveryPlans(db, [id])).get(id);
}

const selectPlans = selectByIds((db, ids) =>
  db.selectFrom('recovery').select(['id', 'plan']).where('id', 'in', ids),
);

/** By recovery. */
export async function recoveryPlans(
  db: Db,
  ids: readonly string[],
): Promise<ReadonlyMap<string, JsonObject>> {
  return new Map((await selectPlans(db, ids)).map(({ id, plan }) => [id, fromText(plan)]));
}

export async function openRecoveryOfNode(db: Db, nodeId: string): Promise<Recovery | undefined> {
  const query = db
    .selectFrom('recovery')
    .selectAll()
    .where('node_id', '=', nodeId)
    .where('closed_at', 'is', null);
  const row = await query.executeTakeFirst();
  return row === undefined ? undefined : toRecovery(row);
}

export interface OpenRecovery extends Owner {
  readonly recoveryId: string;
  readonly nodeId: string;
  readonly openedAt: number;
  /** null: held. */
  readonly startedAt: number | null;
  readonly notBefore: number | null;
  /** The decision with which it was held until `notBefore`; null: there is none. */
  readonly releasedBecause: string | null;
  readonly policyId: string | null;
  readonly mode: RecoveryMode;
  readonly actionId: string | null;
  readonly failure: Recovery['failure'];
  readonly origin: RecoveryOrigin;
  readonly relapse: Relapse | null;
}

export async function openRecoveriesOfCluster(db: Db, clusterId: string): Promise<OpenRecovery[]> {
  const rows = await db
    .selectFrom('recovery')
    .select([
      'id',
      'node_id',
      'opened_at',
      'started_at',
      'not_before',
      'policy_id',
      'mode',
      'action_id',
      'failure',
      'origin',
      'relapse',
      'project',
      'user',
      'domain',
    ])
    .select(
      sql<string | null>`CASE WHEN not_before IS NULL THEN NULL ELSE (SELECT reason FROM recovery_decision
        WHERE recovery_id = recovery.id AND decision = 'release' ORDER BY seq DESC LIMIT 1) END`.as(
        'released',
      ),
    )
    .where('cluster_id', '=', clusterId)
    .where('closed_at', 'is', null)
    .execute();
  return rows.map((row) => ({
    recoveryId: row.id,
    nodeId: row.node_id,
    openedAt: row.opened_at,
    startedAt: row.started_at,
    notBefore: row.not_before,
    releasedBecause: row.released,
    policyId: row.policy_id,
    mode: row.mode as RecoveryMode,
    actionId: row.action_id,
    failure: fromText(row.failure),
    origin: row.origin as RecoveryOrigin,
    relapse: row.relapse === null ? null : fromText(row.relapse),
    ...ownerOf(row),
  }));
}

export type HeldFilter =
  | { readonly nodeId: string }
  | { readonly clusterId: string; readonly policyId?: string };

/** Ids of the open recoveries that were not started. */
export async function heldRecoveries(db: Db, where: HeldFilter): Promise<string[]> {
  let query = db
    .selectFrom('recovery')
    .select('id')
    .where('closed_at', 'is', null)
    .where('started_at', 'is', null);
  if ('nodeId' in where) query = query.where('node_id', '=', where.nodeId);
  else {
    query = query.where('cluster_id', '=', where.clusterId);
    if (where.policyId !== undefined) query = query.where('policy_id', '=', where.policyId);
  }
  return (await query.orderBy('opened_at').execute()).map((row) => row.id);
}

/** Clouds tell times in whole seconds. */
const CLOUD_SECOND_MS = 1000;

/** @param at by the clock of a cloud. */
export async function recoveryRanAt(db: Db, nodeId: string, at: number): Promise<boolean> {
  const found = await db
    .selectFrom('recovery')
    .select('id')
    .where('node_id', '=', nodeId)
    .where('started_at', '<', at + CLOUD_SECOND_MS)
    .where((where) => where.or([where('closed_at', 'is', null), where('closed_at', '>=', at)]))
    .executeTakeFirst();
  return found !== undefined;
}

/** null: it is held. */
export async function recoveryStartedAt(db: Db, id: string): Promise<number | null> {
  const row = await db.selectFrom('recovery').select('started_at').where('id', '=', id).executeTakeFirst();
  return row?.started_at ?? null;
}

/**
 * @param origin of whose request it is carried out, where that changes: an operator's joins what the healer
 * has opened.
 */
export async function recoveryStarted(
  tx: Tx,
  id: string,
  actionId: string,
  now: number,
  origin?: RecoveryOrigin,
): Promise<void> {
  const changes = {
    action_id: actionId,
    started_at: now,
    not_before: null,
    ...(origin === undefined ? {} : { origin }),
  };
  await tx.db.updateTable('recovery').set(changes).where('id', '=', id).execute();
  tx.notify('recoveries');
}

/** Back to held: it may be started again later. */
export async function recoveryReleased(tx: Tx, id: string, notBefore: number): Promise<void> {
  const changes = { action_id: null, started_at: null, not_before: notBefore };
  await tx.db.updateTable('recovery').set(changes).where('id', '=', id).execute();
  tx.notify('recoveries');
}

/** Closes an open recovery's row. @returns false where it was closed already: it stays as it is. */
export async function markRecoveryClosed(
  tx: Tx,
  id: string,
  state: Exclude<RecoveryState, 'OPEN'>,
  now: number,
): Promise<boolean> {
  const update = tx.db.updateTable('recovery').set({ state, closed_at: now });
  const closed = await update.where('id', '=', id).where('closed_at', 'is', null).executeTakeFirst();
  tx.notify('recoveries');
  return closed.numUpdatedRows === 1n;
}

export function toRecovery(row: Selectable<RecoveryRow>): Recovery {
  return {
    id: row.id,
    nodeId: row.node_id,
    nodeName: row.node_name,
    clusterId: row.cluster_id,
    policyId: row.policy_id,
    actionId: row.action_id,
    state: row.state as RecoveryState,
    mode: row.mode as RecoveryMode,
    failure: fromText(row.failure),
    failedAt: row.failed_at,
    openedAt: row.opened_at,
    settledAt: row.settled_at,
    closedAt: row.closed_at,
    origin: row.origin as RecoveryOrigin,
    helped: row.helped,
    relapse: row.relapse === null ? null : fromText(row.relapse),
    relapsedAt: row.relapsed_at,
    ...ownerOf(row),
  };
}
