import { expect, test } from 'vitest';
import { expandUrl, parseUrlTemplate, unknownPlaceholders } from './url-template.ts';
import type { UrlValues } from './url-template.ts';

function expand(template: string, values: UrlValues): string {
  const expanded = expandUrl(parseUrlTemplate(template), values);
  return expanded.ok ? expanded.url.href : `no: ${expanded.reason}`;
}

test('every placeholder is filled in', () => {
  const values = {
    nodename: 'n',
    nodeid: 'i',
    physical_id: 'p',
    address: '10.0.0.1',
    port: 80,
    cluster_id: 'c',
    index: 0,
  };
  expect(
    expand('https://{address}:{port}/{nodename}/{nodeid}/{physical_id}?{cluster_id}#{index}', values),
  ).toBe('https://10.0.0.1:80/n/i/p?c#0');
});

test.each([
  ['http://h/{nodename}', 'a/../b?c#d', 'http://h/a%2F..%2Fb%3Fc%23d'],
  ['http://h/?n={nodename}&x=1', 'a&x=2+3', 'http://h/?n=a%26x%3D2%2B3&x=1'],
  ['http://{nodename}.local:80/', 'web-1', 'http://web-1.local/'],
  ['http://{nodename}/', 'evil/path', 'no: poll_url is not a URL once its placeholders are filled in'],
  ['http://{nodename}@h/', 'me@evil', 'http://me%40evil@h/'],
  ['http://h/{nodename}', 'lone\ud800', 'http://h/lone%EF%BF%BD'],
  ['http://h/{nodename}/x', '..', 'no: poll_url has {nodename}, which is ".." for this node'],
])('in %s the name %j is encoded for its place', (template, nodename, expected) => {
  expect(expand(template, { nodename })).toBe(expected);
});

test.each([
  ['http://{address}:8080/', 'http://[fe80::1]:8080/'],
  ['http://[{address}]:8080/', 'http://[fe80::1]:8080/'],
  ['http://h/?a={address}', 'http://h/?a=fe80%3A%3A1'],
])('an IPv6 address has brackets as a host, not elsewhere: %s', (template, expected) => {
  expect(expand(template, { address: 'fe80::1' })).toBe(expected);
});

test('braces around something else are text', () => {
  expect(expand('http://h/?q={"a":1}', {})).toBe('http://h/?q={%22a%22:1}');
});

test.each([
  ['', 'poll_url is empty'],
  ['http://h:{port}/', 'poll_url has {port}, and the node has none'],
  ['ftp://h/', 'poll_url must begin with http:// or https://, and begins with ftp:'],
  ['h/health', 'poll_url is not a URL once its placeholders are filled in'],
])('there is no URL for %j', (template, reason) => {
  expect(expand(template, { port: undefined })).toBe(`no: ${reason}`);
});

test('an unknown placeholder is named, with those that there are', () => {
  const template = parseUrlTemplate('http://{host}/{nodename}');
  expect(unknownPlaceholders(template)).toEqual(['host']);
  expect(expand('http://{host}/', {})).toMatch(/^no: poll_url has \{host\}; known are \{nodename\}, /);
});
