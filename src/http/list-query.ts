/** The query of a list: filters, `limit`, `marker`, `sort`, `global_project`. */
import { z } from 'zod';
import { CoppiceError } from '../domain/errors.ts';
import { visibleProject, type Caller } from '../requests/request-tools.ts';
import type { ListQuery } from '../store/listing.ts';
import {
  booleanField,
  booleanWord,
  each,
  eachGiven,
  lastGiven,
  LARGEST_INTEGER,
  patternField,
  textField,
  uuidField,
  wordField,
} from './fields.ts';

export interface ListDeclaration<Filter extends string, Sort extends string> {
  /** Each with the words that it takes, or how they look; null: any text. */
  readonly filters: Readonly<Record<Filter, readonly string[] | RegExp | null>>;
  readonly sorts: readonly Sort[];
  /** Filters that count as absent where they are empty. */
  readonly skippedWhenEmpty?: readonly NoInfer<Filter>[];
  /** False: the list is always whole (the policies of a cluster). */
  readonly paged?: boolean;
}

/**
 * Most objects of one answer: as many are written in a few milliseconds, and 100,000 would block the server.
 * A larger `limit`, and none, means this many; the rest follows by `marker` (`next-page.ts`).
 */
export const LARGEST_PAGE = 1000;

export interface ListRequest<Filter extends string, Sort extends string> {
  readonly filters: Partial<Record<Filter, string[]>>;
  readonly sort: { key: Sort; descending: boolean }[];
  readonly marker: string | undefined;
  readonly limit: number | undefined;
  /** Whether the client wants more than one answer may have. */
  readonly isCut: boolean;
  readonly globalProject: boolean;
}

export function listQuery<Filter extends string, Sort extends string>({
  filters,
  sorts,
  skippedWhenEmpty = [],
  paged = true,
}: ListDeclaration<Filter, Sort>): z.ZodType<ListRequest<Filter, Sort>> {
  const names = Object.keys(filters) as Filter[];
  const shape: Record<string, z.ZodType> = {
    sort: lastGiven(sortField(sorts)),
    ...(paged
      ? {
          global_project: lastGiven(booleanField('query-boolean')),
          limit: lastGiven(limitField(LARGEST_PAGE)),
          marker: lastGiven(uuidField()),
        }
      : {}),
  };
  for (const name of names) {
    const filter = filterField(filters[name]);
    shape[name] = skippedWhenEmpty.includes(name) ? eachGiven(filter) : each(filter);
  }
  return z.strictObject(shape).transform((found) => ({
    filters: Object.fromEntries(names.map((name) => [name, found[name]])) as Partial<
      Record<Filter, string[]>
    >,
    sort: (found['sort'] ?? []) as { key: Sort; descending: boolean }[],
    marker: found['marker'] as string | undefined,
    limit: paged ? pageLimit(found['limit'] as number | undefined, LARGEST_PAGE) : undefined,
    isCut: paged && ((found['limit'] as number | undefined) ?? Number.POSITIVE_INFINITY) > LARGEST_PAGE,
    globalProject: found['global_project'] === true,
  }));
}

function filterField(words: readonly string[] | RegExp | null): z.ZodType<string> {
  if (words === null) return textField({ most: 1000 });
  if (words === booleanWord) return patternField(words, 'query-boolean');
  return words instanceof RegExp ? patternField(words, 'filter') : wordField(words, 'filter');
}

/** @returns undefined: no limit. */
export function pageLimit(limit: number | undefined, pageSize: number): number | undefined {
  const smaller = Math.min(limit ?? pageSize, pageSize);
  return Number.isFinite(smaller) ? smaller : undefined;
}

export function limitField(pageSize = Number.POSITIVE_INFINITY): z.ZodType<number> {
  const bound = Number.isFinite(pageSize)
    ? {
        description: `A page has at most ${pageSize} objects; \`marker\` is the id of the last one of the page before.`,
      }
    : {};
  return z
    .unknown()
    .transform((value, context) => {
      // A plus in a query is a space once it is read: `limit=+1`.
      const integer = typeof value === 'string' && /^\s*[+-]?\d{1,1000}\s*$/.test(value);
      const rule = !integer
        ? 'integer'
        : Number(value) < 0
          ? 'not-negative'
          : Number(value) > LARGEST_INTEGER
            ? 'at-most'
            : undefined;
      if (rule === undefined) return Number(value);
      const expected = `a whole number from 0 to ${LARGEST_INTEGER}`;
      const params = { rule, expected, bound: LARGEST_INTEGER };
      context.addIssue({ code: 'custom', input: value, params });
      return z.NEVER;
    })
    .meta({ type: 'integer', minimum: 0, maximum: LARGEST_INTEGER, ...bound });
}

/** `name:desc,created_at` */
function sortField<Sort extends string>(
  sorts: readonly Sort[],
): z.ZodType<{ key: Sort; descending: boolean }[]> {
  const description = `\`key[:asc|desc],...\` of ${sorts.join(', ')}`;
  return z
    .unknown()
    .transform((value, context) => {
      const refuse = (rule: string, input: string, expected: string) => {
        context.addIssue({ code: 'custom', input, params: { rule, expected } });
        return z.NEVER;
      };
      const result: { key: Sort; descending: boolean }[] = [];
      for (const part of String(value).split(',').slice(0, 20)) {
        const [name = '', given = ''] = part.trim().split(':');
        if (name === '') return refuse('sort-missing', String(value), `one of ${sorts.join(', ')}`);
        const direction = given === '' ? 'asc' : given;
        const key = sorts.find((sort) => sort === name);
        if (key === undefined) return refuse('sort-key', name, `one of ${sorts.join(', ')}`);
        if (direction !== 'asc' && direction !== 'desc')
          return refuse('sort-direction', direction, 'asc or desc');
        result.push({ key, descending: direction === 'desc' });
      }
      return result;
    })
    .meta({ type: 'string', description });
}

/**
 * What the store is to list. @throws CoppiceError `forbidden` where a caller requests more projects than he
 * may see.
 */
export function toStoreQuery<Filter extends string, Sort extends string>(
  requested: ListRequest<Filter, Sort>,
  caller: Caller,
): ListQuery<Filter, Sort> {
  const project = visibleProject(caller);
  if (requested.globalProject && project !== undefined) {
    throw new CoppiceError('forbidden', 'You are not authorized to complete this operation.');
  }
  const { filters, sort, marker, limit } = requested;
  return {
    filters,
    sort,
    ...(marker === undefined ? {} : { marker }),
    ...(limit === undefined ? {} : { limit }),
    ...(project === undefined ? {} : { project }),
  };
}
