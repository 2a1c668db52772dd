/**
 * Lists as Mistral's clients request them:
 * `state=in:RUNNING,PAUSED&sort_keys=created_at&sort_dirs=desc&limit=10&marker=<id>&fields=id`. The answer
 * has a `next` URL where there may be more. Every field that is shown can be filtered by: where it is a
 * column, the database filters; where it is computed (a definition's text, a result), the rows are read page
 * by page and compared as they are shown, and the event loop turns meanwhile.
 */
import { readWrittenTime, toInstant } from '../../domain/instant.ts';
import { z } from 'zod';
import { visibleProject, type Caller, type RequestTools } from '../../requests/request-tools.ts';
import { badRequest, notFound, runnerOf } from '../../requests/workflows/workflow-tools.ts';
import { yieldToEventLoop } from '../../event-loop.ts';
import {
  hasRow,
  type Comparison,
  type Condition,
  type Listing,
  type PageQuery,
} from '../../store/workflow-listing.ts';
import type { Answer, RouteRequest } from '../route.ts';
import { LARGEST_INTEGER } from '../fields.ts';
import { isTrue } from './wire-fields.ts';

export type ListParameters = Readonly<Record<string, string | undefined>>;
type Wire = Readonly<Record<string, unknown>>;

export interface MistralListDeclaration<Source> {
  /** The key of the list in the answer. */
  readonly name: string;
  readonly listing: Listing;
  /** What each item may show. */
  readonly names: readonly string[];
  /** Of these, what is shown with `include_output`, or where `fields` names it. */
  readonly onRequest?: readonly string[];
  /** What can be filtered by, and is not shown. */
  readonly hidden?: readonly string[];
  /** With `hidden` where `wanted` has it. */
  show(tools: RequestTools, source: Source, wanted: ReadonlySet<string>): Wire | Promise<Wire>;
}

/** A page as it was read: `read` rows, of which the last one is the marker of the next page. */
export interface ReadPage<Source> {
  readonly read: number;
  readonly last: string | undefined;
  readonly items: readonly Source[];
}

/**
 * More in one answer would hold up all others; what is behind it has its `next`. Mistral has the same bound.
 */
const mostInPage = 1000;
const rowsAtOnce = 200;

const paging = [
  'limit',
  'marker',
  'sort_keys',
  'sort_dirs',
  'fields',
  'nulls',
  'all_projects',
  'include_output',
];

/** The query of a list. */
export function listParameters<Source>(
  declaration: MistralListDeclaration<Source>,
  more: readonly string[] = [],
): z.ZodType<ListParameters> {
  const names = new Set([...paging, ...filterNames(declaration), ...more]);
  return z.strictObject(Object.fromEntries([...names].map((name) => [name, z.string().optional()])));
}

function columnNames({ fields, ofExecution = {} }: Listing): string[] {
  return [...Object.keys(fields), ...Object.keys(ofExecution)];
}

function filterNames<Source>({ listing, names, hidden = [] }: MistralListDeclaration<Source>): string[] {
  return [...new Set([...columnNames(listing), ...names, ...hidden])];
}

interface ListRequested {
  readonly page: PageQuery;
  /** Compared with what is shown. */
  readonly computed: readonly Condition[];
  readonly fields: readonly string[];
  readonly limit: number;
}

/**
 * @param read gives a page of rows; `fixed` conditions are the path's.
 * @param first stand before the rows, and have no row: their markers are their ids.
 * @throws CoppiceError with the parameter, what was expected and what was found.
 */
