/**
 * What durability costs: steps a second next to the single-row commits a second that the same database does,
 * and a cluster action with many children next to one with few. Ratios within one run, because machines
 * differ and are noisy.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onCluster } from '../src/domain/action-requests.ts';
import { probe } from '../test/support/probe.ts';
import { actionDefinitions } from '../src/actions/registry.ts';
import type { Cluster } from '../src/domain/model.ts';
import { Engine } from '../src/engine/engine.ts';
import { registryOf } from '../src/profiles/registry.ts';
import { insertActions, type NewAction } from '../src/store/actions.ts';
import { insertCluster } from '../src/store/clusters.ts';
import { migrate } from '../src/store/migrate.ts';
import { insertProfile } from '../src/store/profiles.ts';
import { openSqlite } from '../src/store/sqlite.ts';
import type { Store } from '../src/store/store.ts';
import { embeddedWorkflows } from '../src/workflow/runner/embedded-workflows.ts';
import { median, type Measure } from './measure.ts';
import { simulatedNode } from './simulated-node.ts';
import { joined } from '../test/support/membership.ts';
import { WorkflowServices } from '../src/workflow/workflow-services.ts';

const owner = { project: 'bench', user: 'bench', domain: null };

export async function benchEngine(): Promise<Measure[]> {
  return [await stepsAgainstCommits(), await childrenAgainstFew()];
}

/** Rounds of commits and of actions in turn, so that a slow moment of the machine meets both. */
async function stepsAgainstCommits(): Promise<Measure> {
  return await withStore(async (store) => {
    const engine = await startEngine(store);
    const commits: number[] = [];
    const steps: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      commits.push(await commitsASecond(store, 1000, round));
      steps.push(await stepsASecond(store, 400));
    }
    await engine.stop();
    const ratio = median(steps) / median(commits);
    return {
      name: 'durable steps a second / single-row commits a second',
      detail: `${Math.round(median(steps))} / ${Math.round(median(commits))}`,
      value: ratio,
      limit: { at: 'least', value: 0.5 },
    };
  });
}

async function childrenAgainstFew(): Promise<Measure> {
  return await withStore(async (store) => {
    const engine = await startEngine(store);
    const few: number[] = [];
    const many: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      few.push(await secondsToCreate(store, 200));
      many.push(await secondsToCreate(store, 2000));
    }
    await engine.stop();
    return {
      name: 'CLUSTER_CREATE with 2,000 nodes / with 200',
      detail: `${median(many).toFixed(2)} s / ${median(few).toFixed(3)} s`,
      value: median(many) / median(few),
      limit: { at: 'most', value: 11 },
    };
  });
}

async function commitsASecond(store: Store, count: number, round: number): Promise<number> {
  const started = performance.now();
  for (let index = 0; index < count; index += 1) {
    const row = { name: `bench-${round}-${index}`, payload: '{}', created_at: 1 };
    await store.write((tx) => tx.db.insertInto('action_signal').values(row).execute());
  }
  return count / ((performance.now() - started) / 1000);
}

/** Actions of five steps, many at once, from the insertion to the end of the last. */
async function stepsASecond(store: Store, actions: number): Promise<number> {
  const started = performance.now();
  const rows = Array.from({ length: actions }, () => newAction('FIVE_STEPS'));
  await store.write((tx) => insertActions(tx, rows, Date.now()));
  await untilIdle(store);
  return (actions * 5) / ((performance.now() - started) / 1000);
}

async function secondsToCreate(store: Store, nodes: number): Promise<number> {
  const cluster = await newCluster(store, nodes);
  const started = performance.now();
  const request = onCluster('CLUSTER_CREATE', cluster);
  await store.write((tx) => insertActions(tx, [{ ...newAction(request.action), ...request }], Date.now()));
  await untilIdle(store);
  return (performance.now() - started) / 1000;
}

async function startEngine(store: Store): Promise<Engine> {
  const fiveSteps = {
    action: 'FIVE_STEPS',
    run: async (context: Parameters<(typeof definitions)[number]['run']>[0]) => {
      for (let step = 0; step < 5; step += 1) await context.step(`step ${step}`, async () => ({ step }));
    },
  };
  const membership = await joined(store);
  const profileTypes = registryOf([simulatedNode]);
  const definitions = actionDefinitions({
    store,
    profileTypes,
    probe,
    workflows: new WorkflowServices({ embedded: embeddedWorkflows({ store, membership }) }),
  });
  const engine = new Engine({
    store,
    definitions: [...definitions, fiveSteps],
    membership,
  });
  await engine.start();
  return engine;
}

async function newCluster(store: Store, nodes: number): Promise<Cluster> {
  const profileId = randomUUID();
  const now = Date.now();
  const spec = { type: simulatedNode.name, version: simulatedNode.version, properties: {} };
  const named = { id: profileId, name: 'bench', type: 'bench.node-1.0', spec, metadata: {} };
  const cluster: Cluster = {
    ...owner,
    id: randomUUID(),
    name: `bench-${nodes}`,
    profileId,
    minSize: 0,
    maxSize: -1,
    desiredCapacity: nodes,
    nextIndex: 1,
    timeout: 3600,
    status: 'INIT',
    statusReason: 'Initializing',
    metadata: {},
    config: {},
    data: {},
    dependents: {},
    initAt: now,
    createdAt: null,
    updatedAt: null,
  };
  await store.write(async (tx) => {
    await insertProfile(tx, { ...owner, ...named, createdAt: now, updatedAt: null });
    await insertCluster(tx, cluster);
  });
  return cluster;
}

function newAction(action: string): NewAction {
  return {
    id: randomUUID(),
    name: action.toLowerCase(),
    action,
    cause: 'RPC Request',
    target: 'bench',
    clusterId: null,
    parentId: null,
    inputs: {},
    timeout: 0,
    locks: [],
    owner,
  };
}

async function untilIdle(store: Store): Promise<void> {
  for (;;) {
    const open = await store.db
      .selectFrom('action')
      .select('id')
      .where('ended_at', 'is', null)
      .limit(1)
      .execute();
    if (open.length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const failed = await store.db
    .selectFrom('action')
    .select('status_reason')
    .where('status', '!=', 'SUCCEEDED')
    .execute();
  if (failed.length > 0) throw new Error(`${failed.length} actions failed: ${failed[0]?.status_reason}`);
}

async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'coppice-bench-'));
  const store = openSqlite(join(directory, 'coppice.db'));
  try {
    await migrate(store, Date.now());
    return await work(store);
  } finally {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  }
}
