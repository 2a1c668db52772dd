/**
 * Which detectors there are: one line for each detection mode. Adding one is adding a file and changing its
 * line.
 */
import type { DetectionMode, DetectionModeType } from '../domain/health-policy.ts';
import type { HttpClient } from '../outbound/http-client.ts';
import type { Detector } from './detector.ts';
import { pollUrl } from './poll-url.ts';
import { hypervisorPolling, lbPolling } from './shared-polling.ts';
import { statusPolling } from './status-polling.ts';

/** What detectors send requests with. */
export interface DetectorTools {
  readonly http: HttpClient;
}

type MakeDetector = (mode: DetectionMode, tools: DetectorTools) => Detector;

const detectorTypes: Readonly<Record<DetectionModeType, MakeDetector>> = {
  NODE_STATUS_POLLING: () => statusPolling(),
  NODE_STATUS_POLL_URL: (mode, { http }) =>
    pollUrl(mode.type === 'NODE_STATUS_POLL_URL' ? mode.options : {}, http),
  HYPERVISOR_STATUS_POLLING: () => hypervisorPolling(),
  LB_STATUS_POLLING: (mode) => lbPolling(mode.type === 'LB_STATUS_POLLING' ? mode.options : {}),
  LIFECYCLE_EVENTS: () => statusPolling('LIFECYCLE_EVENTS'),
};

/** The detectors of a policy, in its order. Make them once for a policy and share them among its nodes. */
export function createDetectors(modes: readonly DetectionMode[], tools: DetectorTools): readonly Detector[] {
  return modes.map((mode, index) => {
    const alone = modes.every((other) => other === mode || other.type !== mode.type);
    return { ...detectorTypes[mode.type](mode, tools), name: alone ? mode.type : `${mode.type}[${index}]` };
  });
}
