import { expect, test } from 'vitest';
import { ambiguous } from './candidates.ts';
import { fitting } from './find-object.ts';

const id = (start: string): string => `${start}-68e3-4560-9ea5-8d2350133b56`;

test('an id is shown as far as it tells the object from the others', () => {
  const { message } = ambiguous('recovery', '1e99', [
    { id: id('1e9906ea'), facts: ['of web-1'] },
    { id: '1e9906ea-7000-4560-9ea5-8d2350133b56', facts: ['of web-2'] },
  ]);
  expect(message).toBe(
    "More than one recovery fits '1e99': 1e9906ea-6 (of web-1), 1e9906ea-7 (of web-2). Give the id of one of them.",
  );
});

test('of many a few are named', () => {
  const many = Array.from({ length: 6 }, (_, index) => ({ id: id(`1e9906e${index}`), facts: ['ACTIVE'] }));
  const { message } = ambiguous('cluster', 'web', many);
  expect(message).toContain('1e9906e4 (ACTIVE) and others. Give');
  expect(message).not.toContain('1e9906e5');
});

test.each([
  ['web', ['a', 'b']],
  [id('1e9906ea').toUpperCase(), ['a']],
  ['1e9906e', ['a', 'b', 'c']],
  // A name goes before the beginning of an id.
  ['1e99', ['c']],
  ['nope', []],
])('among loaded objects %s fits %j', (identity, names) => {
  const objects = [
    { id: id('1e9906ea'), name: 'web', label: 'a' },
    { id: id('1e9906eb'), name: 'web', label: 'b' },
    { id: id('1e9906ec'), name: '1e99', label: 'c' },
  ];
  expect(fitting(objects, identity).map(({ label }) => label)).toEqual(names);
});
