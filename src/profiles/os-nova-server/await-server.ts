/**
 * Waiting for the end of what Nova has begun: it answers at once, and the server shows later what became of
 * it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CoppiceError } from '../../domain/errors.ts';
import { CloudError, isStatus, operationError } from '../../openstack/cloud-error.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { NovaClient } from '../../openstack/nova/nova-client.ts';
import type { Server } from '../../openstack/nova/server.ts';

/** Pauses between two questions grow from the first to the last. */
const FIRST_PAUSE_MS = 20;
const LAST_PAUSE_MS = 5000;
const PAUSE_GROWTH = 1.6;

export interface Awaited {
  /** `The server could not be started` */
  readonly doing: string;
  /** Statuses in which it has ended well. */
  readonly until: readonly string[];
  /** Whether ERROR is a failure; false: it may have been in ERROR before, and is on its way out. */
  readonly errorEnds?: boolean;
  /** Also ends where this holds: nothing will happen any more. */
  readonly isHopeless?: (server: Server) => boolean;
  /** What else has to be so; absent: nothing. */
  readonly isDone?: (server: Server, context: CallContext) => Promise<boolean>;
  /** Why it has ended otherwise, where the server does not show it. */
  readonly explain?: () => Promise<string | undefined>;
}

/**
 * Asks until the server has no task and one of the statuses. The caller's signal says how long that may take;
 * while Nova does not answer it asks again, since what was begun goes on.
 * @returns the server; undefined: it does not exist any more.
 * @throws CoppiceError `operation-failed` with Nova's reason where the server is in ERROR, or has ended in
 * another status.
 */
export async function awaitServer(
  nova: NovaClient,
  id: string,
  { doing, until, errorEnds = true, isHopeless = () => false, isDone, explain }: Awaited,
  context: CallContext,
): Promise<Server | undefined> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * PAUSE_GROWTH, LAST_PAUSE_MS)) {
    const server = await lookAt(nova, id, context);
    if (server === 'gone') return undefined;
    if (server !== 'unknown' && hasEnded(server, errorEnds)) {
      if (!until.includes(server.status))
        throw failure(doing, server, server.fault?.message ?? (await explain?.()));
      if (isDone === undefined || (await isDone(server, context))) return server;
    }
    if (server !== 'unknown' && isHopeless(server)) throw failure(doing, server, server.fault?.message);
    await delay(pauseMs, undefined, { signal: context.signal }).catch(() => context.signal.throwIfAborted());
  }
}

/** Nova sets a task for as long as it works on the server. */
function hasEnded(server: Server, errorEnds: boolean): boolean {
  if (server['OS-EXT-STS:task_state'] != null || server.status === 'BUILD') return false;
  return server.status !== 'ERROR' || errorEnds;
}

async function lookAt(
  nova: NovaClient,
  id: string,
  context: CallContext,
): Promise<Server | 'gone' | 'unknown'> {
  try {
    return await nova.getServer(id, context);
  } catch (error) {
    if (isStatus(error, 404)) return 'gone';
    if (error instanceof CloudError && error.isOutage) return 'unknown';
    throw operationError(error, 'the server could not be looked at');
  }
}

function failure(doing: string, { id, status }: Server, reason: string | undefined): CoppiceError {
  const why = reason === undefined ? '' : `: ${reason.replace(/\s+/g, ' ').trim()}`;
  return new CoppiceError('operation-failed', `${doing}: server ${id} is ${status}${why}`);
}
