import { expect, test } from 'vitest';
import { inOwnTurn, yieldToEventLoop } from './event-loop.ts';

test('all that yield share the time of one turn', async () => {
  const turns = countTurns();
  const stepsIn = new Map<number, number>();
  const work = async (): Promise<void> => {
    for (let step = 0; step < 5; step++) {
      await yieldToEventLoop();
      stepsIn.set(turns.now(), (stepsIn.get(turns.now()) ?? 0) + 1);
      block(6);
    }
  };
  await Promise.all(Array.from({ length: 20 }, work));
  turns.stop();
  expect(sum(stepsIn.values())).toBe(100);
  // Two of 6 ms fill the 10 ms of a turn.
  expect(Math.max(...stepsIn.values())).toBeLessThanOrEqual(3);
});

test('they go on in the order in which they came', async () => {
  const order: number[] = [];
  const work = async (index: number): Promise<void> => {
    block(11);
    await yieldToEventLoop();
    order.push(index);
  };
  await Promise.all([1, 2, 3, 4].map(work));
  expect(order).toEqual([1, 2, 3, 4]);
});

test('what blocks has a turn of its own, in the order of the calls, also after a failure', async () => {
  const turns = countTurns();
  const at: number[] = [];
  const calls = [1, 2, 3, 4].map((index) =>
    inOwnTurn(async () => {
      at.push(turns.now());
      if (index === 2) throw new Error('the second one fails');
      return index;
    }),
  );
  const outcomes = await Promise.allSettled(calls);
  turns.stop();
  expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : 'failed'))).toEqual([
    1,
    'failed',
    3,
    4,
  ]);
  expect(at).toEqual([...new Set(at)].sort((a, b) => a - b));
});

function countTurns(): { now(): number; stop(): void } {
  let turn = 0;
  let immediate: NodeJS.Immediate;
  const next = (): void => {
    turn += 1;
    immediate = setImmediate(next);
  };
  next();
  return { now: () => turn, stop: () => clearImmediate(immediate) };
}

function block(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

function sum(values: Iterable<number>): number {
  return [...values].reduce((total, value) => total + value, 0);
}
