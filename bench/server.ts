/** A server in a process of its own, over a directory that was filled before. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const program = join(import.meta.dirname, '..', 'bin', 'coppice.js');

export interface RunningServer {
  readonly url: URL;
  readonly pid: number;
}

export interface ServerOptions {
  /** Absent: all of them. */
  readonly roles?: string;
  /** Who may call; absent: every user of this machine. */
  readonly auth?: 'token' | 'keystone';
  /** A file of the configuration. */
  readonly config?: string;
  /** Variables of a cloud; absent: the server has none. */
  readonly cloud?: Readonly<Record<string, string>>;
}

export async function withServer<T>(
  directory: string,
  work: (server: RunningServer) => Promise<T>,
  { roles, cloud, auth, config }: ServerOptions = {},
): Promise<T> {
  const options = ['serve', '--json', '--data-dir', directory, '--listen', '127.0.0.1:0'];
  if (roles !== undefined) options.push('--roles', roles);
  if (cloud !== undefined) options.push('--cloud', 'openstack');
  if (auth !== undefined) options.push('--auth', auth);
  if (config !== undefined) options.push('--config', config);
  const server = spawn(process.execPath, [program, ...options], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...cloud },
  });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  try {
    const line = await new Promise<string>((resolve) =>
      server.stdout.once('data', (text) => resolve(String(text))),
    );
    const { ready } = JSON.parse(line) as { ready: { url: string } };
    return await work({ url: new URL(ready.url), pid: server.pid ?? 0 });
  } finally {
    server.kill('SIGTERM');
    await ended;
  }
}

/** Linux only: VmRSS of the process and, where the program re-executed itself, of its children. */
export function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  const below = children === '' ? [] : children.split(' ').map((child) => residentMegabytes(Number(child)));
  return kilobytes / 1024 + below.reduce((sum, each) => sum + each, 0);
}

/**
 * Linux only: of the process, without the pages of files that all processes share: 54 MB of what is resident
 * are pages of the Node binary.
 */
export function privateMegabytes(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kilobytes = [...rollup.matchAll(/^Private_\w+:\s+(\d+)/gm)].map(([, amount]) => Number(amount));
  return kilobytes.reduce((sum, each) => sum + each, 0) / 1024;
}

/** Linux only: of the process, in user mode and in the system; whole hundredths. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Behind the name, which may hold blanks: utime and stime are the 12th and 13th field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
