/**
 * The recovery of one node, from its first probe to its end: a pure function of the facts and of what has
 * happened so far. It is written as generators that read from top to bottom: they yield decisions and receive
 * what came of them. `planChain` runs them again from the start with a recorded history, and
 * returns the decision that the history has no answer for yet. That is how a crash, OBSERVE and `simulate`
 * work: the same history gives the same decisions, always.
 *
 *     recover:  probe again ──healthy──> close SELF_HEALED
 *                  │ failed
 *               run the items (run-items.ts ── run-step.ts ── verify.ts)
 *                  │ ──the old node may still be there, or a new one has no place──> release: held, and
 *                  │                                                                  begun again later
 *               settle RECOVERED ── on_success ──┐
 *               settle EXHAUSTED ── on_exhausted ┴─> close
 *
 * It refuses to act, to know the time (each event brings it) and to know who carries a decision out.
 */
import { requestedByOperator } from '../domain/health-record.ts';
import type { Act, ChainEvent, ChainFacts, Decision, End, ChainNote, TimedDecision } from './chain.ts';
import type { Failure } from '../domain/health-record.ts';
import { describeRelapse } from './relapse.ts';
import { afterExhausted, retriesSpent } from './retry.ts';
import {
  Cancelled,
  cannotFollow,
  runProbe,
  passTime,
  seeFailure,
  startRun,
  withFailedHooks,
} from './chain-procedure.ts';
import type { Run, ChainProcedure } from './chain-procedure.ts';
import { runItems } from './run-items.ts';
import type { Outcome } from './run-items.ts';
import { runHooks } from './run-step.ts';
import { probingAgain } from './describe.ts';

export interface ChainPlan {
  /** Everything decided from the start, `next` included; a longer history only ever adds to it. */
  readonly decisions: readonly TimedDecision[];
  /** What to do now. */
  readonly next: Act | End;
}

/**
 * @throws Error where the history is not one of this chain: an answer to another question, or one after the
 * end.
 */
export function planChain(facts: ChainFacts, history: readonly ChainEvent[]): ChainPlan {
  let used = 0;
  const plan = runChain(facts, () => history[used++]);
  if (used < history.length) throw cannotFollow(`it ended after ${used} of ${history.length} events`);
  return plan;
}

/**
 * Runs the chain with answers from anywhere, until there is none: a recorded history, or a world to try it
 * in.
 * @param answer what came of an act that was decided at `now`.
 */
export function runChain(
  facts: ChainFacts,
  answer: (act: Act, now: number) => ChainEvent | undefined,
): ChainPlan {
  const run = startRun(facts);
  const procedure = recover(run);
  const decisions: TimedDecision[] = [];
  const record = (decision: Decision): number => decisions.push({ at: run.now, decision });
  let item = procedure.next();
  while (item.done !== true) {
    const decision = item.value;
    record(decision);
    if (isNote(decision)) {
      item = procedure.next();
      continue;
    }
    const event = answer(decision, run.now);
    if (event === undefined) return { decisions, next: decision };
    passTime(run, event.at);
    item = procedure.next(event);
  }
  record(item.value);
  return { decisions, next: item.value };
}

function isNote(decision: Decision): decision is ChainNote {
  const kinds: readonly string[] = noteKinds;
  return kinds.includes(decision.kind);
}

const noteKinds: readonly ChainNote['kind'][] = [
  'pass',
  'confirm',
  'skip',
  'begin-verification',
  'end-verification',
  'finish',
  'settle',
  'stop',
];

function* recover(run: Run): ChainProcedure<End> {
  try {
    const early = yield* probeBeforeTouching(run);
    if (early !== null) return early;
    const outcome = (yield* stopAfterRelapses(run)) ?? (yield* runItems(run));
    return outcome.mustWait === true ? holdAgain(run, outcome) : yield* conclude(run, outcome);
  } catch (thrown) {
    if (!(thrown instanceof Cancelled)) throw thrown;
    return { kind: 'close', state: 'CANCELLED', reason: thrown.message, next: null };
  }
}

