/** `/v2/actions`: built-in actions and those of projects in one list, and names that are neither. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../domain/json.ts';
import { insertDefinition, putSource, sourceOf } from '../../store/workflow-definitions.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { MistralRest } from '../../../test/support/mistral-rest-driver.ts';
import { startMistralServer, type MistralServer } from '../../../test/support/mistral-server.ts';

let server: MistralServer;
let rest: MistralRest;

const text = (name: string): string => `version: '2.0'\n${name}: {base: std.noop, description: ${name}}\n`;

beforeAll(async () => {
  server = await startMistralServer();
  rest = new MistralRest(server.url);
  for (const name of ['one', 'two', 'three']) await rest.call('POST', '/actions', text(name));
});
afterAll(async () => {
  await server.close();
  expect(server.errors).toEqual([]);
});

async function list(query: string): Promise<{ names: unknown[]; next: string | undefined }> {
  const { status, body } = await rest.call('GET', `/actions?${query}`);
  expect([query, status]).toEqual([query, 200]);
  const names = (body['actions'] as JsonObject[]).map(({ id, name }) => name ?? id);
  return { names, next: body['next'] as string | undefined };
}

describe('The list of actions', () => {
  it('comes in pages, built-in actions first, whatever the limit is', async () => {
    const { names: whole } = await list('');
    expect(whole.slice(-3)).toEqual(['one', 'two', 'three']);
    for (const limit of [1, 2, whole.length - 4, whole.length]) {
      const pages: unknown[][] = [];
      for (let query: string | undefined = `limit=${limit}`; query !== undefined;) {
        const { names, next } = await list(query);
        if (names.length > 0) pages.push(names);
        query = next === undefined ? undefined : new URL(next).search.slice(1);
      }
      expect(pages.flat()).toEqual(whole);
      expect(pages[0]).toHaveLength(limit);
    }
  });

  it('is sorted within both', async () => {
    const { names } = await list('sort_keys=name&sort_dirs=desc');
    const [own, builtIn] = [names.slice(-3), names.slice(0, -3)];
    expect(own).toEqual(['two', 'three', 'one']);
    expect(builtIn.length).toBeGreaterThan(5);
    expect(builtIn).toEqual(builtIn.map(String).toSorted().toReversed());
    const { names: first } = await list('sort_keys=name&sort_dirs=desc&limit=2');
    expect(first).toEqual(builtIn.slice(0, 2));
  });

  it('has what is asked for only', async () => {
    expect((await list('name=std.echo')).names).toEqual(['std.echo']);
    expect((await list('name=in:std.noop,two&sort_keys=name')).names).toEqual(['std.noop', 'two']);
    expect((await list('is_system=false&limit=2')).names).toEqual(['one', 'two']);
    expect((await list('nulls=updated_at&name=std.noop')).names).toEqual(['std.noop']);
    const { body } = await rest.call('GET', '/actions?fields=name&limit=1');
    expect(Object.keys((body['actions'] as JsonObject[])[0] ?? {}).toSorted()).toEqual(['id', 'name']);
  });
});

describe('An ad-hoc action with the name of a built-in one', () => {
  const answer = {
    status: 409,
    body: { faultstring: expect.stringContaining('std.echo is a built-in action of this server') as unknown },
  };

  it('is refused, in a workbook too', async () => {
    expect(await rest.call('POST', '/actions', text('std.echo'))).toMatchObject(answer);
    expect(await rest.call('PUT', '/actions?create_missing=true', text('std.echo'))).toMatchObject(answer);
    const book = "version: '2.0'\nname: std\nactions: {echo: {base: std.noop}}\n";
    expect(await rest.call('POST', '/workbooks', book)).toMatchObject(answer);
    expect((await rest.call('POST', '/actions/validate', text('std.echo'))).body).toMatchObject({
      valid: false,
      error: expect.stringContaining('give it another name') as unknown,
    });
  });

  it('that is there, from a time when the server had no such action, is listed once, and can be deleted', async () => {
    const source = sourceOf('action', text('std.echo'));
    const own = { id: randomUUID(), name: 'std.echo', namespace: '', scope: 'private', project: 'default' };
    const dates = { createdAt: Date.now(), updatedAt: null };
    const { project } = await projectOf();
    await server.opened.store.write(async (tx) => {
      await putSource(tx, source);
      const definition = { ...own, project, ...dates, workbook: null, tags: [], sourceId: source.id };
      await insertDefinition(tx, 'adhoc_action', definition);
    });
    const { body } = await rest.call('GET', '/actions?name=std.echo');
    expect(body['actions']).toMatchObject([
      {
        is_system: true,
        description: expect.stringContaining('An ad-hoc action of this name is never called') as unknown,
      },
    ]);
    expect((await list('')).names.filter((name) => name === 'std.echo')).toHaveLength(1);
    expect((await rest.call('DELETE', '/actions/std.echo')).status).toBe(204);
    expect((await rest.call('GET', '/actions/std.echo')).body['description']).not.toContain('never');
    expect((await rest.call('DELETE', '/actions/std.echo')).status).toBe(400);
  });

  async function projectOf(): Promise<{ project: string }> {
    const { body } = await rest.call('GET', '/actions/one');
    return { project: body['project_id'] as string };
  }
});

describe('An action that is not there is said to be so with the reason', () => {
  const reasons = [
    ['nova.servers_get', 'nova.servers_get needs a cloud, and this server has none'],
    ['nova.servers_gett', 'Coppice has no action nova.servers_gett (did you mean nova.servers_get?)'],
    ['nova.agents_list', 'Nova has agents no longer'],
    ['std.ssh', 'std.ssh needs private keys on the server'],
    ['std.ech', 'did you mean std.echo?'],
    ['thre', 'did you mean three?'],
  ] as const;

  it.each(reasons)('%s', async (name, reason) => {
    const shown = await rest.call('GET', `/actions/${name}`);
    const deleted = await rest.call('DELETE', `/actions/${name}`);
    const run = await rest.call('POST', '/action_executions', { name, input: {} });
    for (const { status, body } of [shown, deleted, run]) {
      expect(status).toBe(404);
      expect(body['faultstring']).toContain(reason);
    }
  });

  it.each(reasons.slice(0, 4))('where a task computes its name: %s', async (name, reason) => {
    const namespace = 'run-83da0123456789ab';
    const workflow = `version: '2.0'\nw${name.length}: {input: [a], tasks: {t: {action: <% $.a %>}}}\n`;
    await rest.call('POST', `/workflows?namespace=${namespace}`, workflow);
    const started = await rest.call('POST', '/executions', {
      workflow_name: `w${name.length}`,
      workflow_namespace: namespace,
      input: { a: name },
    });
    const ended = await eventually('the execution ends', async () => {
      const { body } = await rest.call('GET', `/executions/${started.body['id'] as string}`);
      return body['state'] === 'ERROR' && body;
    });
    expect(ended['state_info']).toContain(reason);
    expect(ended['state_info']).not.toContain(namespace);
  });
});
