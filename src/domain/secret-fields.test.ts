import { describe, expect, test } from 'vitest';
import { checkFields } from './check-fields.ts';
import type { Json, JsonObject } from './json.ts';
import { toSealed } from './sealed.ts';
import { mapSecrets, requireDecrypted, secretPaths } from './secret-fields.ts';
import type { Fields } from './spec-schema.ts';

const fields: Fields = {
  open: { type: 'String' },
  password: { type: 'String', secret: true },
  files: {
    type: 'List',
    items: {
      type: 'Map',
      fields: { path: { type: 'String' }, contents: { type: 'String', required: true, secret: true } },
    },
  },
  hooks: { type: 'Map', fields: { url: { type: 'String', secret: true }, times: { type: 'Integer' } } },
  env: { type: 'Map', values: { type: 'String', secret: true } },
  number: { type: 'Integer', secret: true },
};
const document = {
  open: 'a',
  password: 'b',
  files: [
    { path: 'c', contents: 'd' },
    { path: 'e', contents: '' },
  ],
  hooks: { url: 'f', times: 1 },
  env: { A: 'g' },
};

test('each secret is found, wherever it stands, and nothing else; what is empty has nothing to hide', () => {
  const found: string[] = [];
  const mapped = mapSecrets(fields, document, (secret, path) => {
    found.push(path);
    return `<${secret as string}>`;
  });
  expect(found).toEqual(['password', 'files[0].contents', 'hooks.url', 'env.A']);
  expect(mapped).toEqual({
    open: 'a',
    password: '<b>',
    files: [
      { path: 'c', contents: '<d>' },
      { path: 'e', contents: '' },
    ],
    hooks: { url: '<f>', times: 1 },
    env: { A: '<g>' },
  });
  expect(secretPaths(fields)).toEqual(['password', 'files[].contents', 'hooks.url', 'env.*', 'number']);
});

test('a document without secrets stays the same object', () => {
  const open: JsonObject = { open: 'a', files: [{ path: 'c' }], hooks: { times: 1 }, env: {}, password: '' };
  expect(mapSecrets(fields, open, () => 'x')).toBe(open);
});

test('what is read before it is decrypted is an error of the program', () => {
  expect(() => requireDecrypted(fields, { ...document, password: toSealed('v1.0123abcd.x') })).toThrow(
    'password is read without being decrypted',
  );
});

describe('An error', () => {
  test.each<[JsonObject, string]>([
    [{ password: ['hunter22'] }, 'password'],
    [{ password: { hunter22: 1 } }, 'password'],
    [{ number: 'hunter22' }, 'number'],
    [{ files: 'hunter22' }, 'files'],
    [{ files: ['hunter22'] }, 'files[0]'],
    [{ files: [{ contents: ['hunter22'] }] }, 'files[0].contents'],
    [{ hooks: 'hunter22' }, 'hooks'],
    [{ hooks: { url: { hunter22: 1 } } }, 'hooks.url'],
    [{ env: 'hunter22' }, 'env'],
  ])('of %j names the field and quotes nothing', (given: JsonObject, field) => {
    const check = checkFields(fields, given, '1.0');
    expect(check).toMatchObject({ ok: false, issues: [{ field }] });
    expect(JSON.stringify(check)).not.toContain('hunter22');
  });

  test('refuses what only looks encrypted, but in a document of the store', () => {
    const given: Json = { password: toSealed('v1.0123abcd.x') };
    expect(checkFields(fields, given, '1.0')).toMatchObject({ ok: false, issues: [{ field: 'password' }] });
    expect(checkFields(fields, given, '1.0', { isStored: true })).toEqual({ ok: true, value: given });
    const elsewhere: Json = { open: toSealed('v1.0123abcd.x') };
    expect(checkFields(fields, elsewhere, '1.0', { isStored: true }).ok).toBe(false);
  });
});
