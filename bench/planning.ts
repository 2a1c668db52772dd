/**
 * What deciding costs: a round of the planner over 10,000 and over 100,000 nodes, alone and with all that it
 * reads from the database; and the memory that the healer holds for each node that it watches. Ten times the
 * nodes may take at most eleven times as long.
 */
import { joined } from '../test/support/membership.ts';
import { http } from '../test/support/probe.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { HealthPolicy } from '../src/domain/health-policy.ts';
import type { Json } from '../src/domain/json.ts';
import type { Cluster, Node } from '../src/domain/model.ts';
import { Healer } from '../src/healing/healer.ts';
import { takeSnapshot } from '../src/healing/snapshot.ts';
import { parseHealthPolicy } from '../src/policies/health/health-policy-type.ts';
import { registryOf } from '../src/profiles/registry.ts';
import { closedBreaker } from '../src/recovery/breaker.ts';
import { healthAfterRecovery } from '../src/recovery/classify-health.ts';
import type { HealthRecord } from '../src/domain/health-record.ts';
import { planRound } from '../src/recovery/plan-round.ts';
import type { NodeSnapshot, RoundSnapshot } from '../src/recovery/round-snapshot.ts';
import { insertBinding } from '../src/store/cluster-policies.ts';
import { insertCluster } from '../src/store/clusters.ts';
import { migrate } from '../src/store/migrate.ts';
import { saveNodeHealth } from '../src/store/node-health.ts';
import { insertNodes } from '../src/store/nodes.ts';
import { insertPolicy } from '../src/store/policies.ts';
import { insertProfile } from '../src/store/profiles.ts';
import { openSqlite } from '../src/store/sqlite.ts';
import type { Store } from '../src/store/store.ts';
import { median, type Measure } from './measure.ts';
import { simulatedNode } from './simulated-node.ts';

const FEW = 10_000;
const MANY = 100_000;
/**
 * Each with values that are created again, because where they come to lie in memory decides more than a slow
 * moment of the machine.
 */
const TURNS = 10;
/** The two sizes in turn, over the same values. */
const CALLS = 9;
const now = 1_800_000_000_000;

/** Every limit that there is, so that every gate is checked. */
const spec: Json = {
  detection: { interval: 60, detection_modes: [{ type: 'NODE_STATUS_POLLING' }] },
  recovery: { actions: [{ name: 'RECREATE' }], retry: {} },
  safety: {
    max_unhealthy: { percent: 70 },
    max_in_flight: { percent: 10 },
    rate_limit: { node: '3/1h', cluster: '5000/1h' },
    breaker: {},
  },
};

export async function benchPlanning(): Promise<Measure[]> {
  const policy = readPolicy();
  return [
    planningTime(policy, 0.01, '1 % failed', 11),
    // The sets of so many leave the processor's cache, which costs its share; what grows with the square
    // would be at 100.
    planningTime(policy, 0.6, '60 % failed', 20),
    await roundTime(policy),
    await memoryOfANode(policy),
  ];
}

function readPolicy(): HealthPolicy {
  const check = parseHealthPolicy(spec, '1.3');
  if (!check.ok) throw new Error(JSON.stringify(check.issues));
  return check.value;
}

function planningTime(policy: HealthPolicy, failed: number, words: string, limit: number): Measure {
  const turns = Array.from({ length: TURNS }, (_, turn) => planningTurn(policy, failed, turn % 2 === 0));
  const few = median(turns.map((turn) => turn.few));
  const many = median(turns.map((turn) => turn.many));
  return {
    name: `planning 100,000 nodes / 10,000, ${words}`,
    detail: `${many.toFixed(1)} / ${few.toFixed(2)} ms`,
    value: many / few,
    limit: { at: 'most', value: limit },
  };
}

/**
 * Milliseconds of one round. The small ones are as many nodes in all, so that what the cache keeps is no
 * shorter way for them.
 * @param largeFirst which of them is made first, and so lies closer together in memory.
 */
