import { expect, test } from 'vitest';
import { checkFields } from './check-fields.ts';
import { describeIssue } from './errors.ts';
import { firstIssues, IssueList, MOST_ISSUES } from './issue-list.ts';

test('of very many mistakes the first are worded, and the others counted', () => {
  const issues = new IssueList();
  let worded = 0;
  for (let index = 0; index < 85_000; index += 1) {
    issues.add(() => {
      worded += 1;
      return { field: `f${index}`, expected: 'a map', found: '1' };
    });
  }
  expect(worded).toBe(MOST_ISSUES);
  const list = issues.toList();
  expect(list).toHaveLength(MOST_ISSUES + 1);
  expect(describeIssue(list[0]!)).toBe('f0: expected a map, found 1');
  expect(describeIssue(list.at(-1)!)).toBe('expected no further mistakes, found 84980 more');
  expect(firstIssues(list)).toHaveLength(MOST_ISSUES + 1);
});

test('as many as are shown are shown, without a count of others', () => {
  const one = { field: 'f', expected: 'a map', found: '1' };
  expect(firstIssues(Array.from({ length: MOST_ISSUES }, () => one))).toHaveLength(MOST_ISSUES);
});

test.each([
  ['a list of wrong entries', { list: Array.from({ length: 100_000 }, () => 1) }],
  ['unknown keys', Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key${index}`, 1]))],
])('a spec with %s is refused with the first of them', (_, document) => {
  const fields = { list: { type: 'List', items: { type: 'Map', summary: '' }, summary: '' } } as const;
  const check = checkFields(fields, document, '1.0');
  expect(check.ok ? [] : check.issues).toHaveLength(MOST_ISSUES + 1);
});
