/**
 * Hosts that EVACUATE or fencing has forced down, or was about to when Coppice was killed: written down
 * before Nova is asked for it. Whether a host is forced down still, only Nova knows. The host of a region is
 * kept as `RegionTwo/compute1`: another region may have one of this name.
 */
import type { Db, Tx } from './store.ts';

export interface ForcedDownHost {
  readonly host: string;
  /** null: that in which Coppice works. */
  readonly region: string | null;
  /** The node whose server was on it. */
  readonly nodeName: string;
  /** Milliseconds since 1970. */
  readonly forcedAt: number;
}

/** What is written down of the host already stays. */
export async function recordForcedDownHost(
  tx: Tx,
  { nodeName, forcedAt, ...host }: ForcedDownHost,
): Promise<void> {
  await tx.db
    .insertInto('forced_down_host')
    .values({ host: keyOf(host), node_name: nodeName, forced_at: forcedAt })
    .onConflict((conflict) => conflict.column('host').doNothing())
    .execute();
}

/** In the order of their names. */
export async function forcedDownHosts(db: Db): Promise<ForcedDownHost[]> {
  const rows = await db.selectFrom('forced_down_host').selectAll().orderBy('host').execute();
  return rows.map(({ host: key, node_name: nodeName, forced_at: forcedAt }) => {
    const [host = '', region = null] = key.split('/').toReversed();
    return { host, region, nodeName, forcedAt };
  });
}

/** They were let up again. */
export async function forgetForcedDownHosts(
  tx: Tx,
  hosts: readonly Pick<ForcedDownHost, 'host' | 'region'>[],
): Promise<void> {
  const keys = hosts.map(keyOf);
  if (keys.length > 0) await tx.db.deleteFrom('forced_down_host').where('host', 'in', keys).execute();
}

function keyOf({ host, region }: Pick<ForcedDownHost, 'host' | 'region'>): string {
  return region === null ? host : `${region}/${host}`;
}
