/** The values of a task's policies for one run: evaluated and checked before anything of the task starts. */
import type { Json } from '../../../domain/json.ts';
import { type ExpressionScope, isTruthy, type Template } from '../../expressions.ts';
import type { PoliciesSpec, RetrySpec } from '../definition/workflow-spec.ts';
import type { EndState, ResolvedPolicies } from '../../../domain/workflow-records.ts';
import { EngineFault, evaluate, kindOf } from './fault.ts';

export const pausedBefore = "Set by 'pause-before' policy";
export const failedOn = "Failed by 'fail-on' policy";

/** @throws EngineFault for an expression without a value and for a value of a wrong type. */
export function resolvePolicies(spec: PoliciesSpec, scope: ExpressionScope): ResolvedPolicies {
  return {
    retry: spec.retry === undefined ? null : resolveRetry(spec.retry, scope),
    waitBefore: wholeNumber('WaitBeforePolicy', spec.waitBefore, scope),
    waitAfter: wholeNumber('WaitAfterPolicy', spec.waitAfter, scope),
    timeout: wholeNumber('TimeoutPolicy', spec.timeout, scope),
    concurrency: wholeNumber('ConcurrencyPolicy', spec.concurrency, scope),
  };
}

function resolveRetry({ count, delay }: RetrySpec, scope: ExpressionScope): ResolvedPolicies['retry'] {
  return { count: wholeNumber('RetryPolicy', count, scope), delay: wholeNumber('RetryPolicy', delay, scope) };
}

export function pausesBefore(spec: PoliciesSpec, scope: ExpressionScope): boolean {
  return boolean('PauseBeforePolicy', spec.pauseBefore, scope);
}

/**
 * Evaluated after a success only: an expression about the result is meaningless for an attempt without one.
 */
export function failsOn(spec: PoliciesSpec, scope: ExpressionScope): boolean {
  return boolean('FailOnPolicy', spec.failOn, scope);
}

/**
 * Whether to retry: after a failure unless break-on is true or continue-on is false, after a success if
 * continue-on is true.
 */
export function shouldRetry(retry: RetrySpec, state: EndState, scope: ExpressionScope): boolean {
  if (state === 'CANCELLED') return false;
  if (retry.continueOn !== undefined && !isTruthy(evaluate(retry.continueOn, scope))) return false;
  if (state === 'SUCCESS') return retry.continueOn !== undefined;
  return retry.breakOn === undefined || !isTruthy(evaluate(retry.breakOn, scope));
}

/** A hundred years in seconds: keeps due times within the range of dates. */
const maxNumber = 3_153_600_000;

function wholeNumber(policy: string, template: Template | undefined, scope: ExpressionScope): number {
  const value = template === undefined ? 0 : evaluate(template, scope);
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maxNumber) return value;
  throw invalid(policy, value, `a whole number from 0 to ${maxNumber}`);
}

function boolean(policy: string, template: Template | undefined, scope: ExpressionScope): boolean {
  const value = template === undefined ? false : evaluate(template, scope);
  if (typeof value === 'boolean') return value;
  throw invalid(policy, value, 'true or false');
}

function invalid(policy: string, value: Json, expected: string): EngineFault {
  return new EngineFault(`Invalid data type in ${policy}: expected ${expected}, found ${kindOf(value)}.`);
}
