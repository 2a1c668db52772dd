/** NODE_STATUS_POLLING: what the profile type itself says of the node (its process, its server in Nova). */
import type { Detector } from './detector.ts';

/** Long enough for a slow cloud API, short enough that a round of a minute still has its answers in time. */
const DEFAULT_TIMEOUT_MS = 10_000;

export function statusPolling(timeoutMs = DEFAULT_TIMEOUT_MS): Detector {
  return {
    mode: 'NODE_STATUS_POLLING',
    name: 'NODE_STATUS_POLLING',
    attempts: 1,
    retryIntervalMs: 0,
    timeoutMs,
    probe: ({ node, profile }, signal) => profile.look(node, signal),
  };
}
