/**
 * Reads files that a user names, up to a size: a device such as /dev/zero has no end, and its size is 0 until
 * it is read.
 */
import { closeSync, openSync, readSync } from 'node:fs';

/** No file written by hand comes near it. */
export const LARGEST_TEXT_FILE = 1024 * 1024;

/**
 * The text of a file.
 * @throws Error with the `code` of the system; EFBIG where the file is larger than `most` bytes.
 */
export function readTextFile(path: string, most = LARGEST_TEXT_FILE): string {
  const descriptor = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(most + 1);
    let length = 0;
    while (length <= most) {
      const read = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (read === 0) return buffer.toString('utf8', 0, length);
      length += read;
    }
  } finally {
    closeSync(descriptor);
  }
  throw Object.assign(new Error(`${path} is larger than ${most} bytes`), { code: 'EFBIG' });
}
