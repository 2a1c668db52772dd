/** What a name means where several projects use it: the own one, then what others share, then nothing. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { byHeaders, callersOf, type ProjectAnswer } from '../../../test/support/mistral-callers.ts';
import { startMistralServer, type MistralServer } from '../../../test/support/mistral-server.ts';

let server: MistralServer;

beforeEach(async () => {
  server = await startMistralServer([], byHeaders);
});

afterEach(async () => {
  expect(server.errors).toEqual([]);
  await server.close();
});

const ask = (...asked: Parameters<ReturnType<typeof callersOf>>): Promise<ProjectAnswer> =>
  callersOf(server)(...asked);

const text = (body: string): string => `version: '2.0'\n${body}\n`;
/** Its output says whose it is. */
const says = (name: string, word: string): string =>
  text(`${name}: {output: {said: ${word}}, tasks: {t: {action: std.noop}}}`);
const action = (name: string, word: string): string =>
  text(`${name}: {base: std.echo, base-input: {output: ${word}}}`);
const workbook = (name: string, workflows: string): string =>
  text(`name: ${name}\nworkflows: {${workflows}}`);
const environment = (name: string, word: string, scope = 'private'): string =>
  JSON.stringify({ name, scope, variables: JSON.stringify({ word }) });

async function made(project: string, path: string, body: string): Promise<ProjectAnswer['body']> {
  const answer = await ask(project, 'POST', path, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}

async function run(project: string, workflow: string, more: object = {}): Promise<string> {
  const body = await made(project, '/executions', JSON.stringify({ workflow_name: workflow, ...more }));
  return await endOf(project, body['id'] as string);
}

/** @returns the output, or why there is none. */
async function endOf(project: string, id: string): Promise<string> {
  return await eventually(`${id} has ended`, async () => {
    const { body } = await ask(project, 'GET', `/executions/${id}`);
    if (body['state'] === 'RUNNING') return undefined;
    return body['state'] === 'SUCCESS' ? (body['output'] as string) : (body['state_info'] as string);
  });
}

const said = (word: string): string => JSON.stringify({ said: word });

/** Creates one of each kind, or replaces it. */
const kinds: readonly (readonly [list: string, name: string, body: (word: string) => string])[] = [
  ['workflows', 'same', (word) => says('same', word)],
  [
    'workbooks',
    'same',
    (word) => workbook('same', `w: {output: {said: ${word}}, tasks: {t: {action: std.noop}}}`),
  ],
  ['actions', 'same', (word) => action('same', word)],
  ['environments', 'same', (word) => environment('same', word)],
];

describe.each(kinds.filter(([list]) => list === 'workflows' || list === 'actions'))(
  'One of the %s that a path names',
  (list, name, body) => {
    const idOf = (answer: ProjectAnswer['body']): string => {
      const [one] = answer[list] as unknown as readonly [{ id: string }];
      return one.id;
    };
    const other = (word: string): string => body(word).replaceAll('same', 'other');
    const shown = async (project: string, which: string): Promise<string> =>
      JSON.stringify((await ask(project, 'GET', `/${list}/${which}`)).body);

    it('is the one that a PUT changes, whatever else has the name in its text', async () => {
      const id = idOf(await made('a', `/${list}`, body('red')));
      expect((await ask('a', 'PUT', `/${list}/${id}`, body('navy'))).status).toBe(200);
      expect(await shown('a', name)).toContain('navy');
      await made('a', `/${list}`, other('green'));
      const refused = await ask('a', 'PUT', `/${list}/${id}`, other('pink'));
      expect([refused.status, refused.body['faultstring']]).toEqual([
        400,
        expect.stringMatching(/^The text may define \w+ same alone, which is addressed; found \w+ other$/),
      ]);
      expect(await shown('a', 'other')).toContain('green');
    });

    it('of another project is not changed, and neither is an own one of its name', async () => {
      const id = idOf(await made('b', `/${list}?scope=public`, body('blue')));
      await made('a', `/${list}`, body('red'));
      expect((await ask('a', 'PUT', `/${list}/${id}`, body('navy'))).status).toBe(403);
      expect(await shown('a', name)).toContain('red');
      expect(await shown('b', name)).toContain('blue');
    });
  },
);

describe.each(kinds)('Names of %s', (list, name, body) => {
  const path = `/${list}/${name}`;

  it('are taken within a project only', async () => {
    await made('a', `/${list}`, body('red'));
    await made('b', `/${list}`, body('blue'));
    const again = await ask('b', 'POST', `/${list}`, body('green'));
    expect(again.status).toBe(409);
    expect(again.body['faultstring']).toMatch(/^Duplicate entry for .*'project_id'\]: same, (, )?b$/);
    for (const [project, own, foreign] of [
      ['a', 'red', 'blue'],
      ['b', 'blue', 'red'],
    ] as const) {
      const shown = JSON.stringify((await ask(project, 'GET', path)).body);
      expect(shown).toContain(own);
      expect(shown).not.toContain(foreign);
    }
    expect((await ask('c', 'GET', path)).status).toBe(404);
  });

  it('change and delete what belongs to the caller', async () => {
    await made('a', `/${list}`, body('red'));
    await made('b', `/${list}`, body('blue'));
    expect((await ask('b', 'PUT', `/${list}`, body('navy'))).status).toBe(200);
    expect(JSON.stringify((await ask('b', 'GET', path)).body)).toContain('navy');
    expect(JSON.stringify((await ask('a', 'GET', path)).body)).toContain('red');
    expect((await ask('b', 'DELETE', path)).status).toBe(204);
    expect((await ask('b', 'GET', path)).status).toBe(404);
    expect(JSON.stringify((await ask('a', 'GET', path)).body)).toContain('red');
    expect((await ask('b', 'PUT', `/${list}`, body('navy'))).status).toBe(404);
  });

  it('mean nothing of other projects to an administrator either, who has to give an id', async () => {
    const admin = (method: string, where: string, text?: string) => ask('root', method, where, text, 'admin');
    await made('a', `/${list}`, body('red'));
    await made('b', `/${list}`, body('blue'));
    const { body: theirs } = await ask('b', 'GET', path);
    const id = theirs['id'] as string;
    const put = list === 'workflows' || list === 'actions' ? path : `/${list}`;
    for (const [method, where, text] of [
      ['GET', path],
      ['DELETE', path],
      ['PUT', put, body('grey')],
    ] as const) {
      const answer = await admin(method, where, text);
      expect([answer.status, method]).toEqual([404, method]);
      if (where === path) expect(answer.body['faultstring']).toContain(`${id} (project b)`);
    }
    expect((await admin('GET', `/${list}/${id}`)).body).toMatchObject({ id });
    expect((await admin('DELETE', `/${list}/${id}`)).status).toBe(204);
    expect((await ask('b', 'GET', path)).status).toBe(404);
    expect(JSON.stringify((await ask('a', 'GET', path)).body)).toContain('red');
  });

  // A workflow cannot have such a name.
  it.skipIf(list === 'workflows')('that are the id of another one take no place of it', async () => {
    await made('a', `/${list}`, body('red'));
    const id = (await ask('a', 'GET', path)).body['id'] as string;
    const shared = list === 'environments' ? environment(id, 'stolen', 'public') : body('stolen');
    const query = list === 'environments' ? '' : '?scope=public';
    await made('b', `/${list}${query}`, shared.replace(list === 'workbooks' ? 'same' : /^same/m, id));
    expect(JSON.stringify((await ask('a', 'GET', `/${list}/${id}`)).body)).toContain('red');
    expect((await ask('a', 'DELETE', `/${list}/${id}`)).status).toBe(204);
  });
});

