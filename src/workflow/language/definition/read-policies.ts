/**
 * Reads the policies of a task or of task-defaults: retry, wait-before, wait-after, timeout, pause-before,
 * concurrency, fail-on.
 */
import { isJsonObject } from '../../../domain/json.ts';
import { readInlineParameters } from './inline-call.ts';
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
import type { Template } from '../../expressions.ts';

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
export function withDefaults(own: PoliciesSpec, defaults: PoliciesSpec | undefined): PoliciesSpec {
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

function readRetry(source: Source): RetrySpec | undefined {
  if (source.value === undefined) return undefined;
  if (typeof source.value === 'string' && source.value !== '') return readRetryLine(source, source.value);
  if (!isJsonObject(source.value)) return wrong(source, 'wrong type', 'a mapping with count and delay');
  refuseUnknownKeys(source, ['count', 'delay', 'break-on', 'continue-on'], 'retry');
  const number = 'a whole number of at least 0, or one expression';
  const count = readExpressionOr(at(source, 'count'), isWholeNumber, number);
  const delay = readExpressionOr(at(source, 'delay'), isWholeNumber, number);
  const breakOn = readCondition(at(source, 'break-on'), 'expression');
  const continueOn = readCondition(at(source, 'continue-on'), 'expression');
  return complete(source, { count, delay, breakOn, continueOn });
}

interface PartialRetry {
  readonly count: Template | undefined;
  readonly delay: Template | undefined;
  readonly breakOn: Template | undefined;
  readonly continueOn: Template | undefined;
}

function complete(source: Source, retry: PartialRetry): RetrySpec | undefined {
  for (const key of ['count', 'delay'] as const) {
    if (retry[key] === undefined && !has(source, key))
      wrong(source, `'${key}' is missing in retry`, 'count and delay');
  }
  const { count = constant(0), delay = constant(0), breakOn, continueOn } = retry;
  return { count, delay, breakOn, continueOn };
}

/** `retry: count=3 delay=1 break-on=<% ... %>` */
function readRetryLine(source: Source, line: string): RetrySpec | undefined {
  const parameters = readInlineParameters(source, line);
  for (const name of parameters.keys()) {
    if (!['count', 'delay', 'break-on', 'continue-on'].includes(name)) {
      source.problems.error(source.path, `unknown key '${name}' of retry`, {
        expected: 'count, delay, break-on, continue-on',
      });
    }
  }
  return complete(source, {
    count: parameters.get('count'),
    delay: parameters.get('delay'),
    breakOn: parameters.get('break-on'),
    continueOn: parameters.get('continue-on'),
  });
}
