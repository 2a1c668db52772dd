/**
 * Counts over all that there is, for callers that read them every few seconds: each is read from an index, or
 * from few rows.
 */
import type { Db } from './store.ts';

/**
 * How many nodes are in each state of health; those that were never probed are in none, and those of clusters
 * that are not watched any more are not counted.
 */
export async function countNodesByHealth(db: Db): Promise<Map<string, number>> {
  const watched = db
    .selectFrom('cluster_policy')
    .innerJoin('policy', 'policy.id', 'cluster_policy.policy_id')
    .select('cluster_policy.cluster_id')
    .where('cluster_policy.enabled', '=', 1)
    .where('policy.type', 'like', 'senlin.policy.health-%');
  const rows = await db
    .selectFrom('node_health')
    .where('cluster_id', 'in', watched)
    .select(['state', (eb) => eb.fn.countAll().as('nodes')])
    .groupBy('state')
    .execute();
  return new Map(rows.map(({ state, nodes }) => [state, Number(nodes)]));
}

export async function countQuarantined(db: Db): Promise<number> {
  const row = await db
    .selectFrom('node_healing')
    .select((eb) => eb.fn.countAll().as('nodes'))
    .where('quarantined_at', 'is not', null)
    .executeTakeFirst();
  return Number(row?.nodes ?? 0);
}

export async function countOpenRecoveries(db: Db): Promise<{ held: number; running: number }> {
  const row = await db
    .selectFrom('recovery')
    .select((eb) => [eb.fn.countAll().as('open'), eb.fn.count('started_at').as('running')])
    .where('closed_at', 'is', null)
    .executeTakeFirst();
  const running = Number(row?.running ?? 0);
  return { held: Number(row?.open ?? 0) - running, running };
}
