/**
 * What the data directory holds of nodes, whichever process made them: read before a new database is made
 * beside them.
 */
import { join } from 'node:path';
import type { LeftNodes } from '../profile-type.ts';
import { findProcess } from './identity.ts';
import { allNodes, namesIn, nodeOfInstance } from './node-directory.ts';
import type { ProcessTable } from './process-table.ts';
import { readClaim } from './start-record.ts';

export async function findLeftNodes(dataDir: string, table: ProcessTable): Promise<LeftNodes> {
  const instances = await namesIn(allNodes(dataDir));
  const running: string[] = [];
  for (const instance of instances) {
    const starts = join(allNodes(dataDir), instance, 'starts');
    for (const key of await namesIn(starts)) {
      const identity = readClaim(join(starts, key))?.identity;
      if (identity !== undefined && findProcess(table, identity) !== undefined)
        running.push(`process ${identity.pid}`);
    }
  }
  return { nodes: new Set(instances.map(nodeOfInstance)).size, running };
}
