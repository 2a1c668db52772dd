/**
 * Receives the notifications of Nova and Heat, for as long as the process runs:
 *
 *     RabbitMQ ──> session (amqp-session.ts) ──> readNotification ──> subscribers ──> acknowledged
 *        └── away: log, state, another host, later and later up to 30 s
 *
 * A message is acknowledged when its subscribers have recorded what it was about, or when it is about nothing
 * of theirs. After each gap they are told that events may have been missed. It asks no cloud and decides
 * nothing about nodes.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { BusFailure, NotificationsState } from '../../domain/cloud-state.ts';
import { describeAmqpHost, type AmqpHost } from './amqp-url.ts';
import { AmqpSession } from './amqp-session.ts';
import { reportedFailures } from './event-table.ts';
import type { BusUnusable } from './bus-failure.ts';
import { QueueWatch } from './queue-watch.ts';
import { readNotification, type CloudEvent } from './read-notification.ts';
import type { NotificationSettings } from './settings.ts';

export interface NotificationSubscriber {
  /** Resolves when what it is about has been recorded, or does not concern the subscriber. */
  event(event: CloudEvent): Promise<void>;
  /** From before this call events may be lost. */
  missed(): void;
}

/** HANDLED: what it was about may have changed. IGNORED: it says nothing that a probe could see. */
export type NotificationResult = 'HANDLED' | 'IGNORED' | 'MALFORMED';

export interface QueueOfInstallation {
  /** Each of its messages goes to one process. */
  readonly queue: string;
  /** No other process has this database, so that another consumer is one too many. */
  readonly isExclusive: boolean;
}

export interface NotificationConsumerOptions {
  readonly settings: NotificationSettings;
  readonly log: Readonly<Record<'info' | 'warn' | 'error', (details: object, message: string) => void>>;
  readonly now?: () => number;
  /** Milliseconds: between checks of the queue, and the first pause after a failure. */
  readonly lookAgainMs?: number;
  readonly firstPauseMs?: number;
}

/** What is published to an exchange that was deleted and declared again is lost for so long at most. */
const LOOK_AGAIN_MS = 5000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
const MALFORMED_LOG_MS = 60_000;
const NOTHING_SEEN = { missingExchanges: [], goneExchanges: [], otherConsumers: null };

export class NotificationConsumer {
  readonly #options: NotificationConsumerOptions;
  readonly #now: () => number;
  readonly #subscribers = new Set<NotificationSubscriber>();
  readonly #stop = new AbortController();
  readonly #watch: QueueWatch;
  #running: Promise<void> | undefined;
  #session: AmqpSession | undefined;
  #outage: NotificationsState['outage'] = null;
  #unreported = 0;
  #counted: (result: NotificationResult) => void = () => {};
  #malformed = { unsaid: 0, saidAt: -Infinity };

  constructor(options: NotificationConsumerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const { log, settings } = options;
    this.#watch = new QueueWatch({ log, exchanges: settings.exchanges, now: this.#now });
  }

