import { expect, test } from 'vitest';
import { describeConnectionError } from './connection-problem.ts';

const coded = (code: string): Error => Object.assign(new Error('its own words'), { code });

test.each([
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'EADDRNOTAVAIL',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'NAME_LOOKUP_BUSY',
])('%s is of this machine: it could not ask', (code) => {
  expect(describeConnectionError(coded(code))).toEqual({
    kind: 'local',
    reason: expect.stringContaining(code),
  });
});

test.each(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH'])('%s is of the other side', (code) => {
  expect(describeConnectionError(coded(code))).toEqual({
    kind: 'remote',
    reason: expect.stringContaining(code),
  });
});

test('of several addresses, one that says something of the node counts', () => {
  const both = new AggregateError([coded('ENETUNREACH'), coded('ECONNREFUSED')]);
  expect(describeConnectionError(both)).toEqual({
    kind: 'remote',
    reason: 'connection refused (ECONNREFUSED)',
  });
  const neither = new AggregateError([coded('ENETUNREACH'), coded('EMFILE')]);
  expect(describeConnectionError(neither).kind).toBe('local');
});

test('the words of an error are never quoted', () => {
  expect(describeConnectionError(coded('ESTRANGE')).reason).toBe('the connection failed (ESTRANGE)');
});

test.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID'])(
  '%s is a certificate',
  (code) => {
    expect(describeConnectionError(coded(code))).toEqual({
      kind: 'certificate',
      reason: expect.stringContaining(code),
    });
  },
);
