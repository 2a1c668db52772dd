import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../domain/json.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { MistralRest, type RestAnswer } from '../../../test/support/mistral-rest-driver.ts';
import { startMistralServer, type MistralServer } from '../../../test/support/mistral-server.ts';

let server: MistralServer;
let rest: MistralRest;

beforeAll(async () => {
  server = await startMistralServer();
  rest = new MistralRest(server.url);
  expect(await rest.call('POST', '/workflows', definitions)).toMatchObject({ status: 201 });
});

afterAll(async () => {
  await server.close();
  expect(server.errors).toEqual([]);
});

const definitions = `version: '2.0'
heal:
  tags: [recovery]
  input: [node, {grace: 2}] # seconds
  output: {verdict: <% $.verdict %>}
  tasks:
    restart: {action: 'std.echo output="restarted <% $.node %>"', publish: {verdict: <% task().result %>}}
waiting:
  tasks:
    wait: {action: std.async_noop}
failing:
  tasks:
    bad: {action: std.fail}
outer:
  tasks:
    inner: {workflow: 'heal node="n1"'}
`;

async function start(workflow: string, more: JsonObject = {}): Promise<string> {
  const { body } = await rest.call('POST', '/executions', { workflow_name: workflow, ...more });
  return body['id'] as string;
}

async function ended(id: string): Promise<JsonObject> {
  return await eventually(`the end of ${id}`, async () => {
    const { body } = await rest.call('GET', `/executions/${id}`);
    return body['state'] !== 'RUNNING' && body;
  });
}

function fault({ status, body }: RestAnswer): [number, unknown, unknown] {
  return [status, body['faultcode'], body['faultstring']];
}

