/**
 * The file of the database, apart from what is in it: whether it is there, whether it is Coppice's, and
 * whether it still is where it was opened. SQLite continues to write to a file that was moved or deleted,
 * without a word.
 */
import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { CoppiceError } from '../domain/errors.ts';

/** `missing` and `empty`: a new database would be made there. */
export function stateOfDatabaseFile(path: string): 'missing' | 'empty' | 'present' {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 'missing';
  return found.isFile() && found.size === 0 ? 'empty' : 'present';
}

/** @throws CoppiceError `storage-damaged` for a database of another program, which is not changed. */
export function refuseForeignDatabase(path: string): void {
  if (stateOfDatabaseFile(path) !== 'present') return;
  using database = new DatabaseSync(path, { readOnly: true });
  const rows = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all();
  const tables = rows.map(({ name }) => String(name));
  if (tables.length === 0 || tables.includes('schema_version')) return;
  const shown = tables.slice(0, 5).join(', ') + (tables.length > 5 ? ', ...' : '');
  throw new CoppiceError(
    'storage-damaged',
    `${path} is a database of another program (its tables: ${shown}); expected one of Coppice. Move it away, or choose another --data-dir.`,
  );
}

/**
 * Whether the files that an open database writes to are still where it would be opened again: what is written
 * to others is lost with the process. Cheap enough for each transaction: two calls of the system.
 * @returns why not, in a sentence for the operator; undefined: they are.
 */
export function watchFileIdentity(path: string): () => string | undefined {
  const database = watchFile(path);
  const log = watchFile(`${path}-wal`);
  return () => {
    const ofDatabase = database();
    if (ofDatabase !== undefined) {
      return (
        `The database ${path} was ${ofDatabase} while Coppice runs; nothing is recorded until that file is back. ` +
        'Put it there again, or stop Coppice and put a backup there.'
      );
    }
    const ofLog = log();
    if (ofLog === undefined) return undefined;
    return (
      `${path}-wal, a part of the database, was ${ofLog} while Coppice runs; nothing is recorded until that file is back. ` +
      'Put it there again, or stop Coppice with SIGTERM: it writes what that file holds into the database as it ends.'
    );
  };
}

/** SQLite makes its -wal with the first transaction: a file that is not there yet is known once it is. */
function watchFile(path: string): () => string | undefined {
  let opened = find(path);
  return () => {
    const found = find(path);
    opened ??= found;
    // A file that cannot be read for another reason is not known to have been moved.
    if (opened === undefined || found === 'unknown') return undefined;
    if (found === undefined) return 'moved away or deleted';
    return found === opened ? undefined : 'replaced by another file';
  };
}

/** What tells a file from every other one; undefined: there is none. */
function find(path: string): string | undefined {
  try {
    const found = statSync(path);
    return `${found.dev}:${found.ino}`;
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
      ? undefined
      : 'unknown';
  }
}
