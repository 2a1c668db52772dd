/**
 * Brings a log back to its limit. The processes write to the file themselves and outlive Coppice, so that it
 * cannot be taken away from them: its end is copied to `output.log.1`, then it is emptied where it stands
 * (they append, so the next line is its first). What is written between the copy and the emptying is lost, as
 * with logrotate's `copytruncate`.
 */
import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { openLog } from './log-file.ts';
import type { NodeDirectory } from './node-directory.ts';

const COPY_BYTES = 1_048_576;

/** Half of the limit is for each of the two files. @returns whether the log was shortened. */
export async function limitLog(directory: NodeDirectory, limit: number): Promise<boolean> {
  const half = Math.floor(limit / 2);
  const log = await openLog(directory.log, 'shorten');
  if (log === undefined) return false;
  await using _open = log;
  const { size } = await log.stat();
  if (size <= half) return false;
  await keepEnd(log, size - half, size, directory);
  await log.truncate(0);
  return true;
}

/**
 * A full disk takes no copy: then the end is lost, because the log has to be emptied all the more. So it is
 * with whatever else the node has put in the way.
 */
async function keepEnd(
  log: FileHandle,
  start: number,
  end: number,
  { olderLog }: NodeDirectory,
): Promise<void> {
  const copy = `${olderLog}.new`;
  try {
    await rm(copy, { recursive: true, force: true });
    await copyRange(log, start, end, copy);
    await rename(copy, olderLog).catch(async () => {
      // Only what is a directory cannot be replaced by a file.
      await rm(olderLog, { recursive: true, force: true });
      await rename(copy, olderLog);
    });
  } catch {
    await rm(copy, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Not as a stream, which closes the log with itself where the copy fails. */
async function copyRange(log: FileHandle, start: number, end: number, path: string): Promise<void> {
  // `wx`: a file that was put there meanwhile is not written to.
  await using copy = await open(path, 'wx', 0o600);
  const buffer = Buffer.allocUnsafe(Math.min(end - start, COPY_BYTES));
  for (let at = start; at < end;) {
    const { bytesRead } = await log.read(buffer, 0, Math.min(buffer.length, end - at), at);
    if (bytesRead === 0) return;
    await copy.writeFile(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}
