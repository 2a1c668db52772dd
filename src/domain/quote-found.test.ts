import { expect, test } from 'vitest';
import { quoteValue } from './errors.ts';
import { quoteFound } from './quote-found.ts';

test.each([
  'env',
  'env.TOKEN',
  'admin_pass',
  'variables',
  'input',
  'cluster.spec',
  'template',
  'w.tasks.a.input.headers',
  'apiToken',
  'application_credential_secret',
])('what stands in %s is described, never quoted', (field) => {
  expect(quoteFound(field, 's3cret')).toBe('a text');
  expect(quoteFound(field, 1234)).toBe('a number');
  expect(quoteFound(field, { s3cret: 1 })).toBe('a map');
});

test.each(['recovery.actions[0].params.type', 'key_name', 'spec.type', 'networks[0].port', ''])(
  'what stands in %s is quoted',
  (field) => expect(quoteFound(field, 'open')).toBe('"open"'),
);

test('a URL is quoted without the user and password in it', () => {
  expect(quoteValue('ftp://user:s3/cr@t@host/path')).toBe('"ftp://***@host/path"');
  expect(quoteFound('url', ['see https://user:s3cret@host'])).toBe('a list of 1');
});
