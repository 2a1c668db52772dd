/** What an action creates is there once, though the process is killed while Nova or Heat creates it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startCloudSimulator, type CloudSimulator } from '../../src/cloud-simulator/cloud-simulator.ts';
import { faultSchema } from '../../src/cloud-simulator/faults.ts';
import { getExecution } from '../../src/store/workflow-executions.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { ServiceClouds } from '../../src/openstack/cloud.ts';
import { findSettings } from '../../src/openstack/find-settings.ts';
import { embeddedWorkflows } from '../../src/workflow/runner/embedded-workflows.ts';
import { eventually } from '../support/eventually.ts';
import { testMembership } from '../support/membership.ts';
import { testSession } from '../support/session.ts';

const program = join(import.meta.dirname, 'cloud-action-load.ts');

const definitions = `version: '2.0'
server:
  output: {id: <% $.id %>}
  tasks:
    create:
      action: nova.servers_create name="web" image="debian" flavor="m1.tiny" nics="none"
      publish: {id: <% task().result.id %>}
stack:
  output: {id: <% $.id %>}
  tasks:
    create:
      action: heat.stacks_create
      input:
        stack_name: web
        template: {heat_template_version: '2018-08-31', resources: {r: {type: 'OS::Heat::None'}}}
      publish: {id: <% task().result.stack.id %>}
`;

let simulator: CloudSimulator;
let directory: string;
let store: Store;
let child: ChildProcess | undefined;

beforeEach(async () => {
  simulator = await startCloudSimulator({ settings: { latency: { answer_ms: 0, operation_ms: 5 } } });
  directory = mkdtempSync(join(tmpdir(), 'coppice-crash-'));
  store = openSqlite(join(directory, 'coppice.db'));
  await migrate(store, Date.now());
  const clouds = new ServiceClouds(findSettings({ env: simulator.environment }));
  const workflows = embeddedWorkflows({ store, membership: testMembership(store), clouds });
  await workflows.createDefinition(definitions, testSession);
  await clouds.close();
});

afterEach(async () => {
  await kill();
  await store.close();
  await simulator.close();
  rmSync(directory, { recursive: true, force: true });
});

function live(workflow: string, id: string): void {
  child = spawn(process.execPath, [program, join(directory, 'coppice.db'), workflow, id], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...simulator.environment },
  });
}

async function kill(): Promise<void> {
  const ending = child;
  child = undefined;
  if (ending === undefined || ending.exitCode !== null) return;
  const ended = new Promise((resolve) => ending.once('exit', resolve));
  ending.kill('SIGKILL');
  await ended;
}

test.each([
  ['server', 'compute', () => simulator.world.servers.all.map(({ id }) => id)],
  ['stack', 'orchestration', () => simulator.world.stacks.all.map(({ id }) => id)],
] as const)('a %s, once', async (workflow, service, made) => {
  const id = randomUUID();
  const slow = { kind: 'slow', service, operation: 'create', delay_ms: 60_000 };
  simulator.world.faults.add(faultSchema.parse(slow));
  live(workflow, id);
  const [first] = await eventually('it is made, and not answered', () =>
    Promise.resolve(made().length > 0 && made()),
  );
  await kill();
  live(workflow, id);
  const ended = await eventually('the end', async () => {
    const found = await getExecution(store.db, id);
    return found !== undefined && found.record.state !== 'RUNNING' && found.record;
  });
  expect(ended).toMatchObject({ state: 'SUCCESS', output: { id: first } });
  expect(made()).toEqual([first]);
});
