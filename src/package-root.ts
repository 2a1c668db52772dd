import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * The folder of this copy of Coppice: a checkout or an installed package. Looked for, because a bundle has
 * fewer folders in between than the source.
 */
export const packageRoot = nearestPackage(import.meta.dirname);

function nearestPackage(folder: string): string {
  return existsSync(path.join(folder, 'package.json')) ? folder : nearestPackage(path.dirname(folder));
}
