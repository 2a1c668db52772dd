/**
 * What of the rules around the chain cannot work, or says nothing: verification, fencing, and what follows a
 * recovery that did not help.
 */
import type { HealthPolicy } from '../../domain/health-policy.ts';
import { isInVersion } from '../../domain/spec-schema.ts';
import { stepsInOrder } from './steps-in-order.ts';
import type { Findings } from './findings.ts';

export function checkRecoveryRules(policy: HealthPolicy, findings: Findings): void {
  checkStabilize(policy, findings);
  checkTimeouts(policy, findings);
  if (!isInVersion(policy.version, '1.3')) return;
  checkVerification(policy, findings);
  checkFencing(policy, findings);
  checkSurge(policy, findings);
  checkRetain(policy, findings);
  checkRetry(policy, findings);
  checkOnExhausted(policy, findings);
}

function checkStabilize({ recovery }: HealthPolicy, { issues }: Findings): void {
  const { verify, stabilizeMs, items } = recovery;
  items.forEach((item, index) => {
    if (stabilizeMs === 0 || stabilizeMs < item.timeoutMs || verify === 'NONE') return;
    const hint = 'the action would be out of time before it is verified';
    const expected = `more than recovery.stabilize (${stabilizeMs / 1000} s)`;
    const found = String(item.timeoutMs / 1000);
    issues.push({ field: `recovery.actions[${index}].timeout`, expected, found, hint });
  });
}

/** In less no machine restarts and no process is verified, whatever the profile. */
const LEAST_OPERATION_MS = 5000;
/** A workflow of one request may be as fast. */
const LEAST_WORKFLOW_MS = 1000;

function checkTimeouts(policy: HealthPolicy, { warnings }: Findings): void {
  for (const [field, { name, timeoutMs }] of stepsInOrder(policy)) {
    const least = name === 'WORKFLOW' ? LEAST_WORKFLOW_MS : LEAST_OPERATION_MS;
    if (timeoutMs >= least) continue;
    const what = name === 'WORKFLOW' ? 'the workflow' : `${name} and the verification after it`;
    const hint = `${what} can hardly end in that time: every attempt would fail, whatever the node is like`;
    const expected = `at least ${least / 1000} seconds`;
    warnings.push({ field: `${field}.timeout`, expected, found: String(timeoutMs / 1000), hint });
  }
}

function checkVerification({ recovery }: HealthPolicy, { warnings }: Findings): void {
  const { verify, strategy, stabilizeMs, items } = recovery;
  if (verify !== 'NONE') return;
  const field = 'recovery.verify';
  const expected = 'DETECTION or STATUS';
  if (strategy === 'ESCALATE' && items.length > 1) {
    const hint =
      'without a probe it is not known which action helped: the first that does not fail ends the chain';
    warnings.push({ field, expected: `${expected} with strategy: ESCALATE`, found: verify, hint });
  }
  if (stabilizeMs > 0) {
    const hint = 'the wait is for the verification, and there is none';
    warnings.push({
      field,
      expected: `${expected} with stabilize: ${stabilizeMs / 1000}`,
      found: verify,
      hint,
    });
  }
}

function checkFencing({ recovery: { fencing, items } }: HealthPolicy, { warnings }: Findings): void {
  if (fencing.length === 0 || items.some(({ name }) => name === 'RECREATE' || name === 'EVACUATE')) return;
  const hint = 'fencing is for RECREATE and EVACUATE: no action here starts another server';
  warnings.push({ field: 'recovery.fencing', expected: 'nothing', found: fencing.join(', '), hint });
}

/**
 * Fencing says that there is no new node before the old one is surely gone; with surge the old one is there
 * until the new one is healthy. Neither can give way, so that one of them has to go.
 */
function checkSurge({ recovery: { fencing, items, verify } }: HealthPolicy, findings: Findings): void {
  items.forEach(({ recreate }, index) => {
    if (recreate?.surge !== true) return;
    const field = `recovery.actions[${index}].params.surge`;
    if (fencing.includes('COMPUTE')) {
      const expected = 'false beside fencing: [COMPUTE]';
      const hint =
        'fencing makes no new node before the old one is surely gone, and surge removes the old one after the new one is healthy';
      findings.issues.push({ field, expected, found: 'true', hint });
    }
    if (verify === 'NONE') {
      const hint = 'without a probe the old node goes as soon as the new one was made, healthy or not';
      findings.warnings.push({ field, expected: 'false with verify: NONE', found: 'true', hint });
    }
  });
}

/** What may still run is never kept, whatever the policy says. */
function checkRetain(
  { recovery: { items, nodeForceRecreate }, safety: { zoneOutage } }: HealthPolicy,
  { warnings }: Findings,
): void {
  items.forEach(({ recreate }, index) => {
    if (recreate?.retain === undefined) return;
    const field = `recovery.actions[${index}].params.retain`;
    if (zoneOutage?.action === 'REPLACE_ELSEWHERE') {
      const expected = 'known to keep nothing in an outage, beside zone_outage: REPLACE_ELSEWHERE';
      const hint =
        'what failed with its zone shows nothing of a cause, and cannot confirm that it has stopped: it is removed; other failures are kept';
      warnings.push({ field, expected, found: 'a map', hint });
    }
    if (!nodeForceRecreate || recreate.surge) return;
    const expected = 'nothing beside node_force_recreate: true';
    const hint =
      'node_force_recreate is not for it: no new node is made before the failed one has surely stopped';
    warnings.push({ field, expected, found: 'a map', hint });
  });
}

/** Recoveries that take no time at all still end `delay` apart. */
function checkRetry({ recovery: { retry } }: HealthPolicy, { warnings }: Findings): void {
  if (retry === null) return;
  const { episodes, windowMs, delayMs } = retry;
  const leastMs = (episodes - 1) * delayMs;
  if (leastMs < windowMs) return;
  const hint = `the last of ${episodes} recoveries, ${delayMs / 1000} s apart, ends at least ${leastMs / 1000} s after the first: the node would never be quarantined`;
  const expected = `more than ${leastMs / 1000} seconds ((episodes - 1) * delay)`;
  warnings.push({ field: 'recovery.retry.window', expected, found: String(windowMs / 1000), hint });
}

function checkOnExhausted({ recovery }: HealthPolicy, { warnings }: Findings): void {
  if (recovery.onExhausted.length === 0 || recovery.retry !== null) return;
  const hint =
    'without it another recovery begins an interval later while the node stays failed, and on_exhausted runs again after each';
  warnings.push({ field: 'recovery.retry', expected: 'a limit beside on_exhausted', found: 'nothing', hint });
}
