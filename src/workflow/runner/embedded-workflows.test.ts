import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { findSignal } from '../../store/action-wakes.ts';
import type { Store } from '../../store/store.ts';
import { findDefinition } from '../../store/workflow-definitions.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { openTestStore, type TestStore } from '../../../test/support/backends.ts';
import { succeeded, type PerformedAction } from '../actions/action-type.ts';
import { hasEnded, type WorkflowExecution } from '../workflow-service.ts';
import { type EmbeddedWorkflows, embeddedWorkflows } from './embedded-workflows.ts';
import { joined } from '../../../test/support/membership.ts';
import { testSession } from '../../../test/support/session.ts';

let opened: TestStore;
let store: Store;
const running: EmbeddedWorkflows[] = [];

beforeEach(async () => {
  opened = await openTestStore();
  store = opened.store;
});

afterEach(async () => {
  for (const workflows of running.splice(0)) await workflows.runner.stop();
  await opened.close();
});

/** Of the process that was started last. */
let lastOwner: string;

async function started(actions: readonly PerformedAction[] = []): Promise<EmbeddedWorkflows> {
  const membership = await joined(store);
  lastOwner = membership.id;
  const workflows = embeddedWorkflows({
    store,
    membership,
    actions,
    log: {
      error: ({ err }) => {
        throw err;
      },
    },
  });
  running.push(workflows);
  await workflows.runner.start();
  return workflows;
}

function request(workflowName: string, input: WorkflowExecution['input'] = {}) {
  return { id: randomUUID(), workflowName, input, env: {}, description: 'test', session: testSession };
}

async function ended(workflows: EmbeddedWorkflows, id: string): Promise<WorkflowExecution> {
  return await eventually(`the end of ${id}`, async () => {
    const found = await workflows.get(id, testSession);
    return found !== undefined && hasEnded(found.state) && found;
  });
}

const chain = `
version: '2.0'
chain:
  input: [name, {greeting: hello}]
  output: {said: <% $.said %>}
  tasks:
    first: {action: std.noop, on-success: say}
    say:
      action: std.echo output="<% $.greeting %> <% $.name %>"
      publish: {said: <% task().result %>}
`;

describe('definitions', () => {
  it('describe their inputs', async () => {
    const workflows = await started();
    const inputs = [
      { name: 'name', required: true },
      { name: 'greeting', required: false },
    ];
    expect(await workflows.createDefinition(chain, testSession)).toMatchObject([
      { name: 'chain', namespace: '', inputs },
    ]);
    expect(await workflows.find('chain', testSession)).toMatchObject({ name: 'chain', inputs });
    expect(await workflows.find('other', testSession)).toBeUndefined();
  });

  it('have names that are taken once, and are created all or none', async () => {
    const workflows = await started();
    await workflows.createDefinition(chain, testSession);
    const two = `${chain.replace('chain:', 'fresh:')}\nchain:\n  tasks: {a: {action: std.noop}}\n`;
    await expect(workflows.createDefinition(two, testSession)).rejects.toMatchObject({
      code: 'action-conflict',
    });
    expect(await workflows.find('fresh', testSession)).toBeUndefined();
  });

  it.each(['std.js', 'std.javascript', 'std.ssh', 'std.ssh_proxied', 'std.email'])(
    'are refused with %s, saying what to use instead',
    async (action) => {
      const workflows = await started();
      const text = `version: '2.0'\nw:\n  tasks:\n    t:\n      action: ${action}\n`;
      await expect(workflows.createDefinition(text, testSession)).rejects.toThrow(
        /w\.tasks\.t\.action: .*std\.http/,
      );
    },
  );

  it('that are not valid are refused with all that is wrong', async () => {
    const workflows = await started();
    const text = "version: '2.0'\nw:\n  tasks:\n    t: {action: std.noop, colour: red}\n";
    await expect(workflows.createDefinition(text, testSession)).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('colour') as string,
    });
  });
});

