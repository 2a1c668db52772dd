/**
 * What stands beside a node and says how it is: the host of a server (HYPERVISOR_STATUS_POLLING), its member
 * in a pool of a load balancer (LB_STATUS_POLLING). One listing of hosts or members answers for all nodes,
 * also in a verification: there is no cheaper way to ask for one.
 */
import type { LbStatusOptions } from '../domain/health-policy.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { SharedProbes } from '../profiles/profile-type.ts';
import { SHARED_TIMEOUT_MS, type Detector, type ProbeTarget } from './detector.ts';

export function hypervisorPolling(): Detector {
  return sharedPolling('HYPERVISOR_STATUS_POLLING', (probes, { node }, signal) =>
    probes.host?.(node, signal),
  );
}

export function lbPolling(options: LbStatusOptions): Detector {
  return sharedPolling('LB_STATUS_POLLING', (probes, { node }, signal) =>
    probes.poolMember?.(node, options, signal),
  );
}

function sharedPolling(
  mode: 'HYPERVISOR_STATUS_POLLING' | 'LB_STATUS_POLLING',
  ask: (probes: SharedProbes, target: ProbeTarget, signal: AbortSignal) => Promise<Verdict> | undefined,
): Detector {
  return {
    mode,
    name: mode,
    attempts: 1,
    retryIntervalMs: 0,
    timeoutMs: SHARED_TIMEOUT_MS,
    sharesRequests: true,
    async probe(target, signal) {
      const { sharedProbes } = target.profile;
      const verdict = sharedProbes === undefined ? undefined : await ask(sharedProbes, target, signal);
      return verdict ?? { health: 'unknown', reason: `nodes of this profile cannot be probed by ${mode}` };
    },
  };
}
