/** The pure std.* actions: their outcome follows from their input. */
import { isTruthy } from '../expressions.ts';
import { pythonText } from '../language/conductor/python-text.ts';
import type { Json } from '../../domain/json.ts';
import {
  type ActionCall,
  type ActionOutcome,
  type PureAction,
  failed,
  raised,
  succeeded,
  wrongParameter,
} from './action-type.ts';
import { isNumberUpTo, numberIn } from './parameter-checks.ts';

/** One year: a longer wait is a mistake, and would not fit into a timer. */
const maxSeconds = 365 * 24 * 3600;
const isWait = isNumberUpTo(maxSeconds, 'seconds');

const noop: PureAction = {
  name: 'std.noop',
  description: 'Does nothing and succeeds.',
  parameters: [],
  evaluate: () => succeeded(null),
};

const echo: PureAction = {
  name: 'std.echo',
  description: 'Returns its parameter "output", after "delay" seconds.',
  parameters: [
    { name: 'output', required: true },
    { name: 'delay', required: false, default: 0, check: isWait },
  ],
  evaluate: (call) => after('std.echo', call, 'delay', 0, call.input['output'] ?? null),
};

const fail: PureAction = {
  name: 'std.fail',
  description: 'Fails, with "error_data" as its result if given.',
  parameters: [{ name: 'error_data', required: false, default: null }],
  evaluate(call) {
    const data = call.input['error_data'] ?? null;
    return isTruthy(data) ? failed(data) : raised('Fail action', call, 'Fail action expected exception.');
  },
};

const sleep: PureAction = {
  name: 'std.sleep',
  description: 'Succeeds after "seconds" seconds.',
  parameters: [{ name: 'seconds', required: false, default: 1, check: isWait }],
  evaluate: (call) => after('std.sleep', call, 'seconds', 1, null),
};

const asyncNoop: PureAction = {
  name: 'std.async_noop',
  description: 'Runs until it is completed from outside: PUT /v2/action_executions/<id>.',
  parameters: [],
  evaluate: () => ({ kind: 'external' }),
};

/** A larger one would fill the database. */
const maxTestDictSize = 100_000;
const isSize = isNumberUpTo(maxTestDictSize, 'a number');

const testDict: PureAction = {
  name: 'std.test_dict',
  description: 'Returns a mapping of "size" entries: keys are "key_prefix" and a number, values are "val".',
  parameters: [
    { name: 'size', required: false, default: 0, check: isSize },
    { name: 'key_prefix', required: false, default: '' },
    { name: 'val', required: false, default: '' },
  ],
  evaluate(call) {
    const given = call.input['size'] ?? 0;
    const problem = isSize(given);
    if (problem !== undefined) return wrongParameter('std.test_dict', call, 'size', problem);
    const size = numberIn(given);
    const prefix = pythonText(call.input['key_prefix'] ?? '');
    const value = call.input['val'] ?? '';
    const keys = Array.from({ length: Math.floor(size ?? 0) }, (_, index) => `${prefix}${index}`);
    return succeeded(Object.fromEntries(keys.map((key) => [key, value])));
  },
};

export const basicActions: readonly PureAction[] = [noop, echo, fail, sleep, asyncNoop, testDict];

function after(
  action: string,
  call: ActionCall,
  parameter: string,
  defaultSeconds: number,
  result: Json,
): ActionOutcome {
  const given = call.input[parameter] ?? defaultSeconds;
  const problem = isWait(given);
  if (problem !== undefined) return wrongParameter(action, call, parameter, problem);
  const seconds = numberIn(given) ?? 0;
  if (seconds === 0) return succeeded(result);
  return { kind: 'delayed', seconds, ending: { state: 'SUCCESS', result } };
}
