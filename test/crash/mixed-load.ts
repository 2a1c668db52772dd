/**
 * A mixed load of durable actions, run by a process that is killed again and again (see
 * `engine.crash.test.ts`). What the steps do to the outside world is a line in a log: `run <key>` when the
 * work was done, so that the log shows how often. With KILL_AT=n the process kills itself at the n-th
 * boundary it passes: before and after each work, after each commit, inside the transactions that claim and
 * end an action.
 */
import { localOwner } from '../../src/domain/session.ts';
import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { ActionContext, ActionDefinition } from '../../src/engine/action-context.ts';
import { Engine } from '../../src/engine/engine.ts';
import { sendSignal } from '../../src/store/action-wakes.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { joined } from '../support/membership.ts';

const [databasePath = '', logPath = ''] = process.argv.slice(2);
const killAt = Number(process.env['KILL_AT'] ?? 0);
let passed = 0;

function boundary(): void {
  passed += 1;
  if (passed === killAt) process.kill(process.pid, 'SIGKILL');
}

async function work(context: ActionContext, name: string): Promise<void> {
  await context.step(name, async ({ key }) => {
    boundary();
    await pause(1);
    appendFileSync(logPath, `run ${key}\n`);
    boundary();
  });
  boundary();
}

const definitions: ActionDefinition[] = [
  {
    action: 'STEPS',
    async run(context) {
      for (let count = 0; count < 5; count += 1) await work(context, `step-${count}`);
    },
  },
  {
    action: 'FAIL',
    async run(context) {
      await work(context, 'before');
      await context.step('refuse', async () => {
        throw new Error('refused');
      });
    },
  },
  {
    action: 'SLEEP',
    async run(context) {
      await work(context, 'before');
      await context.sleep('rest', 20);
      await work(context, 'after');
    },
  },
  {
    action: 'PARENT',
    async run(context) {
      await work(context, 'before');
      const requests = [1, 2, 3].map((number) => ({
        action: 'STEPS',
        target: `${context.action.id.slice(0, 8)}-${number}`,
        clusterId: null,
        owner: localOwner,
        inputs: {},
        timeout: 0,
        locks: [{ resource: 'shared-by-children', mode: 'exclusive' as const }],
      }));
      const outcomes = await context.children('children', requests);
      boundary();
      await work(context, 'after');
      return { succeeded: outcomes.filter((outcome) => outcome.status === 'SUCCEEDED').length };
    },
  },
  {
    action: 'WAIT',
    async run(context) {
      await context.waitFor('signal', `from ${context.action.target}`, 600_000);
      await work(context, 'after');
    },
  },
  {
    action: 'SEND',
    async run(context) {
      await work(context, 'before');
      await context.transaction('send', (tx) =>
        sendSignal(tx, `from ${context.action.target}`, {}, context.now()),
      );
    },
  },
];

const store = openSqlite(databasePath);
const engine = new Engine({
  store,
  definitions,
  membership: await joined(store),
  concurrency: 8,
  observer: {
    started: async () => boundary(),
    ended: async () => boundary(),
    failed: (error) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(3);
    },
  },
});
await engine.start();
process.stdout.write('ready\n');