function planningTurn(
  policy: HealthPolicy,
  failed: number,
  largeFirst: boolean,
): { few: number; many: number } {
  const made = largeFirst ? [snapshotOf(policy, MANY, failed)] : [];
  const small = Array.from({ length: MANY / FEW }, () => snapshotOf(policy, FEW, failed));
  const large = made[0] ?? snapshotOf(policy, MANY, failed);
  collectGarbage();
  const [few, many]: [number[], number[]] = [[], []];
  for (let call = 0; call < CALLS; call += 1) {
    few.push(timeOf(() => small.forEach((snapshot) => planRound(snapshot))) / small.length);
    many.push(timeOf(() => planRound(large)));
  }
  return { few: median(few), many: median(many) };
}

/** Milliseconds. */
function timeOf(work: () => unknown): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

/**
 * Of the failed nodes a half is new, a quarter is held since a while, a quarter is being recovered; as many
 * were recovered in the last hour.
 */
function snapshotOf(policy: HealthPolicy, size: number, failed: number): RoundSnapshot {
  const ids = Array.from({ length: size }, (_, index) => `node-${index}`);
  const every = Math.round(1 / failed);
  const isFailed = (index: number): boolean =>
    failed > 0.5 ? index % 10 < failed * 10 : index % every === 0;
  const failing = ids.filter((_, index) => isFailed(index));
  const half = failing.slice(failing.length / 2);
  return {
    now,
    desiredCapacity: size,
    policy,
    policyEnabled: true,
    maintenance: null,
    breaker: closedBreaker,
    nodes: ids.map((id, index) => nodeOf(id, healthOf(policy, isFailed(index)))),
    recoveries: half.map((nodeId, index) => ({
      recoveryId: `recovery-${index}`,
      nodeId,
      openedAt: now - 120_000,
      startedAt: index % 2 === 0 ? null : now - 60_000,
      notBefore: null,
    })),
    starts: failing.map((nodeId, index) => ({ nodeId, at: now - 3_600_000 + index })),
  };
}

function nodeOf(id: string, health: HealthRecord): NodeSnapshot {
  return {
    id,
    name: id,
    status: 'ACTIVE',
    health,
    excluded: null,
    quarantinedSince: null,
    lastTry: null,
  };
}

function healthOf({ detection }: HealthPolicy, isFailed: boolean): HealthRecord {
  const well = healthAfterRecovery(detection, 'the status is ACTIVE', now - 30_000, true);
  if (!isFailed) return well;
  const failure = { class: 'SERVER_ERROR', reason: 'the status is ERROR' };
  return { ...well, state: 'FAILED', last: 'unhealthy', failures: 1, failedAt: now - 90_000, failure };
}

/** As the healer does it: everything of the cluster is read, and then decided. */
async function roundTime(policy: HealthPolicy): Promise<Measure> {
  const filled = await filledStore(policy, MANY);
  try {
    const times: number[] = [];
    for (let round = 0; round < 5; round += 1) times.push(await filled.secondsOfRound());
    return {
      name: 'a round of 100,000 nodes with all that it reads, seconds',
      detail: times.map((time) => time.toFixed(2)).join(', '),
      value: median(times),
      limit: { at: 'most', value: 3 },
    };
  } finally {
    await filled.close();
  }
}

interface FilledStore {
  readonly store: Store;
  secondsOfRound(): Promise<number>;
  close(): Promise<void>;
}

