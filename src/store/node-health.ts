/** Rows of what is known of the nodes' health, written when it changes and not at every probe. */
import type { Json } from '../domain/json.ts';
import type { HealthRecord } from '../domain/health-record.ts';
import { readHealthRecord } from '../domain/read-health-record.ts';
import { selectByIds } from './by-ids.ts';
import { fromText, toText } from './rows.ts';
import type { Db, Tx } from './store.ts';

export async function saveNodeHealth(
  tx: Tx,
  nodeId: string,
  clusterId: string,
  record: HealthRecord,
): Promise<void> {
  const { state, since, probedAt } = record;
  const values = { cluster_id: clusterId, state, since, probed_at: probedAt, record: toText(record) };
  await tx.db
    .insertInto('node_health')
    .values({ node_id: nodeId, ...values })
    .onConflict((conflict) => conflict.column('node_id').doUpdateSet(values))
    .execute();
}

/** By node; a node that was never probed has none, nor one whose record cannot be read. */
export async function healthOfCluster(db: Db, clusterId: string): Promise<Map<string, HealthRecord>> {
  const rows = await db
    .selectFrom('node_health')
    .select(['node_id', 'record'])
    .where('cluster_id', '=', clusterId)
    .execute();
  return recordsIn(rows);
}

const selectRecords = selectByIds((db, nodeIds) =>
  db.selectFrom('node_health').select(['node_id', 'record']).where('node_id', 'in', nodeIds),
);

export async function healthOfNodes(db: Db, nodeIds: readonly string[]): Promise<Map<string, HealthRecord>> {
  return recordsIn(await selectRecords(db, nodeIds));
}

function recordsIn(rows: readonly { node_id: string; record: string }[]): Map<string, HealthRecord> {
  const records = new Map<string, HealthRecord>();
  for (const { node_id: id, record } of rows) {
    const read = readHealthRecord(fromText<Json>(record));
    if (read !== undefined) records.set(id, read);
  }
  return records;
}
