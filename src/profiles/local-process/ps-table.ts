/**
 * The process table of macOS and other systems without /proc, from `ps`. Start times have whole seconds there, and sessions
 * are not shown: the process group stands in for the session.
 */
import { execFileSync } from 'node:child_process';
import type { ProcessEntry, ProcessTable } from './process-table.ts';

const columns = 'pid=,pgid=,stat=,lstart=';

export function psTable(): ProcessTable {
  return {
    bootId: () => run('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid']),
    read: (pid) => entries(['-o', columns, '-p', String(pid)])[0],
    inSession: (session) =>
      entries(['-axo', columns]).filter((entry) => entry.session === session && entry.state !== 'ended'),
    // Nothing shows it without more rights: such a process is left alone.
    bearsMarks: () => false,
    ofNode: () => [],
    commandLine: (pid) => run('/bin/ps', ['-ww', '-o', 'command=', '-p', String(pid)]),
  };
}

/** `1234  1234 S+   Sat Nov 22 20:43:01 2025` */
export function parsePsLine(line: string): ProcessEntry | undefined {
  const found = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.+)$/.exec(line);
  if (found === null) return undefined;
  const [, pid, group, stat = '', started = ''] = found;
  const state = stat.startsWith('Z') ? 'ended' : stat.startsWith('T') ? 'stopped' : 'running';
  return {
    pid: Number(pid),
    group: Number(group),
    session: Number(group),
    startTime: parseStarted(started),
    state,
  };
}

/** `Sat Nov 22 20:43:01 2025` of `ps -o lstart=`, in UTC, as seconds since 1970. */
export function parseStarted(lstart: string): string {
  return String(Date.parse(`${lstart.trim()} UTC`) / 1000);
}

function entries(options: string[]): ProcessEntry[] {
  return run('/bin/ps', options)
    .split('\n')
    .flatMap((line) => parsePsLine(line) ?? []);
}

/** `ps` says with exit status 1 that it found none. */
function run(program: string, options: string[]): string {
  const env = { LC_ALL: 'C', TZ: 'UTC' };
  try {
    return execFileSync(program, options, {
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch (error) {
    if ((error as { status?: number }).status === 1) return '';
    throw error;
  }
}
