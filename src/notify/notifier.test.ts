import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../../test/support/backends.ts';
import { eventually } from '../../test/support/eventually.ts';
import { MortalStore } from '../../test/support/mortal-store.ts';
import { http } from '../../test/support/probe.ts';
import { aCluster } from '../../test/support/rows.ts';
import {
  documentedCheck,
  WebhookServer,
  type AnswerWith,
  type Received,
} from '../../test/support/webhook-server.ts';
import type { RecoveryNewsEvent, RecoveryNews } from '../domain/recovery-news.ts';
import { Secret } from '../domain/secret.ts';
import { insertCluster } from '../store/clusters.ts';
import { countNotifications, leaseTarget } from '../store/notifications.ts';
import { insertRecovery } from '../store/recoveries.ts';
import type { Store } from '../store/store.ts';
import type { DeliveryLimits, DeliveryResult } from './delivery-worker.ts';
import { Notifier } from './notifier.ts';
import type { NotificationTarget } from './notification-target.ts';
import { enqueueRecoveryNews } from './enqueue-recovery-news.ts';
import { joined } from '../../test/support/membership.ts';
import { testSession } from '../../test/support/session.ts';

const secret = 'a secret of sufficient length';
const limits: Partial<DeliveryLimits> = { timeoutMs: 200, firstDelayMs: 5, maxDelayMs: 20, refusals: 3 };

