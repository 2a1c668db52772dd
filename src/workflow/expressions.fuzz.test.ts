import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { cases, soakTimeout } from '../../test/support/soak.ts';
import { BoundedWorker } from '../../test/support/bounded-worker.ts';
import { afterAll, describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../domain/json.ts';
import { compileTemplate, evaluateTemplate } from './expressions.ts';

const { data, expressions } = JSON.parse(
  readFileSync(new URL('../../test/data/mistral-expressions.json', import.meta.url), 'utf8'),
) as { data: JsonObject; expressions: readonly { expression: string }[] };

const seeds = expressions.map(({ expression }) => expression);

const words =
  'constructor __proto__ toString prototype null none true if else in is not for loop def str( range(1000000)';
const signs =
  '$ _ $1 * + - / mod . ?. [ ] ( ) { } => -> , | % ~ < = <% %> {{ }} {% %} \' " ` \\ \0 😀 9 99999999 1e9 **';
const calls =
  '.select($) .where($) .repeat() .cycle() .len() .toList() sequence() .aggregate($1+$2) |list |tojson {1000}';
const traps = ['def(f, f($)) -> f(1)', "regex('(a+)+$')", "'a' * 1000000", '\n', ' '];

const splinters = [words, signs, calls].flatMap((line) => line.split(' ')).concat(traps);

/** A recorded expression with some pieces cut out, doubled, or replaced by splinters. */
const mutated = fc
  .tuple(
    fc.constantFrom(...seeds),
    fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        length: fc.nat(8),
        piece: fc.oneof(
          fc.constantFrom(...splinters),
          fc.constantFrom(...seeds).map((seed) => seed.slice(0, 12)),
        ),
        copies: fc.nat(3),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([seed, changes]) =>
    changes.reduce((text, { at, length, piece, copies }) => {
      const start = Math.floor(at * text.length);
      return text.slice(0, start) + piece.repeat(copies) + text.slice(start + length);
    }, seed),
  );

const worker = new BoundedWorker();
afterAll(() => worker.close());

/**
 * Neither values nor the two errors may be anything else; what hangs or fills the memory is told by the
 * worker.
 */
async function outcome(value: Json, variables: Json): Promise<string> {
  const { kind } = await worker.run({ kind: 'expression', value, variables });
  return kind;
}

describe('mutated expressions', () => {
  test('end with a value or one of the two errors', { timeout: soakTimeout(120_000) }, async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(mutated, async (expression) => {
        seen.add(await outcome(expression, data));
      }),
      cases(3_000),
    );
    expect(seen).toEqual(new Set(['value', 'syntax', 'evaluation']));
  });

  test('so do random texts inside tags', { timeout: soakTimeout(60_000) }, async () => {
    const inside = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }));
    const tags = fc.constantFrom(
      ['<%', '%>'],
      ['{{', '}}'],
      ['{%', '%}{{ 1 }}'],
      ['{% if ', ' %}{{ 1 }}{% endif %}'],
    );
    await fc.assert(
      fc.asyncProperty(inside, tags, async (text, [open, close]) => {
        await outcome(`${open}${text}${close}`, data);
      }),
      cases(2_000),
    );
  });
});

describe('any data', () => {
  test('pass through both languages unchanged', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const json = JSON.parse(JSON.stringify(value)) as Json;
        for (const expression of ['<% $.v %>', '{{ _.v }}', '<% [$.v].first() %>', '{{ [_.v] | first }}']) {
          expect(evaluateTemplate(compileTemplate(expression), { variables: { v: json } })).toEqual(json);
        }
      }),
    );
  });

  test('are read back from the JSON and the YAML that were made of them', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const json = JSON.parse(JSON.stringify(value)) as Json;
        fc.pre(isExactlyRepresentable(json));
        for (const expression of ['<% json_parse(json_dump($.v)) %>', '<% yaml_parse(yaml_dump($.v)) %>']) {
          expect(evaluateTemplate(compileTemplate(expression), { variables: { v: json } })).toEqual(json);
        }
      }),
    );
  });

  test(
    'meet every function and filter without an unknown error',
    { timeout: soakTimeout(60_000) },
    async () => {
      const names = [
        'len',
        'sum',
        'max',
        'orderBy',
        'distinct',
        'toDict',
        'flatten',
        'join',
        'split',
        'trim',
        'format',
      ];
      const filters = [
        'sort',
        'unique',
        'sum',
        'join',
        'int',
        'round',
        'tojson',
        'title',
        'dictsort',
        'batch',
        'urlencode',
      ];
      await fc.assert(
        fc.asyncProperty(
          fc.jsonValue({ maxDepth: 3 }),
          fc.constantFrom(...names),
          fc.constantFrom(...filters),
          fc.constantFrom('', '$', '1', 'x', '$.v'),
          async (value, method, filter, argument) => {
            const variables = { v: JSON.parse(JSON.stringify(value)) as Json };
            await outcome(`<% $.v.${method}(${argument}) %>`, variables);
            await outcome(`<% $.v.${method}(${argument}) %> as text`, variables);
            await outcome(`{{ _.v | ${filter}${argument === '' ? '' : '(1)'} }}`, variables);
          },
        ),
        cases(1_000),
      );
    },
  );
});

/** YAML texts hold integers only as far as they are exact. */
function isExactlyRepresentable(value: Json): boolean {
  if (typeof value === 'number') return !Number.isInteger(value) || Number.isSafeInteger(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every((item: Json) => isExactlyRepresentable(item));
}
