import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { isRabbitMissing, RabbitPlace, RabbitProxy, testOrigin } from '../../../test/support/rabbitmq.ts';
import { Secret } from '../../domain/secret.ts';
import { NotificationConsumer, type NotificationResult } from './consumer.ts';
import type { CloudEvent } from './read-notification.ts';
import type { NotificationSettings } from './settings.ts';

interface Logged {
  readonly level: string;
  readonly details: object;
  readonly message: string;
}

/** A consumer with all that it has told. */
class Receiver {
  readonly logged: Logged[] = [];
  readonly events: CloudEvent[] = [];
  readonly counted: NotificationResult[] = [];
  missed = 0;
  /** Until it resolves, what an event is about is not recorded. */
  recorded: Promise<void> = Promise.resolve();
  now = 1_800_000_000_000;
  readonly consumer: NotificationConsumer;

  constructor(settings: NotificationSettings) {
    const log = (level: string) => (details: object, message: string) =>
      void this.logged.push({ level, details, message });
    this.consumer = new NotificationConsumer({
      settings,
      log: { info: log('info'), warn: log('warn'), error: log('error') },
      now: () => this.now,
      lookAgainMs: 20,
      firstPauseMs: 20,
    });
    this.consumer.subscribe({
      event: async (event) => {
        this.events.push(event);
        await this.recorded;
      },
      missed: () => {
        this.missed += 1;
      },
    });
  }

  start(queue: string, isExclusive = true): void {
    this.consumer.start({ queue, isExclusive }, (result) => void this.counted.push(result));
  }

  async isConnected(): Promise<void> {
    await eventually('it is connected', () => this.consumer.state?.isConnected === true);
  }

  warnings(): string[] {
    return this.logged.filter(({ level }) => level === 'warn').map(({ message }) => message);
  }
}

function stopped(id: string): object {
  return { event_type: 'compute.instance.power_off.end', payload: { instance_id: id } };
}

