/** The process table of Linux, from /proc (proc_pid_stat(5) for the fields). */
import { readFileSync, readlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { CoppiceError } from '../../domain/errors.ts';
import { yieldToEventLoop } from '../../event-loop.ts';
import { codeOf, readProcFile, valueIn } from './proc-files.ts';
import { SnapshotBuilder } from './process-table.ts';
import type { NodeMarks, ProcessEntry, ProcessSnapshot, ProcessTable } from './process-table.ts';
import { sharedRun } from './shared-run.ts';

export function procTable(root: string): ProcessTable {
  let bootId: string | undefined;
  return {
    bootId: () => (bootId ??= readFileSync(`${root}/sys/kernel/random/boot_id`, 'utf8').trim()),
    read: (pid) => readEntry(root, pid) ?? invisible(root, pid),
    snapshot: sharedRun(() => takeSnapshot(root)),
    bearsMarks: (pid, marks) => bearsMarks(`${root}/${pid}`, marks),
    commandLine: (pid) => (readProcFile(`${root}/${pid}/cmdline`) ?? '').toString().replaceAll('\0', ' '),
  };
}

async function takeSnapshot(root: string): Promise<ProcessSnapshot> {
  const builder = new SnapshotBuilder();
  const pids = (await readdir(root)).filter((name) => /^\d+$/.test(name));
  for (const name of pids) {
    await yieldToEventLoop();
    const entry = readEntry(root, Number(name));
    if (entry === undefined || entry.state === 'ended') continue;
    builder.add(entry, entry.pid === process.pid ? undefined : instanceNamedBy(`${root}/${name}`));
  }
  return builder.build();
}

function readEntry(root: string, pid: number): ProcessEntry | undefined {
  const stat = readProcFile(`${root}/${pid}/stat`);
  return stat === undefined ? undefined : parseStat(stat.toString());
}

/** /proc may be hidden or not mounted: only the kernel's "no such process" is taken for an absence. */
function invisible(root: string, pid: number): ProcessEntry | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return undefined;
  }
  // It may have come between the two readings.
  const entry = readEntry(root, pid);
  if (entry !== undefined) return entry;
  throw new CoppiceError('operation-failed', `process ${pid} exists, but ${root}/${pid}/stat cannot be read`);
}

/**
 * One line of /proc/PID/stat. The name (field 2) may hold blanks and brackets: count from its last bracket.
 */
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

function bearsMarks(directory: string, { instance, directory: nodeDirectory }: NodeMarks): boolean {
  if (instanceNamedBy(directory) === instance) return true;
  // A program that writes its title over its environment (nginx, postgres) still has the log open.
  return ['cwd', 'fd/0', 'fd/1', 'fd/2'].some((link) => {
    const target = linkTarget(`${directory}/${link}`);
    return target === nodeDirectory || target.startsWith(`${nodeDirectory}/`);
  });
}

/** Only a process that was made beside another of its node has another instance than the node's id. */
function instanceNamedBy(directory: string): string | undefined {
  const environment = readProcFile(`${directory}/environ`);
  if (environment === undefined) return undefined;
  return valueIn(environment, 'COPPICE_INSTANCE') ?? valueIn(environment, 'COPPICE_NODE_ID');
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