describe('Notifications', () => {
  const cluster = aCluster({ name: 'web' });
  const recoveryId = randomUUID();
  let opened: TestStore;
  let store: Store;
  let pager: WebhookServer;
  let notifiers: Notifier[];
  let logged: string[];
  let counted: DeliveryResult[];

  beforeEach(async () => {
    opened = await openTestStore();
    store = opened.store;
    pager = await WebhookServer.start();
    [notifiers, logged, counted] = [[], [], []];
    await store.write(async (tx) => {
      await insertCluster(tx, cluster);
      await insertRecovery(tx, {
        ...testSession,
        id: recoveryId,
        nodeId: 'n1',
        nodeName: 'web-1',
        clusterId: cluster.id,
        policyId: 'p1',
        failure: { class: 'SERVER_ERROR', reason: 'it is broken' },
        failedAt: 1000,
        openedAt: 2000,
        plan: {},
      });
    });
  });

  afterEach(async () => {
    await Promise.all(notifiers.map((notifier) => notifier.stop()));
    await pager.stop();
    await opened.close();
  });

  function target(changes: Partial<NotificationTarget> = {}): NotificationTarget {
    const url = new Secret(new URL(pager.url));
    const key = new Secret(Buffer.from(secret));
    return { name: 'pager', url, key, events: [], clusters: [], ...changes };
  }

  async function start(
    targets: readonly NotificationTarget[] = [target()],
    options: { store?: Store; limits?: Partial<DeliveryLimits> } = {},
  ): Promise<Notifier> {
    const log = (details: object, message: string) => void logged.push(JSON.stringify([details, message]));
    const notifier = new Notifier({
      store,
      targets,
      http,
      membership: await joined(store),
      publicUrl: () => 'https://coppice.example',
      log: { warn: log as never, error: log as never },
      counted: (_, result) => void counted.push(result),
      ...options,
      limits: { ...limits, ...options.limits },
    });
    await notifier.start();
    if (options.store === undefined) notifiers.push(notifier);
    return notifier;
  }

  async function tell(event: RecoveryNewsEvent, reason: string): Promise<void> {
    await store.write((tx) => enqueueRecoveryNews(tx, { event, recoveryId, reason, at: Date.now() }));
  }

  function waiting(): Promise<number | undefined> {
    return countNotifications(store.db).then((counts) => counts.get('pager'));
  }

  async function delivered(count: number): Promise<void> {
    await eventually(`${count} deliveries`, () => pager.received.length >= count);
    await eventually('nothing waits', async () => (await waiting()) === 0);
  }

  const reasons = () => pager.received.map(({ data }) => data.reason);

  test('arrive in order, signed as the documentation says, with all that a pager needs', async () => {
    await start();
    await tell('opened', 'confirmed failed');
    const gate = {
      event: 'held',
      recoveryId,
      reason: 'held: too many',
      at: 3000,
      gate: 'max_unhealthy',
    } as const;
    await store.write((tx) => enqueueRecoveryNews(tx, gate));
    await delivered(2);
    expect(reasons()).toEqual(['confirmed failed', 'held: too many']);
    const [, held] = pager.received;
    expect(JSON.parse(held?.body ?? '')).toEqual({
      type: 'recovery.held',
      timestamp: '1970-01-01T00:00:03.000Z',
      data: {
        cluster: { id: cluster.id, name: 'web' },
        node: { id: 'n1', name: 'web-1' },
        failure: { class: 'SERVER_ERROR', reason: 'it is broken' },
        reason: 'held: too many',
        gate: 'max_unhealthy',
        step: null,
        recovery: {
          id: recoveryId,
          state: 'OPEN',
          mode: 'ENFORCE',
          policy_id: 'p1',
          failed_at: '1970-01-01T00:00:01.000Z',
          opened_at: '1970-01-01T00:00:02.000Z',
          closed_at: null,
          url: `https://coppice.example/v1/recoveries/${recoveryId}`,
        },
      },
    });
  });

  test('are verified by the documented snippet: the right body, secret and time, and nothing else', async () => {
    const isFromCoppice = await documentedCheck();
    await start();
    await tell('opened', 'it is “broken”');
    await delivered(1);
    const { headers, body } = pager.received[0] as Received;
    expect(isFromCoppice(headers, body, `${secret}\n`)).toBe(true);
    expect(isFromCoppice(headers, `${body} `, secret)).toBe(false);
    expect(isFromCoppice(headers, body, `${secret}!`)).toBe(false);
    expect(isFromCoppice(headers, body, secret, Date.now() + 301_000)).toBe(false);
    const later = { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1) };
    expect(isFromCoppice(later, body, secret)).toBe(false);
    expect(isFromCoppice({ ...headers, 'webhook-id': 'other' }, body, secret)).toBe(false);
  });

  test('are tried again under the same id until the target takes them, and the later ones wait', async () => {
    pager.answers = [500, 'hang', 429, (response) => void response.destroy()];
    await start();
    await tell('opened', 'first');
    await tell('recovered', 'second');
    await delivered(6);
    expect(reasons()).toEqual(['first', 'first', 'first', 'first', 'first', 'second']);
    expect(pager.ids).toHaveLength(2);
    expect(counted).toEqual(['failed', 'failed', 'failed', 'failed', 'delivered', 'delivered']);
    expect(logged[0]).toContain('it answered 500');
    expect(logged[1]).toContain('no answer within 0.2 s');
  });

  test('that are refused again and again are given up, and the next is delivered', async () => {
    pager.answers = [400, 400, 400];
    await start();
    await tell('opened', 'first');
    await tell('recovered', 'second');
    await delivered(4);
    expect(reasons()).toEqual(['first', 'first', 'first', 'second']);
    expect(counted).toEqual(['failed', 'failed', 'given_up', 'delivered']);
    expect(logged.at(-1)).toMatch(/"target":"pager".*"attempts":3.*given up \(it answered 400\)/);
  });

  test('are given up when the target was away for too long', async () => {
    pager.answers = [503];
    await start([target()], { limits: { giveUpAfterMs: 0 } });
    await tell('opened', 'first');
    await eventually('it is given up', () => counted.includes('given_up'));
    expect(await waiting()).toBe(0);
  });

  test('follow no redirect', async () => {
    const other = await WebhookServer.start();
    const redirect: AnswerWith = (response) => void response.writeHead(307, { location: other.url }).end();
    pager.answers = [redirect, redirect, redirect];
    await start();
    await tell('opened', 'first');
    await eventually('it is given up', () => counted.includes('given_up'));
    expect(other.received).toEqual([]);
    await other.stop();
  });

  test('are delivered to a target that answers without end, which is cut off', async () => {
    let isCut = false;
    pager.answers = [
      (response) => {
        const more = (): void => void (isCut || response.write('x'.repeat(65_536), more));
        response.writeHead(200).on('close', () => (isCut = true));
        more();
      },
    ];
    await start([target()], { limits: { timeoutMs: 60_000 } });
    await tell('opened', 'first');
    await delivered(1);
    expect(counted).toEqual(['delivered']);
    await eventually('it is cut off', () => isCut);
  });

  test('survive a kill after the post and before its record: they come again, with the same id', async () => {
    // The writes of a notifier: who receives, the lease, and then what became of the first.
    const mortal = new MortalStore(store, { at: 3, when: 'before' });
    await tell('opened', 'not posted yet');
    await start([target()], { store: mortal });
    await tell('opened', 'first');
    await mortal.died.promise;
    expect(reasons()).toEqual(['first']);
    expect(await waiting()).toBe(1);
    await start();
    await delivered(2);
    expect(reasons()).toEqual(['first', 'first']);
    expect(pager.ids).toHaveLength(1);
  });

  test('wait in the store while no process delivers, and are not written by a transaction that fails', async () => {
    await (await start()).stop();
    const failing = store.write(async (tx) => {
      await enqueueRecoveryNews(tx, { event: 'opened', recoveryId, reason: 'undone', at: 1 });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await tell('opened', 'first');
    expect(await waiting()).toBe(1);
    await start();
    await delivered(1);
    expect(reasons()).toEqual(['first']);
  });

  test('go to whom they concern: by event and by cluster, its name or its id', async () => {
    const others = [
      target({ name: 'a', events: ['exhausted'] }),
      target({ name: 'b', clusters: ['db'] }),
      target({ name: 'c', clusters: [cluster.id], events: ['opened'] }),
      target({ name: 'd', clusters: ['web'] }),
    ];
    const notifier = await start(others);
    await notifier.stop();
    await tell('opened', 'first');
    expect(await countNotifications(store.db)).toEqual(new Map(Object.entries({ a: 0, b: 0, c: 1, d: 1 })));
  });

  test('of a target that left the configuration are dropped, with a line in the log', async () => {
    await (await start()).stop();
    await tell('opened', 'first');
    await start([]);
    expect(await countNotifications(store.db)).toEqual(new Map());
    expect(logged).toEqual([
      '[{"target":"pager","notifications":1},"a notification target is not in the configuration any more; its notifications are dropped"]',
    ]);
  });

  test('are delivered by one process at a time', async () => {
    await (await start()).stop();
    await store.write((tx) => leaseTarget(tx, 'pager', 'another process', Date.now(), Date.now() + 60_000));
    await tell('opened', 'first');
    const mine = store.write((tx) => leaseTarget(tx, 'pager', 'me', Date.now(), Date.now() + 60_000));
    expect(await mine).toBe(false);
    const late = Date.now() + 61_000;
    expect(await store.write((tx) => leaseTarget(tx, 'pager', 'me', late, late + 1))).toBe(true);
  });

  test('show neither URL nor secret when they fail, and send the credentials of a URL as a header', async () => {
    const url = new Secret(new URL(pager.url.replace('//', '//user:hunter%32@') + '?token=t0ken'));
    pager.answers = [500, 404];
    await start([target({ url })]);
    await tell('opened', 'first');
    await delivered(3);
    expect(pager.received[0]?.headers.authorization).toBe(`Basic ${btoa('user:hunter2')}`);
    await pager.stop();
    const down = logged.length;
    await tell('opened', 'second');
    await eventually('it failed', () => logged.length > down);
    expect(logged.join('')).toContain('connection refused');
    expect(logged.join('')).not.toMatch(/hunter|t0ken|sufficient|127\.0\.0\.1/);
    pager = await WebhookServer.start();
  });

  test('are told to this process once, after the commit, and not by a transaction that fails', async () => {
    const heard: RecoveryNews[] = [];
    const stop = store.onCommitted((news) => void heard.push(news));
    const failing = store.write(async (tx) => {
      await enqueueRecoveryNews(tx, { event: 'opened', recoveryId, reason: 'undone', at: 1 });
      throw new Error('no');
    });
    await Promise.allSettled([failing, tell('opened', 'first')]);
    stop();
    await tell('opened', 'unheard');
    expect(heard.map(({ reason }) => reason)).toEqual(['first']);
  });
});