export async function answerList<Source>(
  request: Pick<RouteRequest<ListParameters, unknown>, 'query' | 'tools' | 'caller' | 'origin' | 'path'>,
  declaration: MistralListDeclaration<Source>,
  read: (page: PageQuery) => Promise<ReadPage<Source>>,
  { fixed = [], first = [] }: { fixed?: readonly Condition[]; first?: readonly Wire[] } = {},
): Promise<Answer> {
  const { tools, query } = request;
  const requested = await readRequest(request, declaration);
  const holds = (item: Wire) => requested.computed.every((condition) => isMet(condition, item));
  const most = requested.limit;
  const wanted = new Set([...requested.fields, ...requested.computed.map(({ field }) => field)]);
  const page = { ...requested.page, conditions: [...requested.page.conditions, ...fixed] };
  const before = sorted(first, page.sort);
  const at = before.findIndex(({ id }) => id === page.marker);
  const isBehind = page.marker !== undefined && at === -1;
  const items = (isBehind ? [] : before.slice(at + 1))
    .filter((item) => fits(item, requested.page) && holds(item))
    .slice(0, most);
  for (let marker = isBehind ? page.marker : undefined; items.length < most;) {
    const limit = Math.min(rowsAtOnce, requested.computed.length === 0 ? most - items.length : rowsAtOnce);
    const { marker: _marker, ...rest } = page;
    const found = await read({ ...rest, limit, ...(marker === undefined ? {} : { marker }) });
    for (const source of found.items) {
      const item = await declaration.show(tools, source, wanted);
      if (items.length < most && holds(item)) items.push(item);
      await yieldToEventLoop();
    }
    marker = found.last;
    if (found.read < limit) break;
  }
  const names = namesToShow(declaration, requested.fields, query);
  const last = items.at(-1)?.['id'];
  const next =
    items.length === requested.limit && typeof last === 'string' ? nextUrl(request, last) : undefined;
  return {
    status: 200,
    body: {
      [declaration.name]: items.map((item) => only(item, names)),
      ...(next === undefined ? {} : { next }),
    },
  };
}

/** As the database sorts rows. */
function sorted(items: readonly Wire[], sort: PageQuery['sort']): readonly Wire[] {
  return items.toSorted((left, right) => {
    for (const { field, descending } of sort) {
      const [a, b] = [comparable(left[field]), comparable(right[field])];
      if (a !== b) return a < b === descending ? 1 : -1;
    }
    return 0;
  });
}

function fits(item: Wire, { conditions, nulls }: PageQuery): boolean {
  return (
    conditions.every((condition) => isMet(condition, item)) &&
    nulls.every((field) => comparable(item[field]) === '')
  );
}

/** A read that gives all rows of the page. */
export function wholePage<Source>(
  read: (page: PageQuery) => Promise<readonly Source[]>,
  idOf: (source: Source) => string,
): (page: PageQuery) => Promise<ReadPage<Source>> {
  return async (page) => {
    const items = await read(page);
    const last = items.at(-1);
    return { read: items.length, last: last === undefined ? undefined : idOf(last), items };
  };
}

