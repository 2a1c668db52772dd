/** Who may ask what of the workflow API: roles, and what another project owns. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../domain/json.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { byHeaders, callersOf, type ProjectAnswer } from '../../../test/support/mistral-callers.ts';
import { startMistralServer, type MistralServer } from '../../../test/support/mistral-server.ts';
import { registerService } from '../../store/services.ts';

let server: MistralServer;

const ask = (...asked: Parameters<ReturnType<typeof callersOf>>): Promise<ProjectAnswer> =>
  callersOf(server)(...asked);

const workflow = (name: string, action = 'std.async_noop'): string =>
  `version: '2.0'\n${name}: {tasks: {a: {action: ${action}}}}\n`;

let execution: string;
let task: string;
let action: string;
let standalone: string;

async function first(path: string, list: string): Promise<string> {
  return await eventually(`one of ${list}`, async () => {
    const { body } = await ask('a', 'GET', path);
    return (body[list] as unknown as { id: string }[])[0]?.id;
  });
}

beforeAll(async () => {
  server = await startMistralServer([], byHeaders);
  await ask('a', 'POST', '/workflows', workflow('own'));
  await ask('a', 'POST', '/workflows?scope=public', workflow('shared'));
  await ask('a', 'POST', '/environments', '{"name": "e"}');
  execution = (await ask('a', 'POST', '/executions', '{"workflow_name": "own"}')).body['id'] as string;
  task = await first(`/executions/${execution}/tasks`, 'tasks');
  action = await first(`/tasks/${task}/action_executions`, 'action_executions');
  const run = await ask('a', 'POST', '/action_executions', '{"name": "std.async_noop"}');
  standalone = run.body['id'] as string;
});

afterAll(() => server.close());

describe('The workflow API', () => {
  it('lets a reader read, and change nothing', async () => {
    expect((await ask('a', 'GET', '/workflows', undefined, 'reader')).status).toBe(200);
    const answer = await ask('a', 'POST', '/workflows', workflow('third'), 'reader');
    expect(answer.status).toBe(403);
    expect(answer.body['faultstring']).toContain('write_definitions needs the role member, found reader');
  });

  it('shows nothing of another project, and changes nothing of it', async () => {
    for (const path of [
      '/workflows/own',
      '/environments/e',
      `/executions/${execution}`,
      `/executions/${execution}/tasks`,
      `/executions/${execution}/report`,
      `/tasks/${task}`,
      `/tasks/${task}/action_executions`,
      `/action_executions/${action}`,
      `/action_executions/${standalone}`,
    ])
      expect([path, (await ask('b', 'GET', path)).status]).toEqual([path, 404]);
    const changes = [
      ['PUT', `/executions/${execution}`, '{"state": "CANCELLED"}'],
      ['DELETE', `/executions/${execution}?force=true`],
      ['PUT', `/tasks/${task}`, '{"state": "RUNNING"}'],
      ['PUT', `/action_executions/${action}`, '{"state": "SUCCESS"}'],
      ['PUT', `/action_executions/${standalone}`, '{"state": "SUCCESS"}'],
      ['DELETE', '/workflows/own'],
      ['DELETE', '/environments/e'],
      ['PUT', '/environments', '{"name": "e"}'],
      ['POST', '/executions', '{"workflow_name": "own"}'],
    ] as const;
    for (const [method, path, body] of changes)
      expect([method, path, (await ask('b', method, path, body)).status]).toEqual([method, path, 404]);
    expect((await ask('a', 'GET', `/executions/${execution}`)).body['state']).toBe('RUNNING');
  });

  it('lists what the caller sees', async () => {
    const ids = async (project: string, list: string, roles?: string) =>
      (await ask(project, 'GET', `/${list}`, undefined, roles)).body[list] as unknown as { name: string }[];
    for (const list of ['executions', 'tasks', 'action_executions', 'environments'])
      expect([list, await ids('b', list)]).toEqual([list, []]);
    expect((await ids('b', 'workflows')).map(({ name }) => name)).toEqual(['shared']);
    expect((await ids('b', 'executions', 'member,admin')).length).toBe(1);
    expect((await ids('a', 'action_executions')).length).toBe(2);
  });

  it('answers a marker of another project as one that is nowhere', async () => {
    const markers = { executions: execution, tasks: task, action_executions: action };
    for (const [list, marker] of Object.entries(markers)) {
      const found = await ask('b', 'GET', `/${list}?marker=${marker}`);
      const nowhere = await ask('b', 'GET', `/${list}?marker=nowhere`);
      expect([list, found.status, nowhere.status]).toEqual([list, 404, 404]);
      const sentence = (body: JsonObject) => JSON.stringify(body['faultstring']).replace(/found .*/, 'found');
      expect(sentence(found.body)).toBe(sentence(nowhere.body));
    }
  });

  it('lets all use what is public, and its project alone change it', async () => {
    expect((await ask('b', 'GET', '/workflows/shared')).status).toBe(200);
    expect((await ask('b', 'POST', '/executions', '{"workflow_name": "shared"}')).status).toBe(201);
    expect((await ask('b', 'DELETE', '/workflows/shared')).status).toBe(403);
    expect((await ask('b', 'PUT', '/workflows', workflow('shared', 'std.noop'))).status).toBe(403);
    expect((await ask('b', 'PUT', '/workflows', workflow('own', 'std.noop'))).status).toBe(404);
  });

  it('runs nothing of another project by its name: no action, no sub-workflow, and reads no environment', async () => {
    const adhoc = "version: '2.0'\nsecret_action: {base: std.echo, base-input: {output: hidden-value}}\n";
    expect((await ask('a', 'POST', '/actions', adhoc)).status).toBe(201);
    const hidden = JSON.stringify({ name: 'secrets', variables: '{"word": "hidden-value"}' });
    expect((await ask('a', 'POST', '/environments', hidden)).status).toBe(201);
    const stealing = `version: '2.0'
stealing:
  output: {found: <% executions() %>}
  tasks: {t: {action: secret_action}}
calling: {tasks: {t: {workflow: own}}}
listing: {output: {found: <% executions() %>}, tasks: {t: {action: std.noop}}}
`;
    expect((await ask('b', 'POST', '/workflows', stealing)).status).toBe(201);
    const run = async (body: object) => {
      const made = await ask('b', 'POST', '/executions', JSON.stringify(body));
      if (made.status !== 201) return JSON.stringify(made);
      return await eventually('it has ended', async () => {
        const { body: shown } = await ask('b', 'GET', `/executions/${made.body['id'] as string}`);
        return shown['state'] !== 'RUNNING' && JSON.stringify(shown);
      });
    };
    const texts = [
      await run({ workflow_name: 'stealing' }),
      await run({ workflow_name: 'calling' }),
      await run({ workflow_name: 'listing' }),
      await run({ workflow_name: 'listing', params: '{"env": "secrets"}' }),
      JSON.stringify(await ask('b', 'POST', '/action_executions', '{"name": "secret_action"}')),
    ];
    for (const text of texts) {
      expect(text).not.toContain('hidden-value');
      expect(text).not.toContain(execution);
    }
    expect(texts[0]).toContain('secret_action');
    expect(texts[1]).toContain('ERROR');
    expect(texts[4]).toContain('404');
  });

  it('does not give an execution of another project for its id', async () => {
    const body = JSON.stringify({ id: execution, workflow_name: 'shared' });
    for (const role of ['member', 'admin']) {
      const { status, body: fault } = await ask('b', 'POST', '/executions', body, role);
      expect([status, fault['faultstring']]).toEqual([
        409,
        `Duplicate entry for WorkflowExecution with ID ${execution}`,
      ]);
    }
    const unknown = JSON.stringify({ id: execution, workflow_name: 'none' });
    expect((await ask('b', 'POST', '/executions', unknown)).status).toBe(404);
    expect((await ask('a', 'POST', '/executions', body)).body['id']).toBe(execution);
  });
});

