import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onNode } from '../../src/actions/action-requests.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { insertActions } from '../../src/store/actions.ts';
import { insertBinding } from '../../src/store/cluster-policies.ts';
import { insertCluster } from '../../src/store/clusters.ts';
import { migrate } from '../../src/store/migrate.ts';
import { getNode, insertNodes } from '../../src/store/nodes.ts';
import { insertPolicy } from '../../src/store/policies.ts';
import { insertProfile } from '../../src/store/profiles.ts';
import { getRecovery, insertRecovery, recoveryStarted, recoverySteps } from '../../src/store/recoveries.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { embeddedWorkflows } from '../../src/workflow/runner/embedded-workflows.ts';
import { newAction } from '../support/new-action.ts';
import { newCluster, newNode, newPolicy, newProfile } from '../support/recovery-rows.ts';
import { aBinding } from '../support/rows.ts';
import { KillingCloud } from './killing-cloud.ts';

const program = join(import.meta.dirname, 'recovery-process.ts');

/** Each workflow does one thing to the outside world, and says that it did. */
const workflowNames = ['drain', 'reattach', 'precheck', 'confirm'];

interface Shape {
  readonly name: string;
  readonly recovery: (workflow: (name: string) => JsonObject) => JsonObject;
  /** In order: what it does to the outside world. */
  readonly effects: readonly string[];
  readonly isStubborn: boolean;
  readonly outline: readonly string[];
}

const shapes: readonly Shape[] = [
  {
    name: 'REBOOT with hooks',
    recovery: (workflow) => ({
      actions: [{ name: 'REBOOT', timeout: 60, before: [workflow('drain')], after: [workflow('reattach')] }],
    }),
    effects: ['drain', 'reboot', 'reattach'],
    isStubborn: false,
    outline: ['WORKFLOW SUCCEEDED', 'REBOOT SUCCEEDED', 'WORKFLOW SUCCEEDED'],
  },
  {
    name: 'ESCALATE to RECREATE',
    recovery: (workflow) => ({
      strategy: 'ESCALATE',
      actions: [
        { name: 'REBOOT', timeout: 0.2 },
        { name: 'RECREATE', timeout: 60, after: [workflow('reattach')] },
      ],
    }),
    effects: ['reboot', 'remove', 'create', 'reattach'],
    isStubborn: true,
    outline: ['REBOOT FAILED', 'RECREATE SUCCEEDED', 'WORKFLOW SUCCEEDED'],
  },
  {
    name: 'CHAIN with workflows in it',
    recovery: (workflow) => ({
      actions: [workflow('precheck'), { name: 'REBUILD', timeout: 60 }, workflow('confirm')],
    }),
    effects: ['precheck', 'rebuild', 'confirm'],
    isStubborn: false,
    outline: ['WORKFLOW SUCCEEDED', 'REBUILD SUCCEEDED', 'WORKFLOW SUCCEEDED'],
  },
];

interface Prepared {
  readonly shape: Shape;
  readonly nodeId: string;
  readonly recoveryId: string;
}

let directory: string;
let store: Store;
let cloud: KillingCloud;
let prepared: Prepared[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'coppice-crash-'));
  store = openSqlite(join(directory, 'coppice.db'));
  await migrate(store, Date.now());
  cloud = new KillingCloud();
  await cloud.start();
  prepared = [];
  const definitions = workflowNames.map((name) => `${name}: {input: [url], tasks: {call: ${callOf()}}}`);
  await embeddedWorkflows({ store }).createDefinition(`version: '2.0'\n${definitions.join('\n')}\n`);
});

afterEach(async () => {
  await cloud.stop();
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

function callOf(): string {
  return `{action: std.http, input: {url: <% $.url %>, method: POST}}`;
}

async function prepare(shape: Shape): Promise<Prepared> {
  const [nodeId, recoveryId, actionId] = [randomUUID(), randomUUID(), randomUUID()];
  const profile = newProfile('test.node-1.0');
  const cluster = newCluster(profile.id);
  const workflow = (name: string): JsonObject => {
    const url = `${cloud.url}/${name}?node=${nodeId}`;
    return { name: 'WORKFLOW', params: { workflow_name: name, inputs: { url } } };
  };
  const modes = [{ type: 'NODE_STATUS_POLLING' }];
  const policy = newPolicy(
    { interval: 10, node_update_timeout: 0, detection_modes: modes },
    shape.recovery(workflow),
  );
  if (shape.isStubborn) cloud.stubborn.add(nodeId);
  const node = newNode(nodeId, cluster.id, profile.id, { physicalId: cloud.addBroken(nodeId) });
  const failure = { class: 'SERVER_ERROR', reason: 'broken' };
  const now = Date.now();
  const request = { ...onNode('NODE_RECOVER', node, { recovery_id: recoveryId }), timeout: 0 };
  const of = { id: recoveryId, nodeId, nodeName: node.name, clusterId: cluster.id, policyId: policy.id };
  await store.write(async (tx) => {
    await insertProfile(tx, profile);
    await insertCluster(tx, cluster);
    await insertNodes(tx, [node]);
    await insertPolicy(tx, policy);
    await insertBinding(tx, aBinding({ clusterId: cluster.id, policyId: policy.id }));
    await insertRecovery(tx, { ...of, mode: 'ENFORCE', failure, failedAt: now, openedAt: now, plan: {} });
    await recoveryStarted(tx, recoveryId, actionId, now);
    await insertActions(tx, [{ ...newAction('NODE_RECOVER'), ...request, id: actionId }], now);
  });
  const made = { shape, nodeId, recoveryId };
  prepared.push(made);
  return made;
}

/**
 * A life of the process, until it is killed or nothing is left to do.
 * @param more prepares more once the process has nothing left to do; false: there is no more.
 * @returns whether it was killed.
 */
async function live(env: Record<string, string> = {}, more = nothingMore): Promise<boolean> {
  const child = spawn(process.execPath, [program, join(directory, 'coppice.db'), cloud.url], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'coppice'),
      ...env,
    },
  });
  cloud.kill = () => void child.kill('SIGKILL');
  let isOver = false;
  const exit = new Promise<boolean>((resolve, reject) => {
    child.once('exit', (code, signal) => {
      isOver = true;
      if (signal === null && code !== 0) reject(new Error(`The process ended with ${code}.`));
      else resolve(signal === 'SIGKILL');
    });
  });
  const served = (async () => {
    while (await untilIdle(() => isOver)) {
      if (!(await more())) return void child.kill('SIGTERM');
      child.kill('SIGUSR2');
    }
  })();
  const killed = await exit;
  await served;
  return killed;
}

