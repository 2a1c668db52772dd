/**
 * Real processes for the tests of `local.process`: a data directory of its own for each test, and nothing
 * left running after it. A process is found by the node's id in its environment, whatever process started it.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach } from 'vitest';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import { localProcess, type LocalProcessOptions } from '../../src/profiles/local-process/local-process.ts';
import type {
  NodeFacts,
  OperationRequest,
  PhysicalNode,
  ProfileType,
} from '../../src/profiles/profile-type.ts';
import { testSession } from '../../test/support/session.ts';

export interface Place {
  readonly dataDir: string;
  readonly type: ProfileType;
  /** A node that was not created yet. */
  node(properties: JsonObject): NodeFacts;
  fileOf(node: NodeFacts, ...path: string[]): string;
}

/** `close` ends what the test has left running. */
export async function openPlace(
  options: Pick<LocalProcessOptions, 'table'> = {},
): Promise<Place & { close(): Promise<void> }> {
  const nodes: string[] = [];
  const dataDir = await mkdtemp(join(tmpdir(), 'coppice-local-process-'));
  return {
    dataDir,
    type: localProcess({ ...options, dataDir }),
    node(properties) {
      const node = nodeOf(properties);
      nodes.push(node.id);
      return node;
    },
    fileOf: ({ id }, ...path) => join(dataDir, 'local.process', id, ...path),
    async close() {
      for (const id of nodes) await killAll(() => processesOf(id));
      await killAll(() => processesIn(dataDir));
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** For all tests of a file; the place is there when a test runs. */
export function usePlace(): Place {
  let opened: Awaited<ReturnType<typeof openPlace>> | undefined;
  const place = (): Place => {
    if (opened === undefined) throw new Error('the place is only there within a test');
    return opened;
  };
  beforeEach(async () => {
    opened = await openPlace();
  });
  afterEach(async () => {
    await opened?.close();
    opened = undefined;
  });
  return {
    get dataDir() {
      return place().dataDir;
    },
    get type() {
      return place().type;
    },
    node: (properties) => place().node(properties),
    fileOf: (node, ...path) => place().fileOf(node, ...path),
  };
}

export function nodeOf(properties: JsonObject, id: string = randomUUID()): NodeFacts {
  const nothingYet = { physicalId: null, data: {}, metadata: {} };
  const place = { index: 3, role: '', clusterId: 'cluster-1', clusterName: 'web' };
  return { id, name: 'web-3', ...place, ...nothingYet, properties, session: testSession };
}

let counter = 0;
/** A request; without a key, one that was never made before. */
export function request(key = `key-${++counter}`): OperationRequest {
  return { key, signal: new AbortController().signal };
}

/** The node as its next operation sees it. */
export async function after(node: NodeFacts, operation: Promise<PhysicalNode>): Promise<NodeFacts> {
  return { ...node, ...(await operation) };
}

export async function create(type: ProfileType, node: NodeFacts, key?: string): Promise<NodeFacts> {
  return after(node, type.create(node, request(key)));
}

export async function operate(
  type: ProfileType,
  name: string,
  node: NodeFacts,
  parameters: JsonObject = {},
  key?: string,
): Promise<NodeFacts> {
  const operation = type.operations[name];
  if (operation === undefined) throw new Error(`no operation ${name}`);
  return after(node, operation.run(node, parameters, request(key)));
}

export async function verdictOf(type: ProfileType, node: NodeFacts): Promise<string> {
  const verdict = await type.probe(node, new AbortController().signal);
  return verdict.health === 'unhealthy' ? verdict.failure : verdict.health;
}

export async function details(type: ProfileType, node: NodeFacts): Promise<Record<string, Json>> {
  return { ...(await type.details(node, new AbortController().signal)) };
}

export function pidOf({ data }: NodeFacts): number {
  const { pid } = data;
  if (typeof pid !== 'number') throw new Error('the node has no process');
  return pid;
}

/** The live processes (no zombies) that have the node's id in their environment. */
export function processesOf(nodeId: string): number[] {
  const mark = `COPPICE_NODE_ID=${nodeId}`;
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => readProc(`/proc/${pid}/environ`).split('\0').includes(mark)).map(Number);
}

export function isAlive(pid: number): boolean {
  const stat = readProc(`/proc/${pid}/stat`);
  return stat !== '' && !/\) [ZX] /.test(stat);
}

/** Waits for a state, at most 15 seconds. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + 15_000; performance.now() < deadline; await delay(10)) {
    if (await holds()) return;
  }
  throw new Error(`not within 15 seconds: ${what}`);
}

export async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/** Processes that have emptied their environment, or that were forgotten. */
function processesIn(directory: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => workingDirectory(pid).startsWith(`${directory}/`)).map(Number);
}

function workingDirectory(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

async function killAll(processes: () => number[]): Promise<void> {
  await eventually('the processes of the test are gone', () => {
    const left = processes();
    for (const pid of left) kill(pid);
    return left.length === 0;
  });
}

export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}

function readProc(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
