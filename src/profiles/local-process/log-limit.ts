/**
 * Keeps logs within their limit. The processes write to the file themselves and outlive Coppice, so it cannot
 * be taken away from them: its end is copied to `output.log.1`, then it is emptied where it stands (they
 * append, so the next line is its first). What is written between the copy and the emptying is lost, as with
 * logrotate's `copytruncate`.
 */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { NodeFacts } from '../profile-type.ts';
import { openLog } from './log-file.ts';
import { nodeDirectory } from './node-directory.ts';
import type { NodeDirectory } from './node-directory.ts';
import { specOf } from './spec.ts';

/** Half of the limit is for each of the two files. @returns whether the log was shortened. */
export async function limitLog(directory: NodeDirectory, limit: number): Promise<boolean> {
  const half = Math.floor(limit / 2);
  const log = await openLog(directory.log, 'shorten');
  if (log === undefined) return false;
  await using _open = log;
  const { size } = await log.stat();
  if (size <= half) return false;
  const copy = `${directory.olderLog}.new`;
  await rm(copy, { recursive: true, force: true });
  const end = log.createReadStream({ start: size - half, end: size - 1, autoClose: false });
  // `wx`: a file that was put there meanwhile is not written to.
  await pipeline(end, createWriteStream(copy, { mode: 0o600, flags: 'wx' }));
  await rename(copy, directory.olderLog);
  await log.truncate(0);
  return true;
}

/** Checks the logs of all nodes every `everyMs`; stop() waits for the check that is under way. */
export function keepLogsLimited(
  dataDir: string,
  nodes: () => Promise<readonly NodeFacts[]>,
  everyMs: number,
): { stop(): Promise<void> } {
  let round = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    round = limitAll(dataDir, nodes).finally(() => (busy = false));
  }, everyMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await round;
    },
  };
}

/**
 * A node that is removed meanwhile, or a disk that is full, is no reason to leave the others: the next round
 * tries again.
 */
async function limitAll(dataDir: string, nodes: () => Promise<readonly NodeFacts[]>): Promise<void> {
  const all = await nodes().catch(() => []);
  for (const node of all) {
    await limitLog(nodeDirectory(dataDir, node), specOf(node.properties).logLimit).catch(() => false);
  }
}