async function filledStore(policy: HealthPolicy, size: number): Promise<FilledStore> {
  const directory = mkdtempSync(join(tmpdir(), 'coppice-bench-'));
  const store = openSqlite(join(directory, 'coppice.db'));
  await migrate(store, now);
  const cluster = await fill(store, policy, size);
  const rules = { policyId: 'policy', enabled: true, policy };
  return {
    store,
    async secondsOfRound() {
      const began = performance.now();
      planRound(
        (await takeSnapshot({ db: store.db, profileTypes: registryOf([simulatedNode]) }, cluster, rules, now))
          .round,
      );
      return (performance.now() - began) / 1000;
    },
    async close() {
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const owner = { project: 'bench', user: 'bench', domain: null };
const dates = { createdAt: now - 86_400_000, updatedAt: null };

async function fill(store: Store, policy: HealthPolicy, size: number): Promise<Cluster> {
  const cluster: Cluster = {
    ...owner,
    ...dates,
    id: 'cluster',
    name: 'bench',
    profileId: 'profile',
    minSize: 0,
    maxSize: -1,
    desiredCapacity: size,
    nextIndex: size + 1,
    timeout: 3600,
    status: 'ACTIVE',
    statusReason: '',
    metadata: {},
    config: {},
    data: {},
    dependents: {},
    initAt: now - 86_400_000,
  };
  await store.write(async (tx) => {
    const spec0 = { type: simulatedNode.name, version: simulatedNode.version, properties: {} };
    const named = { ...owner, ...dates, name: 'bench' };
    await insertProfile(tx, { ...named, id: 'profile', type: 'bench.node-1.0', spec: spec0, metadata: {} });
    const document = { type: 'senlin.policy.health', version: '1.3', properties: spec };
    const policyRow = { ...named, id: 'policy', type: 'senlin.policy.health-1.3', spec: document, data: {} };
    await insertPolicy(tx, policyRow as Parameters<typeof insertPolicy>[1]);
    await insertCluster(tx, cluster);
    const binding = { clusterId: cluster.id, policyId: 'policy', enabled: true, priority: 600 };
    await insertBinding(tx, { ...binding, id: 'binding', data: null, lastOp: null });
    await insertNodes(
      tx,
      Array.from({ length: size }, (_, index) => storedNode(index)),
    );
    for (let index = 0; index < size; index += 1) {
      await saveNodeHealth(tx, nodeId(index), cluster.id, healthOf(policy, index % 100 === 0));
    }
  });
  return cluster;
}

/** As long as the ids that there are. */
function nodeId(index: number): string {
  return `4f6e2a1c-7d7b-4c8e-9f3a-${String(index).padStart(12, '0')}`;
}

function storedNode(index: number): Node {
  return {
    ...owner,
    ...dates,
    id: nodeId(index),
    name: `node-${index}`,
    clusterId: 'cluster',
    profileId: 'profile',
    index,
    role: '',
    physicalId: nodeId(index),
    status: 'ACTIVE',
    statusReason: '',
    metadata: {},
    data: {},
    dependents: {},
    tainted: false,
    initAt: now - 86_400_000,
  };
}

/** What a healer holds for its nodes once it knows them all, less what it holds for none. */
async function memoryOfANode(policy: HealthPolicy): Promise<Measure> {
  const filled = await filledStore(policy, MANY);
  const { store } = filled;
  try {
    const membership = await joined(store);
    const before = heapBytes();
    const healer = new Healer({
      store,
      membership,
      http,
      profileTypes: registryOf([simulatedNode]),
      now: () => now,
      log: { info: () => {}, error: (details, message) => console.error(message, details) },
    });
    await healer.start();
    const bytes = (heapBytes() - before) / MANY;
    await healer.stop();
    await membership.leave();
    return {
      name: 'memory of a watched node, bytes',
      detail: `${((bytes * MANY) / 1e6).toFixed(0)} MB for 100,000 nodes`,
      value: bytes,
      limit: { at: 'most', value: 2000 },
    };
  } finally {
    await filled.close();
  }
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Of what is still needed. */
function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

if (import.meta.main) {
  for (const { name, value, detail } of await benchPlanning()) {
    console.log(`${name.padEnd(60)} ${value.toFixed(2).padStart(8)}  ${detail}`);
  }
}
