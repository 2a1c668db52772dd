/**
 * Kills a runner at each of its writes in turn, just before and just after the commit; another runner takes
 * over. The result must be the same as without a crash, and no action that was recorded as ended may run
 * again.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { failed, succeeded, type PerformedAction } from '../../src/workflow/actions/action-type.ts';
import { embeddedWorkflows, type EmbeddedWorkflows } from '../../src/workflow/runner/embedded-workflows.ts';
import { hasEnded } from '../../src/workflow/workflow-service.ts';
import { openTestStore, type TestStore } from '../support/backends.ts';
import { eventually } from '../support/eventually.ts';
import { definitionOf, modelOf, plans } from '../support/mistral-corpus-generator.ts';
import { type Death, MortalStore } from '../support/mortal-store.ts';
import type { Membership } from '../../src/membership/membership.ts';
import { joined } from '../support/membership.ts';
import { testSession } from '../support/session.ts';

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(async () => {
  await opened.close();
});

/** Ids of the actions that ran, in order, repeats included. */
const ran: string[] = [];

function touching(store: MortalStore): PerformedAction {
  return {
    name: 'test.touch',
    description: 'Leaves a trace outside.',
    parameters: [],
    takesMore: true,
    async perform({ id, input }) {
      await new Promise((resolve) => setImmediate(resolve));
      if (!store.isDead) ran.push(id);
      return input['succeeds'] === false ? failed('no') : succeeded(input['answer'] ?? null);
    },
  };
}

interface Life {
  readonly store: MortalStore;
  readonly workflows: EmbeddedWorkflows;
  readonly membership: Membership;
}

async function living(death: Death): Promise<Life> {
  const store = new MortalStore(opened.store, death);
  const log = {
    error: ({ err }: { err: unknown }) => {
      throw err;
    },
  };
  const membership = await joined(opened.store);
  const workflows = embeddedWorkflows({ store, membership, log, actions: [touching(store)] });
  await Promise.race([workflows.runner.start(), store.died.promise]);
  return { store, workflows, membership };
}

async function endOf({ workflows, membership }: Life, id: string): Promise<void> {
  await eventually(`the end of ${id}`, async () =>
    hasEnded((await workflows.get(id, testSession))?.state ?? 'IDLE'),
  );
  await eventually('its sub-executions have ended, too', async () => {
    const open = opened.store.db.selectFrom('workflow_execution').select('id').where('root_id', '=', id);
    return (await open.where('state', 'in', ['IDLE', 'RUNNING']).execute()).length === 0;
  });
  await workflows.runner.stop();
  await membership.leave();
}

const never: Death = { at: Infinity, when: 'before' };

/** @returns the number of writes; undefined if the runner died and another one finished the execution. */
async function run(name: string, id: string, death: Death): Promise<number | undefined> {
  const first = await living(death);
  const request = { id, workflowName: name, input: {}, env: {}, description: '', session: testSession };
  const ended = first.store.isDead
    ? Promise.resolve()
    : first.workflows.start(request).then(() => endOf(first, id));
  await Promise.race([ended, first.store.died.promise]);
  if (!first.store.isDead) return first.store.writes;
  // A dead process renews no lease either: it would come back, and take over what the living one runs.
  await first.membership.leave();
  const before = await endedActions();
  const runsBefore = new Map(before.map((action) => [action, timesRun(action)]));
  const second = await living(never);
  await second.workflows.start(request);
  await endOf(second, id);
  for (const [action, runs] of runsBefore) expect(timesRun(action), `${action} ran again`).toBe(runs);
  return undefined;
}

function timesRun(action: string): number {
  return ran.filter((one) => one === action).length;
}

async function endedActions(): Promise<string[]> {
  const ended = opened.store.db.selectFrom('workflow_action').select('id').where('state', '!=', 'RUNNING');
  return (await ended.execute()).map((row) => row.id);
}

/** The parts of an execution that do not depend on ids, times and the order of branches. */
async function outcome(id: string): Promise<object> {
  const { db } = opened.store;
  const execution = await db
    .selectFrom('workflow_execution')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  const tasks = await db
    .selectFrom('workflow_task')
    .selectAll()
    .where('execution_id', '=', id)
    .orderBy('name')
    .execute();
  const actions = await db.selectFrom('workflow_action').selectAll().where('execution_id', '=', id).execute();
  const subs = actions.filter((action) => action.type === 'WORKFLOW').toSorted((a, b) => a.idx - b.idx);
  const output = JSON.parse(execution.output) as JsonObject;
  return {
    state: execution.state,
    output: { ...output, ...(output['result'] === undefined ? {} : { result: 'an error' }) },
    tasks: tasks.map((task) => ({
      name: task.name,
      state: task.state,
      published: task.published,
      actions: actions
        .filter(({ task_id }) => task_id === task.id)
        .map(
          ({ idx, attempt, state, accepted, result }) => `${idx} ${attempt} ${state} ${accepted} ${result}`,
        )
        .toSorted(),
    })),
    subs: await Promise.all(subs.map((action) => outcome(action.id))),
  };
}

