/**
 * Opens a node's log. The node can write to its own directory, and put something else where its log was: a
 * link to the file of another, a pipe. What is opened is checked, and never followed, emptied or shown if
 * it is not a plain file with one name.
 */
import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

// Without O_NONBLOCK, opening a pipe waits for its other end.
const neverFollow = constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** @returns undefined where there is no log, or something that is none. */
export async function openLog(path: string, access: 'read' | 'shorten'): Promise<FileHandle | undefined> {
  const flags = access === 'read' ? constants.O_RDONLY : constants.O_RDWR;
  return await openPlainFile(path, flags);
}

/** For the process to append to. What is no log is removed: the place is Coppice's own. */
export async function openLogToAppend(path: string): Promise<FileHandle> {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;
  const found = await openPlainFile(path, flags);
  if (found !== undefined) return found;
  await rm(path, { recursive: true, force: true });
  return await open(path, flags | constants.O_EXCL | neverFollow, 0o600);
}

async function openPlainFile(path: string, flags: number): Promise<FileHandle | undefined> {
  const file = await openUnfollowed(path, flags);
  if (file === undefined) return undefined;
  const found = await file.stat();
  // A second name (a hard link) means that the file is also another's.
  if (found.isFile() && found.nlink === 1) return file;
  await file.close();
  return undefined;
}

async function openUnfollowed(path: string, flags: number): Promise<FileHandle | undefined> {
  try {
    return await open(path, flags | neverFollow, 0o600);
  } catch (error) {
    // ELOOP: a symbolic link (macOS, FreeBSD: EMLINK); ENXIO: a pipe without a reader, or a socket; EISDIR: a
    // directory.
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['ENOENT', 'ELOOP', 'EMLINK', 'ENXIO', 'EISDIR', 'EOPNOTSUPP'].includes(code)) return undefined;
    throw error;
  }
}
