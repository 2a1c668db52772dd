/**
 * What an action was given sealed is removed once it has ended: from its inputs, and from what its steps have
 * recorded.
 */
import { sql, type SqlBool } from 'kysely';
import type { Json } from '../domain/json.ts';
import { hiddenValue, mapSealed, sealedMark } from '../domain/sealed.ts';
import { fromText, toText } from './rows.ts';
import type { Tx } from './store.ts';

const like = `%${sealedMark}%`;

export async function removeSecrets(tx: Tx, actionId: string): Promise<void> {
  const row = await tx.db
    .selectFrom('action')
    .select('inputs')
    .where('id', '=', actionId)
    .where(sql<SqlBool>`inputs like ${like}`)
    .executeTakeFirst();
  if (row === undefined) return;
  await tx.db
    .updateTable('action')
    .set({ inputs: without(row.inputs) })
    .where('id', '=', actionId)
    .execute();
  const steps = await tx.db
    .selectFrom('action_step')
    .select(['name', 'result'])
    .where('action_id', '=', actionId)
    .where(sql<SqlBool>`result like ${like}`)
    .execute();
  for (const { name, result } of steps)
    await tx.db
      .updateTable('action_step')
      .set({ result: result === null ? null : without(result) })
      .where('action_id', '=', actionId)
      .where('name', '=', name)
      .execute();
}

function without(text: string): string {
  return toText(mapSealed(fromText<Json>(text), () => hiddenValue));
}
