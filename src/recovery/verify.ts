/**
 * Whether a step helped: the node is probed, soon at first and then ever less often, until it is healthy or
 * the time is up.
 */
import type { Runnable } from '../domain/health-policy.ts';
import type { Act, ChainFacts, PhysicalObject, StepPlan } from './chain.ts';
import { notVerified, verificationLabel } from './describe.ts';
import { duration } from '../domain/duration.ts';
import { Cancelled, runProbe, awaitTime } from './chain-procedure.ts';
import type { Run, ChainProcedure } from './chain-procedure.ts';

/** Local processes are up in less; a server in the cloud is found up at most one interval late. */
const firstPauseMs = 500;

export interface Verified {
  readonly ok: boolean;
  readonly reason: string;
}

/**
 * A verification, recorded apart from the step that it verifies. `unknown` is not healthy: a node that cannot
 * be seen is not verified. There is always one probe, however late it is.
 * @param step null: the chain as a whole.
 * @param beside what is probed instead of what the node has.
 */
export function* verify(
  run: Run,
  step: StepPlan | null,
  deadline: number,
  beside?: PhysicalObject,
): ChainProcedure<Verified> {
  const { verify: by } = run.facts.rules;
  if (by === 'NONE') return { ok: true, reason: notVerified };
  const reason = `${verificationLabel(step)}, until the node is healthy or ${duration(deadline - run.now)} are over`;
  yield { kind: 'begin-verification', step, deadline, reason };
  try {
    const verified = yield* probeUntilHealthy(run, { step, by, deadline, ...(beside && { beside }) });
    const state = verified.ok ? 'SUCCEEDED' : 'FAILED';
    yield { kind: 'end-verification', step, state, reason: verified.reason };
    return verified;
  } catch (thrown) {
    if (thrown instanceof Cancelled) {
      yield { kind: 'end-verification', step, state: 'CANCELLED', reason: thrown.message };
    }
    throw thrown;
  }
}

function* probeUntilHealthy(
  run: Run,
  probed: Pick<Extract<Act, { kind: 'verify' }>, 'step' | 'by' | 'deadline' | 'beside'>,
): ChainProcedure<Verified> {
  const { by, deadline } = probed;
  const { stabilizeMs } = run.facts.rules;
  yield* awaitTime(
    run,
    run.now + stabilizeMs,
    'settling',
    `let the node settle for ${duration(stabilizeMs)}`,
  );
  const since = run.now;
  let pauseMs = Math.min(firstPauseMs, run.facts.detection.intervalMs);
  for (;;) {
    const subject = probed.step?.replace?.surge === true ? 'the new one' : 'the node';
    const verdict = yield* runProbe({
      kind: 'verify',
      ...probed,
      reason: `is ${subject} healthy? (by ${by})`,
    });
    if (verdict.health === 'healthy') return { ok: true, reason: `verified by ${by}: ${verdict.reason}` };
    // What has ended, is deleted or in ERROR does not come up by itself.
    if (verdict.health === 'unhealthy' && verdict.definite === true)
      return { ok: false, reason: `the node is not healthy after it: ${verdict.reason}` };
    if (run.now >= deadline) {
      const seen = verdict.health === 'unknown' ? 'cannot be probed' : 'is still not healthy';
      return { ok: false, reason: `the node ${seen} after ${duration(run.now - since)}: ${verdict.reason}` };
    }
    yield* awaitTime(
      run,
      Math.min(run.now + pauseMs, deadline),
      'probe',
      `not healthy yet: ${verdict.reason}`,
    );
    pauseMs = Math.min(pauseMs * 2, run.facts.detection.intervalMs);
  }
}

/**
 * A timeout covers the action and its verification. Where none was given, the default is far too long to wait
 * for a node that is not coming: then `node_update_timeout` counts, the user's own word for how long a
 * changed node may take to be healthy.
 */
export function verificationEnd(
  { detection, rules }: Pick<ChainFacts, 'detection' | 'rules'>,
  item: Pick<Runnable, 'timeoutGiven'>,
  deadline: number,
  now: number,
): number {
  if (item.timeoutGiven) return deadline;
  const { nodeUpdateTimeoutMs, intervalMs } = detection;
  return Math.min(deadline, now + rules.stabilizeMs + Math.max(nodeUpdateTimeoutMs, intervalMs));
}
