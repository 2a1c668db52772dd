import { expect, test } from 'vitest';
import { checkFields } from './check-fields.ts';
import { describeIssue } from './errors.ts';
import type { Json } from './json.ts';
import type { Fields } from './spec-schema.ts';

const modes: Readonly<Record<string, readonly string[]>> = {
  URL: ['poll_url', 'interval_of_tries'],
  NONE: [],
};
const fields: Fields = {
  interval: { type: 'Integer' },
  detection: {
    type: 'Map',
    fields: {
      every_mode: {
        type: 'List',
        items: {
          type: 'Map',
          fields: {
            kind: { type: 'String' },
            options: {
              type: 'Map',
              fields: {
                poll_url: { type: 'String' },
                interval_of_tries: { type: 'Integer' },
                pool: { type: 'String' },
              },
              keysBeside: ({ kind }) => modes[kind as string],
            },
          },
        },
      },
      threshold: { type: 'Integer', since: '1.3' },
    },
  },
  recovery: { type: 'Map', fields: { strategy: { type: 'String' } } },
};

function saidOf(document: Json, version = '1.3'): string[] {
  const check = checkFields(fields, document, version);
  return check.ok
    ? []
    : check.issues.map((issue) => describeIssue(issue).replace(/^.*found an unknown key/, ''));
}

const options = (written: Record<string, Json>, kind = 'URL') => ({
  detection: { every_mode: [{ kind, options: written }] },
});

test.each<[string, Json, string]>([
  ['is a part of one that is known', options({ url: 'x' }), ' (did you mean poll_url?)'],
  [
    'belongs into a map beside it',
    { detection: { every_mode: [{ url: 'x' }] } },
    ' (did you mean options.poll_url?)',
  ],
  ['belongs elsewhere', { detection: { strategy: 'x' } }, ' (strategy belongs in recovery)'],
  [
    'belongs into an entry of a list',
    { recovery: { kind: 'x' } },
    ' (kind belongs in an entry of detection.every_mode)',
  ],
  ['belongs at the top', { recovery: { interval: 1 } }, ' (interval belongs at the top of the properties)'],
  [
    'may be meant in two ways',
    options({ interval: 1 }),
    ' (did you mean interval_of_tries, or interval at the top of the properties?)',
  ],
  ['resembles nothing', { zebra: 1 }, ''],
])('a key that %s', (_what, document, hint) => {
  expect(saidOf(document)).toEqual([hint]);
});

test('only keys are offered that mean something beside the rest', () => {
  const check = checkFields(fields, options({ url: 'x' }, 'NONE'), '1.3');
  expect(check.ok ? [] : check.issues).toEqual([
    { field: 'detection.every_mode[0].options.url', expected: 'no key', found: 'an unknown key' },
  ]);
  expect(checkFields(fields, options({ pool: 'x' }, 'NONE'), '1.3').ok).toBe(true);
});

test('a key of a newer version says since when it is there', () => {
  expect(saidOf({ detection: { threshold: 1 } }, '1.2')).toEqual([
    ' (it came with version 1.3 of this type)',
  ]);
});