describe('workflows', () => {
  it('are shown by name and by id, with input, interface and definition', async () => {
    const { status, body } = await rest.call('GET', '/workflows/heal');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: 'heal',
      namespace: '',
      input: 'node, grace="2"',
      interface: '{"input":["node",{"grace":2}],"output":["verdict"]}',
      tags: ['recovery'],
      scope: 'private',
      updated_at: null,
    });
    expect(body['definition']).toContain('heal:');
    expect(body['definition']).not.toContain('failing');
    expect(body['definition']).toContain('input: [node, {grace: 2}] # seconds');
    expect((await rest.call('GET', `/workflows/${body['id'] as string}`)).body).toEqual(body);
  });

  it('are refused in the form of a text resource, or of a JSON one', async () => {
    const taken = await rest.call('POST', '/workflows', definitions);
    expect(taken.status).toBe(409);
    expect(taken.body).toEqual({
      faultstring:
        "Duplicate entry for WorkflowDefinition ['name', 'namespace', 'project_id']: heal, , local",
    });
    const absent = await rest.call('GET', '/workflows/other?namespace=ns');
    expect(absent.body).toEqual({
      debuginfo: null,
      faultcode: 'Client',
      faultstring: 'Workflow not found [workflow_identifier=other, namespace=ns]',
    });
    const misspelled = await rest.call('GET', '/workflows/heel');
    expect(misspelled.body['faultstring']).toBe(
      'Workflow not found [workflow_identifier=heel, namespace=] (did you mean heal?)',
    );
    const wrong = await rest.call('POST', '/workflows', "version: '2.0'\nw: {tasks: {a: {colour: red}}}\n");
    expect(wrong.status).toBe(400);
    expect(wrong.body['faultstring']).toMatch(/^Invalid DSL: .*colour/s);
  });

  it('are checked without being created', async () => {
    const good = await rest.call(
      'POST',
      '/workflows/validate',
      "version: '2.0'\nv: {tasks: {a: {action: std.noop}}}\n",
    );
    expect([good.status, good.body]).toEqual([200, { valid: true }]);
    const called = await rest.call(
      'POST',
      '/workflows/validate',
      "version: '2.0'\nw: {tasks: {a: {action: mine.reboot}, b: {workflow: validted}}}\n",
    );
    expect(called.body).toMatchObject({
      valid: true,
      warnings: [
        { path: 'w.tasks.a.action', line: 2, message: expect.stringContaining('mine.reboot') },
        { path: 'w.tasks.b.workflow', message: expect.stringContaining("there is no workflow 'validted'") },
      ],
    });
    const bad = await rest.call('POST', '/workflows/validate', 'not: [yaml');
    expect(bad).toMatchObject({ status: 200, body: { valid: false } });
    expect((await rest.call('GET', '/workflows/v')).status).toBe(404);
  });

  it('are replaced and deleted; executions of the old definition go on', async () => {
    const text = "version: '2.0'\nr: {output: {v: 1}, tasks: {a: {action: std.async_noop}}}\n";
    await rest.call('POST', '/workflows', text);
    const id = await start('r');
    expect((await rest.call('PUT', '/workflows', text.replace('v: 1', 'v: 2'))).status).toBe(200);
    expect((await rest.call('PUT', '/workflows', text.replace('r:', 'unknown:'))).status).toBe(404);
    expect((await rest.call('DELETE', '/workflows/r')).status).toBe(204);
    expect((await rest.call('DELETE', '/workflows/r')).status).toBe(404);
    const [task] = await rest.items(`/executions/${id}/tasks`, 'tasks');
    const [action] = await rest.items(
      `/tasks/${task?.['id'] as string}/action_executions`,
      'action_executions',
    );
    await rest.call('PUT', `/action_executions/${action?.['id'] as string}`, { state: 'SUCCESS' });
    expect(await ended(id)).toMatchObject({ state: 'SUCCESS', output: '{"v":1}' });
  });

  it('are listed by filters, order, pages and fields', async () => {
    const named = await rest.call(
      'GET',
      '/workflows?name=in:heal,waiting&sort_keys=name&sort_dirs=desc&fields=name',
    );
    expect(named.body['workflows']).toMatchObject([{ name: 'waiting' }, { name: 'heal' }]);
    expect(Object.keys((named.body['workflows'] as readonly JsonObject[])[0] ?? {}).toSorted()).toEqual([
      'id',
      'name',
    ]);
    const first = await rest.call('GET', '/workflows?limit=1&sort_keys=name');
    expect(first.body['workflows']).toHaveLength(1);
    const next = new URL(first.body['next'] as string);
    const second = await rest.call('GET', `/workflows${next.search}`);
    expect(second.body['workflows']).not.toEqual(first.body['workflows']);
    expect((await rest.call('GET', '/workflows?name=has:ai')).body['workflows']).toHaveLength(2);
    expect((await rest.call('GET', '/workflows?name=has:%25')).body['workflows']).toHaveLength(0);
  });

  it.each([
    ['/workflows?colour=red', 'Unknown argument: "colour"'],
    ['/workflows?limit=x', 'Limit must be a whole number of at most 2147483647, found "x"'],
    ['/workflows?sort_dirs=up', "Unknown sort direction, must be 'desc' or 'asc', found \"up\""],
    ['/executions/x?fields=id', 'Unknown argument: "fields"'],
    [
      '/executions?created_at=gt:soon',
      'created_at: expected a time such as 2026-11-22T18:00:00Z, found "soon"',
    ],
    ['/executions?fields=id,nope', expect.stringMatching(/^fields: expected some of id, .*, found "nope"$/)],
  ])('GET %s is refused', async (path, sentence) => {
    expect(fault(await rest.call('GET', path))).toEqual([400, 'Client', sentence]);
  });
});

describe('a list', () => {
  const lists = [
    'workflows',
    'workbooks',
    'actions',
    'executions',
    'tasks',
    'action_executions',
    'environments',
  ];

  it.each(lists)('of %s does not begin after a marker that is not there', async (list) => {
    const sentence = 'marker: expected the id of one in the list, found "nope"';
    expect(fault(await rest.call('GET', `/${list}?marker=nope`))).toEqual([404, 'Client', sentence]);
  });

  it.each(lists)('of %s has no field that is not there', async (list) => {
    expect(fault(await rest.call('GET', `/${list}?fields=nope`))).toEqual([
      400,
      'Client',
      expect.stringContaining('found "nope"'),
    ]);
  });

  it('has all that it shows as fields', async () => {
    await ended(await start('heal'));
    for (const list of lists) {
      const [first] = await rest.items(`/${list}?include_output=true`, list);
      const fields = Object.keys(first ?? { id: '' });
      const [same] = await rest.items(`/${list}?fields=${fields.join(',')}`, list);
      expect(Object.keys(same ?? { id: '' })).toEqual(fields);
    }
  });
});

