/** A Node of this machine that is too old to run Coppice, if there is one. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export const oldNode: string | undefined = ['/usr/bin/node', '/usr/local/bin/node']
  .filter((file) => existsSync(file))
  .find((file) => {
    const version = execFileSync(file, ['--version'], { encoding: 'utf8' });
    return Number(/^v(\d+)/.exec(version)?.[1]) < 22;
  });
