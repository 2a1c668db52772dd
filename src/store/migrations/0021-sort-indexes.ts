/**
 * An index for each key that lists are sorted by, so that a page costs the same wherever it begins; and the
 * usual order of each list within a project. The one of nodes is there already (0020).
 * docs/decisions/2026-11-29-pages-of-lists.md
 */
import { sql, type Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

/** Columns as they are, or `column:0` and `column:` for one whose NULL stands for 0 and the empty text. */
const sorts: Readonly<Record<string, readonly string[]>> = {
  cluster: ['name', 'status', 'init_at', 'created_at:0', 'updated_at:0'],
  node: ['idx', 'name', 'status', 'init_at', 'created_at:0', 'updated_at:0'],
  profile: ['type', 'name', 'created_at', 'updated_at:0'],
  policy: ['type', 'name', 'created_at', 'updated_at:0'],
  receiver: ['name', 'type', 'action', 'cluster_id', 'created_at', 'user'],
  action: ['name', 'target', 'action', 'status'],
  event: ['level', 'otype', 'oname', 'action', 'status', 'oid', 'cluster_id:'],
};

const usual: Readonly<Record<string, string | null>> = {
  cluster: 'init_at',
  profile: 'created_at',
  policy: 'created_at',
  receiver: 'name',
  action: null,
  event: null,
};

/** By the order of its rows a table has an index already. */
const tieOf = (table: string): string => (table === 'action' || table === 'event' ? 'seq' : 'id');

export async function up(db: Kysely<Schema>): Promise<void> {
  for (const [table, columns] of Object.entries(sorts)) {
    for (const column of columns) {
      const [name = ''] = column.split(':');
      await sql`create index ${sql.ref(`${table}_sorted_by_${name}`)} on ${sql.table(table)}
        (${expression(column)}, ${sql.ref(tieOf(table))})`.execute(db);
    }
  }
  for (const [table, column] of Object.entries(usual)) {
    const keys = ['project', ...(column === null ? [] : [column]), tieOf(table)];
    await sql`create index ${sql.ref(`${table}_of_project`)} on ${sql.table(table)}
      (${sql.join(keys.map((key) => sql.ref(key)))})`.execute(db);
  }
}

function expression(column: string) {
  const [name = '', nulls] = column.split(':');
  if (nulls === undefined) return sql.ref(name);
  return sql`coalesce(${sql.ref(name)}, ${sql.lit(nulls === '' ? '' : Number(nulls))})`;
}
