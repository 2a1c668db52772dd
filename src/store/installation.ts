/** What tells this Coppice, all its processes, from every other one. */
import { randomUUID } from 'node:crypto';
import type { Store } from './store.ts';

/** The same for as long as the database lives; a copy of the database has the same. */
export async function installationId(store: Store): Promise<string> {
  const known = await store.db.selectFrom('installation').select('id').executeTakeFirst();
  if (known !== undefined) return known.id;
  return await store.write(async (tx) => {
    const other = await tx.db.selectFrom('installation').select('id').executeTakeFirst();
    if (other !== undefined) return other.id;
    const id = randomUUID();
    await tx.db.insertInto('installation').values({ id }).execute();
    return id;
  });
}
