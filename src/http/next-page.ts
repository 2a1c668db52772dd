/**
 * Lists that are cut: one answer has at most `LARGEST_PAGE` objects, whatever was asked for. Where a client
 * did not say that it wants less, `nodes_links` beside `nodes` leads to the rest: openstacksdk and what is
 * built on it follow such a link (docs/decisions/2026-11-29-pages-of-lists.md).
 */
import { z } from 'zod';
import { LARGEST_PAGE } from './list-query.ts';

const links = z
  .array(z.strictObject({ href: z.string(), rel: z.literal('next') }))
  .optional()
  .describe(`There where the list was cut after ${LARGEST_PAGE}: the URL of what follows.`);

/** @param key what the list is called: `nodes`. */
export function listShape<Key extends string>(key: Key, one: z.ZodType): z.ZodType {
  return z.strictObject({ [key]: z.array(one), [`${key}_links`]: links });
}

interface ListRequestFacts {
  readonly origin: string;
  readonly path: string;
  /** `?name=web`, as it was sent. */
  readonly search: string;
  readonly query: { readonly isCut: boolean };
}

/** The body of a list. */
export function listBody(
  { origin, path, search, query }: ListRequestFacts,
  key: string,
  page: readonly { readonly id: string }[],
): object {
  const last = page.at(-1);
  if (!query.isCut || page.length < LARGEST_PAGE || last === undefined) return { [key]: page };
  const next = new URLSearchParams(search);
  next.set('marker', last.id);
  return {
    [key]: page,
    [`${key}_links`]: [{ href: `${origin}${path}?${next.toString()}`, rel: 'next' }],
  };
}
