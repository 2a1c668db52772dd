/** Rows of recoveries, their steps and their decisions. */
import { sql, type Selectable, type SqlBool } from 'kysely';
import type { Owner, Recovery, RecoveryDecision, RecoveryStep, Relapse } from '../domain/model.ts';
import type { JsonObject } from '../domain/json.ts';
import { ownerOf } from '../domain/session.ts';
import type {
  RecoveryMode,
  RecoveryOrigin,
  RecoveryState,
  RecoveryStepState,
  RowPurpose,
} from '../domain/states.ts';
import { applyListing, type Listed, type ListQuery } from './listing.ts';
import { chunks, fromText, toText } from './rows.ts';
import type { RecoveryRow, RecoveryStepRow } from './schema.ts';
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

/** Ids that begin so: none, the one, or two of several. */
export async function recoveryIdsFrom(db: Db, start: string): Promise<string[]> {
  const from = start.toLowerCase();
  const query = db.selectFrom('recovery').select('id').where('id', '>=', from).where('id', '<', `${from}g`);
  return (await query.limit(2).execute()).map((row) => row.id);
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

/** In the order in which they were taken. */
export async function recoverySteps(db: Db, recoveryId: string): Promise<RecoveryStep[]> {
  const query = db.selectFrom('recovery_step').selectAll().where('recovery_id', '=', recoveryId);
  return (await query.orderBy('seq').execute()).map(toRecoveryStep);
}

export async function recoveryDecisions(db: Db, recoveryId: string): Promise<RecoveryDecision[]> {
  const query = db.selectFrom('recovery_decision').selectAll().where('recovery_id', '=', recoveryId);
  return (await query.orderBy('seq').execute()).map(({ recovery_id, ...rest }) => ({
    recoveryId: recovery_id,
    ...rest,
  }));
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

/**
 * Whether a recovery of this node ended since: one that is opened then is another try at the same failure.
 */
export async function hasEndedSince(db: Db, nodeId: string, since: number): Promise<boolean> {
  const query = db.selectFrom('recovery').select('id').where('node_id', '=', nodeId);
  return (await query.where('closed_at', '>=', since).limit(1).executeTakeFirst()) !== undefined;
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
  const row = await db.selectFrom('recovery').select('plan').where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : fromText(row.plan);
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
    .where('cluster_id', '=', clusterId)
    .where('closed_at', 'is', null)
    .execute();
  return rows.map((row) => ({
    recoveryId: row.id,
    nodeId: row.node_id,
    openedAt: row.opened_at,
    startedAt: row.started_at,
    notBefore: row.not_before,
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

/** null: it is held. */
export async function recoveryStartedAt(db: Db, id: string): Promise<number | null> {
  const row = await db.selectFrom('recovery').select('started_at').where('id', '=', id).executeTakeFirst();
  return row?.started_at ?? null;
}

export type RecentRecovery = Pick<
  Recovery,
  | 'id'
  | 'nodeId'
  | 'policyId'
  | 'state'
  | 'mode'
  | 'origin'
  | 'failedAt'
  | 'settledAt'
  | 'closedAt'
  | 'helped'
  | 'relapse'
  | 'relapsedAt'
> & { readonly startedAt: number | null };

const recentColumns = [
  'id',
  'node_id',
  'policy_id',
  'state',
  'mode',
  'origin',
  'failed_at',
  'settled_at',
  'started_at',
  'closed_at',
  'helped',
  'relapse',
  'relapsed_at',
] as const;

/**
 * Recoveries of a cluster that were started or closed since a time, oldest first: what limits and retries
 * count.
 */
export async function recentRecoveriesOfCluster(
  db: Db,
  clusterId: string,
  since: number,
): Promise<RecentRecovery[]> {
  const rows = await db
    .selectFrom('recovery')
    .select(recentColumns)
    // One that was started since is closed since, or open: each way has an index, the start has none.
    .where((eb) =>
      eb.or([
        eb.and([eb('cluster_id', '=', clusterId), eb('closed_at', '>=', since)]),
        eb.and([
          eb('cluster_id', '=', clusterId),
          eb('closed_at', 'is', null),
          eb('started_at', '>=', since),
        ]),
      ]),
    )
    .orderBy('opened_at')
    .execute();
  return rows.map(toRecent);
}

export interface EndedRecovery extends RecentRecovery {
  /** The decision that closed it: `EXHAUSTED: ...` */
  readonly reason: string;
}

/**
 * The last recovery of each node of a cluster that ended since a time, without those that only found the node
 * healthy, of one mode; none that ended at a time still to come (the clock was set back).
 */
export async function lastEndsOfCluster(
  db: Db,
  clusterId: string,
  since: number,
  mode: RecoveryMode,
  now: number,
): Promise<Map<string, RecentRecovery>> {
  const rows = await db
    .selectFrom('recovery')
    .select(recentColumns)
    .where('cluster_id', '=', clusterId)
    .where('closed_at', '>=', since)
    .where('closed_at', '<=', now)
    .where('mode', '=', mode)
    .where('state', '<>', 'SELF_HEALED')
    .orderBy('closed_at')
    .execute();
  return new Map(rows.map((row) => [row.node_id, toRecent(row)]));
}

/**
 * The last recovery of each of these nodes that has ended, of one mode; none that ended at a time still to
 * come (the clock was set back).
 */
export async function lastEndsOfNodes(
  db: Db,
  nodeIds: readonly string[],
  mode: RecoveryMode,
  now: number,
): Promise<Map<string, EndedRecovery>> {
  const ends = new Map<string, EndedRecovery>();
  for (const chunk of chunks(nodeIds)) {
    const rows = await db
      .selectFrom('recovery')
      .select(recentColumns)
      .select(
        sql<
          string | null
        >`(SELECT reason FROM recovery_decision AS decided WHERE decided.recovery_id = recovery.id
          ORDER BY decided.seq DESC LIMIT 1)`.as('reason'),
      )
      .where('node_id', 'in', chunk)
      .where('mode', '=', mode)
      .where(
        'closed_at',
        '=',
        sql<number>`(select max(other.closed_at) from recovery as other
          where other.node_id = recovery.node_id and other.mode = recovery.mode and other.closed_at <= ${now})`,
      )
      .execute();
    for (const row of rows) ends.set(row.node_id, { ...toRecent(row), id: row.id, reason: row.reason ?? '' });
  }
  return ends;
}

function toRecent(row: Pick<Selectable<RecoveryRow>, (typeof recentColumns)[number]>): RecentRecovery {
  return {
    id: row.id,
    nodeId: row.node_id,
    policyId: row.policy_id,
    state: row.state as RecoveryState,
    mode: row.mode as RecoveryMode,
    origin: row.origin as RecoveryOrigin,
    failedAt: row.failed_at,
    settledAt: row.settled_at,
    startedAt: row.started_at,
    closedAt: row.closed_at,
    helped: row.helped,
    relapse: row.relapse === null ? null : fromText(row.relapse),
    relapsedAt: row.relapsed_at,
  };
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

/** Back to held: nothing was touched, it may be started again later. */
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

/** @param decision one word: open, hold, start, run, verify, close, ... */
export async function recordDecision(
  tx: Tx,
  recoveryId: string,
  decision: string,
  reason: string,
  now: number,
): Promise<void> {
  const seq = ((await lastDecision(tx.db, recoveryId))?.seq ?? 0) + 1;
  await tx.db
    .insertInto('recovery_decision')
    .values({ recovery_id: recoveryId, seq, at: now, decision, reason })
    .execute();
  tx.notify('recoveries');
}

export async function lastDecision(db: Db, recoveryId: string): Promise<RecoveryDecision | undefined> {
  const row = await db
    .selectFrom('recovery_decision')
    .selectAll()
    .where('recovery_id', '=', recoveryId)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { recovery_id, ...rest } = row;
  return { recoveryId: recovery_id, ...rest };
}

/**
 * One attempt of one item or hook begins (or is skipped). `id` is the caller's, so that a repeat writes the
 * same row.
 */
export async function saveRecoveryStep(tx: Tx, step: Omit<RecoveryStep, 'seq'>): Promise<void> {
  const values = {
    state: step.state,
    reason: step.reason,
    started_at: step.startedAt,
    ended_at: step.endedAt,
    execution_id: step.executionId,
    output: step.output === null ? null : toText(step.output),
  };
  const newest = await tx.db
    .selectFrom('recovery_step')
    .select((eb) => eb.fn.max('seq').as('seq'))
    .where('recovery_id', '=', step.recoveryId)
    .executeTakeFirst();
  await tx.db
    .insertInto('recovery_step')
    .values({
      ...values,
      id: step.id,
      recovery_id: step.recoveryId,
      seq: (newest?.seq ?? 0) + 1,
      name: step.name,
      item: step.item,
      purpose: step.purpose,
      workflow_name: step.workflowName,
      attempt: step.attempt,
      verifies: step.verifies,
      deadline: step.deadline,
    })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
  tx.notify('recoveries');
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

export function toRecoveryStep(row: Selectable<RecoveryStepRow>): RecoveryStep {
  return {
    id: row.id,
    recoveryId: row.recovery_id,
    seq: row.seq,
    name: row.name,
    item: row.item,
    purpose: row.purpose as RowPurpose,
    workflowName: row.workflow_name,
    attempt: row.attempt,
    state: row.state as RecoveryStepState,
    reason: row.reason,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    executionId: row.execution_id,
    output: row.output === null ? null : fromText(row.output),
    verifies: row.verifies,
    deadline: row.deadline,
  };
}
