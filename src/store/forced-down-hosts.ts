/**
 * Hosts that EVACUATE or fencing has forced down, or was about to when Coppice was killed: written down
 * before Nova is asked for it. Whether a host is forced down still, only Nova knows.
 */
import type { Db, Tx } from './store.ts';

export interface ForcedDownHost {
  readonly host: string;
  /** The node whose server was on it. */
  readonly nodeName: string;
  /** Milliseconds since 1970. */
  readonly forcedAt: number;
}

/** What is written down of the host already stays. */
export async function recordForcedDownHost(
  tx: Tx,
  { host, nodeName, forcedAt }: ForcedDownHost,
): Promise<void> {
  await tx.db
    .insertInto('forced_down_host')
    .values({ host, node_name: nodeName, forced_at: forcedAt })
    .onConflict((conflict) => conflict.column('host').doNothing())
    .execute();
}

/** In the order of their names. */
export async function forcedDownHosts(db: Db): Promise<ForcedDownHost[]> {
  const rows = await db.selectFrom('forced_down_host').selectAll().orderBy('host').execute();
  return rows.map(({ host, node_name: nodeName, forced_at: forcedAt }) => ({ host, nodeName, forcedAt }));
}

/** They were let up again. */
export async function forgetForcedDownHosts(tx: Tx, hosts: readonly string[]): Promise<void> {
  if (hosts.length > 0) await tx.db.deleteFrom('forced_down_host').where('host', 'in', hosts).execute();
}
