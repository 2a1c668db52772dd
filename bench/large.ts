/**
 * The API over many objects: a cluster of 1,000 nodes, of which 60 are unhealthy, with 100,000 events, 10,000
 * actions and 2,000 recoveries. Each GET in turn on one connection; its 99th percentile is printed as a
 * multiple of what reading the rows of 1,000 nodes and writing them as JSON takes.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster, Node } from '../src/domain/model.ts';
import { insertActions } from '../src/store/actions.ts';
import { insertBinding } from '../src/store/cluster-policies.ts';
import { insertCluster } from '../src/store/clusters.ts';
import { insertEvents } from '../src/store/events.ts';
import { quarantineNode, setExclusion } from '../src/store/healing.ts';
import { migrate } from '../src/store/migrate.ts';
import { saveNodeHealth } from '../src/store/node-health.ts';
import { insertNodes } from '../src/store/nodes.ts';
import { insertPolicy } from '../src/store/policies.ts';
import { insertProfile } from '../src/store/profiles.ts';
import { insertRecovery, markRecoveryClosed } from '../src/store/recoveries.ts';
import { recordDecision } from '../src/store/recovery-decisions.ts';
import { openSqlite } from '../src/store/sqlite.ts';
import type { Store, Tx } from '../src/store/store.ts';
import { aHealthRecord } from '../test/support/health-record.ts';
import { newAction } from '../test/support/new-action.ts';
import { aBinding, aCluster, aNode, anEvent, aPolicy, aProfile } from '../test/support/rows.ts';
import { getRequest, millisecondsOfRequests } from './load.ts';
import { microsOfSelect } from './micros-of-select.ts';
import type { Measure } from './measure.ts';
import { residentMegabytes, withServer, type RunningServer } from './server.ts';
import { ownerOf } from '../src/domain/session.ts';

const NODES = 1000;
const EVENTS = 100_000;
const ACTIONS = 10_000;
const RECOVERIES = 2000;
const ROUNDS = 100;
/** Until the server has become fast. */
const WARM_UP_ROUNDS = 20;
/** 50 ms where reading and writing 1,000 nodes takes 5. */
const MOST_TIMES = 10;
const MOST_MEGABYTES = 250;

const owner = { project: 'local', user: 'local', domain: null };
const now = Date.now();

