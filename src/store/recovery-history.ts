/** What became of the recoveries of a cluster and of its nodes: what limits, retries and relapses count. */
import { sql, type Selectable } from 'kysely';
import type { Recovery } from '../domain/model.ts';
import type { RecoveryMode, RecoveryOrigin, RecoveryState } from '../domain/states.ts';
import { chunks, fromText } from './rows.ts';
import type { RecoveryRow } from './schema.ts';
import type { Db } from './store.ts';

/**
 * Whether a recovery of this node ended since: one that is opened then is another try at the same failure.
 */
export async function hasEndedSince(db: Db, nodeId: string, since: number): Promise<boolean> {
  const query = db.selectFrom('recovery').select('id').where('node_id', '=', nodeId);
  return (await query.where('closed_at', '>=', since).limit(1).executeTakeFirst()) !== undefined;
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
  | 'failure'
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
  'failure',
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
    failure: fromText(row.failure),
    settledAt: row.settled_at,
    startedAt: row.started_at,
    closedAt: row.closed_at,
    helped: row.helped,
    relapse: row.relapse === null ? null : fromText(row.relapse),
    relapsedAt: row.relapsed_at,
  };
}
