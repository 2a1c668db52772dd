import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { migrate } from '../../src/store/migrate.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { embeddedWorkflows } from '../../src/workflow/runner/embedded-workflows.ts';
import { testMembership } from '../support/membership.ts';
import { testSession } from '../support/session.ts';

const program = join(import.meta.dirname, 'workflow-load.ts');
const CRASHES = 60;

/** Each with the output that it has to come to. */
const definitions = `
version: '2.0'
chain:
  output: {r: <% $.r %>}
  tasks:
    a: {action: test.touch answer=1, publish: {r: '<% [task().result] %>'}, on-success: b}
    b: {action: std.echo output=2 delay=0.02, publish: {r: '<% $.r + [task().result] %>'}, on-success: c}
    c: {action: test.touch answer=3, publish: {r: '<% $.r + [task().result] %>'}}
meet:
  output: {r: '<% [$.x, $.y, $.z] %>'}
  tasks:
    x: {action: test.touch answer=1, publish: {x: <% task().result %>}, on-success: m}
    y: {action: test.touch succeeds=false, retry: {count: 1, delay: 0}, publish-on-error: {y: 2}, on-error: m}
    m: {join: all, action: test.touch answer=3, publish: {z: <% task().result %>}}
subs:
  output: {r: <% $.r %>}
  tasks:
    each:
      with-items: i in [1, 2, 3]
      concurrency: 2
      workflow: sub n=<% $.i %>
      publish: {r: <% task().result.select($.r) %>}
sub:
  input: [n]
  output: {r: <% $.r %>}
  tasks:
    a: {action: test.touch answer=<% $.n %>, publish: {r: <% task().result %>}}
`;
const names = ['chain', 'meet', 'subs'];
/** Tasks that run an action, each as often as it does. */
const tasksOf: Readonly<Record<string, number>> = { chain: 3, meet: 3, subs: 1, sub: 1 };

let directory: string;
let store: Store;
let logPath: string;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'coppice-crash-'));
  logPath = join(directory, 'log');
  writeFileSync(logPath, '');
  store = openSqlite(join(directory, 'coppice.db'));
  await migrate(store, Date.now());
  await embeddedWorkflows({ store, membership: testMembership(store) }).createDefinition(
    definitions,
    testSession,
  );
});

afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

it(
  'ends every workflow as without a crash, and runs no action again that had ended',
  { timeout: 300_000 },
  async () => {
    const started: string[] = [];
    const endedWith = new Map<string, number>();
    for (let crash = 0; crash < CRASHES; crash += 1) {
      const fresh = crash % 2 === 0 ? names.map((name) => `${name}:${randomUUID()}`) : [];
      started.push(...fresh);
      // Every other life ends at the next boundary in turn, the others at an instant of chance.
      if (crash % 2 === 0) await live(started.slice(-3), { KILL_AT: String(1 + crash) }, 2000);
      else await live(started.slice(-3), {}, Math.random() * 40);
      for (const id of await endedActions()) if (!endedWith.has(id)) endedWith.set(id, timesRun(id));
    }
    await live(started, {}, 60_000);
    expect(await unfinished(started)).toBe(0);
    await expectTheSameEnds();
    await expectNothingLeft();
    for (const [id, runs] of endedWith) expect(timesRun(id), `${id} ran again`).toBe(runs);
  },
);

async function expectTheSameEnds(): Promise<void> {
  const rows = await store.db.selectFrom('workflow_execution').selectAll().execute();
  for (const { id, workflow, state, output, input } of rows) {
    expect({ workflow, state }).toEqual({ workflow, state: 'SUCCESS' });
    const expected = workflow === 'sub' ? (JSON.parse(input) as { n: number }).n : [1, 2, 3];
    expect(JSON.parse(output)).toEqual({ r: expected });
    const tasks = store.db.selectFrom('workflow_task').select('id').where('execution_id', '=', id);
    expect(await tasks.execute()).toHaveLength(tasksOf[workflow] ?? 0);
  }
}

async function expectNothingLeft(): Promise<void> {
  expect(await store.db.selectFrom('workflow_message').selectAll().execute()).toEqual([]);
  expect(await store.db.selectFrom('workflow_timer').selectAll().execute()).toEqual([]);
  const running = store.db.selectFrom('workflow_action').select('id').where('state', '=', 'RUNNING');
  expect(await running.execute()).toEqual([]);
}

async function endedActions(): Promise<string[]> {
  const ended = store.db.selectFrom('workflow_action').select('id').where('state', '!=', 'RUNNING');
  return (await ended.where('name', '=', 'test.touch').execute()).map((row) => row.id);
}

function timesRun(id: string): number {
  return readFileSync(logPath, 'utf8').split(`run ${id}\n`).length - 1;
}

async function unfinished(wanted: readonly string[]): Promise<number> {
  const ids = wanted.map((entry) => entry.split(':')[1] ?? '');
  const ended = store.db.selectFrom('workflow_execution').select('id').where('state', '=', 'SUCCESS');
  return ids.length - (await ended.where('id', 'in', ids).execute()).length;
}

/** A life that is killed after a time, or when nothing is left to do, if it has not killed itself before. */
async function live(wanted: readonly string[], env: Record<string, string>, mostMs: number): Promise<void> {
  const child = spawn(process.execPath, [program, join(directory, 'coppice.db'), logPath, ...wanted], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'coppice'),
      ...env,
    },
  });
  let hasEnded = false;
  const exit = new Promise<void>((resolve, reject) => {
    child.once('exit', (code, signal) => {
      hasEnded = true;
      if (signal === 'SIGKILL') resolve();
      else reject(new Error(`The worker ended with ${code}.`));
    });
  });
  const ready = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  await Promise.race([ready, exit]);
  const until = Date.now() + mostMs;
  while (!hasEnded && Date.now() < until && (await unfinished(wanted)) > 0) await pause(5);
  child.kill('SIGKILL');
  await exit;
}
