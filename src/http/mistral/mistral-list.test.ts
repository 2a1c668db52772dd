/** Lists of the workflow API: what they are filtered by, and in which order they stand. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../domain/json.ts';
import { insertEnvironment, type Environment } from '../../store/workflow-environments.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { MistralRest } from '../../../test/support/mistral-rest-driver.ts';
import { startMistralServer, type MistralServer } from '../../../test/support/mistral-server.ts';

let server: MistralServer;
let rest: MistralRest;
let executionId: string;

const definitions = `version: '2.0'
tagged:
  tags: [recovery, night]
  input: [node]
  tasks:
    one: {action: std.echo output="first", tags: [slow, early], on-success: two}
    two: {action: std.echo output="second", on-success: three}
    three: {action: std.async_noop}
plain: {tasks: {a: {action: std.noop}}}
`;

beforeAll(async () => {
  server = await startMistralServer();
  rest = new MistralRest(server.url);
  await rest.call('POST', '/workflows', definitions);
  await rest.call(
    'POST',
    '/workbooks',
    "version: '2.0'\nname: book\nworkflows: {w: {tasks: {a: {action: std.noop}}}}\n",
  );
  const action = "version: '2.0'\nact: {base: std.noop, description: does nothing, input: [x]}\n";
  await rest.call('POST', '/actions', action);
  const params = { env: { zone: 'z1' } };
  const started = await rest.call('POST', '/executions', {
    workflow_name: 'tagged',
    input: { node: 'n' },
    params,
  });
  executionId = started.body['id'] as string;
  await rest.call('POST', '/executions', { workflow_name: 'plain' });
  await rest.call('POST', '/action_executions', {
    name: 'std.echo',
    input: { output: 'alone' },
    description: 'a try',
    params: { save_result: true },
  });
  await eventually('the third task runs', async () => {
    const tasks = await rest.items(`/executions/${executionId}/tasks`, 'tasks');
    return tasks.length === 3;
  });
});

afterAll(async () => {
  await server.close();
  expect(server.errors).toEqual([]);
});

async function named(list: string, query: string, name = 'name'): Promise<unknown[]> {
  return (await rest.items(`/${list}?${query}`, list)).map((item: JsonObject) => item[name]);
}

describe('A list is filtered', () => {
  it.each([
    ['executions', 'tags=recovery', 'workflow_name', ['tagged']],
    ['executions', 'tags=recovery,night', 'workflow_name', ['tagged']],
    ['executions', 'tags=recovery,day', 'workflow_name', []],
    ['executions', 'state=RUNNING&tags=night', 'workflow_name', ['tagged']],
    ['workflows', 'tags=night', 'name', ['tagged']],
    ['workflows', 'input=node', 'name', ['tagged']],
    ['workflows', 'definition=has:std.async_noop', 'name', ['tagged']],
    ['workbooks', 'definition=has:name:%20book', 'name', ['book']],
    ['workbooks', 'definition=has:other', 'name', []],
    ['actions', 'is_system=false', 'name', ['act']],
    ['actions', 'is_system=False', 'name', ['act']],
    ['actions', 'input=x&is_system=false', 'name', ['act']],
    ['actions', 'description=has:does%20noth', 'name', ['act']],
    ['actions', 'definition=has:base:%20std.noop', 'name', ['act']],
    ['tasks', 'tags=slow', 'name', ['one']],
    ['tasks', 'processed=False&workflow_name=tagged', 'name', ['three']],
    ['tasks', 'processed=true&workflow_name=tagged', 'name', ['one', 'two']],
    ['tasks', 'result=%22second%22', 'name', ['two']],
    ['tasks', 'env={"zone":"z1"}&name=one', 'name', ['one']],
    ['action_executions', 'task_name=two', 'task_name', ['two']],
    ['action_executions', 'output={"result":"first"}', 'task_name', ['one']],
    ['action_executions', 'description=a%20try', 'name', ['std.echo']],
    ['action_executions', 'tags=any', 'name', []],
    ['action_executions', 'state_info=has:x', 'name', []],
  ])('%s?%s', async (list, query, shown, expected) => {
    expect(await named(list, query, shown)).toEqual(expected);
  });

  it('page by page, by what is computed as by columns', async () => {
    const first = await rest.call('GET', '/tasks?processed=true&workflow_name=tagged&limit=1');
    expect(first.body['tasks']).toMatchObject([{ name: 'one' }]);
    const next = new URL(first.body['next'] as string);
    const second = await rest.call('GET', `/tasks${next.search}`);
    expect(second.body['tasks']).toMatchObject([{ name: 'two' }]);
  });

  it('by times as they are shown, in seconds', async () => {
    const { body } = await rest.call('GET', `/executions/${executionId}`);
    const created = encodeURIComponent(body['created_at'] as string);
    const count = async (comparison: string): Promise<number> =>
      (await named('executions', `id=${executionId}&created_at=${comparison}:${created}`)).length;
    expect(await Promise.all(['eq', 'gte', 'lte', 'gt', 'lt', 'neq'].map(count))).toEqual([1, 1, 1, 0, 0, 0]);
  });
});

describe('A list stands', () => {
  it('in the order of creation, forth and back, where times are the same', async () => {
    const { store } = server.opened;
    await store.write(async (tx) => {
      const rows = tx.db.updateTable('workflow_task').set({ created_at: 0 });
      await rows.where('execution_id', '=', executionId).execute();
    });
    const own = `workflow_execution_id=${executionId}`;
    expect(await named('tasks', own)).toEqual(['one', 'two', 'three']);
    const newest = `${own}&sort_keys=created_at&sort_dirs=desc`;
    expect(await named('tasks', newest)).toEqual(['three', 'two', 'one']);
    const first = await rest.call('GET', `/tasks?${newest}&limit=1`);
    const next = new URL(first.body['next'] as string);
    expect((await rest.call('GET', `/tasks${next.search}`)).body['tasks']).toMatchObject([{ name: 'two' }]);
  });

  it('in pages of a thousand at most', async () => {
    const environment = (index: number): Environment => ({
      id: `e${index}`,
      name: `e${index}`,
      description: '',
      variables: {},
      scope: 'private',
      project: 'p',
      createdAt: index,
      updatedAt: null,
    });
    await server.opened.store.write(async (tx) => {
      for (let index = 0; index <= 1000; index += 1) await insertEnvironment(tx, environment(index));
    });
    for (const limit of ['0', '-1']) {
      const refused = await rest.call('GET', `/environments?limit=${limit}`);
      expect([refused.status, refused.body['faultstring']]).toEqual([400, 'Limit must be positive.']);
    }
    const { body } = await rest.call('GET', '/environments?limit=5000');
    expect(body['environments']).toHaveLength(1000);
    const next = new URL(body['next'] as string);
    const { body: last } = await rest.call('GET', `/environments${next.search}`);
    expect(last['environments']).toMatchObject([{ name: 'e1000' }]);
  });
});
