/**
 * Requests with wrong types, huge values, odd characters, keys given twice, deep JSON and odd headers, of the
 * endpoints in openapi.json.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';

const document = join(import.meta.dirname, '../../openapi.json');
const { paths } = JSON.parse(readFileSync(document, 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
}

export interface OddRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As it is sent; undefined: none. */
  readonly body: string | undefined;
}

interface Endpoint {
  readonly method: string;
  readonly path: string;
  readonly queries: readonly string[];
}

const allEndpoints: readonly Endpoint[] = Object.entries(paths)
  .filter(([path]) => !path.endsWith('/stream') && path !== '/metrics')
  .flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { parameters = [] }]) => ({
      method: method.toUpperCase(),
      path,
      queries: parameters.filter((one) => one.in === 'query').map(({ name }) => name),
    })),
  );

export interface Vocabulary {
  /** What the paths of the API begin with. */
  readonly prefix: string;
  /** Names of what is there. */
  readonly names: readonly string[];
  /** Keys of bodies. */
  readonly keys: readonly string[];
  /** Bodies in another language than JSON. */
  readonly texts?: readonly string[];
}

/** Of the clustering API, and what other APIs do not look at. */
const versions = ['clustering 1.14', 'clustering 1.0', 'clustering latest', 'x', 'clustering 9.9', ','];

export function oddRequests({ prefix, names, keys, texts = [] }: Vocabulary): fc.Arbitrary<OddRequest> {
  const endpoints = allEndpoints.filter(({ path }) => path.startsWith(prefix));
  const word = wordOf(names);
  return fc
    .record({
      endpoint: fc.constantFrom(...endpoints),
      parts: fc.array(word, { minLength: 3, maxLength: 3 }),
      query: fc.array(fc.tuple(fc.nat(20), word), { maxLength: 3 }),
      body: fc.option(bodyOf(word, keys, texts), { nil: undefined }),
      version: fc.option(fc.constantFrom(...versions), { nil: undefined }),
    })
    .map(({ endpoint, parts, query, body, version }) => ({
      method: endpoint.method,
      url: urlOf(endpoint, parts, query),
      headers: version === undefined ? {} : { 'openstack-api-version': version },
      body,
    }));
}

function wordOf(names: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...names, 'none', '1', '-1', 'true', 'null', '0') },
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom(
      'a'.repeat(3000),
      '9'.repeat(400),
      '1e999',
      '\u0000',
      '../..',
      '%',
      '\ud800',
      '💥',
      "'; --",
    ),
  );
}

function bodyOf(
  word: fc.Arbitrary<string>,
  keys: readonly string[],
  texts: readonly string[],
): fc.Arbitrary<string> {
  const key = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...keys) }, word);
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      word,
      fc.constantFrom(null, true, 0, -1, 1e308, 2 ** 53, 0.1, 1e12, ...texts),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(key, tie('any'), { maxKeys: 3 }),
    ),
  }));
  const json = value.any.map((one) => JSON.stringify(one));
  return fc.oneof(
    { weight: 4, arbitrary: json },
    fc
      .tuple(fc.constantFrom(...keys), json)
      .map(([twice, text]) => `{"${twice}":${text},"${twice}":${text}}`),
    fc.integer({ min: 1, max: 5000 }).map((depth) => `{"a":`.repeat(depth)),
    fc.constantFrom('', '[', '{', '{"a":1}x', `{"name":"${'x'.repeat(100_000)}"}`, '\u0000', ...texts),
  );
}

function urlOf(
  { path, queries }: Endpoint,
  parts: readonly string[],
  query: readonly (readonly [number, string])[],
): string {
  let at = 0;
  const filled = path.replaceAll(/\{\w+\}/g, () => encode(parts[(at += 1) - 1] ?? ''));
  const given = query.map(([which, text]) => `${queries[which] ?? 'limit'}=${encode(text)}`);
  return given.length === 0 ? filled : `${filled}?${given.join('&')}`;
}

/** Half of a character cannot be written in a URL. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()) || '%20';
}
