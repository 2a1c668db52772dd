/**
 * What the profile type itself says of the node (its process, its server in Nova).
 *
 * NODE_STATUS_POLLING asks once in each round. LIFECYCLE_EVENTS asks the same, and besides at once when the profile type tells of an event
 * (`healing/healer.ts` listens): an event is only a reason to look, so that one that is late, repeated or made up does no harm, and
 * one that is lost is made up for by the next round.
 */
import type { Detector } from './detector.ts';

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
    probe: ({ node, profile }, signal) => profile.probe(node, signal),
  };
}