describe('workbooks and actions', () => {
  const workbook = `version: '2.0'
name: book
actions:
  greet:
    base: std.echo
    base-input: {output: 'hello <% $.name %>'}
    input: [name]
workflows:
  hello:
    output: {said: <% $.said %>}
    tasks: {a: {action: greet name="you", publish: {said: <% task().result %>}}}
`;

  it('come and go together', async () => {
    expect(await rest.call('POST', '/workbooks', workbook)).toMatchObject({
      status: 201,
      body: { name: 'book' },
    });
    expect(await rest.call('GET', '/actions/book.greet')).toMatchObject({
      body: { is_system: false, input: 'name' },
    });
    expect(await ended(await start('book.hello'))).toMatchObject({ output: '{"said":"hello you"}' });
    const changed = workbook.replace('hello <%', 'bye <%');
    expect((await rest.call('PUT', '/workbooks', changed)).status).toBe(200);
    expect(await ended(await start('book.hello'))).toMatchObject({ output: '{"said":"bye you"}' });
    expect((await rest.call('DELETE', '/workbooks/book')).status).toBe(204);
    expect((await rest.call('GET', '/workflows/book.hello')).status).toBe(404);
    expect((await rest.call('GET', '/actions/book.greet')).status).toBe(404);
  });

  it('list what is built in, which cannot be deleted', async () => {
    const { body } = await rest.call('GET', '/actions?name=std.http');
    expect(body['actions']).toMatchObject([{ name: 'std.http', is_system: true }]);
    expect(fault(await rest.call('DELETE', '/actions/std.http'))).toEqual([
      400,
      'Client',
      'Attempt to delete a system action: std.http',
    ]);
  });

  it('are found with their namespace behind their name, as clients ask', async () => {
    await rest.call('POST', '/actions?namespace=ns', "version: '2.0'\nact: {base: std.noop}\n");
    expect((await rest.call('GET', '/actions/std.echo/')).status).toBe(200);
    expect((await rest.call('GET', '/actions/act/')).status).toBe(404);
    expect((await rest.call('GET', '/actions/act/ns')).body).toMatchObject({ name: 'act', namespace: 'ns' });
    expect((await rest.call('DELETE', '/actions/act/ns')).status).toBe(204);
  });

  describe('run by themselves', () => {
    const run = (name: string, more: JsonObject = {}): Promise<RestAnswer> =>
      rest.call('POST', '/action_executions', { name, ...more });
    const kept = { params: '{"save_result": true}' };

    beforeAll(async () => {
      await rest.call(
        'POST',
        '/actions?namespace=alone',
        `version: '2.0'
greet:
  input: [who, {word: hello}]
  base: std.echo
  base-input: {output: '<% $.word %> <% $.who %>', delay: 0.01}
  output: {said: <% $ %>}
greet_you: {base: greet who="you"}
later: {base: std.async_noop, output: {got: <% $.v %>}}
broken: {base: std.noop, output: <% $.absent %>}
`,
      );
    });

    it('answer with the result, and nothing is kept', async () => {
      const { status, body } = await run('std.echo', { input: '{"output": [1]}' });
      expect([status, body['state'], body['output']]).toEqual([201, 'SUCCESS', '{"result":[1]}']);
      expect((await rest.call('GET', `/action_executions/${body['id'] as string}`)).status).toBe(404);
    });

    it('stand on others, where they are ad-hoc', async () => {
      const alone = { workflow_namespace: 'alone' };
      expect(await run('greet', { ...alone, input: { who: 'x' } })).toMatchObject({
        status: 201,
        body: {
          name: 'greet',
          workflow_namespace: 'alone',
          state: 'SUCCESS',
          input: '{"who":"x","word":"hello"}',
          output: '{"result":{"said":"hello x"}}',
        },
      });
      expect((await run('greet_you', alone)).body['output']).toBe('{"result":{"said":"hello you"}}');
      expect((await run('broken', alone)).body).toMatchObject({
        state: 'ERROR',
        output: expect.stringContaining('Can not evaluate YAQL expression'),
      });
      expect(fault(await run('greet', alone))).toEqual([
        400,
        'Client',
        "Invalid input [name=greet, class=ad-hoc action, missing=['who']]",
      ]);
      expect(fault(await run('greet'))[0]).toBe(404);
    });

    it('are kept without a task if that is asked for, until they are deleted', async () => {
      const { body } = await run('std.fail', { ...kept, description: 'a try' });
      const id = body['id'] as string;
      const own = { id, state: 'ERROR', description: 'a try', task_execution_id: null, workflow_name: null };
      expect((await rest.call('GET', `/action_executions/${id}`)).body).toMatchObject(own);
      expect(await rest.items('/action_executions?name=std.fail', 'action_executions')).toMatchObject([own]);
      expect((await rest.call('DELETE', `/action_executions/${id}`)).status).toBe(204);
      expect((await rest.call('DELETE', `/action_executions/${id}`)).status).toBe(404);
    });

    it('wait for one who completes them from outside', async () => {
      const { body } = await run('later', { workflow_namespace: 'alone' });
      expect(body['state']).toBe('RUNNING');
      const path = `/action_executions/${body['id'] as string}`;
      expect(fault(await rest.call('DELETE', path))[0]).toBe(403);
      const done = await rest.call('PUT', path, { state: 'SUCCESS', output: { v: 7 } });
      expect(done.body).toMatchObject({ state: 'SUCCESS', output: '{"result":{"got":7}}' });
      expect(fault(await rest.call('PUT', path, { state: 'ERROR' }))[0]).toBe(400);
    });

    it('are forgotten like executions', async () => {
      const { body } = await run('std.noop', kept);
      await server.workflows.runner.purge(Date.now() - 60_000);
      const path = `/action_executions/${body['id'] as string}`;
      expect((await rest.call('GET', path)).status).toBe(200);
      await server.workflows.runner.purge(Date.now() + 60_000);
      expect((await rest.call('GET', path)).status).toBe(404);
    });

    it.each([
      ['std.echo', { input: {} }, "Invalid input [name=std.echo, class=action, missing=['output']]"],
      ['std.noop', { params: { colour: 1 } }, /^params: expected some of save_result, .*, found colour$/],
      ['std.async_noop', { params: { run_sync: true } }, 'Action does not support synchronous execution.'],
      ['std.sleep', { input: { seconds: 61 } }, /takes more than 60 seconds needs a workflow/],
      ['', {}, 'Please provide at least action name to run action.'],
    ])('refuse %s with %j', async (name, more, sentence) => {
      const { status, body } = await run(name, more);
      expect(status).toBe(400);
      expect(body['faultstring']).toMatch(sentence);
    });
  });

  it('of a task are not deleted', async () => {
    const id = await start('waiting');
    const [action] = await rest.items(`/action_executions?workflow_execution_id=${id}`, 'action_executions');
    expect((await rest.call('DELETE', `/action_executions/${action?.['id'] as string}`)).status).toBe(403);
  });
});

