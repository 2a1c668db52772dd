/** Generators of small texts that stand for much: growth by repetition, by nesting, by reference. */
import fc from 'fast-check';
import type { JsonObject } from '../../src/domain/json.ts';

export const variables: JsonObject = {
  text: 'x'.repeat(100_000),
  list: Array.from({ length: 20_000 }, (_, index) => index),
};

const large = fc.constantFrom(0, 1, 1000, 99_999, 1_000_000, 2 ** 31, 2 ** 53);

const yaqlSources = fc.oneof(
  fc.constantFrom('$.text', '$.list', '[1]', "'ab'", 'sequence()', '{a => 1}', '[[1, 2], [3]]'),
  large.map((count) => `range(${count})`),
);
const yaqlSteps = fc.oneof(
  fc.constantFrom('.toList()', '.select([$, $])', '.select($ * 2)', '.selectMany(range(100))', '.flatten()'),
  fc.constantFrom(
    '.cycle()',
    '.reverse()',
    '.orderBy($)',
    '.distinct()',
    '.groupBy(1)',
    '.len()',
    '.join(ab)',
  ),
  fc.constantFrom('.accumulate($1 + $2)', '.aggregate([$1, $2])', '.zip($.list)', '.toDict($, $.list)'),
  fc.constantFrom('.replace(x, $.text)', '.toCharArray()', '.split(x)', '.toUpper()', '.limit(100000)'),
  large.map((count) => ` * ${count}`),
);
const yaql = fc
  .tuple(yaqlSources, fc.array(yaqlSteps, { minLength: 1, maxLength: 6 }), fc.nat(60))
  .map(([source, steps, doublings]) => {
    const prefix =
      doublings > 20 ? '' : `let(x => ${source}) -> ${'let(x => [$x, $x]) -> '.repeat(doublings * 2)}`;
    return `<% ${prefix}${prefix === '' ? source : '$x'}${steps.join('')} %>`;
  });

const jinjaSources = fc.oneof(
  fc.constantFrom('_.text', '_.list', '[1]', "'ab'", '{1: 2}'),
  large.map((count) => `range(${count})`),
);
const jinjaSteps = fc.oneof(
  fc.constantFrom('list', 'string', 'tojson', "join(',')", 'unique', 'sort', 'reverse', 'batch(1)', 'length'),
  fc.constantFrom("replace('1', _.text)", 'upper', 'wordwrap(1)', 'pprint', 'indent(100000)', 'sum', 'first'),
  large.map((width) => `center(${width})`),
);
const jinjaGrowth = fc.constantFrom('ns.x ~ ns.x', '[ns.x, ns.x]', '[ns.x] * 9', '{1: ns.x, 2: ns.x}');
const jinja = fc.oneof(
  fc
    .tuple(jinjaSources, large, fc.array(jinjaSteps, { minLength: 1, maxLength: 5 }))
    .map(([source, times, filters]) => `{{ (${source} * ${times}) | ${filters.join(' | ')} }}`),
  fc
    .tuple(jinjaSources, fc.nat(300), jinjaGrowth, jinjaSteps)
    .map(
      ([source, rounds, growth, filter]) =>
        `{% set ns = namespace(x=${source}) %}{% for i in range(${rounds}) %}{% set ns.x = ${growth} %}{% endfor %}{{ ns.x | ${filter} }}`,
    ),
  fc
    .tuple(fc.nat(8), large)
    .map(
      ([depth, count]) =>
        `${`{% for i in range(${count}) %}`.repeat(depth)}{{ _.text }}${'{% endfor %}'.repeat(depth)}`,
    ),
);

export const hostileExpressions: fc.Arbitrary<string> = fc.oneof(yaql, jinja);

const clauses = fc.oneof(
  hostileExpressions.map((expression) => `publish: {x: ${JSON.stringify(expression)}}`),
  large.map((count) => `publish: {x: "<% range(${count}).toList() %>"}`),
  fc.constantFrom(
    'publish: {x: "<% [$.x, $.x] %>"}',
    'publish: {x: "<% $.x + $.x %>"}',
    'keep-result: false',
  ),
  large.map((count) => `with-items: "i in <% range(${count}).toList() %>"`),
  fc.constantFrom(
    'with-items: "i in <% $.x %>"',
    'concurrency: 1',
    'retry: {count: 1000000, delay: 0}',
    'join: all',
  ),
);
const actions = fc.constantFrom(
  'action: std.noop',
  'action: std.echo output="<% $.x %>"',
  'action: std.fail',
  'action: std.test_dict size=100000 key_prefix="k" val="v"',
  'workflow: w',
);

const tasks = fc.array(
  fc.tuple(
    actions,
    fc.uniqueArray(clauses, { maxLength: 2, selector: (text) => text.split(':')[0] }),
    fc.nat(4),
    fc.nat(4),
  ),
  { minLength: 1, maxLength: 5 },
);

/** Tasks that lead to each other in circles and forks, with what grows in their clauses. */
export const hostileDefinitions: fc.Arbitrary<string> = tasks.map((all) => {
  const lines = all.map(
    ([action, more, first, second], index) =>
      `    t${index}: {${[action, ...more].join(', ')}, on-complete: [t${first % all.length}, t${second % all.length}]}`,
  );
  return `version: '2.0'\nw:\n  vars: {x: [1, 2, 3]}\n  tasks:\n    start: {action: std.noop, on-complete: [t0]}\n${lines.join('\n')}\n`;
});
