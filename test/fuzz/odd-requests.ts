/**
 * Requests with wrong types, huge values, odd characters, keys given twice, deep JSON and odd headers, of the
 * endpoints in openapi.json.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { valueOf, type Schema } from './shaped-values.ts';

const document = join(import.meta.dirname, '../../openapi.json');
const { paths } = JSON.parse(readFileSync(document, 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
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
  /** Of a body in JSON. */
  readonly schema: Schema | undefined;
}

const allEndpoints: readonly Endpoint[] = Object.entries(paths)
  .filter(([path]) => !path.endsWith('/stream') && path !== '/metrics')
  .flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      queries: parameters.filter((one) => one.in === 'query').map(({ name }) => name),
      schema: requestBody?.content['application/json']?.schema,
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
  /** What is there for a place of a path: `{cluster}`. */
  readonly places?: Readonly<Record<string, readonly string[]>>;
  /** What fits a key of a body, beside what its schema says. */
  readonly known?: Readonly<Record<string, readonly unknown[]>>;
}

/** The workflow API looks at none. */
const versions = ['clustering 1.0', 'clustering 1.7', 'clustering latest', 'x', 'clustering 9.9', ','];

export function oddRequests(vocabulary: Vocabulary): fc.Arbitrary<OddRequest> {
  const { prefix, names, keys, texts = [], places = {}, known = {} } = vocabulary;
  const word = wordOf(names);
  const odd = oddValue(word, keys, texts);
  const oddBody = oddBodyOf(odd, keys, texts);
  const bodyOf = ({ schema }: Endpoint): fc.Arbitrary<string | undefined> => {
    if (schema === undefined) return fc.option(oddBody, { nil: undefined });
    const shaped = valueOf(schema, { word, odd, known }).map((value) => JSON.stringify(value));
    return fc.oneof({ weight: 4, arbitrary: shaped }, { weight: 1, arbitrary: oddBody });
  };
  const requests = allEndpoints
    .filter(({ path }) => path.startsWith(prefix))
    .map((endpoint) =>
      fc
        .record({
          parts: fc.tuple(...partsOf(endpoint, word, places)),
          query: fc.oneof(
            { weight: 3, arbitrary: fc.constant([]) },
            fc.array(fc.tuple(fc.nat(20), word), { maxLength: 3 }),
          ),
          body: bodyOf(endpoint),
          version: fc.oneof(
            { weight: 3, arbitrary: fc.constant('clustering 1.14') },
            fc.constantFrom(undefined, ...versions),
          ),
        })
        .map(({ parts, query, body, version }) => ({
          method: endpoint.method,
          url: urlOf(endpoint, parts, query),
          headers: version === undefined ? {} : { 'openstack-api-version': version },
          body,
        })),
    );
  return fc.oneof(...requests);
}

/** What fills the places of a path: mostly what is there, but what deletes it would leave nothing to try. */
function partsOf(
  { method, path }: Endpoint,
  word: fc.Arbitrary<string>,
  places: NonNullable<Vocabulary['places']>,
): fc.Arbitrary<string>[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
    const { [name]: there } = places;
    if (method === 'DELETE') return wordOf([]);
    return there === undefined ? word : fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...there) }, word);
  });
}

function wordOf(names: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...names, 'none', '1', '-1', 'true', 'null', '0') },
    { weight: 3, arbitrary: fc.nat(50).map((number) => `n${number}`) },
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

function oddValue(
  word: fc.Arbitrary<string>,
  keys: readonly string[],
  texts: readonly string[],
): fc.Arbitrary<unknown> {
  const key = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...keys) }, word);
  const { any } = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      word,
      fc.constantFrom(null, true, 0, -1, 1e308, 2 ** 53, 0.1, 1e12, ...texts),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(key, tie('any'), { maxKeys: 3 }),
    ),
  }));
  return any;
}

function oddBodyOf(
  odd: fc.Arbitrary<unknown>,
  keys: readonly string[],
  texts: readonly string[],
): fc.Arbitrary<string> {
  const json = odd.map((value) => JSON.stringify(value));
  return fc.oneof(
    { weight: 4, arbitrary: json },
    fc
      .tuple(fc.constantFrom(...keys), json)
      .map(([twice, text]) => `{"${twice}":${text},"${twice}":${text}}`),
    fc.integer({ min: 1, max: 5000 }).map((depth) => `{"a":`.repeat(depth)),
    fc.constantFrom('', '[', '{', '{"a":1}x', `{"name":"${'x'.repeat(100_000)}"}`, '\u0000', ...texts),
    ...(texts.length === 0 ? [] : [{ weight: 4, arbitrary: fc.constantFrom(...texts) }]),
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
