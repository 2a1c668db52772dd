/** How many executions a project may have stored. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startMistralServer, type MistralServer } from '../../../test/support/mistral-server.ts';
import { noAuthentication } from '../../authentication/loopback-only.ts';
import { defaultRequestLimits } from '../../requests/request-tools.ts';

let server: MistralServer;

beforeAll(async () => {
  const byProject = {
    ...noAuthentication(),
    authenticate: (request: { header(name: string): string | undefined }) =>
      Promise.resolve({
        project: request.header('x-project') ?? '',
        user: 'u',
        domain: null,
        roles: ['member' as const],
      }),
  };
  server = await startMistralServer([], byProject, { ...defaultRequestLimits, maxExecutionsPerProject: 2 });
});

afterAll(() => server.close());

async function ask(project: string, method: string, path: string, body?: string) {
  const init = { method, headers: { 'x-project': project }, ...(body === undefined ? {} : { body }) };
  const answer = await fetch(`${server.url}/v2${path}`, init);
  return { status: answer.status, text: await answer.text() };
}

test('a project that has as many executions as it may is told the limit, and others go on', async () => {
  const start = (project: string, id = '') =>
    ask(project, 'POST', '/executions', JSON.stringify({ workflow_name: 'w', ...(id && { id }) }));
  const workflow = "version: '2.0'\nw: {tasks: {a: {action: std.noop}}}\n";
  expect((await ask('a', 'POST', '/workflows?scope=public', workflow)).status).toBe(201);
  expect([(await start('a', 'one')).status, (await start('a')).status]).toEqual([201, 201]);
  const refused = await start('a');
  expect([refused.status, refused.text]).toEqual([
    429,
    expect.stringMatching(/has 2 executions stored.*limits\.executions_per_project/),
  ]);
  expect((await start('a', 'one')).status).toBe(201);
  expect((await start('b')).status).toBe(201);
  expect((await ask('a', 'DELETE', '/executions/one?force=true')).status).toBe(204);
  expect((await start('a')).status).toBe(201);
});

test('requests at the same moment get as many executions together as are left, and no more', async () => {
  const workflow = "version: '2.0'\nw: {tasks: {a: {action: std.noop}}}\n";
  await ask('c', 'POST', '/workflows', workflow);
  const start = () => ask('c', 'POST', '/executions', JSON.stringify({ workflow_name: 'w' }));
  const answers = await Promise.all(Array.from({ length: 8 }, start));
  const statuses = answers.map(({ status }) => status).sort((one, other) => one - other);
  expect(statuses).toEqual([201, 201, 429, 429, 429, 429, 429, 429]);
  const stored = server.opened.store.db.selectFrom('workflow_execution').select('id');
  expect(await stored.where('project', '=', 'c').execute()).toHaveLength(2);
});
