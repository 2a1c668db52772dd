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

test.each([
  [
    'EPROTO',
    'write EPROTO 401D:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../deps/openssl/openssl/ssl/record/methods/tlsany_meth.c:77:\n',
    'it does not speak TLS at this port (EPROTO)',
  ],
  [
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'C0:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:s3.c:354:',
    'it does not speak TLS at this port (ERR_SSL_WRONG_VERSION_NUMBER)',
  ],
  [
    'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    '',
    'it speaks no version of TLS that Coppice takes (ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION)',
  ],
  ['EPROTO', 'strange', 'no encrypted connection could be agreed on (EPROTO)'],
])('%s of OpenSSL is said in words: %s', (code, message, reason) => {
  const error = Object.assign(new Error(message), { code });
  expect(describeConnectionError(error)).toEqual({ kind: 'remote', reason });
});
