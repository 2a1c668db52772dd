import { expect, test } from 'vitest';
import { testOrigin } from '../../test/support/rabbitmq.ts';
import { Secret } from '../domain/secret.ts';
import { systemClock } from './clock.ts';
import { notificationPublisher } from './notification-publisher.ts';

test('one whose RabbitMQ is away can be stopped', async () => {
  const hosts = [{ host: '127.0.0.1', port: 1 }];
  const address = { isTls: false, hosts, user: 'guest', password: null, vhost: '/' };
  const settings = {
    address,
    password: new Secret('guest'),
    ca: null,
    exchanges: ['nova'],
    origin: testOrigin,
  };
  await expect(notificationPublisher(settings, systemClock).close()).resolves.toBeUndefined();
});
