import { expect, test } from 'vitest';
import { normalise, normaliseText } from './normalise.ts';

const names = {
  values: new Map([['11111111-2222-4333-8444-555555555555', 'server']]),
  endpoints: new Map([['http://127.0.0.1:8774', 'compute']]),
};

test('an id that has a name is stored by its name, another one by its kind', () => {
  expect(normaliseText('/servers/11111111-2222-4333-8444-555555555555', names)).toBe('/servers/{server}');
  expect(normaliseText('req-aaaaaaaa-2222-4333-8444-555555555555', names)).toBe('req-{uuid}');
  expect(normaliseText('0123456789abcdef0123456789abcdef', names)).toBe('{hex}');
});

test('a time keeps its format', () => {
  expect(normaliseText('2026-11-29T01:59:01Z', names)).toBe('2026-01-01T00:00:00Z');
  expect(normaliseText('2026-11-29 01:59:01.123456', names)).toBe('2026-01-01 00:00:00.000000');
});

test('links keep their path, and lose the address of the service', () => {
  expect(normaliseText('http://127.0.0.1:8774/v2.1/servers', names)).toBe('{compute}/v2.1/servers');
});

test('passwords, secrets and tokens are not stored', () => {
  const body = {
    adminPass: 'a password',
    auth: { user: { password: 'a password' }, token: { id: 'gAAAAABnot_a-token=' } },
    application_credential: { secret: 'a secret' },
  };
  expect(normalise(body, names)).toEqual({
    adminPass: '{adminPass}',
    auth: { user: { password: '{password}' }, token: { id: '{token}' } },
    application_credential: { secret: '{secret}' },
  });
});
