/**
 * The workflow runner, durable on disk: executions a second, fan-outs, and how close a chain of actions comes
 * to the raw commit rate of the same database. A Mistral 15 on such a machine does 4 to 6 one-task executions
 * and about 1 chain a second, takes 5 to 10 s for 100 branches and a join, 7 to 8 s for with-items of 100,
 * and 0.9 s for one chain of 10.
 *
 * Chains are measured twice: with std.noop, whose endings are decided within the step, and with an action
 * that is performed, so that each of the ten is committed as running, run, and its end committed.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../src/store/migrate.ts';
import { openSqlite } from '../src/store/sqlite.ts';
import type { Store } from '../src/store/store.ts';
import { succeeded, type PerformedAction } from '../src/workflow/actions/action-type.ts';
import { embeddedWorkflows, type EmbeddedWorkflows } from '../src/workflow/runner/embedded-workflows.ts';
import { median, type Measure } from './measure.ts';
import { joined } from '../test/support/membership.ts';
import { testSession } from '../test/support/session.ts';

const performed: PerformedAction = {
  name: 'bench.call',
  description: 'Leaves the step and comes back, as std.http does, without a network.',
  parameters: [],
  takesMore: true,
  perform: async () => succeeded(null),
};

const names = Array.from({ length: 10 }, (_, index) => `t${index}`);
const branches = Array.from({ length: 100 }, (_, index) => `b${index}`);

function chain(name: string, action: string): string {
  const tasks = names.map((task, index) => {
    const next = names[index + 1];
    return `    ${task}: {action: ${action}${next === undefined ? '' : `, on-success: ${next}`}}`;
  });
  return `${name}:\n  tasks:\n${tasks.join('\n')}\n`;
}

const definitions = `version: '2.0'
one: {tasks: {a: {action: bench.call}}}
one_noop: {tasks: {a: {action: std.noop}}}
${chain('chain', 'bench.call')}
${chain('chain_noop', 'std.noop')}
subs: {tasks: {each: {with-items: 'i in <% range(300) %>', workflow: one_noop}}}
items: {tasks: {each: {with-items: 'i in <% range(100) %>', action: 'bench.call i=<% $.i %>'}}}
fan:
  tasks:
    start: {action: std.noop, on-success: [${branches.join(', ')}]}
${branches.map((name) => `    ${name}: {action: bench.call, on-success: meet}`).join('\n')}
    meet: {join: all, action: std.noop}
`;

export async function benchWorkflow(): Promise<Measure[]> {
  return await withWorkflows(async (workflows, store) => {
    await workflows.createDefinition(definitions, testSession);
    await executionsASecond(workflows, store, 'chain', 50);
    const [commits, chains, noopChains, ones, noopOnes] = [[], [], [], [], []] as number[][] as [
      number[],
      number[],
      number[],
      number[],
      number[],
    ];
    for (let round = 0; round < 3; round += 1) {
      commits.push(await commitsASecond(store, 1000, round));
      ones.push(await executionsASecond(workflows, store, 'one', 500));
      noopOnes.push(await executionsASecond(workflows, store, 'one_noop', 500));
      chains.push(await executionsASecond(workflows, store, 'chain', 100));
      noopChains.push(await executionsASecond(workflows, store, 'chain_noop', 100));
    }
    const fan = await secondsEach(workflows, 'fan', 5);
    const items = await secondsEach(workflows, 'items', 5);
    const subs = await secondsEach(workflows, 'subs', 5);
    const latency = await secondsEach(workflows, 'chain', 20);
    return [
      rate('one-task executions a second (performed action)', ones, 600),
      rate('one-task executions a second (std.noop)', noopOnes, 600),
      rate('10-task chains a second (performed actions)', chains, 100),
      rate('10-task chains a second (std.noop)', noopChains, 100),
      most('100 branches and a join, seconds', fan, 0.1),
      most('with-items of 100, seconds', items, 0.08),
      most('300 sub-workflows of one task, seconds', subs, 1),
      most('one chain of 10 alone, milliseconds', latency * 1000, 9),
      {
        name: 'tasks a second in chains / single-row commits a second',
        detail: `${Math.round(median(chains) * 10)} / ${Math.round(median(commits))}`,
        value: (median(chains) * 10) / median(commits),
        limit: { at: 'least', value: 0.2 },
      },
    ];
  });
}

function rate(name: string, values: readonly number[], least: number): Measure {
  const value = median(values);
  return { name, detail: `${value.toFixed(0)}/s`, value, limit: { at: 'least', value: least } };
}

function most(name: string, value: number, limit: number): Measure {
  return { name, detail: '', value, limit: { at: 'most', value: limit } };
}

async function commitsASecond(store: Store, count: number, round: number): Promise<number> {
  const started = performance.now();
  for (let index = 0; index < count; index += 1) {
    const row = { name: `bench-${round}-${index}`, payload: '{}', created_at: 1 };
    await store.write((tx) => tx.db.insertInto('action_signal').values(row).execute());
  }
  return count / ((performance.now() - started) / 1000);
}

/** Many at once, from the first start to the end of the last. */
async function executionsASecond(
  workflows: EmbeddedWorkflows,
  store: Store,
  workflowName: string,
  count: number,
): Promise<number> {
  const started = performance.now();
  const all = Array.from({ length: count }, () => workflows.start(request(workflowName)));
  await Promise.all(all);
  for (;;) {
    const open = store.db
      .selectFrom('workflow_execution')
      .select('id')
      .where('state', '=', 'RUNNING')
      .limit(1);
    if ((await open.execute()).length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return count / ((performance.now() - started) / 1000);
}

/** One after another: the median of how long one takes. */
async function secondsEach(
  workflows: EmbeddedWorkflows,
  workflowName: string,
  rounds: number,
): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const asked = request(workflowName);
    const started = performance.now();
    await workflows.start(asked);
    while ((await workflows.get(asked.id, testSession))?.state === 'RUNNING')
      await new Promise((resolve) => setImmediate(resolve));
    times.push((performance.now() - started) / 1000);
    const found = await workflows.get(asked.id, testSession);
    if (found?.state !== 'SUCCESS') throw new Error(`${workflowName}: ${found?.state} ${found?.stateInfo}`);
  }
  return median(times);
}

function request(workflowName: string) {
  return { id: randomUUID(), workflowName, input: {}, env: {}, description: '', session: testSession };
}

async function withWorkflows<T>(
  work: (workflows: EmbeddedWorkflows, store: Store) => Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'coppice-bench-'));
  const store = openSqlite(join(directory, 'coppice.db'));
  const log = { error: ({ err }: { err: unknown }) => console.error(err) };
  try {
    await migrate(store, Date.now());
    const membership = await joined(store);
    const workflows = embeddedWorkflows({ store, membership, actions: [performed], log });
    await workflows.runner.start();
    try {
      return await work(workflows, store);
    } finally {
      await workflows.runner.stop();
    }
  } finally {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  }
}
