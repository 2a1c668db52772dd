/**
 * Which detection modes can find which failure: a rule for one that none of the modes of a policy finds
 * never applies.
 */
import type { DetectionModeType } from './health-policy.ts';
import type { FailureClass } from './verdict.ts';

const status = ['NODE_STATUS_POLLING', 'LIFECYCLE_EVENTS'] as const;

/** null: every mode finds it. */
export const foundBy: Readonly<Record<FailureClass, readonly DetectionModeType[] | null>> = {
  NOT_CREATED: null,
  // Of a server that is on no host, the status is all that there is to see.
  SERVER_ERROR: [...status, 'HYPERVISOR_STATUS_POLLING'],
  SERVER_STOPPED: [...status, 'HYPERVISOR_STATUS_POLLING'],
  SERVER_PAUSED: [...status, 'HYPERVISOR_STATUS_POLLING'],
  SERVER_DELETED: [...status, 'HYPERVISOR_STATUS_POLLING', 'LB_STATUS_POLLING'],
  HOST_DOWN: ['HYPERVISOR_STATUS_POLLING'],
  URL_UNREACHABLE: ['NODE_STATUS_POLL_URL'],
  URL_UNHEALTHY: ['NODE_STATUS_POLL_URL'],
  LB_OFFLINE: ['LB_STATUS_POLLING'],
  PROCESS_EXITED: status,
  PROCESS_STOPPED: status,
};
