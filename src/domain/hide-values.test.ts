import { expect, test } from 'vitest';
import { hideValues } from './hide-values.ts';

const long = 'a-long-secret-value-of-a-file';

test.each([
  ['Value: hunter22. "hunter22" is not a base64', ['hunter22'], 'Value: ***. "***" is not a base64'],
  [`Value: ${long}!`, [long], 'Value: ***!'],
  [`Value: ${long.slice(0, 20)}...`, [long], 'Value: ***...'],
  ['hunter22-and-more', ['hunter22', 'hunter22-and-more'], '***'],
  ['nothing of it', [long], 'nothing of it'],
  ['hunter22', [], 'hunter22'],
])('%j', (text, values, expected) => {
  expect(hideValues(text, values)).toBe(expected);
});
