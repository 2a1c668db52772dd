/**
 * The data directory: where the embedded database and what local nodes write live. One process at a time: the
 * lock is a SQLite file held open in an exclusive transaction, which the operating system gives back at any
 * death of the process, SIGKILL and power cut included; `holder.json` beside it says who has it, for the
 * message to the second one.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { asStorageFailure } from './storage-failure.ts';

export interface DataDirectory {
  readonly path: string;
  readonly databasePath: string;
  readonly nodesPath: string;
  release(): void;
}

interface Holder {
  readonly pid: number;
  readonly started: string;
  readonly listen: string;
}

/**
 * @throws Error with a sentence for the operator: not writable, or held by another process (and by which).
 */
export function openDataDirectory(
  path: string,
  holder: { pid: number; started: Date; listen: string },
): DataDirectory {
  try {
    makeDirectory(join(path, 'nodes'));
  } catch (error) {
    throw refusal(path, 'cannot be created or written', error);
  }
  const lock = takeLock(path);
  refuseWithoutLock(path, lock);
  const holderPath = join(path, 'holder.json');
  try {
    const text = JSON.stringify({ ...holder, started: holder.started.toISOString() });
    writeFileSync(holderPath, text, { mode: 0o600 });
  } catch (error) {
    lock.close();
    throw refusal(path, 'is not writable', error);
  }
  return {
    path,
    databasePath: join(path, 'coppice.db'),
    nodesPath: join(path, 'nodes'),
    release() {
      rmSync(holderPath, { force: true });
      lock.close();
    },
  };
}

/**
 * Parents first. Node's own `recursive` never returns where a parent cannot be made and says ENOENT, as /proc
 * does.
 */
function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeDirectory(parent);
  mkdirSync(path, { mode: 0o700 });
}

/**
 * The lock's file holds nothing, so that a damaged one is emptied. SQLite checks whether it is locked before
 * it reads it: of a damaged file that another process holds it says "busy", as of any other.
 */
function takeLock(path: string): DatabaseSync {
  try {
    return openLock(path);
  } catch (error) {
    if (!isDamaged(error)) throw lockFailure(path, error);
  }
  try {
    emptyLock(path);
    return openLock(path);
  } catch (error) {
    throw lockFailure(path, error);
  }
}

function openLock(path: string): DatabaseSync {
  const lock = new DatabaseSync(join(path, 'lock.db'));
  try {
    lock.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
}

/**
 * Where lock.db is deleted while its holder runs, it leaves a lock on a file that no other process finds.
 * The holder still has the database open, which the system shows (Linux; elsewhere nothing is known of it).
 */
function refuseWithoutLock(path: string, lock: DatabaseSync): void {
  const holder = readHolder(join(path, 'holder.json'));
  if (holder === undefined || holder.pid === process.pid || !hasOpen(holder.pid, join(path, 'coppice.db')))
    return;
  lock.close();
  throw new Error(`${heldText(path)} Its lock.db was deleted meanwhile.`);
}

function hasOpen(pid: number, file: string): boolean {
  try {
    const open = realpathSync(file);
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((descriptor) => linkOf(join(folder, descriptor)) === open);
  } catch {
    return false;
  }
}

/** A descriptor may be closed while they are read. */
function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** The file stays the same one, so that of two processes that start at once only one can lock it. */
function emptyLock(path: string): void {
  truncateSync(join(path, 'lock.db'));
  rmSync(join(path, 'lock.db-journal'), { force: true });
}

function lockFailure(path: string, error: unknown): Error {
  if (isBusy(error)) return new Error(heldText(path), { cause: error });
  return refusal(path, 'its lock.db cannot be written', error);
}

function refusal(path: string, what: string, error: unknown): Error {
  const failure = asStorageFailure(error, join(path, 'lock.db'));
  if (failure !== error) return failure as Error;
  return new Error(`--data-dir ${path}: ${what} (${reasonOf(error)}).`, { cause: error });
}

/** https://www.sqlite.org/rescode.html */
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

function isBusy(error: unknown): boolean {
  return primaryCode(error) === SQLITE_BUSY;
}

function isDamaged(error: unknown): boolean {
  return [SQLITE_CORRUPT, SQLITE_NOTADB].includes(primaryCode(error));
}

/** An extended code holds the primary one in its lowest byte. */
function primaryCode(error: unknown): number {
  return ((error as { errcode?: number }).errcode ?? 0) & 0xff;
}

/**
 * Whether a Coppice with this directory listens there: a second start finds the port taken before it comes to
 * the lock. @returns a sentence for the operator; undefined: none does.
 */
export function heldBesidePort(path: string, listen: string): string | undefined {
  const holder = readHolder(join(path, 'holder.json'));
  return holder?.listen === listen && isRunning(holder.pid) ? heldText(path) : undefined;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function heldText(path: string): string {
  const holder = readHolder(join(path, 'holder.json'));
  const who =
    holder === undefined
      ? 'another process'
      : `process ${holder.pid} (started ${holder.started}, listening on ${holder.listen})`;
  return `--data-dir ${path}: in use by ${who}. Stop it, or choose another directory.`;
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The code of an error of SQLite says only that it is one.
  return 'code' in error && !('errcode' in error) ? String(error.code) : error.message;
}
