/**
 * Gives the space of what was deleted back to the disk. SQLite keeps the pages for what is written next, and
 * a file that grew to a gigabyte would stay so for ever.
 *
 *     auto_vacuum = INCREMENTAL   set in a new file; an older one is rebuilt once, unless it is large
 *     a portion of free pages     given back while nothing is written; a reserve stays for what comes next
 */
import type { DatabaseSync } from 'node:sqlite';

const INCREMENTAL = 2;
/** Rebuilding takes about a second for 100 MB, and as much free space again; all else waits for it. */
const MOST_PAGES_TO_REBUILD = 65_536;
/** One portion takes some ten milliseconds, in which no request is read. */
const PAGES_AT_ONCE = 250;
/** 4 MB; a reserve costs nothing and spares the file from shrinking and growing again all the time. */
const LEAST_RESERVE = 1000;
const RESERVE_SHARE = 0.1;

/** Before anything else is written. Where a file cannot be rebuilt (a full disk), it stays as it was. */
export function enableGivingBack(database: DatabaseSync): void {
  if (numberOf(database, 'auto_vacuum') === INCREMENTAL) return;
  database.exec('PRAGMA auto_vacuum = INCREMENTAL');
  const isNew = numberOf(database, 'page_count') === 0;
  if (isNew || isLargeToRebuild(database)) return;
  try {
    database.exec('VACUUM');
  } catch {
    return;
  }
}

export function isLargeToRebuild(database: DatabaseSync): boolean {
  return numberOf(database, 'page_count') - numberOf(database, 'freelist_count') > MOST_PAGES_TO_REBUILD;
}

/** One portion, outside of a transaction. @returns whether there is more to give back. */
export function giveBackSpace(database: DatabaseSync): boolean {
  if (numberOf(database, 'auto_vacuum') !== INCREMENTAL) return false;
  const tooMany = unneeded(database);
  if (tooMany <= 0) return false;
  database.exec(`PRAGMA incremental_vacuum(${Math.min(tooMany, PAGES_AT_ONCE)})`);
  if (unneeded(database) > 0) return true;
  // The file itself becomes shorter when the -wal is written back to it.
  database.exec('PRAGMA wal_checkpoint(PASSIVE)');
  return false;
}

/** Free pages beyond the reserve. */
function unneeded(database: DatabaseSync): number {
  const reserve = Math.max(LEAST_RESERVE, numberOf(database, 'page_count') * RESERVE_SHARE);
  return Math.floor(numberOf(database, 'freelist_count') - reserve);
}

function numberOf(database: DatabaseSync, pragma: string): number {
  return Number(Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0] ?? 0);
}
