/**
 * The file of the database, apart from what is in it: whether it is there, whether it is Coppice's, and
 * whether it still is where it was opened. SQLite continues to write to a file that was moved or deleted,
 * without a word.
 */
import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
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

/** Whether another file, or none, is where the database was opened. */
export function watchFileIdentity(path: string): () => Promise<string | undefined> {
  const opened = statSync(path);
  return async () => {
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => error.code ?? '');
    if (typeof found !== 'string' && found.ino === opened.ino && found.dev === opened.dev) return undefined;
    // A file that cannot be read for another reason is not known to have been moved.
    if (typeof found === 'string' && !['ENOENT', 'ENOTDIR'].includes(found)) return undefined;
    const what = typeof found === 'string' ? 'moved away or deleted' : 'replaced by another file';
    return (
      `The database ${path} was ${what} while Coppice runs; what is recorded goes to the file that was there. ` +
      'Put that file back, or stop Coppice and put a backup there.'
    );
  };
}
