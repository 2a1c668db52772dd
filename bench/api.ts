/**
 * Speed of the API, measured from another process: 8 connections, 20 clusters, 100 nodes. Beside requests a
 * second it prints what an answer costs as a multiple of what it cannot do without (the SELECT of the same
 * rows, and the JSON of them), and of /healthz.
 *
 * Answers of lists are kept while nothing is committed (src/http/answer-cache.ts), and clients that poll get
 * kept ones. What it costs to make an answer is measured with requests of which each has another limit.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillDatabase, spec } from './filled-database.ts';
import { getRequest, postRequest, requestsASecond } from './load.ts';
import { median, type Measure } from './measure.ts';
import { microsOfSelect } from './micros-of-select.ts';
import { withServer } from './server.ts';

const CONNECTIONS = 8;
const ROUNDS = 3;
const ROUND_MS = 1500;

export async function benchApi(): Promise<Measure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'coppice-bench-'));
  try {
    await fillDatabase(join(directory, 'coppice.db'));
    return await withServer(
      directory,
      async ({ url }) => await measureServer(url, join(directory, 'coppice.db')),
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The requests take turns, so that a slow moment of the machine meets all of them. */
async function measureServer(url: URL, databasePath: string): Promise<Measure[]> {
  const profile = postRequest(url, '/v1/profiles', { profile: { name: 'bench', spec } });
  const requests = {
    healthz: () => getRequest(url, '/healthz'),
    clusters: () => getRequest(url, '/v1/clusters'),
    nodes: () => getRequest(url, '/v1/nodes'),
    madeClusters: withOtherLimits(url, '/v1/clusters'),
    madeNodes: withOtherLimits(url, '/v1/nodes'),
    profiles: () => profile,
  };
  const names = Object.keys(requests) as (keyof typeof requests)[];
  const rates = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
    keyof typeof requests,
    number[]
  >;
  const bare = { clusters: [] as number[], nodes: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of names) {
      const load = { connections: CONNECTIONS, milliseconds: ROUND_MS, request: requests[name] };
      rates[name].push(await requestsASecond(url, load));
    }
    bare.clusters.push(
      microsOfSelect(databasePath, ['SELECT * FROM cluster', 'SELECT id, cluster_id FROM node']),
    );
    bare.nodes.push(microsOfSelect(databasePath, ['SELECT * FROM node']));
  }
  const rate = (name: keyof typeof requests) => median(rates[name]);
  return [
    atLeast(
      'GET /v1/clusters (20), requests a second',
      rate('clusters'),
      1900,
      `/healthz ${rate('healthz').toFixed(0)}/s`,
    ),
    atLeast('GET /v1/nodes (100), requests a second', rate('nodes'), 2400, ''),
    atLeast('POST /v1/profiles, requests a second', rate('profiles'), 3100, ''),
    multiple(
      'GET /v1/clusters / SELECT of the same rows and their JSON',
      rate('madeClusters'),
      median(bare.clusters),
    ),
    multiple('GET /v1/nodes / SELECT of the same rows and their JSON', rate('madeNodes'), median(bare.nodes)),
    ...(['clusters', 'nodes', 'profiles'] as const).map((name) => ({
      name: `${name}: time of a request / of /healthz`,
      detail: '',
      value: rate('healthz') / rate(name),
      limit: { at: 'most' as const, value: 6 },
    })),
  ];
}

/** Each asks for all that there are, and no two of those that follow one another are the same. */
function withOtherLimits(url: URL, path: string): () => string {
  const requests = Array.from({ length: 800 }, (_, index) => getRequest(url, `${path}?limit=${200 + index}`));
  let next = 0;
  return () => requests[(next = (next + 1) % requests.length)] ?? '';
}

function atLeast(name: string, value: number, least: number, detail: string): Measure {
  return { name, detail, value, limit: { at: 'least', value: least } };
}

function multiple(name: string, rate: number, bareMicros: number): Measure {
  const micros = 1_000_000 / rate;
  const detail = `${micros.toFixed(0)} / ${bareMicros.toFixed(0)} us`;
  return { name, detail, value: micros / bareMicros, limit: { at: 'most', value: 3 } };
}
