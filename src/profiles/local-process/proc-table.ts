/** The process table of Linux, from /proc (proc_pid_stat(5) for the fields). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { CoppiceError } from '../../domain/errors.ts';
import type { NodeMarks, ProcessEntry, ProcessTable } from './process-table.ts';

export function procTable(root: string): ProcessTable {
  let bootId: string | undefined;
  return {
    bootId: () => (bootId ??= readFileSync(`${root}/sys/kernel/random/boot_id`, 'utf8').trim()),
    read: (pid) => readEntry(root, pid) ?? invisible(root, pid),
    inSession: (session) =>
      processes(root).filter((entry) => entry.session === session && entry.state !== 'ended'),
    ofNode: (nodeId) =>
      processes(root).filter(
        (entry) =>
          entry.state !== 'ended' && namesNode(`${root}/${entry.pid}`, nodeId) && entry.pid !== process.pid,
      ),
    bearsMarks: (pid, marks) => bearsMarks(`${root}/${pid}`, marks),
    commandLine: (pid) => (readIfThere(`${root}/${pid}/cmdline`) ?? '').replaceAll('\0', ' '),
  };
}

function processes(root: string): ProcessEntry[] {
  const pids = readdirSync(root).filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => readEntry(root, Number(pid)) ?? []);
}

function readEntry(root: string, pid: number): ProcessEntry | undefined {
  const stat = readIfThere(`${root}/${pid}/stat`);
  return stat === undefined ? undefined : parseStat(stat);
}

/** /proc may be hidden or not mounted: only the kernel's "no such process" is taken for an absence. */
function invisible(root: string, pid: number): ProcessEntry | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return undefined;
  }
  // It may have come between the two looks.
  const entry = readEntry(root, pid);
  if (entry !== undefined) return entry;
  throw new CoppiceError('operation-failed', `process ${pid} exists, but ${root}/${pid}/stat cannot be read`);
}

/** One line of /proc/PID/stat. The name (field 2) may hold blanks and brackets: count from its last bracket. */
export function parseStat(stat: string): ProcessEntry {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): string => fields[number - 3] ?? '';
  const entry = { group: Number(field(5)), session: Number(field(6)), startTime: field(22) };
  return { pid: Number.parseInt(stat, 10), ...entry, state: stateOf(field(3), Number(field(20))) };
}

/** A leader that left while its other threads go on looks like a zombie, and is not one. */
function stateOf(letter: string, threads: number): ProcessEntry['state'] {
  if (letter === 'T') return 'stopped';
  if (letter === 'X' || (letter === 'Z' && threads <= 1)) return 'ended';
  return 'running';
}

function bearsMarks(directory: string, { nodeId, directory: nodeDirectory }: NodeMarks): boolean {
  if (namesNode(directory, nodeId)) return true;
  // A program that writes its title over its environment (nginx, postgres) still has the log open.
  return ['cwd', 'fd/0', 'fd/1', 'fd/2'].some((link) => {
    const target = linkTarget(`${directory}/${link}`);
    return target === nodeDirectory || target.startsWith(`${nodeDirectory}/`);
  });
}

function namesNode(directory: string, nodeId: string): boolean {
  const environment = readIfThere(`${directory}/environ`)?.split('\0') ?? [];
  return environment.includes(`COPPICE_NODE_ID=${nodeId}`);
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** undefined: the process is gone (ESRCH: it went while we read), or its directory is hidden from us. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(codeOf(error))) return undefined;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
