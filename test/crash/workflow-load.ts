/**
 * Workflows run by a process that is killed again and again (see `workflow.crash.test.ts`). It starts the
 * executions whose ids it is given (a repeated start changes nothing) and runs until it is killed. What
 * actions do outside is a line `run <action>` in a log. With KILL_AT=n it kills itself at the n-th boundary:
 * before and after each action's work, inside each transaction and after each commit.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { failed, succeeded, type PerformedAction } from '../../src/workflow/actions/action-type.ts';
import { embeddedWorkflows } from '../../src/workflow/runner/embedded-workflows.ts';
import { joined } from '../support/membership.ts';
import { testSession } from '../support/session.ts';

const [databasePath = '', logPath = '', ...wanted] = process.argv.slice(2);
const killAt = Number(process.env['KILL_AT'] ?? 0);
let passed = 0;

function boundary(): void {
  passed += 1;
  if (passed === killAt) process.kill(process.pid, 'SIGKILL');
}

const touch: PerformedAction = {
  name: 'test.touch',
  description: 'Leaves a line in the log.',
  parameters: [],
  takesMore: true,
  async perform({ id, input }) {
    boundary();
    await pause(1);
    appendFileSync(logPath, `run ${id}\n`);
    boundary();
    return input['succeeds'] === false ? failed('no') : succeeded(input['answer'] ?? null);
  },
};

const real = openSqlite(databasePath);
const store: Store = {
  db: real.db,
  async write(work) {
    const value = await real.write(async (tx) => {
      const done = await work(tx);
      boundary();
      return done;
    });
    boundary();
    return value;
  },
  listen: (topic, listener) => real.listen(topic, listener),
  onCommitted: (listener) => real.onCommitted(listener),
  location: real.location,
  writeFailure: undefined,
  dataVersion: () => undefined,
  isExclusive: true,
  secrets: real.secrets,
  isFailure: (error) => real.isFailure(error),
  close: () => real.close(),
};

const log = {
  error({ err }: { err: unknown }): void {
    process.stderr.write(`${String(err)}\n`);
    process.exit(1);
  },
};
const workflows = embeddedWorkflows({ store, membership: await joined(store), log, actions: [touch] });
await workflows.runner.start();
process.stdout.write('ready\n');
/** `<workflow>:<id>` */
for (const entry of wanted) {
  const [workflowName = '', id = ''] = entry.split(':');
  void workflows.start({ id, workflowName, input: {}, env: {}, description: '', session: testSession });
}
setInterval(() => {}, 1000);