/** A signal may be old or wrong. An operator who does not ask for a check knows what they want. */
function* probeBeforeTouching(run: Run): ChainProcedure<End | null> {
  const { manual, rules, detection } = run.facts;
  if (manual !== null) {
    yield {
      kind: 'pass',
      reason: 'asked for by an operator: the gates that are for automation are passed over',
    };
  }
  if (manual?.check === false) {
    yield { kind: 'pass', reason: 'requested without a check: the node is not probed first' };
    return null;
  }
  const by = rules.verify === 'STATUS' ? 'STATUS' : 'DETECTION';
  const verdict = yield* runProbe({ kind: 'probe', by, reason: 'look again before anything is touched' });
  if (verdict.health === 'unhealthy') {
    const failure = { class: verdict.failure, reason: verdict.reason };
    yield { kind: 'confirm', failure, reason: stillFailed(run.failure, failure) };
    seeFailure(run, failure);
    return null;
  }
  if (verdict.health === 'healthy') {
    return {
      kind: 'close',
      state: 'SELF_HEALED',
      reason: `healthy when it was probed again: ${verdict.reason}`,
      next: null,
    };
  }
  if (manual !== null) {
    const reason = `cannot probe the node (${verdict.reason}): nothing was done; request it again when it can be probed (without a check it is recovered even if it is healthy)`;
    return { kind: 'close', state: 'CANCELLED', reason, next: null };
  }
  const until = run.now + detection.intervalMs;
  return {
    kind: 'release',
    until,
    reason: `held: cannot probe the node (${verdict.reason}); ${probingAgain(until, run.now)}`,
  };
}

/**
 * Whatever the cause is, it is not the recovery that failed: it counts neither for `retry` nor for the
 * breaker. Each pause is twice as long as the one before.
 */
function holdAgain({ now, facts }: Run, { reason }: Outcome): End {
  const { intervalMs } = facts.detection;
  const pauseMs = Math.min(intervalMs * 2 ** (facts.timesUnconfirmed ?? 0), longestHoldMs(intervalMs));
  const until = now + pauseMs;
  return { kind: 'release', until, reason: `held: ${reason}; ${probingAgain(until, now)}` };
}

/** The longest pause after which a recovery that was released begins again, unless a gate is closed. */
export function longestHoldMs(intervalMs: number): number {
  return Math.max(intervalMs, 300_000);
}

function stillFailed(before: Failure, now: Failure): string {
  const isAnother = before.class !== now.class && before.class !== requestedByOperator;
  const change = isAnother
    ? `; it was ${before.class} when the recovery was opened, and is ${now.class}`
    : '';
  return `still failed: ${now.reason}${change}`;
}

/** Recoveries that seem to help and do not would follow one another without end: `retry` counts them, too. */
function* stopAfterRelapses(run: Run): ChainProcedure<Outcome | null> {
  const { relapse, rules, exhaustedAt, startedAt } = run.facts;
  const spent = relapse == null ? null : retriesSpent(rules.retry, exhaustedAt, run.now);
  if (relapse == null || spent === null) return null;
  const reason = `${spent}: it has failed for ${describeRelapse(relapse, startedAt)}`;
  yield { kind: 'stop', reason: `nothing more is tried: ${reason}` };
  return { ok: false, reason, helped: null, isStopped: true };
}

/** The result stands before the hooks run: a cancel or a failure in them does not change it. */
function* conclude(run: Run, outcome: Outcome): ChainProcedure<End> {
  const { rules } = run.facts;
  const state = outcome.ok ? 'RECOVERED' : 'EXHAUSTED';
  const result = outcome.ok ? withRelapse(outcome.reason, run) : outcome.reason;
  yield { kind: 'settle', state, reason: withFailedHooks(result, run), helped: outcome.helped };
  const next = nextAfter(run, outcome);
  try {
    yield* runHooks(
      run,
      outcome.ok ? rules.onSuccess : rules.onExhausted,
      outcome.ok ? 'on_success' : 'on_exhausted',
    );
  } catch (thrown) {
    if (!(thrown instanceof Cancelled)) throw thrown;
  }
  return { kind: 'close', state, reason: withFailedHooks(result, run), next };
}

/** The reason that says that it helped says too that it had seemed to help before. */
function withRelapse(reason: string, { facts: { relapse, startedAt } }: Run): string {
  return relapse == null ? reason : `${reason}; it had failed for ${describeRelapse(relapse, startedAt)}`;
}

function nextAfter(run: Run, outcome: Outcome): Extract<End, { kind: 'close' }>['next'] {
  const { rules, exhaustedAt, detection, manual } = run.facts;
  if (outcome.ok || manual !== null) return null;
  if (outcome.isStopped === true) return { kind: 'quarantine', reason: outcome.reason };
  return afterExhausted(rules.retry, exhaustedAt, run.now, detection.intervalMs);
}
