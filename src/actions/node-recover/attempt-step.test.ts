import { expect, test } from 'vitest';
import { CoppiceError } from '../../domain/errors.ts';
import { attempt } from './attempt-step.ts';

const never = new AbortController().signal;

/** Work that ends only when it is told to. */
function untilAborted(signal: AbortSignal): Promise<null> {
  return new Promise((_resolve, reject) => {
    const end = () => reject(new Error('aborted'));
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
}

test('what the work made is the result', async () => {
  expect(await attempt(async () => ({ id: 'a' }), 1000, never)).toEqual({ ok: true, made: { id: 'a' } });
});

test('an error says whether trying again can help; an unforeseen one may be a passing one', async () => {
  const throwing = (error: Error) =>
    attempt(
      async () => {
        throw error;
      },
      1000,
      never,
    );
  expect(await throwing(new CoppiceError('operation-failed', '503'))).toMatchObject({
    retryable: true,
    reason: '503',
  });
  expect(await throwing(new CoppiceError('operation-impossible', 'no'))).toMatchObject({ retryable: false });
  expect(await throwing(new Error('ECONNRESET'))).toMatchObject({ retryable: true });
});

test('work that is out of time is told to end, and that is a failure that a retry may help', async () => {
  const result = await attempt(untilAborted, 10, never);
  expect(result).toEqual({ ok: false, reason: 'not done within 10 ms', retryable: true, isLate: true });
});

test('what the work waited for last is the reason where its time is over', async () => {
  const work = (signal: AbortSignal, waitsFor: (what: string) => void): Promise<null> => {
    waitsFor('server a is ACTIVE');
    waitsFor('its host does not answer');
    return untilAborted(signal);
  };
  expect(await attempt(work, 10, never)).toMatchObject({
    reason: 'not done within 10 ms: its host does not answer',
  });
});

test('work that is interrupted from outside has no result', async () => {
  await expect(attempt(untilAborted, 60_000, AbortSignal.abort())).rejects.toThrow('aborted');
});
