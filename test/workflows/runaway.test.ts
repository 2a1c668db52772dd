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

/** Starts a workflow below an execution for which so much is counted already. @returns the root's id. */
async function runBelow(counted: { executions?: number; data?: number }, tasks: string): Promise<string> {
  await ask('POST', '/workflows', `version: '2.0'\nsub:\n  tasks: ${tasks}\n`);
  const id = await run('root', '{wait: {action: std.async_noop, on-success: go}, go: {workflow: sub}}');
  const { db } = server.opened.store;
  const row = { root_id: id, executions: 0, data: 0, ...counted };
  await server.opened.store.write(
    async (tx) => void (await tx.db.insertInto('workflow_tree').values(row).execute()),
  );
  const { id: action } = await db.selectFrom('workflow_action').select('id').executeTakeFirstOrThrow();
  await ask('PUT', `/action_executions/${action}`, JSON.stringify({ state: 'SUCCESS' }));
  return id;
}

async function nothingRuns(): Promise<void> {
  const { db } = server.opened.store;
  const running = db.selectFrom('workflow_execution').select('id').where('state', 'in', ['IDLE', 'RUNNING']);
  await eventually('all executions have ended', async () => (await running.execute()).length === 0, 60_000);
}

async function count(table: 'workflow_execution' | 'workflow_action'): Promise<number> {
  const query = server.opened.store.db.selectFrom(table).select((eb) => eb.fn.countAll().as('rows'));
  return Number((await query.executeTakeFirstOrThrow()).rows);
}

test('one that forks itself without an end stops at the limit on sub-workflows, and writes nothing for the others', async () => {
  const again = "a: {with-items: 'i in <% range(50) %>', workflow: sub, on-error: a}";
  const id = await runBelow({ executions: 9_000 }, `{start: {action: std.noop, on-success: a}, ${again}}`);
  const { state, state_info } = await ended(id);
  expect(state).toBe('ERROR');
  expect(state_info).toContain(`were started below the execution ${id}, all levels together`);
  await nothingRuns();
  expect(await count('workflow_execution')).toBeLessThanOrEqual(1_001);
  // Of each its start and its std.noop, and what the root waited for: none of a start that was refused.
  expect(await count('workflow_action')).toBeLessThanOrEqual(2_001);
  expect(server.errors).toEqual([]);
});

test('sub-workflows that many executions of one tree start at once are no more than the limit', async () => {
  await ask('POST', '/workflows', "version: '2.0'\nleaf: {tasks: {a: {action: std.noop}}}\n");
  const fan = "{f: {with-items: 'i in <% range(20) %>', workflow: leaf}}";
  await ask('POST', '/workflows', `version: '2.0'\nmid: {tasks: ${fan}}\n`);
  const id = await runBelow(
    { executions: 9_900 },
    "{mids: {with-items: 'i in <% range(30) %>', workflow: mid}}",
  );
  expect((await ended(id)).state).toBe('ERROR');
  // The sub-workflow, its 30, and three times 20 of theirs.
  expect(await count('workflow_execution')).toBe(1 + 1 + 30 + 60);
});

test('sub-workflows that together would hold too much end', async () => {
  const id = await runBelow({ data: 199_999_999 }, "{a: {action: std.echo output=<% 'x' * 30000 %>}}");
  const { state, state_info } = await ended(id);
  expect(state).toBe('ERROR');
  expect(state_info).toContain('would together hold more than 200 million characters of data');
  await fetch(`${server.url}/v2/executions/${id}`, { method: 'DELETE' });
  expect(await server.opened.store.db.selectFrom('workflow_tree').selectAll().execute()).toEqual([]);
});
