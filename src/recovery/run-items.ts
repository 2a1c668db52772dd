/**
 * The items of a chain, in the order written.
 *
 * CHAIN: all of them run, each must succeed for the next to start, and the node is verified after the last.
 * ESCALATE: they are rungs, cheapest first; the node is verified after each, and the first that made it
 * healthy ends the chain. What follows a failure is `on_failure`: STOP (CHAIN's default), NEXT (ESCALATE's),
 * or GOTO a later item.
 */
import type { ChainItem } from '../domain/health-policy.ts';
import { duration } from '../domain/duration.ts';
import type { Relapse } from '../domain/model.ts';
import { runProbe, seeFailure, seeUnplaced } from './chain-procedure.ts';
import type { Run, ChainProcedure } from './chain-procedure.ts';
import { runAttempts, runHooks, stepPlan } from './run-step.ts';
import type { ItemOutcome } from './chain.ts';
import { verify } from './verify.ts';

export interface Outcome {
  readonly ok: boolean;
  readonly reason: string;
  /** The item after which the node was healthy; null: none, or the chain as a whole. */
  readonly helped: string | null;
  /** Nothing was tried, and nothing is to be. */
  readonly isStopped?: boolean;
  /**
   * It is no try: it is not certain that the old node is gone, and nothing else was run than the item that
   * waits for that; or no host took the node, and nothing else helped.
   */
  readonly mustWait?: true;
}

export function* runItems(run: Run): ChainProcedure<Outcome> {
  const outcome = yield* runInOrder(run);
  const { unplaced, facts } = run;
  if (outcome.ok || outcome.mustWait === true || unplaced === null || facts.manual !== null) return outcome;
  return { ok: false, reason: unplaced, helped: null, mustWait: true };
}

function* runInOrder(run: Run): ChainProcedure<Outcome> {
  const { items, strategy } = run.facts.rules;
  let last: ItemOutcome | null = null;
  let anySucceeded = false;
  const tried = triedBefore(run);
  let index = 0;
  for (let item = items[index]; item !== undefined; item = items[index]) {
    if (tried?.items.has(item) === true) {
      yield { kind: 'skip', step: stepPlan(run, item, 'action', 1), reason: `passed over: ${tried.why}` };
      index += 1;
      continue;
    }
    if (!appliesTo(item, run)) {
      yield {
        kind: 'skip',
        step: stepPlan(run, item, 'action', 1),
        reason: `only for ${item.when?.join(', ')}, and this failure is ${run.failure.class}`,
      };
      index += 1;
      continue;
    }
    const verified =
      strategy === 'ESCALATE' || !items.slice(index + 1).some((later) => appliesTo(later, run));
    const isFirst = last === null;
    last = yield* runItem(run, item, verified);
    if (isFirst && last.isUnconfirmed === true && run.facts.manual === null)
      return { ok: false, reason: last.reason, helped: null, mustWait: true };
    if (last.isUnplaced === true) seeUnplaced(run, last.reason);
    if (last.ok && verified) return { ...last, helped: item.id };
    anySucceeded ||= last.ok;
    const next = last.ok ? index + 1 : yield* afterFailure(run, index, last.reason);
    if (next === null) return { ok: false, reason: last.reason, helped: null };
    if (!last.ok && !last.verified) yield* classifyAgain(run, items.slice(next));
    index = next;
  }
  if (last === null)
    return {
      ok: false,
      reason: `no action of the policy is for a failure of class ${run.failure.class}`,
      helped: null,
    };
  return yield* verifyAtEnd(run, last, strategy === 'CHAIN' && anySucceeded);
}

/**
 * An action that failed or was out of time says nothing about the node, whose failure may be another one by
 * now: the host died while its server was rebooted. Asked only where it decides what is run next.
 */
function* classifyAgain(run: Run, left: readonly ChainItem[]): ChainProcedure<void> {
  if (!left.some(({ when }) => when !== null)) return;
  const reason = 'what it fails with now decides which action is next';
  const verdict = yield* runProbe({ kind: 'probe', by: 'DETECTION', reason });
  if (verdict.health === 'unhealthy') seeFailure(run, { class: verdict.failure, reason: verdict.reason });
}

