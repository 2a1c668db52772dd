/** Rows of trusts: by which Coppice acts in the cloud for a user and project. */
import { fromText, toText } from './rows.ts';
import type { Db, Tx } from './store.ts';

export interface Trust {
  readonly user: string;
  readonly project: string;
  readonly userName: string;
  readonly projectName: string;
  /** Keystone's. */
  readonly id: string;
  /** Why Keystone takes it no more; null: it does. */
  readonly refusal: string | null;
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
  return {
    user,
    project,
    userName: row.user_name,
    projectName: row.project_name,
    id: row.trust_id,
    refusal: row.refusal,
    roles: fromText<string[]>(row.roles),
  };
}

/** In place of the one that there was. */
export async function putTrust(tx: Tx, trust: Trust, now: number): Promise<void> {
  const { user, project } = trust;
  const values = {
    trust_id: trust.id,
    user_name: trust.userName,
    project_name: trust.projectName,
    refusal: trust.refusal,
    roles: toText([...trust.roles]),
    created_at: now,
  };
  await tx.db
    .insertInto('trust')
    .values({ user, project, ...values })
    .onConflict((conflict) => conflict.columns(['user', 'project']).doUpdateSet(values))
    .execute();
}

/** Only this one: another may have taken its place. */
export async function refuseTrust(
  tx: Tx,
  { user, project, id }: TrustKey & Pick<Trust, 'id'>,
  refusal: string,
): Promise<void> {
  await tx.db
    .updateTable('trust')
    .set({ refusal })
    .where('user', '=', user)
    .where('project', '=', project)
    .where('trust_id', '=', id)
    .execute();
}
