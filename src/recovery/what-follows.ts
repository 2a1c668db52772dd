/**
 * What follows the step of a recovery that runs now: if it helps, and if it does not. In the words of the
 * policy, for a reader who waits for it; what is really done is decided by `plan-chain.ts`, once the step has
 * ended.
 */
import type { ChainItem, Hook, Runnable } from '../domain/health-policy.ts';
import type { RecoveryStep } from '../domain/model.ts';
import type { ChainFacts } from './chain.ts';
import { duration } from '../domain/duration.ts';
import { stepLabel, wholeChain } from './describe.ts';
import { afterExhausted } from './retry.ts';

export interface Following {
  readonly ifItHelps: string;
  readonly ifItFails: string;
}

export type RunningStep = Pick<RecoveryStep, 'item' | 'purpose' | 'attempt'>;

/** null for a step that the policy's chain does not have. */
export function whatFollows(facts: ChainFacts, step: RunningStep, now: number): Following | null {
  const { rules } = facts;
  if (step.purpose === 'on_success' || step.purpose === 'on_exhausted') {
    const hooks = step.purpose === 'on_success' ? rules.onSuccess : rules.onExhausted;
    return afterHookOfEnd(hooks, step, rules.onSuccess === hooks ? 'RECOVERED' : exhaustedEnd(facts, now));
  }
  if (step.item === wholeChain) {
    const failed = ['EXHAUSTED', ...rules.onExhausted.map(itemLabel), exhaustedEnd(facts, now)].join(
      ', then ',
    );
    return { ifItHelps: ['RECOVERED', ...rules.onSuccess.map(itemLabel)].join(', then '), ifItFails: failed };
  }
  const index = rules.items.findIndex((item) => runnablesOf(item, step).some(({ id }) => id === step.item));
  const item = rules.items[index];
  if (item === undefined) return null;
  switch (step.purpose) {
    case 'before':
      return followBefore(facts, index, item, step, now);
    // Whether an action helped is known once it is verified: the same follows either.
    case 'action':
    case 'verification':
      return {
        ifItHelps: [...item.after.map(itemLabel), afterSuccess(facts, index)].join(', then '),
        ifItFails: again(item, step) ?? afterFailure(facts, index, now),
      };
    case 'after': {
      const rest = [...restOf(item.after, step).map(itemLabel), afterSuccess(facts, index)].join(', then ');
      return {
        ifItHelps: rest,
        ifItFails: again(hookOf(item.after, step), step) ?? `a warning, then ${rest}`,
      };
    }
  }
}

/** The action before or after which a hook is run; undefined: it is no such hook, or is not in the chain. */
export function actionOfHook(
  { rules }: Pick<ChainFacts, 'rules'>,
  { item: id, purpose }: Pick<RunningStep, 'item' | 'purpose'>,
): ChainItem | undefined {
  if (purpose !== 'before' && purpose !== 'after') return undefined;
  return rules.items.find((item) => runnablesOf(item, { purpose }).some((hook) => hook.id === id));
}

/** How many attempts a step of a chain has; null for one that the chain does not have. */
export function attemptsOf({ rules }: ChainFacts, step: RunningStep): number | null {
  return runnableOf({ rules }, step)?.attempts ?? null;
}

/** The item or hook of which a step is an attempt. */
export function runnableOf(
  { rules }: Pick<ChainFacts, 'rules'>,
  { item: id, purpose }: Pick<RunningStep, 'item' | 'purpose'>,
): Runnable | undefined {
  const all: readonly Runnable[] =
    purpose === 'on_success'
      ? rules.onSuccess
      : purpose === 'on_exhausted'
        ? rules.onExhausted
        : rules.items.flatMap((item) => runnablesOf(item, { purpose }));
  return all.find((runnable) => runnable.id === id);
}

function runnablesOf(item: ChainItem, { purpose }: Pick<RunningStep, 'purpose'>): readonly Runnable[] {
  if (purpose === 'before') return item.before;
  return purpose === 'after' ? item.after : [item];
}

function followBefore(
  facts: ChainFacts,
  index: number,
  item: ChainItem,
  step: RunningStep,
  now: number,
): Following {
  const [next = item] = restOf(item.before, step);
  const failed = `${itemLabel(item)} is not run, then ${afterFailure(facts, index, now)}`;
  return { ifItHelps: itemLabel(next), ifItFails: again(hookOf(item.before, step), step) ?? failed };
}

function afterHookOfEnd(hooks: readonly Hook[], step: RunningStep, end: string): Following {
  const rest = [...restOf(hooks, step).map(itemLabel), end].join(', then ');
  return { ifItHelps: rest, ifItFails: again(hookOf(hooks, step), step) ?? `a warning, then ${rest}` };
}

function again(runnable: Runnable | undefined, { attempt }: RunningStep): string | null {
  if (runnable === undefined || attempt >= runnable.attempts) return null;
  return `attempt ${attempt + 1} of ${runnable.attempts}`;
}

function afterSuccess(facts: ChainFacts, index: number): string {
  const { strategy, onSuccess } = facts.rules;
  const next = strategy === 'CHAIN' ? nextItem(facts, index) : undefined;
  return next === undefined ? ['RECOVERED', ...onSuccess.map(itemLabel)].join(', then ') : itemLabel(next);
}

function afterFailure(facts: ChainFacts, index: number, now: number): string {
  const { onFailure } = facts.rules.items[index] ?? {};
  const next =
    onFailure?.kind === 'NEXT'
      ? nextItem(facts, index)
      : onFailure?.kind === 'GOTO'
        ? facts.rules.items.find((item) => item.id === onFailure.id)
        : undefined;
  return next === undefined
    ? ['EXHAUSTED', ...facts.rules.onExhausted.map(itemLabel), exhaustedEnd(facts, now)].join(', then ')
    : itemLabel(next);
}

/** The next one that is for this failure. */
function nextItem({ rules, failure }: ChainFacts, index: number): ChainItem | undefined {
  return rules.items.slice(index + 1).find(({ when }) => when === null || when.includes(failure.class));
}

function exhaustedEnd({ rules, exhaustedAt, detection, manual }: ChainFacts, now: number): string {
  if (manual !== null) return 'the node stays failed';
  const next = afterExhausted(rules.retry, exhaustedAt, now, detection.intervalMs);
  if (next.kind === 'quarantine') return `the node is quarantined (${next.reason})`;
  const limit =
    rules.retry === null
      ? 'no limit is set'
      : `recovery ${exhaustedAt.length + 1} of ${rules.retry.episodes}`;
  return `another recovery after ${duration(next.at - now)} (${limit})`;
}

function restOf(hooks: readonly Hook[], step: RunningStep): readonly Hook[] {
  return hooks.slice(hooks.findIndex(({ id }) => id === step.item) + 1);
}

function hookOf(hooks: readonly Hook[], step: RunningStep): Hook | undefined {
  return hooks.find(({ id }) => id === step.item);
}

/** `REBOOT`, `WORKFLOW drain` */
export function itemLabel(runnable: Runnable): string {
  return stepLabel({ name: runnable.name, item: runnable.id, params: runnable.params });
}
