/**
 * What the shape of a health policy cannot say: combinations that cannot work, each refused with the reason,
 * and those that are probably not meant, as warnings. Reads nothing outside of the policy.
 */
import type { ChainItem, HealthPolicy, Share } from '../../domain/health-policy.ts';
import { quoteValue } from '../../domain/errors.ts';
import { didYouMean } from '../../domain/did-you-mean.ts';
import { foundBy } from '../../domain/failure-detection.ts';
import { failureClasses, isFailureClass } from '../../domain/verdict.ts';
import type { CheckSettings } from '../policy-type.ts';
import { checkDetectionModes } from './check-detection-modes.ts';
import { checkOperationParams } from './check-operation-params.ts';
import { checkRecoveryRules } from './check-recovery-rules.ts';
import { checkWorkflowParams } from './check-workflow-params.ts';
import { checkZoneOutage } from './check-zone-outage.ts';
import type { Findings } from './findings.ts';
import { placedSteps, stepsInOrder, type PlacedStep } from './steps-in-order.ts';

export function checkHealthPolicy(policy: HealthPolicy, settings: CheckSettings, findings: Findings): void {
  checkInterval(policy, settings, findings);
  checkDetectionModes(policy, settings, findings);
  checkActions(policy, findings);
  checkRecoveryRules(policy, findings);
  checkSafety(policy, findings);
}

function checkInterval(policy: HealthPolicy, settings: CheckSettings, { issues }: Findings): void {
  const interval = policy.detection.intervalMs / 1000;
  const least = settings.healthCheckIntervalMin;
  if (interval >= least) return;
  const expected = `at least ${least} seconds (health_check_interval_min of the configuration)`;
  issues.push({ field: 'detection.interval', expected, found: String(interval) });
}

function checkActions(policy: HealthPolicy, findings: Findings): void {
  const { items } = policy.recovery;
  checkIds(policy, findings);
  items.forEach((item, index) => {
    const field = `recovery.actions[${index}]`;
    checkOnFailure(items, index, `${field}.on_failure`, findings);
    checkFailureClasses(item, policy, `${field}.when.failure`, findings);
  });
  const places = new Map(stepsInOrder(policy).map(([field, step]) => [step.id, field]));
  for (const [field, step, earlier] of stepsWithEarlier(policy)) {
    if (step.name === 'WORKFLOW') checkWorkflowParams(step, `${field}.params`, { earlier, places }, findings);
    else checkOperationParams(policy, step, `${field}.params`, findings);
    if (step.backoff.maxDelayMs < step.backoff.delayMs) {
      const expected = `at least backoff.delay (${step.backoff.delayMs / 1000})`;
      findings.issues.push({
        field: `${field}.backoff.max_delay`,
        expected,
        found: String(step.backoff.maxDelayMs / 1000),
      });
    }
  }
}

/** Of a recovery that helped, `on_exhausted` never runs, and the other way round. */
function stepsWithEarlier(policy: HealthPolicy): (readonly [...PlacedStep, earlier: string[]])[] {
  const { chain, onSuccess, onExhausted } = placedSteps(policy);
  const following = (before: readonly PlacedStep[], steps: readonly PlacedStep[]) =>
    steps.map(([field, step], index) => {
      const earlier = [...before, ...steps.slice(0, index)].map(([, { id }]) => id);
      return [field, step, earlier] as const;
    });
  return [...following([], chain), ...following(chain, onSuccess), ...following(chain, onExhausted)];
}

function checkIds(policy: HealthPolicy, { issues }: Findings): void {
  const places = new Map<string, string>();
  for (const [field, { id }] of stepsInOrder(policy)) {
    const first = places.get(id);
    if (first !== undefined) {
      issues.push({
        field: `${field}.id`,
        expected: `an id of its own`,
        found: quoteValue(id),
        hint: `${first} has it too`,
      });
    }
    places.set(id, first ?? field);
  }
}

/**
 * A jump leads forward only: the way on from an earlier action would come back here, and the chain would not
 * end.
 */
function checkOnFailure(
  items: readonly ChainItem[],
  index: number,
  field: string,
  { issues }: Findings,
): void {
  const { onFailure, id } = items[index] ?? {};
  if (onFailure?.kind !== 'GOTO') return;
  const found = `GOTO ${onFailure.id}`;
  const target = items.findIndex((item) => item.id === onFailure.id);
  const later = items.slice(index + 1).map((item) => item.id);
  if (target === -1) {
    const expected =
      later.length === 0 ? 'STOP or NEXT: no action comes after this one' : `GOTO one of ${later.join(', ')}`;
    const hint = didYouMean(onFailure.id, later) ?? 'there is no action of this id';
    issues.push({ field, expected, found, hint });
  } else if (target <= index) {
    const hint = `${onFailure.id} comes ${target === index ? 'to itself' : `before ${id}`}: the chain would run in a loop`;
    issues.push({ field, expected: 'GOTO a later action', found, hint });
  }
}

/**
 * A profile may have classes of its own, so that an unknown one is only suspicious; and a class that no mode
 * of the policy finds may be meant for a later time.
 */
function checkFailureClasses(
  item: ChainItem,
  { detection: { modes } }: HealthPolicy,
  field: string,
  { warnings }: Findings,
): void {
  for (const name of item.when ?? []) {
    const known: readonly string[] = failureClasses;
    if (isFailureClass(name)) {
      const finding = foundBy[name];
      if (finding === null || modes.length === 0 || modes.some(({ type }) => finding.includes(type)))
        continue;
      const expected = `${finding.join(' or ')} among the detection modes, which ${finding.length === 1 ? 'finds' : 'find'} ${name}`;
      const found = modes.map(({ type }) => type).join(', ');
      const hint = 'none of these finds it, and the action is always skipped';
      warnings.push({ field, expected, found, hint });
      continue;
    }
    const hint =
      didYouMean(name, known) ?? 'the action is skipped unless the profile type reports this class';
    warnings.push({ field, expected: `one of ${known.join(', ')}`, found: name, hint });
  }
}

function checkSafety(policy: HealthPolicy, findings: Findings): void {
  checkShare(policy.safety.maxUnhealthy, 'safety.max_unhealthy', findings);
  checkShare(policy.safety.maxInFlight, 'safety.max_in_flight', findings);
  checkZoneOutage(policy, findings);
}

function checkShare(share: Share | null, field: string, { issues, warnings }: Findings): void {
  if (share === null || share.atLeast > 0) return;
  if (share.percent === 0) {
    const hint = 'no recovery would ever start; mode: OBSERVE says that more clearly';
    issues.push({ field, expected: 'percent or at_least above 0', found: '0', hint });
  } else if (share.percent < 100) {
    const nodes = Math.ceil(100 / share.percent);
    const hint = `${share.percent} percent of fewer than ${nodes} nodes is none, and no recovery would start in such a cluster`;
    warnings.push({ field: `${field}.at_least`, expected: '1 or more', found: '0', hint });
  }
}
