import { expect, test } from 'vitest';
import { describeHttpFailure } from './http-failure.ts';
import type { Json, JsonObject } from './json.ts';

const answered = (content: Json, status = 409, reason = 'Conflict'): JsonObject => ({
  content,
  status,
  reason,
  headers: { A: 'b' },
});

test.each<[Json, string]>([
  ['locked', '409 Conflict: locked'],
  ['locked\n  by another\n', '409 Conflict: locked by another'],
  ['', '409 Conflict'],
  [null, '409 Conflict'],
  ['Conflict', '409 Conflict'],
  [{ error: 'locked' }, '409 Conflict: locked'],
  [{ error: { code: 409, message: 'locked' } }, '409 Conflict: locked'],
  [{ conflictingRequest: { code: 409, message: 'locked' } }, '409 Conflict: locked'],
  [{ faultcode: 'X', faultstring: 'locked' }, '409 Conflict: locked'],
  [{ state: 7 }, '409 Conflict: {"state":7}'],
  [['a', 1], '409 Conflict: ["a",1]'],
  ['<!doctype html><html><head><title>Locked</title></head><body>...', '409 Conflict: Locked'],
  ['<html><body>...', '409 Conflict'],
])('a failure whose body is %j reads %j', (content, text) => {
  expect(describeHttpFailure(answered(content))).toBe(text);
});

test('a long body is cut', () => {
  expect(describeHttpFailure(answered('x'.repeat(1e6)))?.length).toBeLessThan(250);
});

test('what the request had that may be secret is not repeated', () => {
  const input = {
    url: 'http://me:hunter22@host/x?token=s3cr3t%2Fkey',
    headers: { Authorization: 'Bearer abcdefgh' },
    cookies: { session: 'cookie-value' },
    auth: 'user:password1',
    params: { key: ['param-value'] },
  };
  const body = 'no hunter22 s3cr3t/key s3cr3t%2Fkey abcdefgh cookie-value password1 param-value';
  expect(describeHttpFailure(answered(body), input)).toBe('409 Conflict: no *** *** *** *** *** *** ***');
});

test.each<Json>(['a text', null, 5, { status: 409 }, { content: 'x' }, [1]])(
  '%j is not the result of an HTTP action',
  (result) => {
    expect(describeHttpFailure(result)).toBeUndefined();
  },
);
