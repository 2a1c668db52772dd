/** Waiting for the end of what Nova has begun to do with a server. */
import { CoppiceError } from '../../domain/errors.ts';
import { askUntil } from '../../openstack/ask-until.ts';
import { CloudError } from '../../openstack/cloud-error.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import type { NovaClient } from '../../openstack/nova/nova-client.ts';
import type { Server } from '../../openstack/nova/server.ts';
import { unavailableHosts } from './unavailable-hosts.ts';

/**
 * Nova sets the status ERROR first and writes down why a moment later. For one that an administrator has put
 * into ERROR it never does.
 */
const REASON_WITHIN_MS = 3000;

export interface Awaited {
  /** `The server could not be started` */
  readonly doing: string;
  /** Statuses in which it has ended well. */
  readonly until: readonly string[];
  /** Statuses that it has still, though Nova has begun and shows no task; absent: none. */
  readonly from?: readonly string[];
  /** Whether ERROR is a failure; false: it may have been in ERROR before, and is on its way out. */
  readonly errorEnds?: boolean;
  /** Also ends where this holds: nothing will happen any more. */
  readonly isHopeless?: (server: Server) => boolean;
  /** What else has to be so; absent: nothing. */
  readonly isDone?: (server: Server, context: CallContext) => Promise<boolean>;
  /** Runs after each question, until the last one; what the cloud refuses in it is tried again. */
  readonly meanwhile?: (server: Server) => Promise<void>;
  /** Why it has ended otherwise, where the server does not show it. */
  readonly explain?: () => Promise<string | undefined>;
}

/**
 * Asks until the server has no task and one of the statuses. The caller's signal says how long that may take.
 * While Nova does not show the server, whatever the reason, what was begun goes on, and it asks again.
 * @returns the server; undefined: it does not exist any more.
 * @throws CoppiceError `operation-failed` with Nova's reason where the server is in ERROR, or has ended in
 * another status.
 */
export async function awaitServer(
  nova: NovaClient,
  id: string,
  given: Awaited,
  context: CallContext,
): Promise<Server | undefined> {
  const { doing, until, from = [], errorEnds = true, isHopeless = () => false, isDone } = given;
  const { meanwhile, explain } = given;
  let failedAt: number | undefined;
  const look = async (): Promise<{ server: Server; end: 'well' | 'badly' | undefined }> => {
    const server = await nova.getServer(id, context);
    const isEnded = hasEnded(server, errorEnds) && !from.includes(server.status);
    if (isEnded && !until.includes(server.status)) {
      failedAt ??= performance.now();
      const isExplained = server.status !== 'ERROR' || server.fault !== undefined;
      const end = isExplained || performance.now() - failedAt > REASON_WITHIN_MS ? 'badly' : undefined;
      return { server, end };
    }
    if (isEnded && (isDone === undefined || (await unlessUnseen(isDone(server, context)))))
      return { server, end: 'well' };
    if (isHopeless(server)) return { server, end: 'badly' };
    await meanwhile?.(server);
    return { server, end: undefined };
  };
  const last = await askUntil(look, ({ end }) => end !== undefined, context.signal);
  if (last?.end !== 'badly') return last?.server;
  const { server } = last;
  const reason = server.fault?.message ?? (hasEnded(server, errorEnds) ? await explain?.() : undefined);
  const hosts = /no valid host/i.test(reason ?? '') ? await unavailableHosts(nova, context) : '';
  throw failure(doing, server, hosts === '' ? reason : `${reason} ${hosts}`);
}

/** What the cloud does not show is not done yet. */
async function unlessUnseen(isDone: Promise<boolean>): Promise<boolean> {
  return await isDone.catch((error: unknown) => {
    if (error instanceof CloudError) return false;
    throw error;
  });
}

/** Nova sets a task for as long as it works on the server. */
function hasEnded(server: Server, errorEnds: boolean): boolean {
  if (server['OS-EXT-STS:task_state'] != null || server.status === 'BUILD') return false;
  return server.status !== 'ERROR' || errorEnds;
}

function failure(doing: string, { id, status }: Server, reason: string | undefined): CoppiceError {
  const why = reason === undefined ? '' : `: ${reason.replace(/\s+/g, ' ').trim()}`;
  return new CoppiceError('operation-failed', `${doing}: server ${id} is ${status}${why}`);
}
