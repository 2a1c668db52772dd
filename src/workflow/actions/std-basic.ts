/** The std.* actions whose ending follows from their input. */
import { isTruthy } from '../expressions.ts';
import { pythonText } from '../language/conductor/python-text.ts';
import type { Json } from '../../domain/json.ts';
import {
  type ActionCall,
  type ActionOutcome,
  type DecidedAction,
  failed,
  raised,
  succeeded,
  wrongParameter,
} from './action-type.ts';

const noop: DecidedAction = {
  name: 'std.noop',
  description: 'Does nothing and succeeds.',
  parameters: [],
  decide: () => succeeded(null),
};

const echo: DecidedAction = {
  name: 'std.echo',
  description: 'Answers its parameter "output", after "delay" seconds.',
  parameters: [
    { name: 'output', required: true },
    { name: 'delay', required: false, default: 0 },
  ],
  decide: (call) => after('std.echo', call, 'delay', 0, call.input['output'] ?? null),
};

const fail: DecidedAction = {
  name: 'std.fail',
  description: 'Fails, with "error_data" as its result where there is any.',
  parameters: [{ name: 'error_data', required: false, default: null }],
  decide(call) {
    const data = call.input['error_data'] ?? null;
    return isTruthy(data) ? failed(data) : raised('Fail action', call, 'Fail action expected exception.');
  },
};

const sleep: DecidedAction = {
  name: 'std.sleep',
  description: 'Succeeds after so many seconds.',
  parameters: [{ name: 'seconds', required: false, default: 1 }],
  decide: (call) => after('std.sleep', call, 'seconds', 1, null),
};

const asyncNoop: DecidedAction = {
  name: 'std.async_noop',
  description: 'Runs until it is completed from outside: PUT /v2/action_executions/<id>.',
  parameters: [],
  decide: () => ({ kind: 'later' }),
};

/** A larger one would only fill the database. */
const largestTestDict = 100_000;

const testDict: DecidedAction = {
  name: 'std.test_dict',
  description: 'Answers a mapping of "size" entries, named "key_prefix" and a number, with the value "val".',
  parameters: [
    { name: 'size', required: false, default: 0 },
    { name: 'key_prefix', required: false, default: '' },
    { name: 'val', required: false, default: '' },
  ],
  decide(call) {
    const size = secondsOf(call.input['size'] ?? 0);
    if (size === undefined || size > largestTestDict) {
      return wrongParameter('std.test_dict', call, 'size', `a number from 0 to ${largestTestDict}`);
    }
    const prefix = pythonText(call.input['key_prefix'] ?? '');
    const value = call.input['val'] ?? '';
    const keys = Array.from({ length: Math.floor(size) }, (_, index) => `${prefix}${index}`);
    return succeeded(Object.fromEntries(keys.map((key) => [key, value])));
  },
};

export const basicActions: readonly DecidedAction[] = [noop, echo, fail, sleep, asyncNoop, testDict];

/** A year: a longer wait is a mistake, and would not fit into a timer. */
const longestSeconds = 365 * 24 * 3600;

function after(
  action: string,
  call: ActionCall,
  parameter: string,
  byDefault: number,
  result: Json,
): ActionOutcome {
  const seconds = secondsOf(call.input[parameter] ?? byDefault);
  if (seconds === undefined || seconds > longestSeconds) {
    return wrongParameter(action, call, parameter, `seconds, from 0 to ${longestSeconds}`);
  }
  if (seconds === 0) return succeeded(result);
  return { kind: 'after', seconds, ending: { state: 'SUCCESS', result } };
}

/** A number, or a text that is one; undefined for anything else, and for what is below 0. */
function secondsOf(value: Json): number | undefined {
  const number =
    typeof value === 'string' && value.trim() !== ''
      ? Number(value)
      : typeof value === 'number'
        ? value
        : NaN;
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}
