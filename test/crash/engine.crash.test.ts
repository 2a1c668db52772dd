import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { insertActions } from '../../src/store/actions.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { newAction } from '../support/new-action.ts';

const program = join(import.meta.dirname, 'mixed-load.ts');
const CRASHES = 200;

let directory: string;
let store: Store;
let logPath: string;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'coppice-crash-'));
  logPath = join(directory, 'log');
  writeFileSync(logPath, '');
  store = openSqlite(join(directory, 'coppice.db'));
  await migrate(store, Date.now());
});

afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

it(
  'loses no step, repeats none that was done, and leaves no lock, however often it is killed',
  { timeout: 300_000 },
  async () => {
    let crashes = 0;
    const doneBefore = new Map<string, number>();
    for (let turn = 0; crashes < CRASHES; turn += 1) {
      if ((await unfinished()) < 12) await enqueueMixedLoad(turn);
      // Every other life ends at the next boundary in turn, the others at an instant of chance.
      const killed =
        turn % 2 === 0 ? await liveUntilBoundary(1 + ((turn / 2) % 60)) : await liveFor(Math.random() * 60);
      if (killed) crashes += 1;
      rememberDone(doneBefore, await doneSteps());
    }
    await liveUntilIdle();
    expect(await unfinished()).toBe(0);
    expect(await store.db.selectFrom('resource_lock').selectAll().execute()).toEqual([]);
    const wrong = await store.db
      .selectFrom('action')
      .select(['action', 'status', 'status_reason'])
      .where((eb) =>
        eb.or([eb('status', '!=', 'SUCCEEDED').and('action', '!=', 'FAIL'), eb('status', '=', 'CANCELLED')]),
      )
      .execute();
    expect(wrong).toEqual([]);
    expectEveryStepRan(await doneSteps());
    for (const [key, runs] of doneBefore)
      expect(runsOf(key), `${key} ran again after it was done`).toBe(runs);
  },
);

async function enqueueMixedLoad(turn: number): Promise<void> {
  const lock = [{ resource: 'contended', mode: 'exclusive' as const }];
  const actions = [
    newAction('STEPS', { locks: lock }),
    newAction('FAIL', { locks: lock }),
    newAction('SLEEP', { locks: lock }),
    newAction('PARENT'),
    newAction('WAIT', { target: `pair-${turn}` }),
    newAction('SEND', { target: `pair-${turn}` }),
  ];
  await store.write((tx) => insertActions(tx, actions, Date.now()));
}

async function unfinished(): Promise<number> {
  const row = await store.db
    .selectFrom('action')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return row?.count ?? 0;
}

/** Keys of the steps whose work is recorded as done. */
async function doneSteps(): Promise<string[]> {
  const rows = await store.db
    .selectFrom('action_step')
    .select(['action_id', 'name'])
    .where('kind', '=', 'step')
    .where('state', '=', 'DONE')
    .where('name', '!=', 'send')
    .execute();
  return rows.map((row) => `${row.action_id}/${row.name}`);
}

function logLines(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of readFileSync(logPath, 'utf8').split('\n').filter(Boolean)) {
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return counts;
}

function runsOf(key: string, lines = logLines()): number {
  return lines.get(`run ${key}`) ?? 0;
}

function rememberDone(known: Map<string, number>, done: readonly string[]): void {
  const lines = logLines();
  for (const key of done) if (!known.has(key)) known.set(key, runsOf(key, lines));
}

function expectEveryStepRan(done: readonly string[]): void {
  const lines = logLines();
  const recorded = new Set(done);
  for (const key of done) expect(runsOf(key, lines), key).toBeGreaterThan(0);
  for (const line of lines.keys()) expect(recorded.has(line.slice('run '.length)), line).toBe(true);
}

interface Life {
  readonly ready: Promise<void>;
  readonly exit: Promise<NodeJS.Signals | null>;
  kill(): void;
}

function live(env: Record<string, string>): Life {
  const child = spawn(process.execPath, [program, join(directory, 'coppice.db'), logPath], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'coppice'),
      ...env,
    },
  });
  const ready = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  const exit = new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.once('exit', (code, signal) =>
      signal === null && code !== 0 ? reject(new Error(`The worker ended with ${code}.`)) : resolve(signal),
    );
  });
  return { ready, exit, kill: () => void child.kill('SIGKILL') };
}

/**
 * A life that kills itself; one that finds nothing more to do is killed after a while, which does not count.
 */
async function liveUntilBoundary(boundary: number): Promise<boolean> {
  const life = live({ KILL_AT: String(boundary) });
  const idle = new AbortController();
  const outcome = await Promise.race([life.exit.then(() => true), idleThen(idle.signal)]);
  idle.abort();
  life.kill();
  await life.exit;
  return outcome;
}

async function idleThen(signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    await pause(25);
    if ((await unfinished()) === 0) return false;
  }
  return false;
}

async function liveFor(milliseconds: number): Promise<boolean> {
  const life = live({});
  await Promise.race([life.ready, life.exit]);
  await pause(milliseconds);
  life.kill();
  await life.exit;
  return true;
}

async function liveUntilIdle(): Promise<void> {
  const life = live({});
  const until = Date.now() + 60_000;
  while ((await unfinished()) > 0 && Date.now() < until) await pause(25);
  life.kill();
  await life.exit;
}
