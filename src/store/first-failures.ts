/** What a node failed with first, where several recoveries since have not helped. */
import { sql } from 'kysely';
import type { Recovery } from '../domain/model.ts';
import { requestedByOperator } from '../domain/health-record.ts';
import { chunks, fromText } from './rows.ts';
import type { Db } from './store.ts';

export type FirstFailure = Pick<Recovery, 'failure' | 'failedAt'>;

/**
 * By node: of its first recovery after the last one that ended with a healthy node. One that was requested
 * while no failure was known says nothing of what the node failed with.
 */
export async function firstFailures(
  db: Db,
  nodeIds: readonly string[],
): Promise<ReadonlyMap<string, FirstFailure>> {
  const first = new Map<string, FirstFailure>();
  for (const chunk of chunks(nodeIds)) {
    const rows = await db
      .selectFrom('recovery')
      .select(['node_id', 'failure', 'failed_at'])
      .where('node_id', 'in', chunk)
      .where(
        sql<boolean>`NOT EXISTS (SELECT 1 FROM recovery AS later WHERE later.node_id = recovery.node_id
          AND later.state IN ('RECOVERED', 'SELF_HEALED') AND later.opened_at >= recovery.opened_at)`,
      )
      .orderBy('opened_at')
      .execute();
    for (const row of rows) {
      const failure = fromText<Recovery['failure']>(row.failure);
      if (failure.class !== requestedByOperator && !first.has(row.node_id))
        first.set(row.node_id, { failure, failedAt: row.failed_at });
    }
  }
  return first;
}
