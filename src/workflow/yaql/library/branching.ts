import {
  type FunctionDefinition,
  fn,
  integer,
  type Lambda,
  lambda,
  method,
  rest,
  rule,
} from '../function.ts';
import { truth } from '../python/compare.ts';
import { Stream } from '../python/values.ts';

function* indicesOfTrue(cases: readonly Lambda[]): Generator<number> {
  for (const [index, each] of cases.entries()) if (truth(each())) yield index;
}

function* truths(cases: readonly Lambda[]): Generator<boolean> {
  for (const each of cases) yield truth(each());
}

/** Choices; only the branch that is taken is evaluated. */
export const branching: readonly FunctionDefinition[] = [
  fn('switch', [rest(rule('args'))], (_call, rules) => {
    const chosen = rules.find((each) => truth(each.source()));
    return chosen === undefined ? null : chosen.destination();
  }),

  fn('selectCase', [rest(lambda('args'))], (_call, cases) => {
    const index = cases.findIndex((each) => truth(each()));
    return index === -1 ? cases.length : index;
  }),

  fn('selectAllCases', [rest(lambda('args'))], (call, cases) => {
    return new Stream(indicesOfTrue(cases), call.meter);
  }),

  fn('examine', [rest(lambda('args'))], (call, cases) => {
    return new Stream(truths(cases), call.meter);
  }),

  method('switchCase', [integer('case'), rest(lambda('args'))], (_call, index, cases) => {
    const chosen = index >= 0 && index < cases.length ? cases[index] : cases.at(-1);
    return chosen === undefined ? null : chosen();
  }),

  fn('coalesce', [rest(lambda('args'))], (_call, cases) => {
    for (const each of cases) {
      const value = each();
      if (value !== null) return value;
    }
    return null;
  }),
];