it('An administrator starts no workflow of another project by its name', async () => {
  await made('a', '/workflows', says('theirs', 'red'));
  const start = JSON.stringify({ workflow_name: 'theirs' });
  expect((await ask('root', 'POST', '/executions', start, 'admin')).status).toBe(404);
});

it('A workbook of the same name in two projects leaves the members of the other one alone', async () => {
  const book = (word: string): string =>
    workbook('book', `w: {output: {said: ${word}}, tasks: {t: {action: std.noop}}}`);
  await made('a', '/workbooks', book('red'));
  await made('b', '/workbooks', book('blue'));
  expect([await run('a', 'book.w'), await run('b', 'book.w')]).toEqual([said('red'), said('blue')]);
  expect((await ask('b', 'DELETE', '/workbooks/book')).status).toBe(204);
  expect((await ask('b', 'GET', '/workflows/book.w')).status).toBe(404);
  expect(await run('a', 'book.w')).toBe(said('red'));
});

it('A workbook that is replaced keeps the ids of its members, and loses those that it has no more', async () => {
  const member = (name: string, word: string): string =>
    `${name}: {output: {said: ${word}}, tasks: {t: {action: std.noop}}}`;
  await made('a', '/workbooks', workbook('book', `${member('one', 'red')}, ${member('two', 'red')}`));
  const { body: before } = await ask('a', 'GET', '/workflows/book.one');
  const text2 = workbook('book', `${member('one', 'navy')}, ${member('three', 'navy')}`);
  expect((await ask('a', 'PUT', '/workbooks', text2)).status).toBe(200);
  expect((await ask('a', 'GET', '/workflows/book.one')).body['id']).toBe(before['id']);
  expect([await run('a', 'book.one'), await run('a', 'book.three')]).toEqual([said('navy'), said('navy')]);
  expect((await ask('a', 'GET', '/workflows/book.two')).status).toBe(404);
});

