/** What the state of a server says of its node. */
import type { FailureClass, Verdict } from '../../domain/verdict.ts';
import { duration } from '../../domain/duration.ts';
import type { Server } from '../../openstack/nova/server.ts';

/** Nova's statuses that mean that the node has failed. */
const failures: Readonly<Record<string, FailureClass>> = {
  ERROR: 'SERVER_ERROR',
  SHUTOFF: 'SERVER_STOPPED',
  SHELVED: 'SERVER_STOPPED',
  SHELVED_OFFLOADED: 'SERVER_STOPPED',
  PAUSED: 'SERVER_PAUSED',
  SUSPENDED: 'SERVER_PAUSED',
  DELETED: 'SERVER_DELETED',
  SOFT_DELETED: 'SERVER_DELETED',
};

/** The server runs while Nova does this with it. */
const running: ReadonlySet<string> = new Set(['ACTIVE', 'PASSWORD', 'VERIFY_RESIZE', 'MIGRATING']);

/**
 * Nova is changing the server: what it will be is not known yet, and to change it once more would break what
 * is under way. RESCUE is an operator's work on it.
 */
const changing: ReadonlySet<string> = new Set([
  'BUILD',
  'REBOOT',
  'HARD_REBOOT',
  'REBUILD',
  'RESIZE',
  'REVERT_RESIZE',
  'RESCUE',
]);

/** A change that has not ended after this time never will: its host is gone, or Nova has lost it. */
const STUCK_MS = 3_600_000;

/** @param now to tell since when a change is under way. */
export function verdictOn(server: Pick<Server, 'id' | 'status' | 'updated' | 'fault'>, now: number): Verdict {
  const { status, id, fault } = server;
  const name = `server ${id}`;
  const failure = failures[status];
  if (failure !== undefined) {
    const why = status === 'ERROR' && fault !== undefined ? `: ${oneLine(fault.message)}` : '';
    return { health: 'unhealthy', failure, reason: `${name} is ${status}${why}` };
  }
  if (running.has(status)) return { health: 'healthy', reason: `${name} is ${status}` };
  if (!changing.has(status)) return { health: 'unknown', reason: `${name} has the status ${status}` };
  const since = Date.parse(server.updated);
  const age = Number.isFinite(since) ? Math.max(0, now - since) : 0;
  if (status !== 'RESCUE' && age > STUCK_MS)
    return {
      health: 'unhealthy',
      failure: 'SERVER_ERROR',
      reason: `${name} is ${status} since ${duration(age)}, and nothing happens`,
    };
  const what = status === 'RESCUE' ? 'an operator rescues it' : 'Nova is changing it';
  return { health: 'unknown', reason: `${name} is ${status}: ${what}` };
}

/** The server of the node does not exist in the cloud. */
export function deleted(id: string): Verdict {
  return { health: 'unhealthy', failure: 'SERVER_DELETED', reason: `server ${id} does not exist in Nova` };
}

export const notCreated: Verdict = {
  health: 'unhealthy',
  failure: 'NOT_CREATED',
  reason: 'no server was created for this node',
};

/** Nova does not answer, or not in full: that says nothing of the server. */
export function cannotSee(id: string, error: unknown): Verdict {
  return { health: 'unknown', reason: `cannot see server ${id}: ${(error as Error).message}` };
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}...` : line;
}