async function nothingMore(): Promise<boolean> {
  return false;
}

async function untilIdle(isOver: () => boolean): Promise<boolean> {
  const until = Date.now() + 20_000;
  while (!isOver() && Date.now() < until) {
    if ((await unfinished()) === 0) return true;
    await pause(15);
  }
  if (!isOver()) throw new Error('the recoveries do not end');
  return false;
}

async function unfinished(): Promise<number> {
  const rows = await store.db.selectFrom('action').select('id').where('ended_at', 'is', null).execute();
  return rows.length;
}

/** How often an effect was had for a node; those with a key by any key. */
function timesOf(effect: string, { nodeId }: Prepared, keys: ReadonlySet<string>): number {
  const names = [...cloud.effects].filter(([name]) => {
    const [what, key] = [name.slice(0, name.indexOf(' ')), name.slice(name.indexOf(' ') + 1)];
    return what === effect && (key === nodeId || keys.has(key));
  });
  return names.reduce((sum, [, times]) => sum + times, 0);
}

/** @param again effects that may have been had once more: those that the process was killed right after. */
async function expectRecovered(each: Prepared, again: readonly string[]): Promise<void> {
  const { shape, nodeId, recoveryId } = each;
  expect(await getRecovery(store.db, recoveryId)).toMatchObject({ state: 'RECOVERED' });
  expect((await getNode(store.db, nodeId))?.status).toBe('ACTIVE');
  const steps = await recoverySteps(store.db, recoveryId);
  expect(steps.map((step) => `${step.name} ${step.state}`)).toEqual(shape.outline);
  const servers = [...cloud.servers].filter(([, server]) => server.node === nodeId);
  expect(servers.map(([, server]) => server.verdict.health)).toEqual(['healthy']);
  const ids = steps.flatMap(({ id }) => [id, `${id} remove`, `${id} create`]);
  for (const effect of shape.effects) {
    const times = timesOf(effect, each, new Set(ids));
    expect(times, `${effect} of ${shape.name}`).toBeGreaterThanOrEqual(1);
    expect(times, `${effect} of ${shape.name}`).toBeLessThanOrEqual(again.includes(effect) ? 2 : 1);
  }
}

async function expectNothingLeft(): Promise<void> {
  expect(await unfinished()).toBe(0);
  expect(await store.db.selectFrom('resource_lock').selectAll().execute()).toEqual([]);
  expect(await store.db.selectFrom('recovery').select('id').where('closed_at', 'is', null).execute()).toEqual(
    [],
  );
  const states = await store.db.selectFrom('workflow_execution').select('state').distinct().execute();
  expect(states).toEqual([{ state: 'SUCCESS' }]);
}

it.each(shapes)(
  '$name, killed before and after each effect: the same end, and no completed step has a second effect',
  { timeout: 60_000 },
  async (shape) => {
    const points = shape.effects.flatMap(
      (effect) =>
        [
          [effect, 'before'],
          [effect, 'after'],
        ] as const,
    );
    const oneMore = async (): Promise<boolean> => {
      const [effect, when] = points[prepared.length] ?? [];
      if (effect === undefined || when === undefined) return false;
      const { nodeId } = await prepare(shape);
      cloud.killPoint = { node: nodeId, effect, when };
      return true;
    };
    await oneMore();
    while (await live({}, oneMore));
    expect(cloud.kills).toBe(points.length);
    for (const [index, each] of prepared.entries()) {
      const [effect = '', when] = points[index] ?? [];
      await expectRecovered(each, when === 'after' && workflowNames.includes(effect) ? [effect] : []);
    }
    await expectNothingLeft();
  },
);

it(
  'recoveries of all shapes side by side, killed at one write to the database after another, end the same',
  { timeout: 60_000 },
  async () => {
    let kills = 0;
    for (let turn = 0; turn < 16; turn += 1) {
      const shape = shapes[turn % shapes.length];
      if (shape !== undefined && (await unfinished()) < 6) await prepare(shape);
      const write = 1 + ((turn * 7) % 40);
      if (await live({ KILL_AT_WRITE: String(turn % 2 === 0 ? write : -write) })) kills += 1;
    }
    expect(kills).toBeGreaterThan(8);
    expect(await live()).toBe(false);
    // A call of a workflow that was under way when the process died may be made again.
    for (const each of prepared) await expectRecovered(each, workflowNames);
    await expectNothingLeft();
  },
);
