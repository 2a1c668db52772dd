/**
 * Reads the policies of a task or of task-defaults: retry, wait-before, wait-after, timeout, pause-before,
 * concurrency, fail-on.
 */
import { isJsonObject } from '../../../domain/json.ts';
import { readInlineMapping } from './inline-call.ts';
import {
  at,
  constant,
  has,
  isBoolean,
  isWholeNumber,
  readCondition,
  readExpressionOr,
  refuseUnknownKeys,
  type Source,
  wrong,
} from './source.ts';
import type { PoliciesSpec, RetrySpec } from './workflow-spec.ts';

export const policyKeys = [
  'retry',
  'wait-before',
  'wait-after',
  'timeout',
  'pause-before',
  'concurrency',
  'fail-on',
];

const seconds = 'whole seconds of at least 0, or one expression';

export function readPolicies(source: Source): PoliciesSpec {
  return {
    retry: readRetry(at(source, 'retry')),
    waitBefore: readExpressionOr(at(source, 'wait-before'), isWholeNumber, seconds),
    waitAfter: readExpressionOr(at(source, 'wait-after'), isWholeNumber, seconds),
    timeout: readExpressionOr(at(source, 'timeout'), isWholeNumber, seconds),
    pauseBefore: readExpressionOr(at(source, 'pause-before'), isBoolean, 'true, false or one expression'),
    concurrency: readExpressionOr(
      at(source, 'concurrency'),
      isWholeNumber,
      'a whole number of at least 0, or one expression',
    ),
    failOn: readExpressionOr(at(source, 'fail-on'), isBoolean, 'true, false or one expression'),
  };
}

/** A task's own policies override the defaults, one by one. */
export function policiesWithDefaults(own: PoliciesSpec, defaults: PoliciesSpec | undefined): PoliciesSpec {
  if (defaults === undefined) return own;
  return {
    retry: own.retry ?? defaults.retry,
    waitBefore: own.waitBefore ?? defaults.waitBefore,
    waitAfter: own.waitAfter ?? defaults.waitAfter,
    timeout: own.timeout ?? defaults.timeout,
    pauseBefore: own.pauseBefore ?? defaults.pauseBefore,
    concurrency: own.concurrency ?? defaults.concurrency,
    failOn: own.failOn ?? defaults.failOn,
  };
}

/** A mapping, or the same in one line: `retry: count=3 delay=1 break-on=<% ... %>` */
function readRetry(source: Source): RetrySpec | undefined {
  if (source.value === undefined) return undefined;
  if (typeof source.value === 'string' && source.value !== '')
    return readRetry({ ...source, value: readInlineMapping(source, source.value) });
  if (!isJsonObject(source.value)) return wrong(source, 'wrong type', 'a mapping with count and delay');
  refuseUnknownKeys(source, ['count', 'delay', 'break-on', 'continue-on'], 'retry');
  const number = 'a whole number of at least 0, or one expression';
  const count = readExpressionOr(at(source, 'count'), isWholeNumber, number);
  const delay = readExpressionOr(at(source, 'delay'), isWholeNumber, number);
  const breakOn = readCondition(at(source, 'break-on'), 'expression');
  const continueOn = readCondition(at(source, 'continue-on'), 'expression');
  for (const key of ['count', 'delay'] as const)
    if (!has(source, key)) wrong(source, `'${key}' is missing in retry`, 'count and delay');
  return { count: count ?? constant(0), delay: delay ?? constant(0), breakOn, continueOn };
}
