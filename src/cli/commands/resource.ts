/**
 * What all kinds of objects have in common on the command line: `list` and `show` (`delete` stands in
 * deletion.ts). A kind is declared as a `Resource`; what it has beyond that stands in its own file.
 */
import { Option, type Command } from 'commander';
import type { ApiClient } from '../../client/api-client.ts';
import type { MaybeNamed } from '../client/namesakes.ts';
import { openSession, writeJson } from '../client/session.ts';
import type { CliSession } from '../client/session.ts';
import { wholeNumber } from '../option-values.ts';
import { describeObject } from '../rendering/describe-object.ts';
import { renderHints, type Hint } from '../rendering/hints.ts';
import { toneOf } from '../rendering/style.ts';
import { fitTable } from '../rendering/fit-table.ts';
import type { Cell } from '../rendering/table.ts';
import type { Terminal } from '../rendering/terminal.ts';
import { orDash } from '../rendering/text-of.ts';
import type { Times } from '../rendering/times.ts';

export interface Column<Row> {
  readonly header: string;
  cell(row: Row, times: Times): Cell;
  /** Where a terminal has no room, columns with a number are left out, the smallest first. */
  readonly leftOut?: number;
  /** Its cells are sentences. */
  readonly isProse?: true;
  /** Of a list in which no row has anything there, it is not shown. */
  readonly isShownIfAny?: true;
}

/** How one kind is read and drawn; `Row` is what its columns need, `Query` what its list takes. */
export interface Resource<T, Row = T, Query = object> {
  /** `cluster`, `clusters`: as users read them. */
  readonly one: string;
  readonly many: string;
  readonly columns: readonly Column<Row>[];
  /** What is typed behind `coppice`, one of each, for the help. */
  readonly examples: { readonly list: string; readonly show: string; readonly delete?: string };
  /** Keys that `show` puts first. */
  readonly first: readonly (keyof T & string)[];
  readonly list: (api: ApiClient, query: Query) => Promise<readonly T[]>;
  readonly show: (api: ApiClient, nameOrId: string) => Promise<T>;
  /** Fields that are shown in place of those of the object, which name others by their ids. */
  readonly inWords?: (api: ApiClient, object: T) => Promise<object>;
  /** Where `show` asks more than the database (the cloud): what only finds it. */
  readonly find?: (api: ApiClient, nameOrId: string) => Promise<T>;
  /** Those of a name; absent: they have none. */
  readonly namesakes?: NonNullable<MaybeNamed['namesakes']>;
  /** From what the list answers, and what the columns need beside it (names of clusters, ...). */
  readonly rows: (api: ApiClient, objects: readonly T[]) => Promise<readonly Row[]>;
  /** Without `--sort` users find them by name. */
  readonly isOrderedByName?: true;
  /** The API lists them in one order only. */
  readonly hasFixedOrder?: true;
  /** In place of the API's own order: the newest first of what grows without end. */
  readonly defaultSort?: string;
}

/** A filter that the API does not have: what is listed is searched here. */
export interface LocalFilter<T> {
  readonly flags: string;
  readonly description: string;
  readonly choices: readonly string[];
  readonly fits: (object: T, value: string) => boolean;
}

/** A filter that the API has under `key`. */
export interface Filter<Query> {
  readonly flags: string;
  readonly key: keyof Query & string;
  readonly description: string;
}

export function textColumn<K extends string>(
  header: string,
  key: K,
): Column<{ readonly [P in K]?: string | number | null }> {
  return { header, cell: (row) => ({ text: orDash(row[key]) }) };
}

export function statusColumn<K extends string>(
  header: string,
  key: K,
): Column<{ readonly [P in K]?: string | boolean | null }> {
  return { header, cell: (row) => ({ text: orDash(row[key]), tone: toneOf(orDash(row[key])) }) };
}

export function ageColumn<K extends string>(
  header: string,
  key: K,
): Column<{ readonly [P in K]?: string | null }> {
  return { header, cell: (row, times) => ({ text: times.relative(row[key]) }) };
}

/** The beginning of an id is enough to name what it is of. */
export function idCell(id: string | undefined): Cell {
  return { text: orDash(id), tone: 'quiet', short: orDash(id).slice(0, 8) };
}

export const idColumn: Column<{ readonly id: string }> = {
  header: 'ID',
  cell: ({ id }) => idCell(id),
};

/** @param rank the smaller, the sooner it is left out where a terminal has no room. */
export function leftOut<Row>(rank: number, column: Column<Row>): Column<Row> {
  return { ...column, leftOut: rank };
}

export function shownIfAny<Row>(column: Column<Row>): Column<Row> {
  return { ...column, isShownIfAny: true };
}

export function proseColumn<Row>(column: Column<Row>): Column<Row> {
  return { ...column, isProse: true };
}

/** How help shows what to type. */
export function exampleText(...typed: readonly string[]): string {
  const lines = typed.map((words) => `\n  $ coppice ${words}`).join('');
  return `\n${typed.length === 1 ? 'Example' : 'Examples'}:${lines}`;
}

