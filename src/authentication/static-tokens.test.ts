import { expect, test } from 'vitest';
import { hashOfToken, newToken, staticTokens } from './static-tokens.ts';

const token = newToken();
const tokens = staticTokens([
  { name: 'a', sha256: hashOfToken(token), user: 'alice', project: 'web', roles: ['member'] },
]);

function request(headers: Readonly<Record<string, string>>) {
  return { method: 'GET', header: (name: string) => headers[name] };
}

test('a token is known by its hash', async () => {
  const caller = await tokens.authenticate(request({ 'x-auth-token': token }));
  expect(caller).toEqual({ user: 'alice', project: 'web', domain: null, roles: ['member'] });
});

test.each<[string, Record<string, string>]>([
  ['no token', {}],
  ['an empty one', { 'x-auth-token': '' }],
  ['another one', { 'x-auth-token': newToken() }],
  ['its hash', { 'x-auth-token': hashOfToken(token) }],
])('%s is refused', async (_what, headers) => {
  await expect(tokens.authenticate(request(headers))).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('a user has the roles now that the tokens of this user still give', async () => {
  const owner = { user: 'alice', project: 'web', domain: null };
  expect(await tokens.rolesOf(owner, ['admin'])).toEqual(['reader', 'member']);
  expect(await tokens.rolesOf(owner, ['reader'])).toEqual(['reader']);
  expect(await tokens.rolesOf({ ...owner, project: 'other' }, ['member'])).toEqual([]);
});

test('no two tokens are alike', () => {
  expect(newToken()).not.toBe(newToken());
});
