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
 *     local.process/NODE/retired-end.json  how the process that the node's record names ended, once its
 *                                      start is retired
 *     local.process/NODE.HASH/         the same, of a process that was made beside another of the node
 *
 * Everything about one process is in one such directory: its name is the instance.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CoppiceError } from '../../domain/errors.ts';
import type { NodeFacts } from '../profile-type.ts';

export interface NodeDirectory {
  readonly root: string;
  readonly work: string;
  readonly log: string;
  readonly olderLog: string;
  readonly starts: string;
  readonly retired: string;
}

/** Absolute paths (`dataDir` is one); nothing is made. */
export function nodeDirectory(dataDir: string, node: Pick<NodeFacts, 'id' | 'data'>): NodeDirectory {
  const instance = instanceOf(node);
  if (!/^\w[\w.-]{0,119}$/.test(instance))
    throw new CoppiceError('internal', 'a node id that cannot name a directory');
  const root = join(allNodes(dataDir), instance);
  const [work, log, olderLog] = [join(root, 'work'), join(root, 'output.log'), join(root, 'output.log.1')];
  return { root, work, log, olderLog, starts: join(root, 'starts'), retired: join(root, 'retired') };
}

/** Which of its directories a node has now. */
export function instanceOf({ id, data }: Pick<NodeFacts, 'id' | 'data'>): string {
  const { instance } = data;
  return typeof instance === 'string' && nodeOfInstance(instance) === id ? instance : id;
}

/** The instance of a process that a request makes beside the one that the node has. */
export function instanceBeside({ id }: Pick<NodeFacts, 'id'>, key: string): string {
  return `${id}.${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
}

export function nodeOfInstance(instance: string): string {
  return instance.replace(/\.[0-9a-f]{16}$/, '');
}

/** All that are on this machine, whether a process is in them or not. */
export async function instancesOfNode(dataDir: string, nodeId: string): Promise<string[]> {
  return (await namesIn(allNodes(dataDir))).filter((name) => nodeOfInstance(name) === nodeId);
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
