import { expect, test } from 'vitest';
import { sharedRun } from './shared-run.ts';

test('callers that wait together share one run, which began after they called', async () => {
  const gates: PromiseWithResolvers<number>[] = [];
  const call = sharedRun(async () => {
    const gate = Promise.withResolvers<number>();
    gates.push(gate);
    return await gate.promise;
  });
  const first = call();
  const later = Array.from({ length: 100 }, () => call());
  expect(gates).toHaveLength(1);
  gates[0]?.resolve(1);
  expect(await first).toBe(1);
  await Promise.resolve();
  expect(gates).toHaveLength(2);
  gates[1]?.resolve(2);
  expect(new Set(await Promise.all(later))).toEqual(new Set([2]));
});

test('a run that fails fails for its own callers only', async () => {
  let runs = 0;
  const call = sharedRun(async () => {
    runs += 1;
    if (runs === 1) throw new Error('the first one');
    return runs;
  });
  const first = call();
  const second = call();
  await expect(first).rejects.toThrow('the first one');
  expect(await second).toBe(2);
  expect(await call()).toBe(3);
});
