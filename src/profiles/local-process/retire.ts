/**
 * Ends what runs for a node. A start is first moved out of `starts/`, so that no launcher of it that is still
 * under way can claim; then the process that did is stopped; then its record goes, but for how the one that
 * the node is known by has ended. A crash in between leaves it in `retired/`, where the next one finds it.
 */
import { realpath, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeFacts } from '../profile-type.ts';
import type { LocalMachine } from './host.ts';
import { identityIn, physicalIdOf } from './identity.ts';
import type { ProcessIdentity } from './identity.ts';
import { instanceOf, makeDirectory, namesIn, nodeDirectory } from './node-directory.ts';
import { keepRetiredEnd } from './retired-end.ts';
import { readClaim } from './start-record.ts';
import { stopProcess } from './stop.ts';
import type { StopWay } from './stop.ts';

/**
 * Stops every process of the node: those of its starts, and the one that its record names. None is a success.
 */
export async function retireAll(
  host: LocalMachine,
  node: Pick<NodeFacts, 'id' | 'data'>,
  way: StopWay,
  abort: AbortSignal,
): Promise<void> {
  const { root, starts, retired } = nodeDirectory(host.dataDir, node);
  for (const name of await namesIn(starts)) await moveOut(starts, retired, name);
  const records = (await namesIn(retired)).map((name) => join(retired, name));
  const claimed = records.flatMap((record) => readClaim(record)?.identity ?? []);
  const recorded = identityIn(node.data);
  const ofRecorded = records.find((record) => isClaimOf(record, recorded));
  if (recorded !== undefined && ofRecorded !== undefined)
    await keepRetiredEnd(host, root, ofRecorded, recorded);
  await stopAll(host, node, [claimed, recorded ?? []].flat(), way, abort);
  for (const record of records) await rm(record, { recursive: true, force: true, maxRetries: 3 });
}

function isClaimOf(record: string, identity: ProcessIdentity | undefined): boolean {
  const claimed = readClaim(record)?.identity;
  return claimed !== undefined && identity !== undefined && physicalIdOf(claimed) === physicalIdOf(identity);
}

async function moveOut(starts: string, retired: string, name: string): Promise<void> {
  await makeDirectory(retired);
  await rename(join(starts, name), join(retired, name));
}

async function stopAll(
  host: LocalMachine,
  node: Pick<NodeFacts, 'id' | 'data'>,
  identities: readonly ProcessIdentity[],
  way: StopWay,
  abort: AbortSignal,
): Promise<void> {
  const { root } = nodeDirectory(host.dataDir, node);
  const marks = { instance: instanceOf(node), directory: await realpath(root).catch(() => root) };
  const distinct = new Map(identities.map((identity) => [physicalIdOf(identity), identity]));
  for (const identity of distinct.values()) {
    await stopProcess(host.table, identity, marks, way, abort);
    host.children.delete(physicalIdOf(identity));
  }
}
