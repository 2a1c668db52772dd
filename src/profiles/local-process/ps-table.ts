/**
 * The process table of macOS and other systems without /proc, from `ps`. Start times have whole seconds
 * there, and sessions are not shown: the process group stands in for the session.
 */
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { SnapshotBuilder } from './process-table.ts';
import type { ProcessEntry, ProcessSnapshot, ProcessTable } from './process-table.ts';
import { sharedRun } from './shared-run.ts';

const columns = 'pid=,pgid=,stat=,lstart=';
const env = { LC_ALL: 'C', TZ: 'UTC' };

export function psTable(): ProcessTable {
  return {
    bootId: () => run('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid']),
    read: (pid) => entriesIn(run('/bin/ps', ['-o', columns, '-p', String(pid)]))[0],
    snapshot: sharedRun(takeSnapshot),
    // Nothing shows it without more rights: such a process is left alone.
    bearsMarks: () => false,
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

async function takeSnapshot(): Promise<ProcessSnapshot> {
  const { stdout } = await promisify(execFile)('/bin/ps', ['-axo', columns], { env });
  const builder = new SnapshotBuilder();
  // Whose environment a process has is not shown.
  for (const entry of entriesIn(stdout)) builder.add(entry, undefined);
  return builder.build();
}

function entriesIn(text: string): ProcessEntry[] {
  return text.split('\n').flatMap((line) => parsePsLine(line) ?? []);
}

/** `ps` says with exit status 1 that it found none. */
function run(program: string, options: string[]): string {
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