export function addList<T extends object, Row, Query extends object>(
  group: Command,
  terminal: Terminal,
  resource: Resource<T, Row, Query>,
  filters: readonly Filter<Query>[],
  local: readonly LocalFilter<T>[] = [],
): void {
  const list = group.command('list').description(`List ${resource.many}.`);
  for (const filter of filters) list.option(filter.flags, filter.description);
  for (const { flags, description, choices } of local)
    list.addOption(new Option(flags, description).choices(choices));
  if (resource.hasFixedOrder !== true) list.option('--sort <keys>', 'for example created_at:desc,name');
  list
    .option('--limit <number>', 'at most so many; 0: all', wholeNumber(0))
    .addHelpText('after', exampleText(resource.examples.list))
    .action(async (options: ListOptions, command: Command) => {
      const session = openSession(command, terminal);
      const { sort } = options;
      const limit = options['limit'] === 0 ? undefined : (options['limit'] as number | undefined);
      const tests = local.filter(({ flags }) => options[optionName(flags)] !== undefined);
      // What is searched here is cut here.
      const limitOfApi = tests.length === 0 ? limit : undefined;
      // The words behind the options are the user's: what the API does not take it refuses with its reason.
      const order = sort ?? resource.defaultSort;
      const query = { ...filterQuery(filters, options), limit: limitOfApi, sort: order } as Query;
      const listed = await listPages(session.api, resource, query, limitOfApi);
      const fits = listed.filter((object) =>
        tests.every((test) => test.fits(object, String(options[optionName(test.flags)]))),
      );
      const ordered = resource.isOrderedByName === true && sort === undefined ? byName(fits) : fits;
      const objects = ordered.slice(0, limit);
      if (session.json) writeJson(terminal, objects);
      else if (objects.length === 0) terminal.write(`No ${resource.many}.\n`);
      else printRows(session, resource.columns, await resource.rows(session.api, objects));
    });
}

/** The API's largest page of what grows without end (actions, recoveries). */
const LARGEST_PAGE = 1000;

/** Page after page: users who give no limit read the whole list. */
async function listPages<T extends object, Query extends object>(
  api: ApiClient,
  { list }: Pick<Resource<T, never, Query>, 'list'>,
  query: Query,
  limit: number | undefined,
): Promise<readonly T[]> {
  const objects: T[] = [];
  for (;;) {
    const marker = (objects.at(-1) as { readonly id?: string } | undefined)?.id;
    const left = limit === undefined ? undefined : limit - objects.length;
    const page = await list(api, marker === undefined ? query : { ...query, marker, limit: left });
    objects.push(...page);
    if (page.length !== LARGEST_PAGE || left === LARGEST_PAGE) return objects;
  }
}

const names = new Intl.Collator('en', { numeric: true });

/** As users count: web-2 before web-10. */
function byName<T>(objects: readonly T[]): T[] {
  const nameOf = (object: T): string => (object as { readonly name?: string }).name ?? '';
  return objects.toSorted((left, right) => names.compare(nameOf(left), nameOf(right)));
}

type ListOptions = Readonly<Record<string, string | number | undefined>>;

function filterQuery<Query>(filters: readonly Filter<Query>[], options: ListOptions): object {
  return Object.fromEntries(filters.map(({ flags, key }) => [key, options[optionName(flags)]]));
}

/** `--policy-type <type>` is the option policyType. */
function optionName(flags: string): string {
  const long = /--([a-z-]+)/.exec(flags)?.[1] ?? '';
  return long.replaceAll(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

const nothing = orDash(null);

export function printRows<Row>(session: CliSession, all: readonly Column<Row>[], rows: readonly Row[]): void {
  const times = session.times();
  const hasAny = (column: Column<Row>): boolean =>
    rows.some((row) => column.cell(row, times).text !== nothing);
  const columns = all.filter((column) => column.isShownIfAny !== true || hasAny(column));
  const cells = rows.map((row) => columns.map((column) => column.cell(row, times)));
  const fit = columns.map(({ header, leftOut: rank, isProse = false }) => ({
    title: header,
    isProse,
    ...(rank === undefined ? {} : { leftOut: rank }),
  }));
  const { terminal, style } = session;
  const { text, isCut } = fitTable({ columns: fit, rows: cells }, session.columns, style);
  terminal.write(text);
  if (isCut) terminal.write(style('quiet', 'Cut to the width of the terminal: --wide shows all.\n'));
}

export function addShow<T extends object>(
  group: Command,
  terminal: Terminal,
  resource: Pick<Resource<T>, 'one' | 'examples' | 'first' | 'show' | 'inWords'>,
  hintsFor?: (session: CliSession, object: T) => Promise<readonly Hint[]>,
): Command {
  return group
    .command(`show <${resource.one}>`)
    .description(`Show one ${resource.one}, found by name, id or the beginning of an id.`)
    .addHelpText('after', exampleText(resource.examples.show))
    .action(async (nameOrId: string, _options: object, command: Command) => {
      const session = openSession(command, terminal);
      const object = await resource.show(session.api, nameOrId);
      await printObject(session, resource, object);
      if (!session.json && hintsFor !== undefined)
        terminal.write(renderHints(await hintsFor(session, object), session.columns, session.style));
    });
}

/** As the API has it for a program; else with the names of what it names. */
export async function printObject<T extends object>(
  session: CliSession,
  { first, inWords }: { readonly first: readonly string[] } & Pick<Resource<T>, 'inWords'>,
  object: T,
): Promise<void> {
  const { terminal, json, api } = session;
  if (json) return writeJson(terminal, object);
  const words = (await inWords?.(api, object).catch(() => undefined)) ?? {};
  const shown = { ...object, ...words };
  terminal.write(describeObject(shown, first, { ...session, times: session.times() }));
}
