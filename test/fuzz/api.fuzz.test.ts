/**
 * Requests of the whole API with wrong types, huge values, odd characters, keys given twice, deep JSON and
 * odd headers: none is answered with a 5xx. 4,000 in `npm test`, 100,000 in `npm run test:soak`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cases, soakTimeout } from '../support/soak.ts';
import { TestServer } from '../support/test-server.ts';

const document = join(import.meta.dirname, '../../openapi.json');
const { paths } = JSON.parse(readFileSync(document, 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
}

const endpoints = Object.entries(paths)
  .filter(([path]) => !path.endsWith('/stream') && path !== '/metrics')
  .flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { parameters = [] }]) => ({
      method: method.toUpperCase(),
      path,
      queries: parameters.filter((one) => one.in === 'query').map(({ name }) => name),
    })),
  );

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
  const spec = { type: 'test.node', version: '1.0', properties: { flavor: '1' } };
  await server.ask('POST', '/v1/profiles', { body: { profile: { name: 'p', spec } } });
  await server.ask('POST', '/v1/clusters', { body: { cluster: { name: 'web', profile_id: 'p' } } });
  await server.ask('POST', '/v1/nodes', { body: { node: { name: 'one', profile_id: 'p' } } });
});
afterAll(() => server.stop());

const word = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('web', 'one', 'p', 'none', '1', '-1', 'true', 'null', '0') },
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
const keys =
  'profile policy cluster node receiver action name spec type version metadata properties ' +
  'profile_id cluster_id min_size max_size desired_capacity timeout config check recover resize scale_in scale_out ' +
  'add_nodes del_nodes replace_nodes nodes policy_attach policy_id enabled count number adjustment_type params filters ' +
  'reboot status force operation operation_params identity overrides snapshot __proto__ input';
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    word,
    fc.constantFrom(null, true, 0, -1, 1e308, 2 ** 53, 0.1, 1e12),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...keys.split(' ')) }, word), tie('any'), {
      maxKeys: 3,
    }),
  ),
}));
const json = value.any.map((one) => JSON.stringify(one));
const body = fc.oneof(
  { weight: 4, arbitrary: json },
  json.map((text) => `{"cluster":${text},"cluster":${text}}`),
  fc.integer({ min: 1, max: 5000 }).map((depth) => `{"a":`.repeat(depth)),
  fc.constantFrom('', '[', '{', '{"a":1}x', `{"name":"${'x'.repeat(100_000)}"}`, '\u0000'),
);
const request = fc.record({
  endpoint: fc.constantFrom(...endpoints),
  parts: fc.array(word, { minLength: 3, maxLength: 3 }),
  query: fc.array(fc.tuple(fc.nat(20), word), { maxLength: 3 }),
  body: fc.option(body, { nil: undefined }),
  version: fc.constantFrom(
    undefined,
    'clustering 1.14',
    'clustering 1.0',
    'clustering latest',
    'x',
    'clustering 9.9',
    ',',
  ),
});

test(
  'no request is answered with a 5xx',
  async () => {
    await fc.assert(
      fc.asyncProperty(request, async ({ endpoint, parts, query, body: text, version }) => {
        const url = urlOf(endpoint, parts, query);
        const headers = version === undefined ? {} : { 'openstack-api-version': version };
        const sent = { minor: null, headers, ...(text === undefined ? {} : { body: text }) };
        const reply = await server.ask(endpoint.method, url, sent);
        expect(reply.status, `${endpoint.method} ${url} ${text?.slice(0, 300)}: ${reply.text}`).toBeLessThan(
          500,
        );
        expect(server.logged).toEqual([]);
      }),
      cases(4000),
    );
  },
  soakTimeout(60_000),
);

function urlOf(
  { path, queries }: (typeof endpoints)[number],
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