describe('What another project shares', () => {
  it('is found where the project has none of that name, and gives way to its own', async () => {
    await made('b', '/workflows?scope=public', says('w', 'blue'));
    expect(await run('a', 'w')).toBe(said('blue'));
    expect((await ask('a', 'PUT', '/workflows', says('w', 'red'))).status).toBe(403);
    await made('a', '/workflows', says('w', 'red'));
    expect(await run('a', 'w')).toBe(said('red'));
    expect((await ask('a', 'PUT', '/workflows', says('w', 'navy'))).status).toBe(200);
    expect([await run('a', 'w'), await run('b', 'w')]).toEqual([said('navy'), said('blue')]);
  });

  it('is the oldest of that name, however often it is replaced', async () => {
    await made('b', '/workflows?scope=public', says('w', 'blue'));
    await made('c', '/workflows?scope=public', says('w', 'cyan'));
    expect((await ask('b', 'PUT', '/workflows?scope=public', says('w', 'navy'))).status).toBe(200);
    expect(await run('a', 'w')).toBe(said('navy'));
    await ask('b', 'DELETE', '/workflows/w');
    expect(await run('a', 'w')).toBe(said('cyan'));
  });

  it('takes no place of sub-workflows, ad-hoc actions and environments of the project', async () => {
    const caller = text(`caller:
  output: {flow: <% task(flow).result.said %>, act: <% task(act).result %>, word: <% env().word %>}
  tasks: {flow: {workflow: sub}, act: {action: acts}}`);
    await made('a', '/workflows', caller);
    await made('b', '/workflows?scope=public', says('sub', 'blue'));
    await made('b', '/actions?scope=public', action('acts', 'blue'));
    await made('b', '/environments', environment('e', 'blue', 'public'));
    const params = { params: JSON.stringify({ env: 'e' }) };
    expect(JSON.parse(await run('a', 'caller', params))).toEqual({ flow: 'blue', act: 'blue', word: 'blue' });
    await made('a', '/workflows', says('sub', 'red'));
    await made('a', '/actions', action('acts', 'red'));
    await made('a', '/environments', environment('e', 'red'));
    expect(JSON.parse(await run('a', 'caller', params))).toEqual({ flow: 'red', act: 'red', word: 'red' });
  });

  it('takes no place of the base of an ad-hoc action', async () => {
    await made('a', '/actions', text('acts: {base: inner}'));
    await made('a', '/actions', action('inner', 'red'));
    await made('b', '/actions?scope=public', action('inner', 'blue'));
    const body = JSON.stringify({ name: 'acts', input: '{}' });
    const answer = await made('a', '/action_executions', body);
    expect(answer['output']).toBe('{"result":"red"}');
  });

  it('takes no place of what is in the default namespace, although the execution has another one', async () => {
    await made('a', '/workflows?namespace=ns', text('caller: {tasks: {t: {workflow: sub}}}'));
    await made('a', '/workflows', text('sub: {tasks: {t: {action: std.noop}}}'));
    await made('b', '/workflows?namespace=ns&scope=public', text('sub: {tasks: {t: {action: std.fail}}}'));
    expect(await run('a', 'caller', { workflow_namespace: 'ns' })).toBe('{}');
    await ask('a', 'DELETE', '/workflows/sub');
    expect(await run('a', 'caller', { workflow_namespace: 'ns' })).toContain('t [task_ex_id=');
  });

  it('takes no place of a built-in action, nor of one in a workbook of the same name', async () => {
    const stolen = await ask('b', 'POST', '/actions?scope=public', action('std.echo', 'stolen'));
    expect(stolen.status).toBe(409);
    const theirs = `name: book\nactions: {own: {base: std.fail}, only: {base: std.echo output="stolen"}}`;
    await made('b', '/workbooks?scope=public', text(theirs));
    const ours = `name: book\nactions: {own: {base: std.echo, base-input: {output: red}}}
workflows: {w: {output: {said: <% task(t).result %>, own: <% task(o).result %>}, tasks: {t: {action: std.echo output="red"}, o: {action: own}}}}`;
    await made('a', '/workbooks', text(`${ours.slice(0, -1)}, asks: {tasks: {t: {action: only}}}}`));
    expect(JSON.parse(await run('a', 'book.w'))).toEqual({ said: 'red', own: 'red' });
    expect(await run('a', 'book.asks')).toContain('Failed to find action [action_name=only');
  });
});