describe('an execution', () => {
  it('runs to its end and sends its signal', async () => {
    const workflows = await started();
    await workflows.createDefinition(chain, testSession);
    const asked = request('chain', { name: 'n1' });
    await workflows.start(asked);
    expect(await ended(workflows, asked.id)).toMatchObject({
      state: 'SUCCESS',
      input: { name: 'n1', greeting: 'hello' },
      output: { said: 'hello n1' },
    });
    expect(await findSignal(store.db, workflows.endSignal(asked.id))).toEqual({ state: 'SUCCESS' });
  });

  it('is started once, however often it is asked for with the same id', async () => {
    const workflows = await started();
    await workflows.createDefinition(chain, testSession);
    const asked = request('chain', { name: 'n1' });
    const again = { ...asked, input: { name: 'other' } };
    const both = await Promise.all([workflows.start(asked), workflows.start(again)]);
    const [first, second] = both.map(({ input }) => input['name']);
    expect(second).toBe(first);
    expect((await workflows.start(again)).input['name']).toBe(first);
    const rows = await store.db.selectFrom('workflow_execution').select('id').execute();
    expect(rows).toEqual([{ id: asked.id }]);
  });

  it('is refused with wrong input, and without a workflow', async () => {
    const workflows = await started();
    await workflows.createDefinition(chain, testSession);
    await expect(workflows.start(request('chain'))).rejects.toMatchObject({ code: 'bad-request' });
    await expect(workflows.start(request('other'))).rejects.toMatchObject({ code: 'resource-not-found' });
  });

  it('can be cancelled while it waits, and stays as it ended', async () => {
    const workflows = await started();
    await workflows.createDefinition(
      "version: '2.0'\nw: {tasks: {a: {action: std.async_noop}}}\n",
      testSession,
    );
    const asked = request('w');
    expect(await workflows.start(asked)).toMatchObject({ state: 'RUNNING' });
    expect(await workflows.cancel(asked.id, 'operator', testSession)).toMatchObject({
      state: 'CANCELLED',
      stateInfo: 'operator',
    });
    expect(await workflows.cancel(asked.id, 'again', testSession)).toMatchObject({ stateInfo: 'operator' });
    await expect(workflows.cancel(randomUUID(), 'x', testSession)).rejects.toMatchObject({
      code: 'resource-not-found',
    });
  });

  it('runs its sub-workflows, and goes on when they have ended', async () => {
    const workflows = await started();
    await workflows.createDefinition(
      `
version: '2.0'
outer:
  output: {all: <% $.all %>}
  tasks:
    each:
      with-items: i in [1, 2, 3]
      workflow: inner n=<% $.i %>
      publish: {all: <% task().result.select($.double) %>}
inner:
  input: [n]
  output: {double: <% $.d %>}
  tasks:
    a: {action: 'std.echo output=<% $.n * 2 %>', publish: {d: <% task().result %>}}
`,
      testSession,
    );
    const asked = request('outer');
    await workflows.start(asked);
    expect(await ended(workflows, asked.id)).toMatchObject({ state: 'SUCCESS', output: { all: [2, 4, 6] } });
    expect(await store.db.selectFrom('workflow_message').select('seq').execute()).toEqual([]);
  });

  it('waits for a delay without holding anything but a row', async () => {
    const workflows = await started();
    await workflows.createDefinition(
      "version: '2.0'\nw: {tasks: {a: {action: std.sleep seconds=1}, b: {action: std.echo output=1 delay=1}}}\n",
      testSession,
    );
    const asked = request('w');
    await workflows.start(asked);
    expect(await store.db.selectFrom('workflow_timer').select('kind').execute()).toHaveLength(2);
    expect(await ended(workflows, asked.id)).toMatchObject({ state: 'SUCCESS' });
    expect(await store.db.selectFrom('workflow_timer').select('kind').execute()).toEqual([]);
  });

  it('goes on for ever in a loop of instant actions, and can be cancelled', async () => {
    const workflows = await started();
    await workflows.createDefinition(
      `
version: '2.0'
w:
  tasks:
    start: {action: std.noop, on-success: a}
    a: {action: std.noop, on-success: b}
    b: {action: std.noop, on-success: a}
`,
      testSession,
    );
    const asked = request('w');
    await workflows.start(asked);
    expect(await workflows.cancel(asked.id, 'enough', testSession)).toMatchObject({ state: 'CANCELLED' });
  });
});

