/**
 * Endless workflows, the result of mistakes in a few lines: the server stays responsive, they can be
 * cancelled, and they end.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { startMistralServer, type MistralServer } from '../support/mistral-server.ts';

let server: MistralServer;

beforeEach(async () => {
  server = await startMistralServer();
});

afterEach(() => server.close());

interface Execution {
  readonly id: string;
  readonly state: string;
  readonly state_info: string | null;
}

async function ask(method: string, path: string, body?: string): Promise<Execution> {
  const headers = { 'content-type': body?.startsWith('{') === true ? 'application/json' : 'text/plain' };
  const answer = await fetch(`${server.url}/v2${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  return (await answer.json()) as Execution;
}

/** @returns the execution's id. */
async function run(name: string, tasks: string): Promise<string> {
  await ask('POST', '/workflows', `version: '2.0'\n${name}:\n  tasks: ${tasks}\n`);
  return (await ask('POST', '/executions', JSON.stringify({ workflow_name: name }))).id;
}

const show = (id: string): Promise<Execution> => ask('GET', `/executions/${id}`);

async function ended(id: string): Promise<Execution> {
  return await eventually(
    'the execution has ended',
    async () => {
      const execution = await show(id);
      return execution.state !== 'RUNNING' && execution;
    },
    60_000,
  );
}

test('one that starts itself ends, and says why', async () => {
  const { state, state_info } = await ended(await run('again', '{a: {workflow: again}}'));
  expect(state).toBe('ERROR');
  expect(state_info).toContain('sub-workflows are nested more than 50 levels deep');
  const count = server.opened.store.db.selectFrom('workflow_execution').select('id');
  expect(await count.execute()).toHaveLength(51);
});

test('one that starts itself three times is answered for while it runs, and can be cancelled', async () => {
  const id = await run('bomb', "{a: {with-items: 'i in <% [1, 2, 3] %>', workflow: bomb}}");
  // By then some hundreds are running.
  const query = server.opened.store.db.selectFrom('workflow_execution').select('id').limit(300);
  await eventually('hundreds run', async () => (await query.execute()).length === 300, 60_000);
  expect((await show(id)).state).toBe('RUNNING');
  const stop = JSON.stringify({ state: 'CANCELLED', state_info: 'enough' });
  expect((await ask('PUT', `/executions/${id}`, stop)).state).toBe('CANCELLED');
});

test.each([
  [
    'a task that follows itself',
    '{a: {action: std.noop, on-success: b}, b: {action: std.noop, on-success: b}}',
  ],
  [
    'tasks that fork without an end',
    '{s: {action: std.noop, on-success: [a, b]}, a: {action: std.noop, on-success: [a, b]}, b: {action: std.noop, on-success: [a, b]}}',
  ],
  ['retries without an end', '{a: {action: std.fail, retry: {count: 1000000, delay: 0}}}'],
  [
    'retries of items without an end',
    "{a: {with-items: 'i in [1, 2, 3]', action: std.fail, retry: {count: 1000000, delay: 0}}}",
  ],
])('%s is answered for while it runs, and ends', async (_what, tasks) => {
  const id = await run('loop', tasks);
  expect((await show(id)).state).toBe('RUNNING');
  const { state, state_info } = await ended(id);
  expect(state).toBe('ERROR');
  expect(state_info).toContain('The execution holds more than');
  const timers = server.opened.store.db.selectFrom('workflow_timer').select('subject_id');
  await eventually('nothing of it is left to do', async () => (await timers.execute()).length === 0, 60_000);
  expect(server.errors).toEqual([]);
});

test('what has become too much is cancelled and reported on without reading all of it', async () => {
  const id = await run('many', '{a: {action: std.fail, retry: {count: 6000, delay: 0}}}');
  expect((await ended(id)).state).toBe('ERROR');
  const stop = JSON.stringify({ state: 'CANCELLED', state_info: 'enough' });
  expect((await ask('PUT', `/executions/${id}`, stop)).state).toBe('ERROR');
  const report = (await ask('GET', `/executions/${id}/report`)) as unknown as { faultstring: string };
  expect(report.faultstring).toMatch(
    /^report: expected at most 5000 tasks and actions, found 1 tasks and 6001/,
  );
  const statistics = await ask('GET', `/executions/${id}/report?statistics_only=true`);
  expect(statistics).toMatchObject({ statistics: { total_tasks_count: 1, error_tasks_count: 1 } });
});

test('items that would not fit are refused before any of them is begun', async () => {
  const id = await run('items', "{a: {with-items: 'i in <% range(90000) %>', action: std.async_noop}}");
  const { state, state_info } = await ended(id);
  expect(state).toBe('ERROR');
  expect(state_info).toContain('The execution holds more than');
  const actions = server.opened.store.db.selectFrom('workflow_action').select('id').limit(1);
  expect(await actions.execute()).toEqual([]);
});

test('sub-workflows that many executions of one tree start at once are no more than the limit', async () => {
  await ask('POST', '/workflows', "version: '2.0'\nleaf: {tasks: {a: {action: std.noop}}}\n");
  const fan = "{f: {with-items: 'i in <% range(20) %>', workflow: leaf}}";
  await ask('POST', '/workflows', `version: '2.0'\nmid: {tasks: ${fan}}\n`);
  const mids = "mids: {with-items: 'i in <% range(30) %>', workflow: mid}";
  const id = await run('root', `{a: {action: std.async_noop, on-success: mids}, ${mids}}`);
  const { db } = server.opened.store;
  await server.opened.store.write(async (tx) => {
    const root = await tx.db.selectFrom('workflow_execution').selectAll().executeTakeFirstOrThrow();
    const { seq: _, ...row } = { ...root, state: 'SUCCESS', root_id: id, parent_id: 'x' };
    const rows = Array.from({ length: 9900 }, (_each, at) => ({ ...row, id: `before-${at}` }));
    for (let at = 0; at < rows.length; at += 100)
      await tx.db
        .insertInto('workflow_execution')
        .values(rows.slice(at, at + 100))
        .execute();
  });
  const { id: action } = await db.selectFrom('workflow_action').select('id').executeTakeFirstOrThrow();
  await ask('PUT', `/action_executions/${action}`, JSON.stringify({ state: 'SUCCESS' }));
  expect((await ended(id)).state).toBe('ERROR');
  const started = db.selectFrom('workflow_execution').select('id').where('root_id', '=', id);
  expect(await started.execute()).toHaveLength(10_000);
});
