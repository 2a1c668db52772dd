/**
 * Where a node's files are:
 *
 *     local.process/NODE/work/         working directory, where the spec names none
 *     local.process/NODE/output.log    what the process writes, and output.log.1, what was taken off its
 *                                      front
 *     local.process/NODE/starts/KEY/   one start that was decided on: plan.json, then `claim` by the
 *                                      launcher that won
 *     local.process/NODE/retired/KEY/  a start that may not happen any more, and whose process is being
 *                                      stopped
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CoppiceError } from '../../domain/errors.ts';

export interface NodeDirectory {
  readonly root: string;
  readonly work: string;
  readonly log: string;
  readonly olderLog: string;
  readonly starts: string;
  readonly retired: string;
}

/** Absolute paths (`dataDir` is one); nothing is made. */
export function nodeDirectory(dataDir: string, nodeId: string): NodeDirectory {
  if (!/^\w[\w.-]{0,99}$/.test(nodeId))
    throw new CoppiceError('internal', 'a node id that cannot name a directory');
  const root = join(allNodes(dataDir), nodeId);
  const [work, log, olderLog] = [join(root, 'work'), join(root, 'output.log'), join(root, 'output.log.1')];
  return { root, work, log, olderLog, starts: join(root, 'starts'), retired: join(root, 'retired') };
}

export function allNodes(dataDir: string): string {
  return join(dataDir, 'local.process');
}

/** Keys are any text; what cannot stand in a path is hashed. */
export function keyName(key: string): string {
  if (/^\w[\w.-]{0,63}$/.test(key)) return key;
  return createHash('sha256').update(key).digest('hex');
}

/** Only for the user that Coppice runs as: a process may write secrets there. */
export async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

/** The names in a directory, none if it does not exist. */
export async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
