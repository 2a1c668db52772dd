/**
 * Which port belongs to which node, or rather instance of a node. `auto` gives a port without a listener and
 * no other instance of this data directory has.
 */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { CoppiceError } from '../../domain/errors.ts';
import { findProcess } from './identity.ts';
import { allNodes, namesIn } from './node-directory.ts';
import type { ProcessTable } from './process-table.ts';
import type { ProcessSpec } from './spec.ts';
import { readClaim, readPlan } from './start-record.ts';

export const loopback = '127.0.0.1';

// Below the ports that Linux (32768) and macOS (49152) give to outgoing connections: a probe of a dead node's
// port could be given that very port, and then hold it against the node. And below those of Kubernetes'
// services (30000).
const firstPort = 20_000;
const portCount = 10_000;

export interface Ports {
  /**
   * @param holder who is to have it: the instance of a node.
   * @param before the port that the node had, kept where it still can be. @throws CoppiceError
   * `operation-failed`.
   */
  choose(holder: string, wanted: ProcessSpec['port'], before: number | null): Promise<number | null>;
  release(holder: string): Promise<void>;
}

export function portsOf(dataDir: string, table: ProcessTable): Ports {
  let planned: Promise<Map<number, string>> | undefined;
  const holders = async (): Promise<Map<number, string>> => {
    planned ??= plannedPorts(dataDir);
    return planned.catch((error: unknown) => {
      planned = undefined;
      throw error;
    });
  };

  return {
    async choose(nodeId, wanted, before) {
      if (wanted === undefined) return null;
      const port = wanted === 'auto' ? await chooseFree(await holders(), nodeId, before) : wanted;
      if (wanted === 'auto' || (await isFree(port))) return port;
      const owner = (await ownerOfPort(dataDir, table, port, nodeId)) ?? 'another process';
      throw new CoppiceError('operation-failed', `port ${port} of ${loopback} is taken by ${owner}`);
    },
    async release(nodeId) {
      forget(await holders(), nodeId);
    },
  };
}

async function chooseFree(
  holderOf: Map<number, string>,
  nodeId: string,
  before: number | null,
): Promise<number> {
  for (const port of candidates(before)) {
    const holder = holderOf.get(port);
    if (holder !== undefined && holder !== nodeId) continue;
    // Held while we search, so that two nodes that start at once do not get the same.
    holderOf.set(port, nodeId);
    if (await isFree(port)) {
      forget(holderOf, nodeId, port);
      return port;
    }
    holderOf.delete(port);
  }
  const range = `${firstPort} to ${firstPort + portCount - 1}`;
  throw new CoppiceError('operation-failed', `no port of ${range} is free on ${loopback}`);
}

/**
 * From a place that differs between processes: two data directories on one machine seldom try the same port
 * at once.
 */
function* candidates(before: number | null): Generator<number> {
  if (before !== null) yield before;
  const from = randomInt(portCount);
  for (let n = 0; n < portCount; n++) yield firstPort + ((from + n) % portCount);
}

function forget(holderOf: Map<number, string>, nodeId: string, except?: number): void {
  for (const [port, holder] of holderOf) {
    if (holder === nodeId && port !== except) holderOf.delete(port);
  }
}

/**
 * The node whose process runs and was given the port, other than `instance`, for a sentence; undefined: none.
 */
export async function ownerOfPort(
  dataDir: string,
  table: ProcessTable,
  port: number,
  instance: string,
): Promise<string | undefined> {
  for (const other of await namesIn(allNodes(dataDir))) {
    if (other === instance) continue;
    const starts = join(allNodes(dataDir), other, 'starts');
    for (const key of await namesIn(starts)) {
      const start = join(starts, key);
      const plan = await readPlan(start);
      const identity = plan?.port === port ? readClaim(start)?.identity : undefined;
      if (identity !== undefined && findProcess(table, identity) !== undefined)
        return plan?.owner ?? `the node ${other}`;
    }
  }
  return undefined;
}

/** A port that we have no right to try (below 1024) may be right for the process: only "in use" says no. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'));
  server.listen({ port, host: loopback, exclusive: true }, () => server.close(() => resolve(true)));
  return promise;
}

async function plannedPorts(dataDir: string): Promise<Map<number, string>> {
  const holderOf = new Map<number, string>();
  for (const nodeId of await namesIn(allNodes(dataDir))) {
    const starts = join(allNodes(dataDir), nodeId, 'starts');
    for (const key of await namesIn(starts)) {
      const port = (await readPlan(join(starts, key)))?.port ?? null;
      if (port !== null) holderOf.set(port, nodeId);
    }
  }
  return holderOf;
}