describe('executions', () => {
  it('carry dictionaries as JSON text, and take them as either', async () => {
    const asked = { input: { node: 'n1' }, params: '{"env": {"zone": "z1"}}', description: 'recovery 1' };
    const { status, body } = await rest.call('POST', '/executions', { workflow_name: 'heal', ...asked });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      workflow_name: 'heal',
      input: '{"node":"n1","grace":2}',
      params: '{"env":{"zone":"z1"},"namespace":""}',
      description: 'recovery 1',
      task_execution_id: null,
      root_execution_id: null,
    });
    expect(await ended(body['id'] as string)).toMatchObject({
      state: 'SUCCESS',
      output: '{"verdict":"restarted n1"}',
      published_global: '{}',
    });
  });

  it('are started once with an id', async () => {
    const id = randomUUID();
    const first = await rest.call('POST', '/executions', { id, workflow_name: 'heal', input: { node: 'a' } });
    const again = await rest.call('POST', '/executions', { id, workflow_name: 'heal', input: { wrong: 1 } });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body['input']).toBe(first.body['input']);
  });

  it.each([
    [{ workflow_name: 'heal' }, 400, "Invalid input [name=heal, class=DirectWorkflowSpec, missing=['node']]"],
    [
      { workflow_name: 'waiting', input: { bad: 1 } },
      400,
      "Invalid input [name=waiting, class=DirectWorkflowSpec, unexpected=['bad']]",
    ],
    [{}, 400, 'Workflow ID or workflow name must be provided. Workflow ID is recommended.'],
    [{ workflow_name: 'heal', colour: 'red' }, 400, 'Unknown attribute for argument wf_ex: colour'],
    [{ workflow_name: 'x' }, 404, 'Workflow not found [workflow_identifier=x, namespace=]'],
    [{ workflow_name: 'waiting', params: { env: 'x' } }, 400, 'Environment is not found: x'],
    [
      { workflow_name: 'waiting', params: { notify: [{ type: 'webhook', url: 'http://127.0.0.1/' }] } },
      400,
      'params.notify: notifications of executions are not supported; poll the execution, or call std.http in one of its tasks',
    ],
    [
      { workflow_name: 'waiting', input: [] },
      400,
      'Invalid input for field/attribute input. Value: an empty list. Expected an object, or its JSON text.',
    ],
    [
      { workflow_name: 'waiting', input: '{' },
      400,
      'Invalid input for field/attribute input. Value: a text. It is not JSON.',
    ],
    [
      { workflow_name: 7 },
      400,
      "Invalid input for field/attribute workflow_name. Value: '7'. Expected a text.",
    ],
    [{ workflow_name: 'waiting', id: '../x' }, 400, 'id: expected a UUID, found "../x"'],
  ])('POST %j is refused', async (body, status, sentence) => {
    expect(fault(await rest.call('POST', '/executions', body as JsonObject))).toEqual([
      status,
      'Client',
      sentence,
    ]);
  });

  it.each([
    ['{"workflow_name": "heal", "input": {"ids": [1, 9007199254740993]}}', 'input.ids.1'],
    ['{"workflow_name": "heal", "input": "{\\"id\\": -9007199254740993}"}', 'input.id'],
    ['{"workflow_name": "heal", "description": 123456789012345678}', 'description'],
  ])('refuse a number that would not be kept exactly: %s', async (body, place) => {
    const sentence = `${place}: a whole number beyond 2^53 cannot be kept exactly: send it as text`;
    expect(fault(await rest.call('POST', '/executions', body))).toEqual([400, 'Client', sentence]);
  });

  it('take large floats, and digits in texts', async () => {
    const text = "version: '2.0'\nlarge: {input: [a, b], tasks: {t: {action: std.noop}}}\n";
    expect((await rest.call('POST', '/workflows', text)).status).toBe(201);
    const body = '{"workflow_name": "large", "input": {"a": 1e20, "b": "9007199254740993"}}';
    expect((await rest.call('POST', '/executions', body)).status).toBe(201);
    expect((await rest.call('DELETE', '/workflows/large')).status).toBe(204);
  });

  it.each([
    ['', 'nothing'],
    ['[]', 'a list'],
    ['5', '5'],
    ['null', 'null'],
  ])('say of the whole body %j what was expected and found', async (body, found) => {
    const sentence = `Request is not in valid JSON format. body: expected a JSON object with the key 'name', found ${found}`;
    expect(fault(await rest.call('POST', '/environments', body))).toEqual([400, 'Client', sentence]);
  });

  it('refuse a depth of a report that is no number', async () => {
    const id = await start('waiting');
    expect(fault(await rest.call('GET', `/executions/${id}/report?max_depth=deep`))).toEqual([
      400,
      'Client',
      'max_depth: expected a whole number, -1 for all levels, found "deep"',
    ]);
  });

  it('name all fields that are wrong', async () => {
    const answer = await rest.call('POST', '/executions', {
      workflow_name: 5,
      colour: 1,
      form: 2,
      input: [],
    });
    const [, , sentence] = fault(answer);
    for (const field of ['workflow_name', 'colour', 'form', 'input']) expect(sentence).toContain(field);
  });

  it('refuse what is no JSON', async () => {
    const answer = await rest.call('POST', '/executions', '[1]');
    expect(fault(answer)).toEqual([
      400,
      'Client',
      expect.stringMatching(/^Request is not in valid JSON format\. ./),
    ]);
  });

  it('are paused, resumed with more environment, and cancelled', async () => {
    const id = await start('waiting');
    const put = (body: JsonObject): Promise<RestAnswer> => rest.call('PUT', `/executions/${id}`, body);
    expect(fault(await put({ params: { env: { a: 1 } }, state: 'RUNNING' }))[0]).toBe(403);
    expect((await put({ state: 'PAUSED' })).body).toMatchObject({
      state: 'PAUSED',
      state_info: null,
    });
    expect(fault(await put({ state: 'SUCCESS' }))[2]).toMatch(
      /Can't change workflow execution state from PAUSED to SUCCESS/,
    );
    const resumed = await put({ state: 'RUNNING', params: '{"env": {"a": 1}}' });
    expect(resumed.body).toMatchObject({ state: 'RUNNING', params: '{"env":{"a":1},"namespace":""}' });
    expect((await put({ state: 'CANCELLED', state_info: 'operator' })).body).toMatchObject({
      state: 'CANCELLED',
      state_info: 'operator',
      output: '{"result":"operator"}',
    });
    expect((await put({ state: 'ERROR' })).body['state']).toBe('CANCELLED');
    expect(fault(await put({ state: 'PAUSED' }))[0]).toBe(400);
    expect(fault(await put({ state: 'IDLE' }))).toEqual([
      400,
      'Client',
      'Cannot change state to IDLE. Allowed states are: RUNNING, PAUSED, SUCCESS, ERROR, CANCELLED',
    ]);
    expect(fault(await put({}))[0]).toBe(400);
    expect(fault(await put({ description: 'x', state: 'RUNNING' }))[0]).toBe(400);
    expect((await put({ description: 'note' })).body['description']).toBe('note');
  });

  it('change their environment where nothing runs, deeply', async () => {
    const id = await start('waiting', { params: { env: { zone: { name: 'z1', rack: 1 } } } });
    const put = (body: JsonObject): Promise<RestAnswer> => rest.call('PUT', `/executions/${id}`, body);
    const env = { params: '{"env": {"zone": {"rack": 2}}}' };
    expect(fault(await put(env))).toEqual([
      403,
      'Client',
      'Updating env to workflow execution is only permitted if it is in IDLE, PAUSED, ERROR state; it is in RUNNING.',
    ]);
    await put({ state: 'PAUSED' });
    expect(fault(await put({ ...env, state: 'CANCELLED' }))).toEqual([
      400,
      'Client',
      'The property env can only be updated when workflow execution is not running or on resume from pause.',
    ]);
    expect(fault(await put({ params: '{"env": {}}' }))[0]).toBe(400);
    expect(fault(await put({ params: '{"env": "prod"}' }))).toEqual([
      400,
      'Client',
      'env: expected an object',
    ]);
    const changed = { state: 'PAUSED', params: '{"env":{"zone":{"name":"z1","rack":2}},"namespace":""}' };
    expect(await put(env)).toMatchObject({ status: 200, body: changed });
    expect(await put({ ...env, description: 'both' })).toMatchObject({ body: { description: 'both' } });
    await put({ state: 'ERROR' });
    expect(await put({ params: { env: { more: 1 } } })).toMatchObject({
      body: { state: 'ERROR', params: '{"env":{"zone":{"name":"z1","rack":2},"more":1},"namespace":""}' },
    });
    const cancelled = await start('waiting');
    await rest.call('PUT', `/executions/${cancelled}`, { state: 'CANCELLED' });
    expect((await rest.call('PUT', `/executions/${cancelled}`, env)).status).toBe(403);
  });

  it('are deleted when they have ended, or by force', async () => {
    const id = await start('waiting');
    expect((await rest.call('DELETE', `/executions/${id}`)).status).toBe(403);
    expect((await rest.call('DELETE', `/executions/${id}?force=true`)).status).toBe(204);
    expect(fault(await rest.call('GET', `/executions/${id}`))).toEqual([
      404,
      'Client',
      `WorkflowExecution not found [id=${id}]`,
    ]);
    expect((await rest.call('PUT', `/executions/${id}`, { state: 'CANCELLED' })).status).toBe(404);
  });

  it('are listed with sub-executions below their task', async () => {
    const id = await start('outer');
    await ended(id);
    const [task] = await rest.items(`/executions/${id}/tasks`, 'tasks');
    const below = await rest.items(`/tasks/${task?.['id'] as string}/workflow_executions`, 'executions');
    expect(below).toMatchObject([
      { workflow_name: 'heal', root_execution_id: id, task_execution_id: task?.['id'] },
    ]);
    const all = await rest.items(`/executions?root_execution_id=${id}&include_output=true`, 'executions');
    expect(all).toMatchObject([{ output: '{"verdict":"restarted n1"}' }]);
    const roots = await rest.items(`/executions?nulls=root_execution_id&id=${id}`, 'executions');
    expect(roots).toHaveLength(1);
    const report = await rest.call('GET', `/executions/${id}/report`);
    expect(report.body).toMatchObject({
      statistics: { total_tasks_count: 2, success_tasks_count: 2 },
      root_workflow_execution: {
        name: 'outer',
        task_executions: [{ workflow_executions: [{ workflow_name: 'heal' }] }],
      },
    });
    const shallow = await rest.call('GET', `/executions/${id}/report?max_depth=0`);
    expect(shallow.body).toMatchObject({
      root_workflow_execution: { task_executions: [{ workflow_executions: [{ task_executions: [] }] }] },
    });
  });
});

