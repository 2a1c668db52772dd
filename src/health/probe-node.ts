/**
 * Probes one node now, with all detectors of its policy in parallel. The rounds use it, and so do callers
 * that need a fresh result: before a recovery touches a node, and to verify it afterwards.
 */
import type { Detection, DetectionModeType } from '../domain/health-policy.ts';
import type { Verdict } from '../domain/verdict.ts';
import { combineVerdicts } from '../recovery/classify-health.ts';
import type { DetectorVerdict } from '../domain/health-record.ts';
import { runAttempt } from './attempt.ts';
import type { AttemptContext } from './attempt.ts';
import type { Detector, ProbeTarget } from './detector.ts';
import { exists, notCreatedVerdict, statusPolling } from './status-polling.ts';
import { systemTimers } from './timers.ts';
import type { Timers } from './timers.ts';

export interface ModeVerdict extends DetectorVerdict {
  readonly mode: DetectionModeType;
  readonly attempts: number;
  /** Milliseconds that the longest attempt took; 0 where it shared requests: they say nothing of the node. */
  readonly tookMs: number;
}

/** Who lets attempts run; without one they run at once. Between two attempts no place is held. */
export interface AttemptLimiter {
  acquire(detector: Detector): Promise<void> | null;
  release(detector: Detector): void;
}

export interface ProbeContext extends AttemptContext {
  readonly timers?: Timers;
  readonly limiter?: AttemptLimiter;
  /** Many nodes are probed at this time, by shared requests where a detector can; absent: this node alone. */
  readonly manyNodes?: boolean;
}

/** Never throws: what a detector throws is an `unknown` of its mode. */
export function probeModes(
  target: ProbeTarget,
  detectors: readonly Detector[],
  context: ProbeContext,
): Promise<ModeVerdict[]> {
  if (!exists(target.node)) return probeMissingNode(target, detectors, context);
  return Promise.all(detectors.map((detector) => probeMode(target, detector, context)));
}

/**
 * There is nothing that a mode could probe: the profile type is called once for the reason, and all modes
 * give that verdict.
 */
async function probeMissingNode(
  target: ProbeTarget,
  detectors: readonly Detector[],
  context: ProbeContext,
): Promise<ModeVerdict[]> {
  const { verdict, attempts, tookMs } = await probeMode(target, statusPolling(), context);
  const missing = notCreatedVerdict(verdict);
  return detectors.map(({ name, mode }) => ({ detector: name, mode, verdict: missing, attempts, tookMs }));
}

/** All modes, and what they say together under the policy's `recovery_conditional`. */
export async function probeNode(
  target: ProbeTarget,
  detectors: readonly Detector[],
  conditional: Detection['recoveryConditional'],
  context: ProbeContext,
): Promise<{ readonly verdicts: readonly ModeVerdict[]; readonly combined: Verdict }> {
  const verdicts = await probeModes(target, detectors, context);
  const combined = combineVerdicts(verdicts, conditional);
  return { verdicts, combined };
}

async function probeMode(target: ProbeTarget, given: Detector, context: ProbeContext): Promise<ModeVerdict> {
  const detector = forContext(given, target, context);
  const timers = context.timers ?? systemTimers;
  let tookMs = 0;
  for (let attempts = 1; ; attempts += 1) {
    const free = context.limiter?.acquire(detector) ?? null;
    if (free !== null) await free;
    const since = timers.now();
    const verdict = await runAttempt(target, detector, timers, context);
    if (detector.sharesRequests !== true) tookMs = Math.max(tookMs, timers.now() - since);
    context.limiter?.release(detector);
    const again = verdict.health === 'unhealthy' && attempts < detector.attempts && !context.signal.aborted;
    if (!again) return { detector: detector.name, mode: detector.mode, verdict, attempts, tookMs };
    await pause(detector.retryIntervalMs, timers, context.signal);
  }
}

function forContext(detector: Detector, target: ProbeTarget, { manyNodes = false }: ProbeContext): Detector {
  const shared = manyNodes ? detector.shared?.(target) : null;
  return shared == null ? detector : { ...detector, ...shared };
}

function pause(ms: number, timers: Timers, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      timers.cancel(handle);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const handle = timers.after(ms, done);
    signal.addEventListener('abort', done);
  });
}