function appliesTo(item: ChainItem, run: Run): boolean {
  return item.when === null || item.when.includes(run.failure.class);
}

/**
 * before hooks, the action with its verification, after hooks. A failed `after` is recorded, and undoes
 * nothing.
 */
function* runItem(run: Run, item: ChainItem, verified: boolean): ChainProcedure<ItemOutcome> {
  const failedHook = yield* runHooks(run, item.before, 'before');
  if (failedHook !== null) {
    const reason = `not run, because what comes before it failed: ${failedHook}`;
    yield { kind: 'finish', step: stepPlan(run, item, 'action', 1), state: 'FAILED', output: null, reason };
    return { ok: false, retryable: false, verified: false, reason: `${item.name}: ${reason}` };
  }
  const outcome = yield* runAttempts(run, item, 'action', verified);
  if (outcome.ok) yield* runHooks(run, item.after, 'after');
  return outcome;
}

/**
 * Where the chain continues; null: it ends. A jump leads forward (the policy's check sees to it), so that
 * every chain ends.
 */
function* afterFailure(run: Run, index: number, reason: string): ChainProcedure<number | null> {
  const { items } = run.facts.rules;
  const target = indexAfterFailure(items, index);
  for (const passed of items.slice(index + 1, target ?? 0)) {
    yield {
      kind: 'skip',
      step: stepPlan(run, passed, 'action', 1),
      reason: `passed over by GOTO ${items[target ?? 0]?.id}: ${reason}`,
    };
  }
  return target;
}

function indexAfterFailure(items: readonly ChainItem[], index: number): number | null {
  const onFailure = items[index]?.onFailure;
  if (onFailure?.kind === 'NEXT') return index + 1;
  if (onFailure?.kind !== 'GOTO') return null;
  const target = items.findIndex((item) => item.id === onFailure.id);
  return target <= index ? null : target;
}

interface TriedBefore {
  readonly items: ReadonlySet<ChainItem>;
  readonly why: string;
}

/**
 * What is not run again. After a relapse ESCALATE continues at the rung after the one that had seemed to
 * help, as if that one had failed; where no rung is left, it is tried again: nothing stronger is known, and
 * `retry` and the breaker count. A rung before it that was for none of the failures until now was not run.
 */
function triedBefore(run: Run): TriedBefore | null {
  const { rules, relapse } = run.facts;
  if (rules.strategy !== 'ESCALATE' || relapse == null) return null;
  const { items } = rules;
  const helped = items.findIndex((item) => item.id === relapse.helped);
  const item = items[helped];
  if (item === undefined) return null;
  const triedUntil = (end: number): ReadonlySet<ChainItem> =>
    new Set(items.slice(0, end).filter((each, index) => index >= helped || fittedBefore(each, relapse)));
  const isRungLeft = (tried: ReadonlySet<ChainItem>): boolean =>
    items.some((each) => !tried.has(each) && appliesTo(each, run));
  const tried = [indexAfterFailure(items, helped) ?? helped, helped].map(triedUntil).find(isRungLeft);
  if (tried === undefined) return null;
  const lasted = duration(relapse.healthyMs);
  return { items: tried, why: `${item.name} had seemed to help, and the node failed again after ${lasted}` };
}

function fittedBefore({ when }: ChainItem, { failures }: Relapse): boolean {
  return when === null || failures === undefined || failures.some((each) => when.includes(each));
}

/**
 * The last item failed and its policy says NEXT: what ran before it may have helped, unless the node was just
 * found to be unhealthy.
 */
function* verifyAtEnd(run: Run, last: ItemOutcome, hope: boolean): ChainProcedure<Outcome> {
  if (!hope || last.verified) return { ok: false, reason: last.reason, helped: null };
  const { nodeUpdateTimeoutMs, intervalMs } = run.facts.detection;
  const window = Math.max(nodeUpdateTimeoutMs, intervalMs) + run.facts.rules.stabilizeMs;
  return { ...(yield* verify(run, null, run.now + window)), helped: null };
}
