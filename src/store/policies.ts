/** Rows of policies; where they are attached is `cluster-policies.ts`. */
import type { Selectable } from 'kysely';
import type { Policy } from '../domain/model.ts';
import { selectByIds } from './by-ids.ts';
import { applyListing, type Listed, type ListQuery } from './listing.ts';
import { fromText, toText } from './rows.ts';
import type { PolicyRow } from './schema.ts';
import type { Db, Tx } from './store.ts';
import { updateRow } from './update-row.ts';

export const listedPolicies = {
  table: 'policy',
  filters: { name: 'name', type: 'type' },
  sorts: {
    type: { column: 'type' },
    name: { column: 'name' },
    created_at: { column: 'created_at' },
    updated_at: { column: 'updated_at', nulls: 0 },
  },
  defaultSort: 'created_at',
  tie: 'id',
  owned: true,
} as const satisfies Listed<string, string>;

export type PolicyListQuery = ListQuery<
  keyof typeof listedPolicies.filters,
  keyof typeof listedPolicies.sorts
>;
export type PolicyChanges = Partial<Pick<Policy, 'name' | 'data' | 'updatedAt'>>;

export async function insertPolicy(tx: Tx, policy: Policy): Promise<void> {
  await tx.db
    .insertInto('policy')
    .values({
      id: policy.id,
      name: policy.name,
      type: policy.type,
      spec: toText(policy.spec),
      data: toText(policy.data),
      created_at: policy.createdAt,
      updated_at: policy.updatedAt,
      project: policy.project,
      user: policy.user,
      domain: policy.domain,
    })
    .execute();
}

export async function getPolicy(db: Db, id: string): Promise<Policy | undefined> {
  const row = await db.selectFrom('policy').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toPolicy(row);
}

export async function listPolicies(db: Db, query: PolicyListQuery = {}): Promise<Policy[]> {
  const select = await applyListing(db, db.selectFrom('policy').selectAll(), listedPolicies, query);
  return (await select.execute()).map(toPolicy);
}

const selectNames = selectByIds((db, ids) =>
  db.selectFrom('policy').select(['id', 'name']).where('id', 'in', ids),
);

export async function policyNames(db: Db, ids: Iterable<string>): Promise<Map<string, string>> {
  const rows = await selectNames(db, [...new Set(ids)]);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** By their ids, at most `limit` of those after this one. */
export async function policiesAfter(db: Db, id: string, limit: number): Promise<Policy[]> {
  const select = db.selectFrom('policy').selectAll().where('id', '>', id).orderBy('id').limit(limit);
  return (await select.execute()).map(toPolicy);
}

/** Only encrypted, it stays what it is. */
export async function replacePolicySpec(tx: Tx, { id, spec }: Pick<Policy, 'id' | 'spec'>): Promise<void> {
  await tx.db
    .updateTable('policy')
    .set({ spec: toText(spec) })
    .where('id', '=', id)
    .execute();
}

/** @returns whether there was such a policy. */
export async function updatePolicy(tx: Tx, id: string, changes: PolicyChanges): Promise<boolean> {
  const { name, data, updatedAt } = changes;
  const columns = { name, data: data && toText(data), updated_at: updatedAt };
  return await updateRow(tx, 'policy', id, columns);
}

export async function deletePolicy(tx: Tx, id: string): Promise<boolean> {
  const result = await tx.db.deleteFrom('policy').where('id', '=', id).executeTakeFirst();
  return result.numDeletedRows === 1n;
}

export function toPolicy(row: Selectable<PolicyRow>): Policy {
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    spec: fromText(row.spec),
    data: fromText(row.data),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    project: row.project,
    user: row.user,
    domain: row.domain,
  };
}
