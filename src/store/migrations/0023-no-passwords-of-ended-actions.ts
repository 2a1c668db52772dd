/** Passwords of operations stood in the inputs of actions in plain text: one that has ended needs none. */
import { sql, type Kysely, type SqlBool } from 'kysely';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>): Promise<void> {
  const rows = await db
    .selectFrom('action')
    .select(['id', 'inputs'])
    .where('ended_at', 'is not', null)
    .where(sql<SqlBool>`inputs like '%"admin_pass":%'`)
    .execute();
  for (const { id, inputs } of rows) {
    const hidden = JSON.parse(inputs, (key, value: unknown) =>
      key === 'admin_pass' ? '***' : value,
    ) as unknown;
    await db
      .updateTable('action')
      .set({ inputs: JSON.stringify(hidden) })
      .where('id', '=', id)
      .execute();
  }
}