async function expectNothingLeft(): Promise<void> {
  const { db } = opened.store;
  expect(await db.selectFrom('workflow_message').selectAll().execute()).toEqual([]);
  expect(await db.selectFrom('workflow_timer').selectAll().execute()).toEqual([]);
  const owned = db.selectFrom('workflow_action').select('id').where('owner', 'is not', null);
  expect(await owned.execute()).toEqual([]);
}

async function survivesEveryWrite(name: string): Promise<object> {
  const reference = randomUUID();
  const writes = (await run(name, reference, never)) ?? 0;
  const expected = await outcome(reference);
  for (let at = 1; at <= writes; at += 1) {
    for (const when of ['before', 'after'] as const) {
      const id = randomUUID();
      await run(name, id, { at, when });
      expect(await outcome(id), `killed ${when} write ${at}`).toEqual(expected);
    }
  }
  await expectNothingLeft();
  return expected;
}

async function define(text: string): Promise<void> {
  const { workflows, membership } = await living(never);
  await workflows.createDefinition(text, testSession);
  await workflows.runner.stop();
  await membership.leave();
}

const mixed = `
version: '2.0'
chain:
  output: {r: <% $.r %>}
  tasks:
    a: {action: test.touch answer=1, publish: {r: '<% [task().result] %>'}, on-success: b}
    b: {action: std.echo output=2 delay=0.01, publish: {r: '<% $.r + [task().result] %>'}, on-success: c}
    c: {action: test.touch answer=3, publish: {r: '<% $.r + [task().result] %>'}}
items:
  output: {r: <% $.r %>}
  tasks:
    each:
      with-items: i in [1, 2, 3, 4, 5]
      concurrency: 2
      action: test.touch answer=<% $.i %>
      publish: {r: <% task().result %>}
subs:
  output: {r: <% $.r %>}
  tasks:
    each:
      with-items: i in [1, 2, 3]
      workflow: sub n=<% $.i %>
      publish: {r: <% task().result.select($.r) %>}
sub:
  input: [n]
  output: {r: <% $.r %>}
  tasks:
    a: {action: test.touch answer=<% $.n %>, publish: {r: <% task().result * 2 %>}}
handled:
  tasks:
    bad: {action: test.touch succeeds=false, retry: {count: 2, delay: 0}, on-error: cleanup}
    cleanup: {action: test.touch}
stopped:
  tasks:
    long: {workflow: waits}
    quick: {action: test.touch, on-success: cancel}
    cancel: {action: std.noop, on-success: fail}
waits:
  tasks:
    a: {action: std.echo output=1 delay=0.03}
timed:
  tasks:
    a: {action: std.async_noop, timeout: 1, on-error: b}
    b: {action: test.touch}
`;

describe('a crash at any write', () => {
  beforeAll(async () => {
    await define(mixed);
  });

  it.each(['chain', 'items', 'subs', 'handled', 'stopped'])(
    'changes nothing of %s',
    async (name) => {
      await survivesEveryWrite(name);
    },
    60_000,
  );

  it('lets a timeout come nevertheless', async () => {
    for (const when of ['before', 'after'] as const) {
      const id = randomUUID();
      await run('timed', id, { at: 3, when });
      expect(await outcome(id)).toMatchObject({ state: 'SUCCESS' });
    }
  }, 20_000);

  const samples = fc.sample(plans, { numRuns: 8, seed: 20261122 });
  it.each(samples.map((plan, index) => [index, plan] as const))(
    'gives what the model says for the random workflow %i',
    async (index, plan) => {
      const name = `random${index}`;
      const text = definitionOf(plan).replaceAll('std.test_dict', 'test.touch').replace('"w":', `"${name}":`);
      // Delays of seconds would slow the test down, and are tested above.
      await define(
        text.replaceAll(/"delay":1}/g, '"delay":0}').replaceAll(/,"wait-before":1,"wait-after":2/g, ''),
      );
      const found = (await survivesEveryWrite(name)) as {
        state: string;
        tasks: { name: string; state: string }[];
      };
      const model = modelOf(plan);
      expect(found.state).toBe(model.state);
      expect(Object.fromEntries(found.tasks.map((task) => [task.name, task.state]))).toEqual(model.tasks);
    },
    120_000,
  );
});
