import {
  any,
  type FunctionDefinition,
  fn,
  iterable,
  lambda,
  mapping,
  method,
  optional,
  rest,
  sequence,
  text,
  withNamed,
} from '../function.ts';
import { truth } from '../python/compare.ts';
import { EvaluationError } from '../python/errors.ts';
import { mapEntries } from '../python/mapping.ts';
import { Callable, type Value } from '../python/values.ts';
import type { Scope } from '../scope.ts';

function assign(scope: Scope, values: Iterable<Value>): Scope {
  let position = 0;
  for (const value of values) scope.set(String(++position), value);
  return scope;
}

/** Variables, user-defined functions, calls by name. */
export const system: readonly FunctionDefinition[] = [
  withNamed(
    fn('let', [rest(any('args'))], (call, args) => {
      const scope = assign(call.scope, args);
      for (const [name, value] of call.named) scope.set(name, value);
      return scope;
    }),
  ),

  fn('with', [rest(any('args'))], (call, args) => assign(call.scope, args)),

  method('unpack', [iterable('sequence'), rest(text('args'))], (call, items, names) => {
    const values = [...items];
    if (names.length === 0) return assign(call.scope, values);
    if (names.length !== values.length) {
      throw new EvaluationError(`cannot unpack ${values.length} items into ${names.length} names`);
    }
    for (const [index, name] of names.entries()) call.scope.set(name, values[index]!);
    return call.scope;
  }),

  fn('def', [text('name'), lambda('func')], (call, name, body) => {
    call.scope.define(
      name,
      new Callable((args) => call.meter.nested(() => body.within(call.scope.child(...args)))),
    );
    return call.scope;
  }),

  fn('call', [text('name'), sequence('args'), mapping('kwargs')], (call, name, args, kwargs) => {
    const named = mapEntries(kwargs, call.meter).filter(
      (entry): entry is [string, Value] => typeof entry[0] === 'string',
    );
    return call.environment.callByName(name, args, new Map(named), call.scope);
  }),

  method(
    'assert',
    [any('obj'), lambda('condition'), optional(text('message'), 'Assertion failed')],
    (_call, value, condition, message) => {
      if (truth(condition(value))) return value;
      throw new EvaluationError(message);
    },
  ),
];
