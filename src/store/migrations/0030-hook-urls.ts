/** URLs of lifecycle hooks were in plain text, too: where there are any, what is left of them is erased. */
import { sql, type Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  await sql`insert or ignore into erasure_due (what) select 'secrets of before'
    where exists (select 1 from policy where type like 'senlin.policy.deletion-%')`.execute(db);
}
