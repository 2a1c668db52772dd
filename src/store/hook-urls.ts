/**
 * URLs of lifecycle hooks that an earlier version has left in plain text: in the inputs of actions on nodes,
 * and in the plans that the steps of actions on clusters have recorded. There they are encrypted, as those of
 * later actions.
 */
import { sql, type SqlBool } from 'kysely';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { fromText, toText } from './rows.ts';
import type { SecretBox } from './secret-box.ts';
import type { Store, Tx } from './store.ts';

const key = 'lifecycle_hook';
/** Not of one that is encrypted. */
const like = `%"${key}":{"url":"%`;
const AT_ONCE = 200;

export async function sealHookUrls(store: Store): Promise<void> {
  for (const seal of [sealInputs, sealSteps]) {
    let found = AT_ONCE;
    while (found === AT_ONCE) found = await store.write((tx) => seal(tx, store.secrets));
  }
}

/** @returns how many. */
async function sealInputs({ db }: Tx, secrets: SecretBox): Promise<number> {
  const rows = await db
    .selectFrom('action')
    .select(['id', 'inputs'])
    .where(sql<SqlBool>`inputs like ${like}`)
    .limit(AT_ONCE)
    .execute();
  for (const { id, inputs } of rows)
    await db
      .updateTable('action')
      .set({ inputs: sealedIn(inputs, secrets) })
      .where('id', '=', id)
      .execute();
  return rows.length;
}

async function sealSteps({ db }: Tx, secrets: SecretBox): Promise<number> {
  const rows = await db
    .selectFrom('action_step')
    .select(['action_id', 'name', 'result'])
    .where(sql<SqlBool>`result like ${like}`)
    .limit(AT_ONCE)
    .execute();
  for (const { action_id: actionId, name, result } of rows)
    await db
      .updateTable('action_step')
      .set({ result: sealedIn(result ?? 'null', secrets) })
      .where('action_id', '=', actionId)
      .where('name', '=', name)
      .execute();
  return rows.length;
}

function sealedIn(text: string, secrets: SecretBox): string {
  const sealed = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(sealed);
    if (!isJsonObject(value)) return value;
    const entries = Object.entries(value).map(([name, each]) => [
      name,
      name === key && isJsonObject(each) ? sealedHook(each, secrets) : sealed(each),
    ]);
    return Object.fromEntries(entries) as JsonObject;
  };
  return toText(sealed(fromText<Json>(text)));
}

function sealedHook(hook: JsonObject, secrets: SecretBox): JsonObject {
  const { url } = hook;
  return typeof url === 'string' ? { ...hook, url: secrets.seal(url) } : hook;
}
