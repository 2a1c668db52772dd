import { describe, expect, test } from 'vitest';
import type { HttpRequest } from './http-request.ts';
import { isRedirect, nextRequest } from './redirect.ts';

const headers = {
  Accept: '*/*',
  'User-Agent': 'test',
  'Private-Token': 'secret',
  'X-Anything': 'secret',
  Cookie: 'a=b',
};

function follow(status: number, location: string, given: Partial<HttpRequest> = {}): HttpRequest | string {
  const request: HttpRequest = {
    method: 'POST',
    url: new URL('http://one.example/a/b'),
    headers,
    body: 'secret',
    verifyTls: true,
    maxRedirects: 3,
    read: { limit: 10, longer: 'cut' },
    ...given,
  };
  return nextRequest(request, { status, location });
}

describe('a redirect to another origin', () => {
  test.each([
    'http://two.example/',
    'http://one.example:8080/',
    'https://one.example:8443/',
    '//two.example/',
    'http://sub.one.example/',
  ])('(%s) takes harmless headers along, and no body', (location) => {
    for (const status of [307, 308]) {
      expect(follow(status, location)).toMatchObject({ method: 'POST', body: undefined });
      expect(follow(status, location)).toHaveProperty('headers', { Accept: '*/*', 'User-Agent': 'test' });
    }
  });

  test('does so from https to http of one host', () => {
    const url = new URL('https://one.example/');
    expect(follow(308, 'http://one.example/', { url })).toMatchObject({ body: undefined });
  });
});

test.each(['/c', 'c', 'http://one.example/c', 'http://one.example:80/c', 'https://one.example/c'])(
  'a redirect to the same server (%s) takes all along',
  (location) => {
    expect(follow(307, location)).toMatchObject({ method: 'POST', body: 'secret', headers });
  },
);

test.each([
  [301, 'POST', 'GET'],
  [302, 'POST', 'GET'],
  [303, 'PUT', 'GET'],
  [303, 'HEAD', 'HEAD'],
  [302, 'GET', 'GET'],
  [307, 'PUT', 'PUT'],
  [308, 'DELETE', 'DELETE'],
])('after %i a %s becomes a %s', (status, method, then) => {
  const next = follow(status, '/c', { method });
  expect(next).toMatchObject({ method: then });
  expect((next as HttpRequest).body).toBe(method === then ? 'secret' : undefined);
});

test('what leads nowhere is not followed, and the reason quotes nothing of it', () => {
  expect(follow(302, 'http://')).toBe('a redirect to something that is not a URL');
  expect(follow(302, 'file:///etc/passwd')).toBe('a redirect to file:');
  expect(isRedirect({ status: 302, location: undefined })).toBe(false);
  expect(isRedirect({ status: 304, location: '/c' })).toBe(false);
});