it('A shared workbook calls its own members, for a project too that has a workbook of that name', async () => {
  const members = (word: string): string => `sub: {output: {said: ${word}}, tasks: {t: {action: std.noop}}}`;
  const caller = (name: string): string =>
    `${name}: {output: {said: <% task(f).result.said + ' ' + task(g).result.said + ' ' + task(h).result %>}, ` +
    `tasks: {f: {workflow: sub}, g: {workflow: book.sub}, h: {action: act}}}`;
  const book = (word: string, name: string): string =>
    text(
      `name: book\nactions: {act: {base: book.inner}, inner: {base: std.echo, base-input: {output: ${word}}}}\n` +
        `workflows: {${members(word)}, ${caller(name)}}`,
    );
  await made('b', '/workbooks?scope=public', book('blue', 'shared'));
  await made('a', '/workbooks', book('red', 'own'));
  expect(await run('a', 'book.shared')).toBe(said('blue blue blue'));
  expect(await run('a', 'book.own')).toBe(said('red red red'));
});

it('An execution that runs goes on with its definition, whatever gets its name', async () => {
  const waits = (name: string, word: string): string =>
    text(`${name}:
  output: {said: ${word}}
  tasks: {t: {action: std.async_noop, on-success: then}, then: {action: act, publish: {got: <% task().result %>}}}`);
  await made('a', '/workflows', waits('w', 'red'));
  await made('a', '/actions', action('act', 'red'));
  await made('b', '/workflows?scope=public', waits('shared', 'blue'));
  await made('b', '/actions?scope=public', action('act', 'blue'));
  const own = (await made('a', '/executions', '{"workflow_name": "w"}'))['id'] as string;
  const shared = (await made('a', '/executions', '{"workflow_name": "shared"}'))['id'] as string;
  await made('b', '/workflows?scope=public', says('w', 'stolen'));
  await made('c', '/workflows?scope=public', says('shared', 'stolen'));
  await made('a', '/workflows', says('shared', 'mine'));
  await ask('b', 'DELETE', '/workflows/shared');
  for (const id of [own, shared]) {
    const waiting = await eventually('an action waits', async () => {
      const { body } = await ask('a', 'GET', `/action_executions?workflow_execution_id=${id}`);
      return (body['action_executions'] as unknown as { id: string }[])[0]?.id;
    });
    expect((await ask('a', 'PUT', `/action_executions/${waiting}`, '{"state": "SUCCESS"}')).status).toBe(200);
  }
  expect([await endOf('a', own), await endOf('a', shared)]).toEqual([said('red'), said('blue')]);
});

it('A definition is checked against what its project would call', async () => {
  await made('b', '/workflows', says('theirs', 'blue'));
  const warnings = async (): Promise<unknown> =>
    (await ask('a', 'POST', '/workflows/validate', text('w: {tasks: {t: {workflow: theirs}}}'))).body[
      'warnings'
    ];
  expect(await warnings()).toHaveLength(1);
  await made('a', '/workflows', says('theirs', 'red'));
  expect(await warnings()).toBeUndefined();
});
