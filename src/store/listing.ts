/**
 * Lists as the API requests them: filters, order, a page after a marker, one project or all. What can be
 * filtered and sorted by is declared once per table; nothing a caller writes becomes SQL.
 *
 * Pages go by the values of the marker's row (a keyset), so that a page costs the same at the end of a table
 * as at its start, and an object created or deleted meanwhile neither repeats nor hides another.
 */
import { sql, type RawBuilder, type SelectQueryBuilder, type SqlBool } from 'kysely';
import type { Schema } from './schema.ts';
import type { Db } from './store.ts';

export interface ListQuery<Filter extends string, Sort extends string> {
  /** Any of the values; an empty list matches nothing. */
  readonly filters?: Readonly<Partial<Record<Filter, readonly (string | number)[]>>>;
  readonly sort?: readonly { readonly key: Sort; readonly descending: boolean }[];
  /**
   * Id of the last object of the page before; one that does not exist for the caller is ignored, as Senlin
   * does with one that does not exist.
   */
  readonly marker?: string;
  readonly limit?: number;
  /** Absent: of every project. */
  readonly project?: string;
}

/** `nulls` stands for NULL in the order, which databases would place differently: before all others. */
export interface SortColumn {
  readonly column: string;
  readonly nulls?: 0 | '';
}

export interface Listed<Filter extends string, Sort extends string> {
  readonly table: keyof Schema;
  readonly filters: Readonly<Record<Filter, string>>;
  readonly sorts: Readonly<Record<Sort, SortColumn>>;
  readonly defaultSort: Sort | null;
  /** Unique; decides between equals, in the direction of the last sort key, as an index has them. */
  readonly tie: 'id' | 'seq';
  /** Whether rows have a project. */
  readonly owned: boolean;
}

interface Order {
  readonly value: RawBuilder<string | number>;
  readonly descending: boolean;
  /** Whether the value is a column as it stands. */
  readonly isColumn: boolean;
}

export async function applyListing<
  Filter extends string,
  Sort extends string,
  Tables,
  Table extends keyof Tables,
  Output,
>(
  db: Db,
  query: SelectQueryBuilder<Tables, Table, Output>,
  listed: Listed<Filter, Sort>,
  requested: ListQuery<Filter, Sort>,
): Promise<SelectQueryBuilder<Tables, Table, Output>> {
  const orders = ordersOf(listed, requested);
  let result = query;
  for (const condition of conditions(listed, requested)) result = result.where(condition);
  const after = await conditionAfterMarker(db, listed, orders, requested);
  if (after !== undefined) result = result.where(after);
  for (const { value, descending } of orders) result = result.orderBy(value, descending ? 'desc' : 'asc');
  return requested.limit === undefined ? result : result.limit(requested.limit);
}

function column(listed: { readonly table: string }, name: string): RawBuilder<string | number> {
  return sql`${sql.ref(`${listed.table}.${name}`)}`;
}

function ordersOf<Filter extends string, Sort extends string>(
  listed: Listed<Filter, Sort>,
  requested: ListQuery<Filter, Sort>,
): Order[] {
  const none = listed.defaultSort === null ? [] : [{ key: listed.defaultSort, descending: false }];
  const sort = requested.sort === undefined || requested.sort.length === 0 ? none : requested.sort;
  const orders = sort.map(({ key, descending }) => ({
    value: sortValue(listed, listed.sorts[key]),
    descending,
    isColumn: listed.sorts[key].nulls === undefined,
  }));
  const descending = orders.at(-1)?.descending === true;
  return [...orders, { value: column(listed, listed.tie), descending, isColumn: true }];
}

function sortValue(listed: { readonly table: string }, by: SortColumn): RawBuilder<string | number> {
  const plain = column(listed, by.column);
  // Literally, as in the index: a parameter would not be recognized.
  return by.nulls === undefined ? plain : sql`coalesce(${plain}, ${sql.lit(by.nulls)})`;
}

function conditions<Filter extends string, Sort extends string>(
  listed: Listed<Filter, Sort>,
  requested: ListQuery<Filter, Sort>,
): RawBuilder<SqlBool>[] {
  const result: RawBuilder<SqlBool>[] = [];
  if (listed.owned && requested.project !== undefined)
    result.push(sql`${column(listed, 'project')} = ${requested.project}`);
  for (const [name, values] of Object.entries<readonly (string | number)[] | undefined>(
    requested.filters ?? {},
  )) {
    if (values === undefined) continue;
    const place = column(listed, listed.filters[name as Filter]);
    result.push(values.length === 0 ? sql`1 = 0` : sql`${place} in (${sql.join(values)})`);
  }
  return result;
}

/**
 * `(a, b, id)` after the marker's. Where all have one direction and are columns it is one comparison, with
 * which a database begins at the marker in the index of the sort key. Else it is written out, with a bound of
 * the first value, with which it begins at the first row that is equal to the marker in it.
 */
async function conditionAfterMarker(
  db: Db,
  listed: Listed<string, string>,
  orders: readonly Order[],
  { marker, project }: Pick<ListQuery<string, string>, 'marker' | 'project'>,
): Promise<RawBuilder<SqlBool> | undefined> {
  if (marker === undefined) return undefined;
  const values = await markerValues(db, listed, orders, { marker, project });
  if (values === undefined) return undefined;
  const [first] = orders;
  if (orders.every(({ descending, isColumn }) => isColumn && descending === first?.descending)) {
    const columns = sql.join(orders.map(({ value }) => value));
    return sql`(${columns}) ${beyond(first)} (${sql.join(values)})`;
  }
  const ways = orders.map((order, place) => {
    const equals = orders
      .slice(0, place)
      .map((before, index) => sql<SqlBool>`${before.value} = ${values[index]}`);
    const after = sql<SqlBool>`${order.value} ${beyond(order)} ${values[place]}`;
    return sql<SqlBool>`(${sql.join([...equals, after], sql` and `)})`;
  });
  const from = sql<SqlBool>`${first?.value} ${beyond(first)}${sql.raw('=')} ${values[0]}`;
  return sql`(${from} and (${sql.join(ways, sql` or `)}))`;
}

function beyond(order: Order | undefined): RawBuilder<unknown> {
  return sql.raw(order?.descending === true ? '<' : '>');
}

async function markerValues(
  db: Db,
  listed: Listed<string, string>,
  orders: readonly Order[],
  { marker, project }: { readonly marker: string; readonly project: string | undefined },
): Promise<(string | number)[] | undefined> {
  const columns = orders.map(({ value }, index) => sql`${value} as ${sql.ref(`v${index}`)}`);
  const isMarker = [sql`${column(listed, 'id')} = ${marker}`];
  // Where the page begins must not tell whether another project has such an object.
  if (listed.owned && project !== undefined) isMarker.push(sql`${column(listed, 'project')} = ${project}`);
  const query = sql<Record<string, string | number>>`
    select ${sql.join(columns)} from ${sql.table(listed.table)}
    where ${sql.join(isMarker, sql` and `)}`;
  const row = (await query.execute(db)).rows[0];
  return row === undefined ? undefined : orders.map((_, index) => row[`v${index}`] ?? 0);
}
