/** Rows of what is known of the nodes' health, written when it changes and not at every look. */
import { chunks, fromText, toText } from './rows.ts';
import type { Db, Tx } from './store.ts';

export interface NodeHealthRecord {
  readonly state: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly probedAt: number;
}

/** `T` is the planner's own record, kept as it is. */
export async function saveNodeHealth<T extends NodeHealthRecord>(
  tx: Tx,
  nodeId: string,
  clusterId: string,
  record: T,
): Promise<void> {
  const { state, since, probedAt } = record;
  const values = { cluster_id: clusterId, state, since, probed_at: probedAt, record: toText(record) };
  await tx.db
    .insertInto('node_health')
    .values({ node_id: nodeId, ...values })
    .onConflict((conflict) => conflict.column('node_id').doUpdateSet(values))
    .execute();
}

/** By node; a node that was never looked at has none. */
export async function healthOfCluster<T extends NodeHealthRecord>(
  db: Db,
  clusterId: string,
): Promise<Map<string, T>> {
  const rows = await db
    .selectFrom('node_health')
    .select(['node_id', 'record'])
    .where('cluster_id', '=', clusterId)
    .execute();
  return new Map(rows.map((row) => [row.node_id, fromText<T>(row.record)]));
}

export async function healthOfNodes<T extends NodeHealthRecord>(
  db: Db,
  nodeIds: readonly string[],
): Promise<Map<string, T>> {
  const records = new Map<string, T>();
  for (const chunk of chunks(nodeIds)) {
    const rows = await db
      .selectFrom('node_health')
      .select(['node_id', 'record'])
      .where('node_id', 'in', chunk)
      .execute();
    for (const row of rows) records.set(row.node_id, fromText<T>(row.record));
  }
  return records;
}
