/**
 * What it means when the database itself fails, for who operates Coppice: which directory it is about, and
 * what to do. The numbers are SQLite's (https://www.sqlite.org/rescode.html), the words the operating
 * system's.
 */
import { dirname } from 'node:path';
import { CoppiceError } from '../domain/errors.ts';

const FULL = 13;
const IO_ERROR = 10;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;
const READ_ONLY = 8;
const CANNOT_OPEN = 14;
/** An extended code of IO_ERROR: the memory that is shared through a file could not be made larger. */
const NO_ROOM_FOR_SHARED_MEMORY = 4874;

/** @returns a CoppiceError `storage-...`, or the error itself where it says something else. */
export function asStorageFailure(error: unknown, databasePath: string): unknown {
  const {
    errcode = 0,
    code = '',
    message = '',
  } = error as { errcode?: number; code?: string; message?: string };
  const directory = dirname(databasePath);
  if (
    (errcode & 0xff) === FULL ||
    errcode === NO_ROOM_FOR_SHARED_MEMORY ||
    code === 'ENOSPC' ||
    code === 'EDQUOT'
  ) {
    const sentence = `No space is left on the disk of ${directory}, so that Coppice can record nothing, and does nothing. Free some there.`;
    return new CoppiceError('storage-full', sentence, { cause: error });
  }
  if ((errcode & 0xff) === IO_ERROR || code === 'EIO') {
    const sentence = `The disk of ${directory} fails when Coppice reads or writes there (${message}). Check the disk, and the log of the system.`;
    return new CoppiceError('storage-failed', sentence, { cause: error });
  }
  if (errcode === NOT_A_DATABASE || (errcode & 0xff) === CORRUPT) {
    const sentence =
      `${databasePath} is damaged, or no database (${message}). ` +
      'Stop Coppice, and put a backup in its place, or move it away with its -wal and -shm to start again.';
    return new CoppiceError('storage-damaged', sentence, { cause: error });
  }
  return error;
}

/** Why a database file cannot be opened, as `asStorageFailure`, and what else can stand in its place. */
export function asOpenFailure(error: unknown, databasePath: string): unknown {
  const failure = asStorageFailure(error, databasePath);
  if (failure !== error) return failure;
  const {
    errcode = 0,
    code = '',
    message = '',
  } = error as { errcode?: number; code?: string; message?: string };
  if (code === 'EISDIR') {
    const sentence = `${databasePath} is a directory; expected the database file of Coppice. Move it away.`;
    return new CoppiceError('storage-damaged', sentence, { cause: error });
  }
  const isRefused =
    ['EACCES', 'EPERM', 'EROFS'].includes(code) || [READ_ONLY, CANNOT_OPEN].includes(errcode & 0xff);
  if (!isRefused) return error;
  const sentence =
    `${databasePath} cannot be opened for writing (${message}). Check its owner and mode, whether it is immutable (lsattr), ` +
    'and whether its file system is mounted read-only.';
  return new CoppiceError('storage-failed', sentence, { cause: error });
}