describe.skipIf(isRabbitMissing)('with the RabbitMQ of this machine', () => {
  let place: RabbitPlace;
  const receivers: Receiver[] = [];

  beforeEach(() => {
    place = new RabbitPlace();
  });
  afterEach(async () => {
    for (const { consumer } of receivers.splice(0)) await consumer.close();
    await place.close();
  });

  function receiver(settings = place.settings()): Receiver {
    const one = new Receiver(settings);
    receivers.push(one);
    return one;
  }

  async function connected(settings = place.settings()): Promise<Receiver> {
    const one = receiver(settings);
    one.start(place.queue);
    await one.isConnected();
    return one;
  }

  test('what is published in both formats comes, and is acknowledged', async () => {
    await place.declareExchange();
    const { events, counted, consumer } = await connected();
    await place.publish(stopped('a'));
    await place.publish(
      { event_type: 'instance.power_off.end', payload: { 'nova_object.data': { uuid: 'b' } } },
      'versioned_notifications.info',
    );
    await place.publish({ event_type: 'compute.instance.exists', payload: { instance_id: 'c' } });
    await eventually('all have come', () => counted.length === 3);
    expect(events).toEqual([
      { kind: 'SERVER', id: 'a' },
      { kind: 'SERVER', id: 'b' },
    ]);
    expect(counted).toEqual(['HANDLED', 'HANDLED', 'IGNORED']);
    await consumer.close();
    expect(await place.waiting()).toBe(0);
  });

  test('what polling finds while no notification of a server comes is counted', async () => {
    await place.declareExchange();
    const one = receiver();
    const { consumer, counted } = one;
    consumer.foundByPolling('SERVER_STOPPED');
    one.start(place.queue);
    await one.isConnected();
    expect(consumer.state?.unreported).toBe(0);
    for (const failure of ['SERVER_STOPPED', 'SERVER_DELETED', 'HOST_DOWN', 'SERVER_ERROR'])
      consumer.foundByPolling(failure);
    await place.publish({ event_type: 'compute.instance.exists', payload: { instance_id: 'c' } });
    await eventually('a message has come', () => counted.length === 1);
    expect(consumer.state?.unreported).toBe(2);
    await place.publish(stopped('a'));
    await eventually('a notification has come', () => counted.length === 2);
    expect(consumer.state?.unreported).toBe(0);
  });

  test('what was not recorded when the consumer ends comes again', async () => {
    await place.declareExchange();
    const first = await connected();
    const { promise: never } = Promise.withResolvers<void>();
    first.recorded = never;
    await place.publish(stopped('a'));
    await eventually('it has come', () => first.events.length === 1);
    await first.consumer.close();
    expect(await place.waiting()).toBe(1);
    const second = await connected();
    await eventually('it has come again', () => second.events.length === 1);
    expect(second.events).toEqual([{ kind: 'SERVER', id: 'a' }]);
    await second.consumer.close();
    expect(await place.waiting()).toBe(0);
  });

  test('while nothing receives, messages wait in the queue of the installation', async () => {
    await place.declareExchange();
    await (await connected()).consumer.close();
    await place.publish(stopped('a'));
    const { events } = await connected();
    await eventually('it has come', () => events.length === 1);
  });

  test('what cannot be read is counted, acknowledged and said once a minute, without what it holds', async () => {
    await place.declareExchange();
    const one = await connected();
    for (const text of ['{"_context_auth_token": "gAAAA', 'no JSON', ''])
      await place.publish(Buffer.from(text));
    await eventually('all have come', () => one.counted.length === 3);
    expect(one.counted).toEqual(['MALFORMED', 'MALFORMED', 'MALFORMED']);
    expect(one.warnings()).toHaveLength(1);
    one.now += 60_000;
    await place.publish(Buffer.from('again'));
    await eventually('it has come', () => one.counted.length === 4);
    expect(one.warnings()).toHaveLength(2);
    expect(one.logged.at(-1)?.details).toEqual({ count: 3 });
    expect(JSON.stringify(one.logged)).not.toMatch(/gAAAA|again"/);
    await one.consumer.close();
    expect(await place.waiting()).toBe(0);
  });

  test('what follows a message may fail: it is acknowledged, and the next one comes', async () => {
    await place.declareExchange();
    const one = await connected();
    one.recorded = Promise.reject(new Error('broken'));
    one.recorded.catch(() => undefined);
    await place.publish(stopped('a'));
    await eventually('it is logged', () => one.logged.some(({ level }) => level === 'error'));
    one.recorded = Promise.resolve();
    await place.publish(stopped('b'));
    await eventually('the next one has come', () => one.events.length === 2);
    await one.consumer.close();
    expect(await place.waiting()).toBe(0);
  });

  test('an exchange that is not there is waited for, and never made', async () => {
    const one = await connected();
    expect(one.consumer.state?.missingExchanges).toEqual([place.exchange]);
    const before = one.missed;
    // With other properties than those of Nova: what exists is taken as it is.
    await place.declareExchange(true);
    await eventually('it is bound', () => one.consumer.state?.missingExchanges.length === 0);
    expect(one.missed).toBe(before + 1);
    await place.publish(stopped('a'));
    await eventually('it has come', () => one.events.length === 1);
    expect(one.warnings()).toEqual([]);
  });

  test('an exchange that was deleted is told once, and bound again when it is back', async () => {
    await place.declareExchange();
    const one = await connected();
    const before = one.missed;
    await place.deleteExchange();
    await eventually('it is noticed', () => one.consumer.state?.goneExchanges.length === 1);
    expect(one.consumer.state).toMatchObject({
      isConnected: true,
      missingExchanges: [place.exchange],
      goneExchanges: [{ name: place.exchange, since: one.now }],
    });
    expect(one.warnings()).toEqual([expect.stringContaining(`The exchange ${place.exchange} is gone`)]);
    await place.declareExchange();
    await eventually('it is bound', () => one.consumer.state?.missingExchanges.length === 0);
    expect(one.missed).toBe(before + 1);
    expect(one.consumer.state?.goneExchanges).toEqual([]);
    expect(one.logged.at(-1)?.message).toBe(
      `The exchange ${place.exchange} is there again: its notifications are received`,
    );
    await place.publish(stopped('a'));
    await eventually('it has come', () => one.events.length === 1);
  });

  test('an exchange that was declared again before it was missed is bound again all the same', async () => {
    await place.declareExchange();
    const { events, consumer } = await connected();
    await place.deleteExchange();
    await place.declareExchange();
    await eventually('what is published comes again', async () => {
      await place.publish(stopped('a'));
      return events.length > 0;
    });
    await consumer.close();
  });

  test('an exchange that a restart of RabbitMQ has lost is gone, not one that never was', async () => {
    await place.declareExchange();
    const proxy = new RabbitProxy();
    await proxy.open();
    const one = await connected(place.settings(proxy));
    await proxy.cut();
    await eventually('it is away', () => one.consumer.state?.outage !== null);
    expect(one.consumer.state?.goneExchanges).toEqual([]);
    await place.deleteExchange();
    await proxy.open();
    await one.isConnected();
    expect(one.consumer.state?.goneExchanges).toEqual([{ name: place.exchange, since: one.now }]);
    await one.consumer.close();
    await proxy.cut();
  });

  test('another consumer of the queue is a problem when it stays', async () => {
    await place.declareExchange();
    const one = await connected();
    const copy = await connected();
    await eventually('it is certain', () => {
      one.now += 60_000;
      return one.consumer.state?.otherConsumers !== null;
    });
    expect(one.consumer.state?.otherConsumers).toMatchObject({ count: 1 });
    expect(one.warnings()).toEqual([expect.stringContaining('Other processes receive from the queue')]);
    await copy.consumer.close();
    await eventually('it is alone', () => one.consumer.state?.otherConsumers === null);
    expect(one.logged.at(-1)?.message).toContain('No other process receives');
  });

  test('where processes share a database, other consumers of the queue are not counted', async () => {
    await place.declareExchange();
    const [one, copy] = [receiver(), receiver()];
    one.start(place.queue, false);
    copy.start(place.queue);
    await eventually('the other one is certain', () => {
      one.now += 60_000;
      copy.now += 60_000;
      return copy.consumer.state?.otherConsumers != null;
    });
    expect(one.consumer.state?.otherConsumers).toBeNull();
  });

  test('a connection that is lost is made again, for as long as it takes; then events may be missing', async () => {
    await place.declareExchange();
    const proxy = new RabbitProxy();
    await proxy.open();
    const one = await connected(place.settings(proxy));
    expect(one.missed).toBe(1);
    const lostAt = one.now;
    await proxy.cut();
    await eventually(
      'it is away',
      () => one.consumer.state?.outage?.reason.includes('ECONNREFUSED') === true,
    );
    one.now += 60_000;
    expect(one.consumer.state).toMatchObject({ isConnected: false, outage: { since: lostAt } });
    await place.publish(stopped('a'));
    await proxy.open();
    await one.isConnected();
    expect(one.consumer.state?.outage).toBeNull();
    expect(one.missed).toBe(2);
    await eventually('what was published meanwhile has come', () => one.events.length === 1);
    // Once when it went, and once when it was back.
    expect(one.warnings()).toHaveLength(1);
    expect(one.logged.filter(({ message }) => message.endsWith('received again'))).toHaveLength(1);
    await one.consumer.close();
    await proxy.cut();
  });

  test('a queue that is deleted is made again', async () => {
    await place.declareExchange();
    const one = await connected();
    await place.deleteQueue();
    await eventually('it is noticed', () => one.missed === 2);
    await place.publish(stopped('a'));
    await eventually('it has come', () => one.events.length === 1);
  });

  test('of several hosts one that answers is used', async () => {
    await place.declareExchange();
    const settings = place.settings();
    const hosts = [{ host: '127.0.0.1', port: 1 }, ...settings.address.hosts];
    const one = await connected({ ...settings, address: { ...settings.address, hosts } });
    expect(one.consumer.state?.isConnected).toBe(true);
  });

  test('an encrypted connection is made with the authorities that are given, and with no others', async () => {
    await place.declareExchange();
    const read = (name: string): string =>
      readFileSync(join(import.meta.dirname, `../../../test/data/tls/self-signed.${name}`), 'utf8');
    const proxy = new RabbitProxy({ cert: read('crt'), key: read('key') });
    await proxy.open();
    const plain = place.settings(proxy);
    const hosts = [{ host: 'localhost', port: proxy.port }];
    const settings = { ...plain, address: { ...plain.address, hosts, isTls: true } };
    const stranger = receiver(settings);
    stranger.start(place.queue);
    await eventually('it is refused', () => stranger.consumer.state?.outage !== null);
    expect(stranger.consumer.state?.outage?.reason).toMatch(/certificate is self-signed/);
    await stranger.consumer.close();
    const one = await connected({ ...settings, ca: read('crt') });
    await place.publish(stopped('a'));
    await eventually('it has come', () => one.events.length === 1);
    await one.consumer.close();
    await proxy.cut();
  });

  test('a password that is refused is said so, and never shown', async () => {
    const settings = { ...place.settings(), password: new Secret('not-the-one') };
    const one = receiver(settings);
    one.start(place.queue);
    await eventually('it is refused', () => one.consumer.state?.outage !== null);
    expect(one.consumer.state?.outage?.reason).toContain('it refuses the user guest or its password');
    expect(JSON.stringify([one.logged, one.consumer.state])).not.toContain('not-the-one');
    await one.consumer.close();
    await (await connected()).consumer.close();
  });
});

test('a consumer whose RabbitMQ is away can be stopped at once', async () => {
  const address = {
    isTls: false,
    hosts: [{ host: '127.0.0.1', port: 1 }],
    user: 'guest',
    password: null,
    vhost: '/',
  };
  const one = new Receiver({
    address,
    password: new Secret('guest'),
    ca: null,
    exchanges: ['nova'],
    origin: testOrigin,
  });
  expect(one.consumer.state).toBeNull();
  one.start('coppice-test-none');
  await eventually('it is away', () => one.consumer.state?.outage !== null);
  await one.consumer.close();
  expect(one.warnings()).toHaveLength(1);
});
