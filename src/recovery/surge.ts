/**
 * RECREATE with surge: the new one is made beside the old one and verified, then the old one goes, or is
 * stopped and kept (`retain`).
 *
 *     run (make it beside) ──failed──────────────────┐
 *      │ made                                        │
 *     verify it ──not healthy, or cancelled──> replace, keep old: what was made is removed ──> FAILED
 *      │ healthy
 *     replace, keep new: it is the node from here on; the old one is removed ──> SUCCEEDED
 *
 * The step ends last, so that nothing else changes the node while there are two. The new one is verified
 * whatever the strategy is: without that the old one would go for nothing. What cannot be removed in time is
 * removed by a later action (NODE_TIDY): that changes nothing of how the step ended.
 */
import type { Runnable } from '../domain/health-policy.ts';
import type { ItemOutcome, Beside, StepPlan } from './chain.ts';
import { Cancelled, carryOut, endSurge } from './chain-procedure.ts';
import type { ChainProcedure, Run } from './chain-procedure.ts';
import { stepLabel, stoppedAndKept, withoutAttempts } from './describe.ts';
import { verificationEnd, verify } from './verify.ts';

export function* surgeOnce(run: Run, item: Runnable, step: StepPlan): ChainProcedure<ItemOutcome> {
  const deadline = run.now + item.timeoutMs;
  let beside: Beside | null = null;
  try {
    const of = item.attempts > 1 ? `, attempt ${step.attempt} of ${item.attempts}` : '';
    const made = yield* carryOut(step, `${stepLabel(step)}${of}: a new one beside the old one`);
    if (!made.ok) {
      const reason = `${made.reason}${withoutAttempts(item, step, made.retryable)}`;
      return yield* keepOld(step, null, { ok: false, retryable: made.retryable, verified: false, reason });
    }
    beside = made.beside ?? null;
    const end = verificationEnd(run.facts, item, deadline, run.now);
    const { ok, reason } = yield* verify(run, step, end, beside?.made);
    const outcome = { ok, retryable: !ok, verified: true, reason };
    return ok ? yield* keepNew(step, beside, outcome) : yield* keepOld(step, beside, outcome);
  } catch (thrown) {
    if (!(thrown instanceof Cancelled)) throw thrown;
    const reason = thrown.message;
    yield* endSurge({
      kind: 'replace',
      step,
      keep: 'old',
      beside,
      reason: `the new one is removed: ${reason}`,
    });
    // A step that has begun is never left open.
    yield { kind: 'finish', step, state: 'CANCELLED', output: null, reason };
    throw thrown;
  }
}

function* keepNew(step: StepPlan, beside: Beside | null, outcome: ItemOutcome): ChainProcedure<ItemOutcome> {
  const retain = step.replace?.retain;
  const end = retain === undefined ? 'removed' : stoppedAndKept(retain);
  const act = `the new one is the node from here on; the old one is ${end}`;
  const { left, kept } = yield* endSurge({ kind: 'replace', step, keep: 'new', beside, reason: act });
  const later = retain === undefined ? 'removed later' : 'stopped later, or removed';
  const gone =
    left === null
      ? `the new one has replaced the old one${kept === undefined ? '' : `; ${kept}`}`
      : `the new one is the node; the old one is ${later}: ${left}`;
  yield { kind: 'finish', step, state: 'SUCCEEDED', output: {}, reason: gone };
  return { ...outcome, reason: left === null ? outcome.reason : `${outcome.reason}; ${gone}` };
}

/** What was made goes, also what a failed attempt made of which nothing is known. */
function* keepOld(step: StepPlan, beside: Beside | null, outcome: ItemOutcome): ChainProcedure<ItemOutcome> {
  const act = 'the old one stays; what was made beside it is removed';
  const { left } = yield* endSurge({ kind: 'replace', step, keep: 'old', beside, reason: act });
  const kept =
    left === null ? 'the old one stays' : `the old one stays, and the new one is removed later: ${left}`;
  const reason = `${outcome.reason}; ${kept}`;
  yield { kind: 'finish', step, state: 'FAILED', output: null, reason };
  return { ...outcome, reason };
}
