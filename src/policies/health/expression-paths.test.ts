import { expect, test } from 'vitest';
import { strangePaths } from './expression-paths.ts';

test.each([
  ['<% $.node.name %>'],
  ['{{ _.cluster.metadata.zone }}'],
  ['<% $.steps.precheck.output.host %>'],
  ['no expression: $.nod.name'],
  ['<% $.node.metadata.items().where($.key = 1) %>'],
  ['<% $.node.get(physical_id) %>'],
])('%s reads what the context has', (text) => {
  expect(strangePaths(text, 'inputs')).toEqual([]);
});

test.each([
  ['<% $.nod.name %>', 'nod', 'one of cluster, node, failure, episode, steps'],
  ['a {{ _.node.adress }} b', 'node.adress', 'one of id, name, index'],
  [
    '<% $.steps.precheck.outputs.host %>',
    'steps.precheck.outputs',
    'one of name, state, attempt, reason, output',
  ],
  ['<% $.failure.klass + 1 %>', 'failure.klass', 'one of class, reason, failed_at'],
])('%s is warned of', (text, found, expected) => {
  const issues = strangePaths(text, 'inputs');
  expect(issues).toHaveLength(1);
  expect(issues[0]).toMatchObject({ field: 'inputs', found });
  expect(issues[0]?.expected).toContain(expected);
});

test('says what was meant', () => {
  expect(strangePaths('<% $.node.nmae %>', 'inputs')[0]?.hint).toContain('name');
});
