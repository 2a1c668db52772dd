import { expect, test } from 'vitest';
import { describeConnectionError } from './connection-error.ts';

const coded = (code: string): Error => Object.assign(new Error('its own words'), { code });

test.each(['EMFILE', 'ENFILE', 'ENOBUFS', 'EADDRNOTAVAIL', 'ENETUNREACH', 'EAI_AGAIN', 'NAME_LOOKUP_BUSY'])(
  '%s is ours: we could not look',
  (code) => {
    expect(describeConnectionError(coded(code))).toEqual({ of: 'us', reason: expect.stringContaining(code) });
  },
);

test.each(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND', 'CERT_HAS_EXPIRED'])(
  '%s is the node',
  (code) => {
    expect(describeConnectionError(coded(code))).toEqual({
      of: 'node',
      reason: expect.stringContaining(code),
    });
  },
);

test('of several addresses, one that says something of the node counts', () => {
  const both = new AggregateError([coded('ENETUNREACH'), coded('ECONNREFUSED')]);
  expect(describeConnectionError(both)).toEqual({ of: 'node', reason: 'connection refused (ECONNREFUSED)' });
  const neither = new AggregateError([coded('ENETUNREACH'), coded('EMFILE')]);
  expect(describeConnectionError(neither).of).toBe('us');
});

test('the words of an error are never quoted', () => {
  expect(describeConnectionError(coded('ESTRANGE')).reason).toBe('the connection failed (ESTRANGE)');
});
