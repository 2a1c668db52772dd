import { expect, test } from 'vitest';
import { operationMs } from './operation-time.ts';

const settings = { latency: { answer_ms: 0, operation_ms: 100 } };

test.each([
  [{ simulated_wait_time: '10' }, 10_000],
  [{ simulated_wait_time: '0.5' }, 500],
  [{}, 100],
  [{ simulated_wait_time: 'long' }, 100],
  [{ simulated_wait_time: '-1' }, 100],
  [{ simulated_wait_time: '100000' }, 100],
])('operations on a server with the metadata %j take %i ms', (metadata, ms) => {
  expect(operationMs({ metadata }, settings)).toBe(ms);
});
