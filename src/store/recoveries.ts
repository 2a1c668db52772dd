/** Rows of recoveries: the episodes, their steps and their decisions. */
import { sql, type Selectable, type SqlBool } from 'kysely';
import type { Recovery, RecoveryDecision, RecoveryStep } from '../domain/model.ts';
import type { RecoveryState, RecoveryStepState } from '../domain/states.ts';
import { applyListing, type Listed, type ListQuery } from './listing.ts';
import { fromText } from './rows.ts';
import type { RecoveryRow, RecoveryStepRow } from './schema.ts';
import type { Db } from './store.ts';

const listed = {
  table: 'recovery',
  filters: { cluster_id: 'cluster_id', state: 'state' },
  sorts: { opened_at: { column: 'opened_at' } },
  defaultSort: 'opened_at',
  tie: 'id',
  owned: false,
} as const satisfies Listed<string, string>;

export interface RecoveryListQuery extends ListQuery<keyof typeof listed.filters, keyof typeof listed.sorts> {
  /** Id or name; a node that is gone can be named, too. */
  readonly node?: string;
}

export async function getRecovery(db: Db, id: string): Promise<Recovery | undefined> {
  const row = await db.selectFrom('recovery').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toRecovery(row);
}

export async function listRecoveries(db: Db, query: RecoveryListQuery = {}): Promise<Recovery[]> {
  let select = db.selectFrom('recovery').selectAll();
  if (query.node !== undefined) {
    select = select.where(sql<SqlBool>`(node_id = ${query.node} or node_name = ${query.node})`);
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

export function toRecovery(row: Selectable<RecoveryRow>): Recovery {
  return {
    id: row.id,
    nodeId: row.node_id,
    nodeName: row.node_name,
    clusterId: row.cluster_id,
    policyId: row.policy_id,
    actionId: row.action_id,
    state: row.state as RecoveryState,
    failure: fromText(row.failure),
    failedAt: row.failed_at,
    openedAt: row.opened_at,
    closedAt: row.closed_at,
  };
}

export function toRecoveryStep(row: Selectable<RecoveryStepRow>): RecoveryStep {
  return {
    id: row.id,
    recoveryId: row.recovery_id,
    seq: row.seq,
    name: row.name,
    item: row.item,
    attempt: row.attempt,
    state: row.state as RecoveryStepState,
    reason: row.reason,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    executionId: row.execution_id,
    output: row.output === null ? null : fromText(row.output),
  };
}
