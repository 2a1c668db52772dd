/** One item or hook: its attempts, the wait between them, and after which failures a retry may help. */
import type { Hook, Runnable } from '../domain/health-policy.ts';
import type { JsonObject } from '../domain/json.ts';
import type { StepPurpose } from '../domain/states.ts';
import { duration } from '../domain/duration.ts';
import type { ItemOutcome, StepPlan } from './chain.ts';
import { notVerified, operationDone, stepLabel, stoppedAndKept, withoutAttempts } from './describe.ts';
import { addFailedHook, Cancelled, carryOut, awaitTime } from './chain-procedure.ts';
import type { Run, ChainProcedure } from './chain-procedure.ts';
import { surgeOnce } from './surge.ts';
import { verificationEnd, verify } from './verify.ts';

/** All attempts. The first that succeeds ends them, and so does a failure after which no retry helps. */
export function* runAttempts(
  run: Run,
  item: Runnable,
  purpose: StepPurpose,
  verified: boolean,
): ChainProcedure<ItemOutcome> {
  for (let attempt = 1; ; attempt += 1) {
    const step = stepPlan(run, item, purpose, attempt);
    const outcome =
      step.replace?.surge === true
        ? yield* surgeOnce(run, item, step)
        : yield* attemptOnce(run, item, step, verified);
    if (outcome.ok || !outcome.retryable || attempt >= item.attempts) {
      return { ...outcome, reason: `${stepLabel(step)}: ${outcome.reason}` };
    }
    const delay = backoffDelay(item, attempt);
    const reason = `attempt ${attempt} of ${item.attempts} failed (${outcome.reason}); trying again in ${duration(delay)}`;
    yield* awaitTime(run, run.now + delay, 'attempt', reason);
  }
}

/** A step that has begun is never left open. */
function* finishIfCancelled<T>(step: StepPlan, procedure: ChainProcedure<T>): ChainProcedure<T> {
  try {
    return yield* procedure;
  } catch (thrown) {
    if (thrown instanceof Cancelled) {
      yield { kind: 'finish', step, state: 'CANCELLED', output: null, reason: thrown.message };
    }
    throw thrown;
  }
}

/** The wait after attempt number `attempt`. */
export function backoffDelay({ backoff }: Runnable, attempt: number): number {
  return Math.min(backoff.delayMs * backoff.factor ** (attempt - 1), backoff.maxDelayMs);
}

/**
 * The operation or workflow, and if it is to be verified, what is left of its time for that. An attempt whose
 * verification failed is a failed attempt, although its step reads SUCCEEDED.
 */
function* attemptOnce(
  run: Run,
  item: Runnable,
  step: StepPlan,
  verified: boolean,
): ChainProcedure<ItemOutcome> {
  const deadline = run.now + item.timeoutMs;
  const { output, ...outcome } = yield* finishIfCancelled(step, carryOutOnce(run, item, step, verified));
  yield { kind: 'finish', step, state: outcome.ok ? 'SUCCEEDED' : 'FAILED', output, reason: outcome.reason };
  if (!outcome.ok || !verified) return outcome;
  const { ok, reason } = yield* verify(run, step, verificationEnd(run.facts, item, deadline, run.now));
  return { ok, retryable: !ok, verified: true, reason };
}

function* carryOutOnce(
  run: Run,
  item: Runnable,
  step: StepPlan,
  verified: boolean,
): ChainProcedure<ItemOutcome & { readonly output: JsonObject | null }> {
  const of = item.attempts > 1 ? `, attempt ${step.attempt} of ${item.attempts}` : '';
  const result = yield* carryOut(step, `${stepLabel(step)}${of}${keepingTheOld(step)}`);
  if (!result.ok) {
    const reason = `${result.reason}${withoutAttempts(item, step, result.retryable)}`;
    const waits = {
      ...(result.isUnconfirmed === true ? { isUnconfirmed: true as const } : {}),
      ...(result.isUnplaced === true ? { isUnplaced: true as const } : {}),
    };
    return { ok: false, retryable: result.retryable, verified: false, output: null, reason, ...waits };
  }
  const { note } = result.output;
  const done = reasonOfSuccess(run, item, verified);
  const reason = item.name !== 'WORKFLOW' && typeof note === 'string' ? `${done}; ${note}` : done;
  return { ok: true, retryable: false, verified: false, output: result.output, reason };
}

function keepingTheOld({ replace }: StepPlan): string {
  if (replace?.retain === undefined) return '';
  return `: the failed one is ${stoppedAndKept(replace.retain)}, and a new one is made`;
}

function reasonOfSuccess({ facts }: Run, { name }: Runnable, verified: boolean): string {
  if (verified && facts.rules.verify === 'NONE') return notVerified;
  if (name === 'WORKFLOW') return 'the workflow ended in SUCCESS';
  return verified ? operationDone : 'done; it is verified later';
}

/**
 * Hooks in order: the first failed one `before` an item keeps the rest from running; the others all run.
 * Returns what failed.
 */
export function* runHooks(
  run: Run,
  hooks: readonly Hook[],
  purpose: Exclude<StepPurpose, 'action'>,
): ChainProcedure<string | null> {
  let failed: string | null = null;
  for (const hook of hooks) {
    const outcome = yield* runAttempts(run, hook, purpose, false);
    if (outcome.ok) continue;
    failed ??= outcome.reason;
    if (purpose !== 'before') addFailedHook(run, `${purpose} hook failed: ${outcome.reason}`);
    if (purpose === 'before') break;
  }
  return failed;
}

export function stepPlan({ facts }: Run, item: Runnable, purpose: StepPurpose, attempt: number): StepPlan {
  const { rules } = facts;
  return {
    item: item.id,
    name: item.name,
    purpose,
    attempt,
    params: item.params,
    timeoutMs: item.timeoutMs,
    replace:
      item.name !== 'RECREATE'
        ? null
        : {
            fence: rules.fencing.includes('COMPUTE'),
            deleteTimeoutMs: rules.nodeDeleteTimeoutMs,
            force: rules.nodeForceRecreate,
            ...(facts.elsewhere === undefined ? {} : { elsewhere: facts.elsewhere }),
            ...(item.recreate?.surge === true ? { surge: true } : {}),
            ...(item.recreate?.retain === undefined ? {} : { retain: item.recreate.retain }),
          },
  };
}
