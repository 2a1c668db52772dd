/**
 * Small files of /proc, read with three system calls each and without a copy: a snapshot reads thousands of
 * them.
 */
import { closeSync, openSync, readSync } from 'node:fs';

let buffer = Buffer.allocUnsafe(65_536);

/**
 * What the file holds, valid until the next call.
 * @returns undefined where the process is gone (ESRCH: it went while it was read), or its directory is hidden
 * from us.
 */
export function readProcFile(path: string): Buffer | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    return readWhole(descriptor);
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(codeOf(error))) return undefined;
    throw error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** /proc gives a page at a time, and nothing at the end. */
function readWhole(descriptor: number): Buffer {
  let filled = 0;
  for (;;) {
    if (filled === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
    const count = readSync(descriptor, buffer, filled, buffer.length - filled, null);
    if (count === 0) return buffer.subarray(0, filled);
    filled += count;
  }
}

/**
 * The value of a variable in a process's environment, `NAME=value` between zero bytes; undefined where it has
 * none.
 */
export function valueIn(environment: Buffer, name: string): string | undefined {
  const wanted = `${name}=`;
  for (let at = environment.indexOf(wanted); at !== -1; at = environment.indexOf(wanted, at + 1)) {
    if (at > 0 && environment[at - 1] !== 0) continue;
    const end = environment.indexOf(0, at);
    return environment.toString('utf8', at + wanted.length, end === -1 ? environment.length : end);
  }
  return undefined;
}

export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
