import { mapped } from '../streams.ts';
import {
  type FunctionDefinition,
  flag,
  fn,
  integer,
  lambda,
  method,
  optional,
  pattern,
  text,
} from '../function.ts';
import type { Meter } from '../python/limits.ts';
import { escapeRegex, type Match, noFlags, Pattern } from '../python/regex.ts';
import { pythonIndex, str } from '../python/text.ts';
import { Stream, type Value } from '../python/values.ts';
import type { Scope } from '../scope.ts';

/** `$1` is the whole match, `$2` the first group; each has value, start and end. */
function publish(match: Match, string: string, scope: Scope): Scope {
  const record = (index: number): Value => {
    const [start, end] = match.spans[index]!;
    return { value: match.groups[index]!, start: pythonIndex(string, start), end: pythonIndex(string, end) };
  };
  for (const index of match.groups.keys()) scope.set(String(index + 1), record(index));
  for (const [name, index] of match.named) scope.set(name, record(index));
  return scope;
}

function replaceBy(
  regex: Pattern,
  string: string,
  count: number,
  fresh: (match: Match) => Value,
  meter: Meter,
): string {
  return regex.replace(string, count, (match) => str(fresh(match), meter));
}

/** Regular expressions, matched in linear time. A match may cover a part of the text. */
export const regexes: readonly FunctionDefinition[] = [
  fn(
    'regex',
    [
      text('pattern'),
      optional(flag('ignoreCase'), false),
      optional(flag('multiLine'), false),
      optional(flag('dotAll'), false),
    ],
    (call, source, ignoreCase, multiLine, dotAll) => {
      const flags = { ignoreCase, multiLine, dotAll };
      return new Pattern(source, flags, call.meter);
    },
  ),

  method('matches', [pattern('regexp'), text('string')], (_call, regex, string) => regex.test(string)),
  method('matches', [text('string'), text('regexp')], (call, string, source) =>
    new Pattern(source, noFlags, call.meter).test(string),
  ),

  method(
    'search',
    [pattern('regexp'), text('string'), optional(lambda('selector'))],
    (call, regex, string, selector) => {
      const match = regex.search(string);
      if (match === undefined) return null;
      return selector === undefined ? match.groups[0]! : selector.within(publish(match, string, call.scope));
    },
  ),
  method(
    'searchAll',
    [pattern('regexp'), text('string'), optional(lambda('selector'))],
    (call, regex, string, selector) => {
      const select = (match: Match): Value =>
        selector === undefined
          ? match.groups[0]!
          : selector.within(publish(match, string, call.scope.child()));
      return new Stream(mapped(regex.matches(string), select), call.meter);
    },
  ),

  method(
    'split',
    [pattern('regexp'), text('string'), optional(integer('maxSplit'), 0)],
    (_call, regex, string, limit) => regex.split(string, limit),
  ),
  method(
    'split',
    [text('string'), pattern('regexp'), optional(integer('maxSplit'), 0)],
    (_call, string, regex, limit) => regex.split(string, limit),
  ),

  method(
    'replace',
    [pattern('regexp'), text('string'), text('repl'), optional(integer('count'), 0)],
    (_call, regex, string, template, count) => regex.replaceWith(string, count, template),
  ),
  method(
    'replace',
    [text('string'), pattern('regexp'), text('repl'), optional(integer('count'), 0)],
    (_call, string, regex, template, count) => regex.replaceWith(string, count, template),
  ),
  method(
    'replaceBy',
    [pattern('regexp'), text('string'), lambda('repl'), optional(integer('count'), 0)],
    (call, regex, string, repl, count) =>
      replaceBy(
        regex,
        string,
        count,
        (match) => repl.within(publish(match, string, call.scope.child())),
        call.meter,
      ),
  ),
  method(
    'replaceBy',
    [text('string'), pattern('regexp'), lambda('repl'), optional(integer('count'), 0)],
    (call, string, regex, repl, count) =>
      replaceBy(
        regex,
        string,
        count,
        (match) => repl.within(publish(match, string, call.scope.child())),
        call.meter,
      ),
  ),

  fn('escapeRegex', [text('string')], (call, string) => call.meter.made(escapeRegex(string))),
];
