/**
 * Stops a process and all that it left behind: signals, waits, kills, and searches again until nothing is
 * left.
 *
 * A process with the instance in its environment is the node's, in any session (a daemon that left it with
 * setsid). While the leader lives, each process in its session is the node's. After it is gone, the session's
 * number may have been given to strangers, and only those count that bear the node's marks.
 */
import { CoppiceError } from '../../domain/errors.ts';
import { findProcess, physicalIdOf, signalProcess } from './identity.ts';
import type { ProcessIdentity } from './identity.ts';
import type { NodeMarks, ProcessEntry, ProcessTable } from './process-table.ts';
import type { StopSignal } from './spec.ts';
import { throwIfAborted, waitUntil } from './waiting.ts';

export interface StopWay {
  /** undefined: kill at once. */
  readonly signal: StopSignal | undefined;
  readonly timeoutMs: number;
}

export const killAtOnce: StopWay = { signal: undefined, timeoutMs: 0 };

// A killed process goes within milliseconds, unless the kernel holds it (a dead disk or network file system).
const killLimitMs = 10_000;
// Then the machine is searched again: something may have been forked off meanwhile.
const goneWithinMs = 100;

/** @throws CoppiceError `operation-failed` where a process is left that even SIGKILL does not end. */
export async function stopProcess(
  table: ProcessTable,
  leader: ProcessIdentity,
  marks: NodeMarks,
  way: StopWay,
  abort: AbortSignal,
): Promise<void> {
  if (table.bootId() !== leader.bootId) return;
  const session = sessionOf(table, leader, marks);
  if (way.signal !== undefined && (await session.find()).length > 0) {
    session.send(way.signal);
    // A process that was stopped (SIGSTOP) receives its signal only when it is continued.
    session.send('SIGCONT');
    await waitUntil(() => session.knownAreGone(), way.timeoutMs, abort);
  }
  await killTheRest(session, abort);
}

async function killTheRest(session: Session, abort: AbortSignal): Promise<void> {
  const deadline = performance.now() + killLimitMs;
  for (;;) {
    throwIfAborted(abort);
    const left = await session.find();
    if (left.length === 0) return;
    if (performance.now() >= deadline) {
      const pids = left.map(({ pid }) => pid).join(', ');
      throw new CoppiceError('operation-failed', `process ${pids} was killed and does not end`);
    }
    session.send('SIGKILL');
    await waitUntil(() => session.knownAreGone(), goneWithinMs, abort);
  }
}

interface Session {
  /** Finds members among all processes of the machine, and remembers them. @returns those that live. */
  find(): Promise<readonly ProcessIdentity[]>;
  /** Reads only those that were found before. */
  knownAreGone(): boolean;
  /** To those that were found, as one group where that is possible, so that none can fork away in between. */
  send(signal: NodeJS.Signals): void;
}

function sessionOf(table: ProcessTable, leader: ProcessIdentity, marks: NodeMarks): Session {
  const known = new Map<string, ProcessIdentity & { readonly group: number }>();
  const isAlive = (identity: ProcessIdentity): boolean => findProcess(table, identity) !== undefined;
  const remember = ({ pid, startTime, group }: Pick<ProcessEntry, 'pid' | 'startTime' | 'group'>): void => {
    const member = { pid, startTime, bootId: leader.bootId, group };
    known.set(physicalIdOf(member), member);
  };

  return {
    async find() {
      const snapshot = await table.snapshot();
      // Who lives after the snapshot lived during it: the session that it shows is the leader's.
      const leaderLives = isAlive(leader);
      if (leaderLives) remember({ ...leader, group: leader.pid });
      for (const entry of snapshot.inSession(leader.pid)) {
        if (leaderLives || table.bearsMarks(entry.pid, marks)) remember(entry);
      }
      for (const entry of snapshot.ofInstance(marks.instance)) remember(entry);
      return [...known.values()].filter(isAlive);
    },
    knownAreGone: () => ![...known.values()].some(isAlive),
    send(signal) {
      const leaderLives = isAlive(leader);
      if (leaderLives) signalProcess(table, leader, signal, 'group');
      for (const member of known.values()) {
        if (!leaderLives || member.group !== leader.pid) signalProcess(table, member, signal);
      }
    },
  };
}
