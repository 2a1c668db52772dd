/**
 * What the profile type itself says of the node (its process, its server in Nova).
 *
 * NODE_STATUS_POLLING probes once in each round. LIFECYCLE_EVENTS does the same, and besides at once when the
 * profile type reports an event (`healing/observer.ts` listens): an event is only a reason to probe, so that
 * one that is late, repeated or wrong does no harm, and the next round makes up for one that is lost.
 *
 * In a round the nodes of a type that can list them are probed by a listing that they share; a single node,
 * as in a verification, is probed by itself.
 */
import type { Verdict } from '../domain/verdict.ts';
import { SHARED_TIMEOUT_MS, type Detector, type ProbeTarget, type SharedAttempt } from './detector.ts';

/** Long enough for a slow cloud API, short enough that a round of a minute still has its answers in time. */
const DEFAULT_TIMEOUT_MS = 10_000;

export function statusPolling(
  mode: 'NODE_STATUS_POLLING' | 'LIFECYCLE_EVENTS' = 'NODE_STATUS_POLLING',
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Detector {
  return {
    mode,
    name: mode,
    attempts: 1,
    retryIntervalMs: 0,
    timeoutMs,
    probe: probeStatus,
    shared: ({ profile }) => (profile.sharedProbes === undefined ? null : byListing),
  };
}

const byListing: SharedAttempt = {
  sharesRequests: true,
  timeoutMs: SHARED_TIMEOUT_MS,
  async probe(target, signal) {
    const { sharedProbes } = target.profile;
    return sharedProbes === undefined
      ? await probeStatus(target, signal)
      : await sharedProbes.status(target.node, signal);
  },
};

/** As the profile type sees the node; one that does not exist is unhealthy whatever the type says of it. */
export async function probeStatus({ node, profile }: ProbeTarget, signal: AbortSignal): Promise<Verdict> {
  const verdict = await profile.probe(node, signal);
  return exists(node) ? verdict : notCreatedVerdict(verdict);
}

/**
 * A node without a physical id was never created, or what was created was removed. That is known, it need not
 * be seen: such a node is unhealthy for every detection mode, also where its URL cannot be filled in or
 * another program answers at its address.
 */
export function exists({ physicalId }: ProbeTarget['node']): boolean {
  return physicalId !== null && physicalId !== '';
}

/** @param seen what the profile type says of it: the reason may explain why the node is not there. */
export function notCreatedVerdict(seen: Verdict): Verdict {
  const reason =
    seen.health === 'unhealthy'
      ? seen.reason
      : 'the node does not exist: its creation failed, or it was removed and not created again';
  return { health: 'unhealthy', failure: 'NOT_CREATED', reason };
}