describe('What is not there', () => {
  it.each([
    ['GET', '/cron_triggers', /systemd timer/],
    ['POST', '/event_triggers', /health policy runs workflows/],
    ['GET', '/code_sources/x', /ad-hoc action over std.http/],
    ['GET', '/dynamic_actions?name=x', /ad-hoc action over std.http/],
    ['POST', '/workflows/own/members', /scope=public/],
    ['DELETE', '/workflows/own/members/m', /scope=public/],
    ['GET', '/nothing', /^Resource not found: GET \/v2\/nothing$/],
    ['PATCH', '/workflows/own', /^Resource not found: PATCH/],
  ])('%s %s says so, in a form that clients show', async (method, path, sentence) => {
    const { status, body } = await ask('a', method, path, method === 'POST' ? '{}' : undefined);
    expect([status, body['faultcode']]).toEqual([404, 'Client']);
    expect(body['faultstring']).toMatch(sentence);
  });

  it('is said of the root, too', async () => {
    const answer = await ask('a', 'GET', '/');
    expect(answer).toEqual({ status: 200, body: { uri: `${server.url}/v2` } });
  });
});

describe('The services', () => {
  it('are the processes of Coppice, by their roles', async () => {
    const now = Date.now();
    await server.opened.store.write(async (tx) => {
      const process = {
        id: 's',
        host: 'h',
        pid: 7,
        roles: ['api', 'engine'],
        startedAt: now,
        leaseUntil: now,
      };
      await registerService(tx, process);
    });
    const { services } = (await ask('a', 'GET', '/services')).body;
    expect(services).toEqual(
      expect.arrayContaining([
        { name: 'h_7', type: 'api_group' },
        { name: 'h_7', type: 'engine_group' },
      ]),
    );
  });
});