describe('tasks and actions', () => {
  it('are shown with results', async () => {
    const id = await start('heal', { input: { node: 'n1' } });
    await ended(id);
    const [task] = await rest.items(`/executions/${id}/tasks`, 'tasks');
    expect(task).toMatchObject({
      name: 'restart',
      type: 'ACTION',
      state: 'SUCCESS',
      workflow_name: 'heal',
      processed: true,
    });
    expect(task).not.toHaveProperty('result');
    const { body } = await rest.call('GET', `/tasks/${task?.['id'] as string}`);
    expect(body).toMatchObject({ result: '"restarted n1"', published: '{"verdict":"restarted n1"}' });
    const path = `/action_executions?task_execution_id=${task?.['id'] as string}`;
    expect(await rest.items(`${path}&include_output=true`, 'action_executions')).toMatchObject([
      { name: 'std.echo', task_name: 'restart', accepted: true, output: '{"result":"restarted n1"}' },
    ]);
    expect(await rest.items(`${path}&state=neq:SUCCESS`, 'action_executions')).toEqual([]);
    expect(await rest.items(`/tasks?workflow_name=heal&workflow_execution_id=${id}`, 'tasks')).toHaveLength(
      1,
    );
  });

  it('fail and are run again', async () => {
    const id = await start('failing');
    expect(await ended(id)).toMatchObject({ state: 'ERROR' });
    const [task] = await rest.items(`/executions/${id}/tasks`, 'tasks');
    const put = (body: JsonObject): Promise<RestAnswer> =>
      rest.call('PUT', `/tasks/${task?.['id'] as string}`, body);
    expect((await put({ state: 'SUCCESS' })).status).toBe(400);
    expect((await put({ state: 'RUNNING', reset: false })).status).toBe(400);
    expect((await put({ state: 'RUNNING', reset: true })).status).toBe(200);
    await ended(id);
    const actions = await rest.items(
      `/tasks/${task?.['id'] as string}/action_executions`,
      'action_executions',
    );
    expect(actions.map((action) => action['accepted'])).toEqual([false, true]);
  });

  it('are skipped where they have failed', async () => {
    const id = await start('failing');
    await ended(id);
    const [task] = await rest.items(`/executions/${id}/tasks`, 'tasks');
    const put = (state: string): Promise<RestAnswer> =>
      rest.call('PUT', `/tasks/${task?.['id'] as string}`, { state });
    expect(await put('SKIPPED')).toMatchObject({ status: 200, body: { state: 'SKIPPED' } });
    expect(await ended(id)).toMatchObject({ state: 'SUCCESS', state_info: null });
    expect(fault(await put('SKIPPED'))).toEqual([
      400,
      'Client',
      'The current task execution must be in ERROR for rerun or skip. Only updating task to rerun or skip is supported.',
    ]);
    expect((await rest.call('GET', `/executions/${id}/report`)).body['statistics']).toMatchObject({
      skipped_tasks_count: 1,
    });
  });

  it('are held from outside, and go on', async () => {
    const id = await start('waiting');
    const own = `/action_executions?workflow_execution_id=${id}`;
    const [action] = await rest.items(own, 'action_executions');
    const put = (state: string): Promise<RestAnswer> =>
      rest.call('PUT', `/action_executions/${action?.['id'] as string}`, { state });
    const states = async (): Promise<unknown[]> => [
      (await rest.call('GET', `/executions/${id}`)).body['state'],
      (await rest.items(`/executions/${id}/tasks`, 'tasks'))[0]?.['state'],
      (await rest.items(own, 'action_executions'))[0]?.['state'],
    ];
    expect(await put('PAUSED')).toMatchObject({ status: 200, body: { state: 'PAUSED' } });
    expect(await states()).toEqual(['PAUSED', 'PAUSED', 'PAUSED']);
    expect(await put('RUNNING')).toMatchObject({ status: 200, body: { state: 'RUNNING' } });
    expect(await states()).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
    await put('PAUSED');
    expect(await put('SUCCESS')).toMatchObject({ status: 200, body: { state: 'SUCCESS' } });
    expect(fault(await put('PAUSED'))[0]).toBe(400);
    expect((await states())[0]).toBe('PAUSED');
    await rest.call('PUT', `/executions/${id}`, { state: 'RUNNING' });
    expect(await ended(id)).toMatchObject({ state: 'SUCCESS' });
  });

  it('without a workflow are held, too, and not forgotten', async () => {
    const { body } = await rest.call('POST', '/action_executions', { name: 'std.async_noop' });
    const path = `/action_executions/${body['id'] as string}`;
    expect((await rest.call('PUT', path, { state: 'PAUSED' })).body['state']).toBe('PAUSED');
    await server.workflows.runner.purge(Date.now() + 60_000);
    expect((await rest.call('PUT', path, { state: 'RUNNING' })).body['state']).toBe('RUNNING');
    expect((await rest.call('PUT', path, { state: 'SUCCESS' })).body['state']).toBe('SUCCESS');
    expect((await rest.call('PUT', path, { state: 'PAUSED' })).status).toBe(400);
  });

  it('are completed from outside, once', async () => {
    const id = await start('waiting');
    const [action] = await rest.items(
      `/action_executions?workflow_name=waiting&state=RUNNING&workflow_execution_id=${id}`,
      'action_executions',
    );
    const put = (body: JsonObject): Promise<RestAnswer> =>
      rest.call('PUT', `/action_executions/${action?.['id'] as string}`, body);
    expect((await put({ state: 'SUCCESS', output: '[1]' })).status).toBe(400);
    expect((await put({ state: 'DONE' })).status).toBe(400);
    expect((await put({ state: 'SUCCESS', output: { v: 1 } })).body).toMatchObject({
      state: 'SUCCESS',
      output: '{"result":{"v":1}}',
    });
    expect(fault(await put({ state: 'SUCCESS' }))).toEqual([
      400,
      'Client',
      `Action ${action?.['id'] as string} is already completed`,
    ]);
  });

  it.each(['/tasks/x', '/action_executions/x', '/environments/x', '/workbooks/x', '/actions/x'])(
    'GET %s is a 404',
    async (path) => {
      expect((await rest.call('GET', path)).status).toBe(404);
    },
  );
});

describe('environments', () => {
  it('are created, changed, listed and deleted', async () => {
    const created = await rest.call('POST', '/environments', { name: 'prod', variables: '{"zone": "z1"}' });
    expect(created).toMatchObject({
      status: 201,
      body: { name: 'prod', variables: '{"zone":"z1"}', scope: 'private' },
    });
    expect((await rest.call('POST', '/environments', { name: 'prod' })).status).toBe(409);
    expect((await rest.call('POST', '/environments', {})).status).toBe(400);
    await rest.call('PUT', '/environments', { name: 'prod', description: 'the real one' });
    expect((await rest.call('GET', '/environments/prod')).body).toMatchObject({
      description: 'the real one',
      variables: '{"zone":"z1"}',
    });
    expect(await rest.items('/environments?name=prod', 'environments')).toHaveLength(1);
    expect((await rest.call('DELETE', '/environments/prod')).status).toBe(204);
    expect((await rest.call('DELETE', '/environments/prod')).status).toBe(404);
  });
});
