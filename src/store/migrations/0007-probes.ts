/**
 * Health records and the histories of recoveries were written with other keys: what is stored gets today's.
 */
import { sql, type Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  for (const [from, to] of [
    ['"lookedAt":', '"probedAt":'],
    ['"lookAgainAt":', '"probeAgainAt":'],
  ] as const) {
    await sql`UPDATE node_health SET record = replace(record, ${from}, ${to})`.execute(db);
  }
  const events = ['"kind":"looked"', '"kind":"probed"'] as const;
  await sql`UPDATE recovery SET plan = replace(plan, ${events[0]}, ${events[1]})`.execute(db);
  await sql`UPDATE action_step SET result = replace(result, ${events[0]}, ${events[1]})`.execute(db);
}
