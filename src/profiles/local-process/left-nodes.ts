/**
 * What the data directory holds of nodes, whichever process made them and whatever the database says: what
 * was started for them, and what was about to be stopped.
 */
import { join } from 'node:path';
import type { LeftNode, LeftProcess } from '../left-node.ts';
import { findProcess, physicalIdOf } from './identity.ts';
import type { ProcessIdentity } from './identity.ts';
import { allNodes, namesIn, nodeDirectory, nodeOfInstance } from './node-directory.ts';
import type { ProcessTable } from './process-table.ts';
import { readClaim } from './start-record.ts';

export async function findLeftNodes(
  dataDir: string,
  table: ProcessTable,
  isWanted: (nodeId: string) => boolean,
): Promise<LeftNode[]> {
  const found: LeftNode[] = [];
  for (const instance of await namesIn(allNodes(dataDir))) {
    const nodeId = nodeOfInstance(instance);
    if (!isWanted(nodeId)) continue;
    const { root, starts, retired } = nodeDirectory(dataDir, { id: nodeId, data: { instance } });
    found.push({ nodeId, directory: root, running: await runningOf([starts, retired], table) });
  }
  return found;
}

async function runningOf(folders: readonly string[], table: ProcessTable): Promise<LeftProcess[]> {
  const running = new Map<string, ProcessIdentity>();
  for (const folder of folders) {
    for (const key of await namesIn(folder)) {
      const identity = readClaim(join(folder, key))?.identity;
      if (identity !== undefined && mayRun(table, identity)) running.set(physicalIdOf(identity), identity);
    }
  }
  // The launcher made it the leader of a group, which a negative number means.
  return [...running.values()].map(({ pid }) => ({ name: `process ${pid}`, end: `kill -- -${pid}` }));
}

/** What cannot be seen may run. */
function mayRun(table: ProcessTable, identity: ProcessIdentity): boolean {
  try {
    return findProcess(table, identity) !== undefined;
  } catch {
    return true;
  }
}