export async function benchLarge(): Promise<Measure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'coppice-bench-'));
  const database = join(directory, 'coppice.db');
  try {
    const cluster = await fill(database);
    return await withServer(directory, (server) => measureServer(server, database, cluster), {
      roles: 'api',
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const paths = ({ id, name }: Cluster): string[] => [
  '/metrics',
  '/v1/actions',
  '/v1/actions?status=FAILED&limit=20',
  '/v1/clusters',
  `/v1/clusters/${name}`,
  `/v1/clusters/${name}/health`,
  `/v1/clusters/${name}/policies`,
  '/v1/events',
  '/v1/events?limit=50&sort=timestamp:desc',
  `/v1/events?cluster_id=${id}&limit=50&sort=timestamp:desc`,
  '/v1/events?oname=node-7&limit=50',
  '/v1/health',
  '/v1/nodes',
  '/v1/nodes?limit=100',
  '/v1/nodes/node-7',
  '/v1/nodes/node-7/health',
  '/v1/recoveries',
  '/v1/recoveries?limit=20',
];

async function measureServer(
  { url, pid }: RunningServer,
  database: string,
  cluster: Cluster,
): Promise<Measure[]> {
  const wanted = paths(cluster);
  const times = new Map<string, number[]>(wanted.map((path) => [path, []]));
  const bareMs = microsOfSelect(database, ['SELECT * FROM node']) / 1000;
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    for (const path of wanted) {
      const [time = Number.NaN] = await millisecondsOfRequests(url, getRequest(url, path), 1);
      if (round >= 0) times.get(path)?.push(time);
    }
  }
  return [
    ...wanted.map((path) => {
      const [p50, p99] = [percentile(times.get(path) ?? [], 0.5), percentile(times.get(path) ?? [], 0.99)];
      return {
        name: `GET ${path.replace(cluster.id, '{id}')}, p99 / the rows of 1,000 nodes as JSON`,
        detail: `${p99.toFixed(1)} / ${bareMs.toFixed(1)} ms, p50 ${p50.toFixed(1)} ms`,
        value: p99 / bareMs,
        limit: { at: 'most' as const, value: MOST_TIMES },
      };
    }),
    {
      name: 'resident memory after it, MB',
      detail: '',
      value: residentMegabytes(pid),
      limit: { at: 'most', value: MOST_MEGABYTES },
    },
  ];
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}

async function fill(path: string): Promise<Cluster> {
  const store = openSqlite(path);
  await migrate(store, now);
  const profile = aProfile({ name: 'web', type: 'local.process-1.0' });
  const cluster = aCluster({ name: 'large', profileId: profile.id, desiredCapacity: NODES });
  const nodes = Array.from({ length: NODES }, (_, index) =>
    aNode({ name: `node-${index}`, clusterId: cluster.id, profileId: profile.id, index: index + 1 }),
  );
  const properties = {
    detection: { interval: 60, detection_modes: [{ type: 'NODE_STATUS_POLLING' }] },
    recovery: { actions: [{ name: 'RECREATE' }], retry: {} },
    safety: { max_unhealthy: { percent: 70 }, rate_limit: { node: '3/1h', cluster: '5000/1h' }, breaker: {} },
  };
  const spec = { type: 'senlin.policy.health', version: '1.3', properties };
  const policy = aPolicy({ name: 'health', spec });
  await store.write(async (tx) => {
    await insertProfile(tx, profile);
    await insertPolicy(tx, policy);
    await insertCluster(tx, cluster);
    await insertBinding(tx, aBinding({ clusterId: cluster.id, policyId: policy.id }));
    await insertNodes(tx, nodes);
    for (const [index, node] of nodes.entries()) await describeNode(tx, node, index);
  });
  await fillHistory(store, cluster, nodes);
  await store.close();
  return cluster;
}

/** Of 1,000: 40 failed, of which 20 are held; 10 are quarantined, 10 excluded. */
async function describeNode(tx: Tx, node: Node, index: number): Promise<void> {
  const isFailed = index % 25 === 0;
  const detectors = [
    {
      detector: 'NODE_STATUS_POLLING' as const,
      since: now,
      verdict: { health: 'healthy' as const, reason: 'the status is ACTIVE' },
    },
  ];
  const record = aHealthRecord(isFailed ? 'FAILED' : 'HEALTHY', now, { detectors });
  await saveNodeHealth(tx, node.id, node.clusterId ?? '', record);
  if (index % 50 === 0) await openRecovery(tx, node, now);
  if (index % 100 === 1) await quarantineNode(tx, node, 'nothing helped', now);
  if (index % 100 === 2) await setExclusion(tx, node, { since: now, until: null, reason: 'looked at' });
}

async function openRecovery(tx: Tx, node: Node, at: number): Promise<string> {
  const id = randomUUID();
  await insertRecovery(tx, {
    ...ownerOf(node),
    id,
    nodeId: node.id,
    nodeName: node.name,
    clusterId: node.clusterId,
    policyId: null,
    failure: { class: 'SERVER_ERROR', reason: 'the status is ERROR' },
    plan: {},
    failedAt: at,
    openedAt: at,
  });
  await recordDecision(tx, id, 'open', 'confirmed failed (SERVER_ERROR): the status is ERROR', at);
  return id;
}

async function fillHistory(store: Store, cluster: Cluster, nodes: readonly Node[]): Promise<void> {
  const node = (index: number): Node => nodes[(index * 7 + 3) % NODES] as Node;
  await store.write(async (tx) => {
    for (let index = 0; index < RECOVERIES; index += 1) {
      if (((index * 7 + 3) % NODES) % 50 === 0) continue;
      const at = now - 86_400_000 + index * 1000;
      const id = await openRecovery(tx, node(index), at);
      await markRecoveryClosed(tx, id, index % 10 === 0 ? 'EXHAUSTED' : 'RECOVERED', at + 5000);
    }
    const actions = Array.from({ length: ACTIONS }, (_, index) =>
      newAction('NODE_RECOVER', { owner, target: node(index).id, clusterId: cluster.id }),
    );
    await insertActions(tx, actions, now);
    await tx.db.updateTable('action').set({ status: 'SUCCEEDED', ended_at: now }).execute();
    const events = Array.from({ length: EVENTS }, (_, index) => {
      const { id: oid, name: oname } = node(index);
      const of = { otype: 'NODE', oid, oname, clusterId: cluster.id } as const;
      return anEvent({ ...of, action: 'NODE_RECOVER', status: 'end', timestamp: now - EVENTS + index });
    });
    await insertEvents(tx, events);
  });
}
