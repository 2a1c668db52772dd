/**
 * What it means when the database itself fails, for who operates Coppice: which directory it is about, and
 * what to do. The numbers are SQLite's (https://www.sqlite.org/rescode.html), the words the operating
 * system's.
 */
import { dirname } from 'node:path';
import { CoppiceError } from '../domain/errors.ts';

/** Result codes of SQLite. The lowest byte of an extended code is one of these. */
const PERMISSION = 3;
const BUSY = 5;
const LOCKED = 6;
const NO_MEMORY = 7;
const READ_ONLY = 8;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const LOCK_PROTOCOL = 15;
const NOT_A_DATABASE = 26;
/** An extended code of IO_ERROR: the memory that is shared through a file could not be made larger. */
const NO_ROOM_FOR_SHARED_MEMORY = 4874;

interface Failure {
  readonly errcode: number;
  readonly primary: number;
  /** Of the operating system: EIO; or ERR_SQLITE_ERROR, which says nothing. */
  readonly code: string;
  readonly message: string;
}

function failureIn(error: unknown): Failure {
  const { errcode = 0, code = '', message = '' } = error as Partial<Failure>;
  return { errcode, primary: errcode & 0xff, code, message };
}

/**
 * @returns a CoppiceError `storage-...`, or the error itself where it says something else: what the query
 * itself is refused for (a constraint, a value too large, bad SQL) is no failure of the database.
 */
export function asStorageFailure(error: unknown, databasePath: string): unknown {
  const { errcode, primary, code, message } = failureIn(error);
  const directory = dirname(databasePath);
  if (primary === FULL || errcode === NO_ROOM_FOR_SHARED_MEMORY || ['ENOSPC', 'EDQUOT'].includes(code)) {
    const sentence = `No space is left on the disk of ${directory}, so that Coppice can record nothing, and does nothing. Free some there.`;
    return new CoppiceError('storage-full', sentence, { cause: error });
  }
  if (primary === IO_ERROR || code === 'EIO') {
    const sentence = `The disk of ${directory} fails when Coppice reads or writes there (${message}). Check the disk, and the log of the system.`;
    return new CoppiceError('storage-failed', sentence, { cause: error });
  }
  if ([NOT_A_DATABASE, CORRUPT].includes(primary)) {
    const sentence =
      `${databasePath} is damaged, or no database (${message}). ` +
      'Stop Coppice, and put a backup in its place, or move it away with its -wal and -shm to start again.';
    return new CoppiceError('storage-damaged', sentence, { cause: error });
  }
  if ([BUSY, LOCKED, LOCK_PROTOCOL].includes(primary)) {
    const sentence = `${databasePath} is locked by another process (${message}), so that Coppice can record nothing. Find it (fuser, lsof), and end it.`;
    return new CoppiceError('storage-failed', sentence, { cause: error });
  }
  if (primary === NO_MEMORY) {
    const sentence = `The database ${databasePath} gets no memory from the system (${message}). Check what uses it up, and the limits of Coppice's process.`;
    return new CoppiceError('storage-failed', sentence, { cause: error });
  }
  if ([PERMISSION, READ_ONLY, CANNOT_OPEN].includes(primary)) return refused(databasePath, 'written', error);
  return error;
}

/** Why a database file cannot be opened, as `asStorageFailure`, and what else can stand in its place. */
export function asOpenFailure(error: unknown, databasePath: string): unknown {
  const { primary, code } = failureIn(error);
  if (code === 'EISDIR') {
    const sentence = `${databasePath} is a directory; expected the database file of Coppice. Move it away.`;
    return new CoppiceError('storage-damaged', sentence, { cause: error });
  }
  const isRefused =
    ['EACCES', 'EPERM', 'EROFS'].includes(code) || [PERMISSION, READ_ONLY, CANNOT_OPEN].includes(primary);
  return isRefused
    ? refused(databasePath, 'opened for writing', error)
    : asStorageFailure(error, databasePath);
}

function refused(databasePath: string, what: string, error: unknown): CoppiceError {
  const sentence =
    `${databasePath} cannot be ${what} (${failureIn(error).message}). Check its owner and mode, whether it is immutable (lsattr), ` +
    'and whether its file system is mounted read-only.';
  return new CoppiceError('storage-failed', sentence, { cause: error });
}