  /** null: this process receives none. */
  get state(): NotificationsState | null {
    if (this.#running === undefined) return null;
    const { exchanges, address, origin } = this.#options.settings;
    const isConnected = this.#session !== undefined;
    const seen = isConnected ? this.#watch.state : NOTHING_SEEN;
    const [outage, unreported] = [this.#outage, this.#unreported];
    const { vhost, user } = address;
    return { isConnected, outage, exchanges, vhost, user, origin, unreported, ...seen };
  }

  /**
   * A round of probes has found that a node failed which was healthy before, and no notification led to it.
   * @param failureClass of the node.
   */
  foundByPolling(failureClass: string): void {
    if (this.#session !== undefined && reportedFailures.has(failureClass)) this.#unreported += 1;
  }

  subscribe(subscriber: NotificationSubscriber): { stop(): void } {
    this.#subscribers.add(subscriber);
    return { stop: () => void this.#subscribers.delete(subscriber) };
  }

  /**
   * @param counted is told of each message. Absent: they are not counted.
   */
  start(queue: QueueOfInstallation, counted?: (result: NotificationResult) => void): void {
    this.#counted = counted ?? this.#counted;
    this.#running ??= this.#run(queue);
  }

  /** What is not acknowledged stays in the queue. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#session?.close();
    await this.#running;
  }

  async #run(queue: QueueOfInstallation): Promise<void> {
    const { address } = this.#options.settings;
    const { signal } = this.#stop;
    for (let attempt = 0, failures = 0; !signal.aborted; attempt += 1) {
      const host = address.hosts[attempt % address.hosts.length] ?? address.hosts[0];
      if (host === undefined) return;
      const url = describeAmqpHost(address, host);
      try {
        const failure = await this.#receive({ ...queue, host }, url);
        failures = 0;
        if (!signal.aborted) this.#away(url, failure);
      } catch (error) {
        failures += 1;
        if (!signal.aborted) this.#away(url, (error as BusUnusable).failure);
      }
      await delay(this.#pauseMs(failures), undefined, { signal }).catch(() => undefined);
    }
  }

  /** The other hosts of the cluster are tried at once; then it takes longer each time. */
  #pauseMs(failures: number): number {
    const { settings, firstPauseMs = FIRST_PAUSE_MS } = this.#options;
    const rounds = Math.floor(failures / settings.address.hosts.length);
    if (failures % settings.address.hosts.length !== 0) return 0;
    return Math.min(LONGEST_PAUSE_MS, firstPauseMs * 2 ** Math.min(rounds, 16)) * (0.5 + Math.random() / 2);
  }

  /** @returns why the session has ended. @throws BusUnusable why none could be opened. */
  async #receive(
    { host, queue, isExclusive }: QueueOfInstallation & { readonly host: AmqpHost },
    url: string,
  ): Promise<BusFailure> {
    const { settings, lookAgainMs = LOOK_AGAIN_MS } = this.#options;
    const session = await AmqpSession.open({
      host,
      queue,
      settings,
      lookAgainMs,
      countsConsumers: isExclusive,
      signal: this.#stop.signal,
      onMessage: (body) => this.#onMessage(body),
      onChecked: (check) => {
        if (this.#watch.checked(check)) this.#missed();
      },
    });
    if (this.#stop.signal.aborted) await session.close();
    else this.#connected(session, url);
    const failure = await session.ended;
    this.#session = undefined;
    return failure;
  }

  #connected(session: AmqpSession, url: string): void {
    const { log, settings } = this.#options;
    const again = this.#outage === null ? '' : ' again';
    this.#session = session;
    this.#outage = null;
    this.#unreported = 0;
    const { missing } = session.firstCheck;
    const bound = settings.exchanges.filter((each) => !missing.includes(each));
    const what = bound.length === 0 ? 'RabbitMQ is connected' : 'Notifications of the cloud are received';
    log.info({ url, exchanges: bound }, `${what}${again}`);
    this.#watch.reconnected();
    this.#watch.checked(session.firstCheck);
    this.#missed();
  }

  #away(url: string, failure: BusFailure): void {
    const { log } = this.#options;
    const known = this.#outage;
    this.#outage = { url, since: known?.since ?? this.#now(), ...failure };
    if (known !== null) return;
    const meanwhile = 'nodes are polled as before, and probed at once when it is back';
    log.warn({ url }, `No notifications of the cloud are received: ${failure.reason}; ${meanwhile}`);
  }

  #missed(): void {
    for (const subscriber of this.#subscribers) subscriber.missed();
  }

  async #onMessage(body: Parameters<typeof readNotification>[0]): Promise<void> {
    try {
      const read = readNotification(body);
      if (read === 'MALFORMED') this.#logMalformed();
      this.#counted(typeof read === 'string' ? read : 'HANDLED');
      if (typeof read === 'string') return;
      if (read.kind === 'SERVER') this.#unreported = 0;
      await Promise.all([...this.#subscribers].map((subscriber) => subscriber.event(read)));
    } catch (error) {
      // It would fail as often as it came: polling finds what it was about.
      this.#options.log.error({ err: error }, 'what follows a notification of the cloud failed');
    }
  }

  /** Never with what it holds, which may be a token. */
  #logMalformed(): void {
    this.#malformed.unsaid += 1;
    const now = this.#now();
    if (now - this.#malformed.saidAt < MALFORMED_LOG_MS) return;
    const { unsaid: count } = this.#malformed;
    this.#malformed = { unsaid: 0, saidAt: now };
    this.#options.log.warn(
      { count },
      'Messages among the notifications of the cloud could not be read; they are ignored',
    );
  }
}
