/**
 * Odd requests of the workflow API: none is answered with a 5xx, one that is refused makes nothing, and
 * memory does not grow with their number. 2,000 in `npm test`, 50,000 in `npm run test:soak`.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { heapUsed } from '../support/heap.ts';
import { startMistralServer, type MistralServer } from '../support/mistral-server.ts';
import { cases, soakTimeout } from '../support/soak.ts';
import { oddRequests } from './odd-requests.ts';

let server: MistralServer;

const definition = `version: '2.0'
web:
  input: [node]
  tasks:
    one: {action: 'std.echo output="<% $.node %>"', on-success: two}
    two: {action: std.noop}
`;
const texts = [
  definition,
  definition.replace('web', 'other'),
  definition.replaceAll('<%', '<% <%'),
  `version: '2.0'\nname: book\nworkflows:\n  in: {tasks: {a: {action: std.noop}}}\n`,
  `version: '2.0'\nshort: {base: std.echo, base-input: {output: 1}}\n`,
  'version: 2.0\nweb: [\n',
  '&a [*a]',
  '- '.repeat(3000),
];

beforeAll(async () => {
  server = await startMistralServer();
  for (const [path, body] of [
    ['workflows', definition],
    ['environments', JSON.stringify({ name: 'one', variables: '{"a": 1}' })],
    ['executions', JSON.stringify({ workflow_name: 'web', id: 'p', input: { node: 1 } })],
  ] as const) {
    const { status } = await fetch(`${server.url}/v2/${path}`, { method: 'POST', body });
    expect(status, path).toBe(201);
  }
});
afterAll(async () => await server.close());

const keys =
  'id name workflow_name workflow_id workflow_namespace input params description scope variables definition ' +
  'state state_info output reset env tags action task_name __proto__ result save_result run_sync target node';

const places = { id: ['web', 'one', 'p', 'book', 'short'] };
const known = {
  id: ['n1', 'n2'],
  workflow_name: ['web', 'other', 'book.in'],
  state: ['CANCELLED', 'PAUSED', 'RUNNING', 'SUCCESS'],
  input: [{ node: 1 }, '{"node": 1}'],
};

const tables = [
  'workflow',
  'workbook',
  'adhoc_action',
  'workflow_environment',
  'workflow_execution',
] as const;

/** Rows that only requests make: while executions run, tasks and actions are made as well. */
async function rowCounts(): Promise<number[]> {
  const { db } = server.opened.store;
  const counts = tables.map(async (table) => {
    const { rows } = await db
      .selectFrom(table)
      .select((count) => count.fn.countAll<number>().as('rows'))
      .executeTakeFirstOrThrow();
    return rows;
  });
  return await Promise.all(counts);
}

const GROWTH_BYTES = 64 * 1024 * 1024;

test(
  'an odd request is no error of ours, and makes nothing where it is refused',
  async () => {
    const names = ['web', 'one', 'p', 'workflows', 'book'];
    const request = oddRequests({ prefix: '/v2', names, keys: keys.split(' '), texts, places, known });
    const bytes = heapUsed();
    await fc.assert(
      fc.asyncProperty(request, async ({ method, url, headers, body }) => {
        const before = await rowCounts();
        const reply = await fetch(server.url + url, {
          method,
          headers,
          ...(method === 'GET' || body === undefined ? {} : { body }),
        });
        const described = `${method} ${url} ${body?.slice(0, 300)}: ${reply.status} ${await reply.text()}`;
        expect(reply.status, described).toBeLessThan(500);
        expect(server.errors).toEqual([]);
        if (reply.status >= 400 || method === 'GET')
          expect(await rowCounts(), `made or removed something: ${described}`).toEqual(before);
      }),
      cases(2000),
    );
    expect(heapUsed() - bytes).toBeLessThan(GROWTH_BYTES);
  },
  soakTimeout(60_000),
);