async function readRequest<Source>(
  { tools, caller, query }: Pick<RouteRequest<ListParameters, unknown>, 'tools' | 'caller' | 'query'>,
  declaration: MistralListDeclaration<Source>,
): Promise<ListRequested> {
  const { listing, names } = declaration;
  const columns = columnNames(listing);
  const filters = filterNames(declaration).flatMap((name) => {
    const value = query[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const conditions = filters.map(([name, value]) => conditionOf(name, value));
  const isColumn = ({ field }: Condition) => columns.includes(field) && field !== 'tags';
  const marker = query['marker'];
  if (marker !== undefined && marker !== '' && !(await isInList(tools, caller, listing, marker)))
    throw notFound(
      `marker: expected the id of one in the list, found ${JSON.stringify(marker.slice(0, 80))}`,
    );
  const page = {
    conditions: conditions.filter(isColumn),
    nulls: namesIn(query['nulls'], 'nulls', columns),
    sort: sortOf(query, listing),
    ...(marker === undefined || marker === '' ? {} : { marker }),
  };
  return {
    page,
    computed: conditions.filter((condition) => !isColumn(condition)),
    fields: namesIn(query['fields'], 'fields', names),
    limit: limitOf(query['limit']),
  };
}

/**
 * One of another project is not. The list of actions begins with those that are built in, which have no rows.
 */
async function isInList(tools: RequestTools, caller: Caller, listing: Listing, id: string): Promise<boolean> {
  const isBuiltIn = listing.table === 'adhoc_action' && runnerOf(tools).registry.find(id) !== undefined;
  return isBuiltIn || (await hasRow(tools.store.db, listing, id, visibleProject(caller)));
}

function split(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function namesIn(text: string | undefined, parameter: string, known: readonly string[]): string[] {
  const names = split(text);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw badRequest(`${parameter}: expected some of ${known.join(', ')}, found ${JSON.stringify(unknown)}`);
  return names;
}

/** Mistral refuses 0 and -1 too: its clients leave the parameter out where there is no limit. */
function limitOf(text: string | undefined): number {
  if (text === undefined || text === '') return mostInPage;
  if (!/^-?\d{1,1000}$/.test(text) || Number(text) > LARGEST_INTEGER)
    throw badRequest(
      `Limit must be a whole number of at most ${LARGEST_INTEGER}, found ${JSON.stringify(text.slice(0, 80))}`,
    );
  const limit = Number(text);
  if (limit <= 0) throw badRequest('Limit must be positive.');
  return Math.min(limit, mostInPage);
}

function sortOf(query: ListParameters, listing: Listing): PageQuery['sort'] {
  const keys = namesIn(query['sort_keys'], 'sort_keys', Object.keys(listing.fields));
  const directions = split(query['sort_dirs']);
  if (directions.length > Math.max(1, keys.length))
    throw badRequest('Length of sort_keys must be equal or greater than sort_dirs.');
  const wrong = directions.find((direction) => direction !== 'asc' && direction !== 'desc');
  if (wrong !== undefined)
    throw badRequest(`Unknown sort direction, must be 'desc' or 'asc', found ${JSON.stringify(wrong)}`);
  const names = keys.length === 0 ? ['created_at'] : keys;
  return names.map((field, index) => ({
    field,
    descending: (directions[index] ?? directions[0]) === 'desc',
  }));
}

const comparisons = new Set(['eq', 'neq', 'in', 'nin', 'gt', 'gte', 'lt', 'lte', 'has']);
const times = new Set(['created_at', 'updated_at', 'started_at', 'finished_at']);

function conditionOf(field: string, text: string): Condition {
  const [, prefix = '', rest = ''] = /^(\w+):(.*)$/s.exec(text) ?? [];
  const comparison = (comparisons.has(prefix) ? prefix : 'eq') as Comparison;
  const value = comparisons.has(prefix) ? rest : text;
  const isList = comparison === 'in' || comparison === 'nin' || field === 'tags';
  const values = isList ? value.split(',') : [value];
  return { field, comparison, values: values.map((one) => columnValue(field, one.trim())) };
}

/** Times are compared in seconds, as they are shown; flags are kept as 0 and 1. */
function columnValue(field: string, text: string): string | number {
  if (field === 'accepted') return text.toLowerCase() === 'true' || text === '1' ? 1 : 0;
  if (!times.has(field)) return text;
  // Mistral's own times say no zone, and are UTC.
  const time = readWrittenTime(text);
  if ('expected' in time)
    throw badRequest(`${field}: expected ${time.expected}, found ${JSON.stringify(text)}`);
  return Math.floor((toInstant({ ...time, offsetMinutes: time.offsetMinutes ?? 0 }) ?? 0) / 1000);
}

function isMet({ field, comparison, values }: Condition, item: Wire): boolean {
  const found = item[field];
  // Of tags all that are named have to be there.
  if (Array.isArray(found) && comparison !== 'has') {
    const hasAll = values.every((value) => found.includes(value));
    return comparison === 'neq' || comparison === 'nin' ? !hasAll : hasAll;
  }
  return compares(comparison, comparable(found), values.map(String));
}

function comparable(found: unknown): string {
  if (typeof found === 'string') return found;
  return found === undefined || found === null ? '' : JSON.stringify(found);
}

function compares(comparison: Comparison, found: string, values: readonly string[]): boolean {
  const [first = ''] = values;
  const equals = (value: string) => found === value || (isFlag(found) && found === value.toLowerCase());
  switch (comparison) {
    case 'eq':
      return equals(first);
    case 'neq':
      return !equals(first);
    case 'in':
      return values.some(equals);
    case 'nin':
      return !values.some(equals);
    case 'has':
      return found.includes(first);
    case 'gt':
      return found > first;
    case 'gte':
      return found >= first;
    case 'lt':
      return found < first;
    case 'lte':
      return found <= first;
  }
}

function isFlag(text: string): boolean {
  return text === 'true' || text === 'false';
}

function namesToShow<Source>(
  { names, onRequest = [] }: MistralListDeclaration<Source>,
  fields: readonly string[],
  query: ListParameters,
): ReadonlySet<string> {
  // The id is always there: a client cannot do anything without.
  if (fields.length > 0) return new Set([...fields, 'id']);
  return new Set(isTrue(query['include_output']) ? names : names.filter((name) => !onRequest.includes(name)));
}

function only(item: Wire, names: ReadonlySet<string>): Wire {
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
}

function nextUrl(
  { origin, path, query }: Pick<RouteRequest<ListParameters, unknown>, 'query' | 'origin' | 'path'>,
  marker: string,
): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return `${origin}${path}?${new URLSearchParams({ ...Object.fromEntries(given), marker }).toString()}`;
}
