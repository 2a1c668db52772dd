import { expect, test } from 'vitest';
import { describeAmqpHost, parseAmqpUrl } from './amqp-url.ts';

function parsed(url: string): unknown {
  const address = parseAmqpUrl(url);
  return address && { ...address, password: address.password?.reveal() ?? null };
}

test('user, password, host, port and vhost are read', () => {
  expect(parsed('amqps://coppice:p%40ss:word@rabbit1:5999/a%2Fb')).toEqual({
    isTls: true,
    hosts: [{ host: 'rabbit1', port: 5999 }],
    user: 'coppice',
    password: 'p@ss:word',
    vhost: 'a/b',
  });
});

test('the transport_url of a Nova is taken as it is', () => {
  expect(parsed('rabbit://nova:geheim@10.0.0.1:5672,nova:geheim@[fd00::2]//')).toEqual({
    isTls: false,
    hosts: [
      { host: '10.0.0.1', port: 5672 },
      { host: 'fd00::2', port: 5672 },
    ],
    user: 'nova',
    password: 'geheim',
    vhost: '/',
  });
});

test('one credential before several hosts is for all of them', () => {
  expect(parsed('amqp://coppice:secret@rabbit1,rabbit2,rabbit3:5673')).toMatchObject({
    hosts: [
      { host: 'rabbit1', port: 5672 },
      { host: 'rabbit2', port: 5672 },
      { host: 'rabbit3', port: 5673 },
    ],
    user: 'coppice',
    password: 'secret',
    vhost: '/',
  });
});

test.for([
  'rabbit1:5672',
  'http://rabbit1',
  'amqp://',
  'amqp://a@',
  'amqp://rabbit1,,rabbit2',
  'amqp://rabbit1:99999',
  'amqp://rabbit1:port',
  'amqp://a:%zz@rabbit1',
  'amqp://rabbit1/%zz',
  'amqp://rabbit1/?ssl=1',
  'amqp://rabbit 1',
])('%s is none', (url) => {
  expect(parseAmqpUrl(url)).toBeUndefined();
});

test('a host is described without the credential', () => {
  const address = parseAmqpUrl('amqp://coppice:secret@[::1]:5673/nova');
  const [host] = address?.hosts ?? [];
  if (address === undefined || host === undefined) throw new Error('it was not parsed');
  expect(describeAmqpHost(address, host)).toBe('amqp://[::1]:5673/nova');
  expect(JSON.stringify(address)).not.toContain('secret');
});
