/**
 * Which process is meant: its number alone does not say it, numbers are used again. Number, start time and
 * the boot of the machine together name one process for ever. No signal leaves Coppice but through
 * `signalProcess`, which checks it first.
 */
import { CoppiceError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { parseStat } from './proc-table.ts';
import type { ProcessEntry, ProcessTable } from './process-table.ts';
import { parseStarted } from './ps-table.ts';

export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
}

/** `4711.139594` */
export function physicalIdOf({ pid, startTime }: ProcessIdentity): string {
  return `${pid}.${startTime}`;
}

/** The identity in a node's `data`; undefined where there is none, or none that makes sense. */
export function identityIn(data: JsonObject): ProcessIdentity | undefined {
  const { pid, start_time: startTime, boot_id: bootId } = data;
  const complete = isPid(pid) && typeof startTime === 'string' && typeof bootId === 'string';
  return complete ? { pid, startTime, bootId } : undefined;
}

/** The identity that a launcher wrote of itself (launcher.ts): the boot, then its line of /proc or `ps`. */
export function parseClaim(text: string): ProcessIdentity | undefined {
  const [bootId = '', number = '', started = ''] = text.split('\n');
  const pid = Number(number);
  const startTime = started.startsWith(`${number} (`) ? parseStat(started).startTime : parseStarted(started);
  return isPid(pid) && bootId !== '' && /^\d+$/.test(startTime) ? { pid, startTime, bootId } : undefined;
}

/** The process, if it still is there and has not ended. @throws where that cannot be seen. */
export function findProcess(table: ProcessTable, identity: ProcessIdentity): ProcessEntry | undefined {
  if (table.bootId() !== identity.bootId) return undefined;
  const entry = table.read(identity.pid);
  return entry?.startTime === identity.startTime && entry.state !== 'ended' ? entry : undefined;
}

/**
 * Signals the process, or with `group` all of the group that it leads; none if it is gone. Checking and
 * signalling stand in one go: in between, the system would have to give out all other numbers before it gives
 * this one to another process.
 */
export function signalProcess(
  table: ProcessTable,
  identity: ProcessIdentity,
  signal: NodeJS.Signals,
  to: 'process' | 'group' = 'process',
): void {
  const entry = findProcess(table, identity);
  if (entry === undefined) return;
  const leads = to === 'group' && entry.group === entry.pid;
  try {
    process.kill(leads ? -entry.pid : entry.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
    throw new CoppiceError('operation-failed', `${signal} could not be sent to process ${entry.pid}`, {
      cause: error,
    });
  }
}

/** 0, 1 and negative numbers mean others than one process of ours to kill(2). */
function isPid(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 1;
}
