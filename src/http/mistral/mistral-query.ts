/**
 * Lists as Mistral's clients ask for them: `state=in:RUNNING,PAUSED&sort_keys=created_at&sort_dirs=desc&limit=10&marker=<id>&fields=id`.
 * The answer has a `next` URL where there may be more.
 */
import type { z } from 'zod';
import type { Json, JsonObject } from '../../domain/json.ts';
import {
  hasRow,
  type Comparison,
  type Condition,
  type Listing,
  type PageQuery,
} from '../../store/workflow-listing.ts';
import { badRequest, notFound, type MistralAnswer, type MistralRequest } from './mistral-route.ts';

export interface ListRequest extends PageQuery {
  /** Names of the fields to answer; empty: all. */
  readonly fields: readonly string[];
}

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

/** The query parameters of a list. */
export function listParameters(listing: Listing): string[] {
  return [...paging, ...fieldsOf(listing)];
}

function fieldsOf({ fields, ofExecution = {} }: Listing): string[] {
  return [...Object.keys(fields), ...Object.keys(ofExecution)];
}

/**
 * `item` is what the list answers of each.
 * @throws CoppiceError with the parameter, what was expected and what was found.
 */
export async function readListQuery(
  { query, options }: Pick<MistralRequest, 'query' | 'options'>,
  listing: Listing,
  item: z.ZodObject,
): Promise<ListRequest> {
  const filters = Object.entries(query).filter(([name]) => fieldsOf(listing).includes(name));
  const marker = query['marker'];
  const limit = limitOf(query['limit']);
  const fields = namesIn(query['fields'], 'fields', Object.keys(item.shape));
  if (marker !== undefined && marker !== '' && !(await isPlace(options, listing, marker)))
    throw notFound(
      `marker: expected the id of one in the list, found ${JSON.stringify(marker.slice(0, 80))}`,
    );
  return {
    conditions: filters.map(([name, value]) => conditionOf(name, value)),
    nulls: namesIn(query['nulls'], 'nulls', fieldsOf(listing)),
    sort: sortOf(query, listing),
    fields,
    ...(marker === undefined || marker === '' ? {} : { marker }),
    ...(limit === undefined ? {} : { limit }),
  };
}

/** The list of actions begins with those that are built in, which have no rows. */
async function isPlace(
  { store, workflows }: MistralRequest['options'],
  listing: Listing,
  id: string,
): Promise<boolean> {
  const isBuiltIn = listing.table === 'adhoc_action' && workflows.registry.find(id) !== undefined;
  return isBuiltIn || (await hasRow(store.db, listing, id));
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

/** `-1` and 0 mean no limit, as Mistral's clients send them. */
function limitOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^-?\d{1,9}$/.test(text))
    throw badRequest(`Limit must be a whole number, found ${JSON.stringify(text)}`);
  const limit = Number(text);
  if (limit < -1) throw badRequest('Limit must be positive.');
  return limit <= 0 ? undefined : limit;
}

function sortOf(query: MistralRequest['query'], listing: Listing): PageQuery['sort'] {
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
  const values = comparison === 'in' || comparison === 'nin' ? value.split(',') : [value];
  return { field, comparison, values: values.map((one) => columnValue(field, one.trim())) };
}

/** Times are kept in milliseconds, flags as 0 and 1. */
function columnValue(field: string, text: string): string | number {
  if (field === 'accepted') return text.toLowerCase() === 'true' || text === '1' ? 1 : 0;
  if (!times.has(field)) return text;
  const time = Date.parse(`${text.replace(' ', 'T').replace(/Z$/, '')}Z`);
  if (Number.isNaN(time))
    throw badRequest(`${field}: expected a time such as 2026-11-22 18:29:12, found ${JSON.stringify(text)}`);
  return time;
}

/** `{"executions": [...], "next": url}` */
export function listAnswer(
  request: Pick<MistralRequest, 'query' | 'url'>,
  name: string,
  asked: ListRequest,
  items: readonly JsonObject[],
): MistralAnswer {
  const shown = items.map((item) => (asked.fields.length === 0 ? item : only(item, asked.fields)));
  const last = items.at(-1)?.['id'];
  const mayBeMore = asked.limit !== undefined && items.length === asked.limit && typeof last === 'string';
  return {
    status: 200,
    body: { [name]: shown, ...(mayBeMore ? { next: nextUrl(request, last) } : {}) },
  };
}

/** The id is always there: a client cannot do anything without. */
function only(item: JsonObject, fields: readonly string[]): JsonObject {
  const names = new Set([...fields, 'id']);
  return Object.fromEntries(Object.entries<Json>(item).filter(([name]) => names.has(name)));
}

function nextUrl({ url, query }: Pick<MistralRequest, 'query' | 'url'>, marker: string): string {
  return `${url}?${new URLSearchParams({ ...query, marker }).toString()}`;
}