describe('a restart', () => {
  const slow = `
version: '2.0'
w:
  output: {r: <% $.r %>}
  tasks:
    before: {action: std.noop, on-success: ask}
    ask: {action: test.ask, publish: {r: <% task().result %>}}
`;

  function asking(answer: (id: string) => Promise<string>): PerformedAction {
    return {
      name: 'test.ask',
      description: '',
      parameters: [],
      perform: async (call) => succeeded(await answer(call.id)),
    };
  }

  it('runs an action again that was running, with the same id', async () => {
    const seen: string[] = [];
    const first = await started([
      asking((id) => {
        seen.push(id);
        return new Promise(() => {});
      }),
    ]);
    await first.createDefinition(slow, testSession);
    const asked = request('w');
    await first.start(asked);
    await eventually('the action runs', () => seen.length === 1);
    const second = await started([
      asking(async (id) => {
        seen.push(id);
        return 'second';
      }),
    ]);
    expect(await ended(second, asked.id)).toMatchObject({ state: 'SUCCESS', output: { r: 'second' } });
    expect(seen[1]).toBe(seen[0]);
    running.shift();
  });

  it('makes the late result of the process before it worthless', async () => {
    let answer: (text: string) => void = () => {};
    const first = await started([asking(() => new Promise((resolve) => (answer = resolve)))]);
    await first.createDefinition(slow, testSession);
    const asked = request('w');
    await first.start(asked);
    const id = await eventually('the action runs', async () => {
      const row = await store.db
        .selectFrom('workflow_action')
        .select('id')
        .where('owner', 'is not', null)
        .executeTakeFirst();
      return row?.id;
    });
    let now: (text: string) => void = () => {};
    const second = await started([asking(() => new Promise((resolve) => (now = resolve)))]);
    answer('late');
    await first.runner.stop();
    const rows = store.db.selectFrom('workflow_action').select(['state', 'owner']).where('id', '=', id);
    expect(await rows.executeTakeFirst()).toEqual({ state: 'RUNNING', owner: lastOwner });
    now('in time');
    expect(await ended(second, asked.id)).toMatchObject({ output: { r: 'in time' } });
  });

  it('reads timers again, and starts what was recorded only', async () => {
    const first = await started();
    await first.createDefinition(
      "version: '2.0'\nw: {tasks: {a: {wait-before: 1, action: std.noop}}}\n",
      testSession,
    );
    const asked = request('w');
    await first.start(asked);
    await first.runner.stop();
    expect(await first.get(asked.id, testSession)).toMatchObject({ state: 'RUNNING' });
    const second = await started();
    expect(await ended(second, asked.id)).toMatchObject({ state: 'SUCCESS' });
  });
});

describe('old executions', () => {
  it('are purged with all that belongs to them; younger and running ones stay', async () => {
    const workflows = await started();
    await workflows.createDefinition(
      "version: '2.0'\nw: {tasks: {a: {workflow: v}}}\nv: {tasks: {b: {action: std.noop}}}\nr: {tasks: {c: {action: std.async_noop}}}\n",
      testSession,
    );
    const [old, waiting] = [request('w'), request('r')];
    await workflows.start(old);
    await workflows.start(waiting);
    await ended(workflows, old.id);
    expect(await workflows.runner.purge(Date.now() - 60_000)).toBe(0);
    expect(await workflows.runner.purge(Date.now() + 1)).toBe(1);
    expect(await store.db.selectFrom('workflow_execution').select('id').execute()).toEqual([
      { id: waiting.id },
    ]);
    expect(await store.db.selectFrom('workflow_task').select('name').execute()).toEqual([{ name: 'c' }]);
  });
});

test('definitions and executions belong to the project for which they were made', async () => {
  const workflows = await started();
  await workflows.createDefinition("version: '2.0'\nw: {tasks: {a: {action: std.noop}}}\n", testSession);
  const asked = request('w');
  await workflows.start(asked);
  for (const table of ['workflow', 'workflow_execution'] as const)
    expect(await store.db.selectFrom(table).select('project').execute()).toEqual([
      { project: testSession.project },
    ]);
});

test('of another project: a private workflow and every execution are not there, a public workflow is', async () => {
  const workflows = await started();
  const other = { ...testSession, project: 'other' };
  const text = "version: '2.0'\nw: {tasks: {a: {action: std.async_noop}}}\n";
  await workflows.createDefinition(text, testSession);
  const asked = request('w');
  await workflows.start(asked);

  expect(await workflows.find('w', other)).toBeUndefined();
  expect(await workflows.names(other)).toEqual([]);
  await expect(workflows.start({ ...request('w'), session: other })).rejects.toMatchObject({ status: 404 });
  expect(await workflows.get(asked.id, other)).toBeUndefined();
  const sameId = { id: asked.id, owner: other, workflow: { name: 'w', namespace: '' } };
  const start = { ...sameId, input: {}, params: {}, description: '', signalsEnd: false };
  await expect(workflows.runner.startExecution(start)).rejects.toMatchObject({ status: 409 });
  await expect(workflows.cancel(asked.id, 'theirs', other)).rejects.toMatchObject({ status: 404 });
  expect(await workflows.get(asked.id, testSession)).toMatchObject({ state: 'RUNNING' });

  const { project } = testSession;
  const scope = { namespace: '', scope: 'public', project };
  await workflows.runner.library.replace('workflow', text, scope, ({ db }, table, name) =>
    findDefinition(db, table, name, { project }),
  );
  expect(await workflows.find('w', other)).toMatchObject({ name: 'w' });
  expect(await workflows.names(other)).toEqual(['w']);
});
