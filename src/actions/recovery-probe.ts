/** Probes a node now: before a recovery touches it, and to verify it afterwards. */
import type { Detection, VerifyBy } from '../domain/health-policy.ts';
import { markDefinite, type Verdict } from '../domain/verdict.ts';
import { createDetectors, type DetectorTools } from '../health/detector-registry.ts';
import { withoutRetries } from '../health/detector.ts';
import { probeNode } from '../health/probe-node.ts';
import { probeStatus } from '../health/status-polling.ts';
import type { ManagedNode } from '../clusters/managed-node.ts';
import type { ActionServices } from './services.ts';

/** Never throws for what it sees: `unknown` says that it could not be probed. */
export type Probe = (
  node: ManagedNode,
  by: Exclude<VerifyBy, 'NONE'>,
  detection: Detection | null,
  signal: AbortSignal,
) => Promise<Verdict>;

/** For actions that probe nodes. */
export interface ProbingServices extends ActionServices {
  readonly probe: Probe;
}

/** DETECTION asks the policy's own detection modes; without any the profile is asked. */
export function recoveryProbe(tools: DetectorTools): Probe {
  return async ({ type, facts }, by, detection, signal) => {
    const target = { node: facts, profile: type };
    if (by === 'STATUS' || detection === null || detection.modes.length === 0)
      return markDefinite(await probeStatus(target, signal));
    // A verification probes again by itself: retries would only make each of its probes slow.
    const detectors = withoutRetries(createDetectors(detection.modes, tools));
    const { verdicts, combined } = await probeNode(target, detectors, detection.recoveryConditional, {
      signal,
    });
    return markDefinite(
      combined,
      verdicts.map((each) => each.verdict),
    );
  };
}
