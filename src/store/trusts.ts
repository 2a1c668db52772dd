/** Rows of trusts: by which Coppice acts in the cloud for a user and project. */
import { fromText, toText } from './rows.ts';
import type { Db, Tx } from './store.ts';

export interface Trust {
  readonly user: string;
  readonly project: string;
  /** Keystone's. */
  readonly id: string;
  /** Names of Keystone's roles that it gives. */
  readonly roles: readonly string[];
}

export type TrustKey = Pick<Trust, 'user' | 'project'>;

export async function getTrust(db: Db, { user, project }: TrustKey): Promise<Trust | undefined> {
  const row = await db
    .selectFrom('trust')
    .selectAll()
    .where('user', '=', user)
    .where('project', '=', project)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return { user, project, id: row.trust_id, roles: fromText(row.roles) as string[] };
}

/** In place of the one that there was. */
export async function putTrust(tx: Tx, { user, project, id, roles }: Trust, now: number): Promise<void> {
  const values = { trust_id: id, roles: toText([...roles]), created_at: now };
  await tx.db
    .insertInto('trust')
    .values({ user, project, ...values })
    .onConflict((conflict) => conflict.columns(['user', 'project']).doUpdateSet(values))
    .execute();
}

/** Only this one: another may have taken its place. */
export async function deleteTrust(tx: Tx, { user, project, id }: Omit<Trust, 'roles'>): Promise<void> {
  await tx.db
    .deleteFrom('trust')
    .where('user', '=', user)
    .where('project', '=', project)
    .where('trust_id', '=', id)
    .execute();
}
