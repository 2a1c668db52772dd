/**
 * Whether a step helped: the node is probed, soon at first and then ever less often, until it is healthy or
 * the time is up.
 */
import type { StepPlan } from './chain.ts';
import { notVerified } from './describe.ts';
import { duration } from '../domain/duration.ts';
import { runProbe, waitUntil } from './chain-procedure.ts';
import type { Run, ChainProcedure } from './chain-procedure.ts';

/** Local processes are up in less; a server in the cloud is found up at most one interval late. */
const firstPauseMs = 500;

/**
 * `unknown` is not healthy: a node that cannot be seen is not verified. There is always one look, however
 * late it is.
 */
export function* verify(
  run: Run,
  step: StepPlan | null,
  deadline: number,
): ChainProcedure<{ readonly ok: boolean; readonly reason: string }> {
  const { verify: by, stabilizeMs } = run.facts.rules;
  if (by === 'NONE') return { ok: true, reason: notVerified };
  yield* waitUntil(
    run,
    run.now + stabilizeMs,
    'settling',
    `let the node settle for ${duration(stabilizeMs)}`,
  );
  const since = run.now;
  let pauseMs = Math.min(firstPauseMs, run.facts.detection.intervalMs);
  for (;;) {
    const verdict = yield* runProbe({
      kind: 'verify',
      step,
      by,
      deadline,
      reason: `is the node well? (by ${by})`,
    });
    if (verdict.health === 'healthy') return { ok: true, reason: `verified by ${by}: ${verdict.reason}` };
    // What has ended, is deleted or in ERROR does not come up by itself.
    if (verdict.health === 'unhealthy' && verdict.definite === true)
      return { ok: false, reason: `the node is not healthy after it: ${verdict.reason}` };
    if (run.now >= deadline) {
      const seen = verdict.health === 'unknown' ? 'cannot be looked at' : 'is still not well';
      return { ok: false, reason: `the node ${seen} after ${duration(run.now - since)}: ${verdict.reason}` };
    }
    yield* waitUntil(run, Math.min(run.now + pauseMs, deadline), 'probe', `not well yet: ${verdict.reason}`);
    pauseMs = Math.min(pauseMs * 2, run.facts.detection.intervalMs);
  }
}
