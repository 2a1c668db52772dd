/**
 * What the shape of a health policy cannot say: combinations that cannot work, each refused with the reason, and those that
 * are probably not meant, as warnings. Looks at nothing outside of the policy.
 */
import type { ChainItem, HealthPolicy, Runnable, Share } from '../../domain/health-policy.ts';
import { quoteValue } from '../../domain/errors.ts';
import { didYouMean } from '../../domain/did-you-mean.ts';
import { isIn } from '../../domain/spec-schema.ts';
import { failureClasses } from '../../domain/verdict.ts';
import type { CheckSettings } from '../policy-type.ts';
import { checkDetectionModes } from './check-detection-modes.ts';
import { checkWorkflowParams } from './check-workflow-params.ts';
import type { Findings } from './findings.ts';

export function checkHealthPolicy(policy: HealthPolicy, settings: CheckSettings): Findings {
  const findings: Findings = { issues: [], warnings: [] };
  checkInterval(policy, settings, findings);
  checkDetectionModes(policy, findings);
  checkActions(policy, findings);
  checkVerification(policy, findings);
  checkSafety(policy, findings);
  return findings;
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
    checkFailureClasses(item, `${field}.when.failure`, findings);
  });
  const earlier: string[] = [];
  for (const [field, step] of stepsInOrder(policy)) {
    if (step.name === 'WORKFLOW') checkWorkflowParams(step, `${field}.params`, earlier, findings);
    if (step.backoff.maxDelayMs < step.backoff.delayMs) {
      const expected = `at least backoff.delay (${step.backoff.delayMs / 1000})`;
      findings.issues.push({
        field: `${field}.backoff.max_delay`,
        expected,
        found: String(step.backoff.maxDelayMs / 1000),
      });
    }
    earlier.push(step.id);
  }
}

/** Every step with its place in the document, in the order in which they can run. */
export function stepsInOrder(policy: HealthPolicy): [string, Runnable][] {
  const { items, onSuccess, onExhausted } = policy.recovery;
  const placed = (place: string, steps: readonly Runnable[]): [string, Runnable][] =>
    steps.map((step, index) => [`${place}[${index}]`, step]);
  return [
    ...placed('recovery.actions', items).flatMap(([place, step], index): [string, Runnable][] => [
      ...placed(`${place}.before`, items[index]?.before ?? []),
      [place, step],
      ...placed(`${place}.after`, items[index]?.after ?? []),
    ]),
    ...placed('recovery.on_success', onSuccess),
    ...placed('recovery.on_exhausted', onExhausted),
  ];
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

/** A jump leads forward only: the way on from an earlier action would come back here, and the chain would not end. */
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

/** A profile may have classes of its own, so that an unknown one is only suspicious. */
function checkFailureClasses(item: ChainItem, field: string, { warnings }: Findings): void {
  for (const name of item.when ?? []) {
    const known: readonly string[] = failureClasses;
    if (known.includes(name)) continue;
    const hint =
      didYouMean(name, known) ?? 'the action is skipped unless the profile type reports this class';
    warnings.push({ field, expected: `one of ${known.join(', ')}`, found: name, hint });
  }
}

function checkVerification(policy: HealthPolicy, { issues, warnings }: Findings): void {
  const { verify, stabilizeMs, items, fencing } = policy.recovery;
  items.forEach((item, index) => {
    if (stabilizeMs === 0 || stabilizeMs < item.timeoutMs || verify === 'NONE') return;
    const hint = 'the action would be out of time before it is verified';
    const expected = `more than recovery.stabilize (${stabilizeMs / 1000} s)`;
    issues.push({
      field: `recovery.actions[${index}].timeout`,
      expected,
      found: String(item.timeoutMs / 1000),
      hint,
    });
  });
  if (isIn(policy.version, '1.3') && fencing.length > 0 && !items.some((item) => item.name === 'RECREATE')) {
    const hint = 'fencing is for RECREATE: no action here replaces the node';
    warnings.push({ field: 'recovery.fencing', expected: 'nothing', found: fencing.join(', '), hint });
  }
}

function checkSafety(policy: HealthPolicy, findings: Findings): void {
  checkShare(policy.safety.maxUnhealthy, 'safety.max_unhealthy', findings);
  checkShare(policy.safety.maxInFlight, 'safety.max_in_flight', findings);
}

function checkShare(share: Share | null, field: string, { issues }: Findings): void {
  if (share === null || share.percent > 0 || share.atLeast > 0) return;
  const hint = 'no recovery would ever start; mode: OBSERVE says that more clearly';
  issues.push({ field, expected: 'percent or at_least above 0', found: '0', hint });
}
