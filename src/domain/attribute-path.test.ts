import { expect, test } from 'vitest';
import { readAttributePath, valueAt } from './attribute-path.ts';

const node = {
  name: 'web-1',
  metadata: { 'my-key': 'a', 'my key': 'b' },
  data: {},
  details: { addresses: { private: [{ addr: '10.0.0.1' }, { addr: '10.0.0.2' }] } },
};

test.each([
  ['name', 'web-1'],
  ['$.name', 'web-1'],
  ['$', node],
  ['metadata.my-key', 'a'],
  ["metadata['my key']", 'b'],
  ["metadata.'my key'", 'b'],
  ['details.addresses.private[1].addr', '10.0.0.2'],
  ['details.addresses.private[*].addr', '10.0.0.1'],
  ['details.*.private', node.details.addresses.private],
  ['details..addr', '10.0.0.1'],
  ['$..addr', '10.0.0.1'],
  ['nothing', undefined],
  ['name.length', undefined],
  ['details.addresses.private[7]', undefined],
  ['data.__proto__', undefined],
])('%s', (path, expected) => {
  expect(valueAt(node, readAttributePath(path))).toEqual(expected);
});

test.each([
  ['$!bad', 'Invalid attribute path - Unexpected character: !.'],
  ['a b', 'Invalid attribute path - Unexpected character:  .'],
  ['$name', 'Invalid attribute path - Unexpected character: n.'],
  ['a[0]b', 'Invalid attribute path - Unexpected character: b.'],
  ['a.', 'Invalid attribute path - Parse error near the end of string!.'],
  ['', 'Invalid attribute path - Parse error near the end of string!.'],
  ['a'.repeat(1001), 'Invalid attribute path - it has 1001 characters, at most 1000 are taken.'],
])('%s is refused', (path, sentence) => {
  expect(() => readAttributePath(path)).toThrow(sentence);
});
