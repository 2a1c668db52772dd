/**
 * What the checks of the queue say over time, also from one connection to the next: exchanges that were there
 * and are gone, and other processes that receive from our queue. Each is logged once when it begins and once
 * when it ends.
 */
import type { NotificationsState } from '../../domain/cloud-state.ts';
import type { QueueCheck } from './queue-check.ts';

export interface QueueWatchOptions {
  readonly exchanges: readonly string[];
  readonly log: Readonly<Record<'info' | 'warn', (details: object, message: string) => void>>;
  readonly now: () => number;
}

/**
 * A consumer whose machine is gone is counted until RabbitMQ misses its heartbeats, for half a minute; so is
 * our own one of a connection that was cut.
 */
const OTHERS_CERTAIN_MS = 60_000;

type Presence = { readonly is: 'BOUND' | 'AWAITED' } | { readonly is: 'GONE'; readonly since: number };

export class QueueWatch {
  readonly #options: QueueWatchOptions;
  readonly #presence = new Map<string, Presence>();
  #others: { readonly since: number; readonly count: number; readonly isCertain: boolean } | undefined;

  constructor(options: QueueWatchOptions) {
    this.#options = options;
  }

  get state(): Pick<NotificationsState, 'missingExchanges' | 'goneExchanges' | 'otherConsumers'> {
    const known = [...this.#presence];
    const others = this.#others;
    return {
      missingExchanges: known.flatMap(([name, { is }]) => (is === 'BOUND' ? [] : [name])),
      goneExchanges: known.flatMap(([name, { is, ...more }]) =>
        is === 'GONE' && 'since' in more ? [{ name, since: more.since }] : [],
      ),
      otherConsumers: others?.isCertain === true ? { count: others.count, since: others.since } : null,
    };
  }

  /** Of a new connection: what is not certain is counted from now on. */
  reconnected(): void {
    if (this.#others?.isCertain === false) this.#others = undefined;
  }

  /** @returns whether an exchange is bound that was not: events may have been missed. */
  checked({ missing, consumers }: QueueCheck): boolean {
    if (consumers !== null) this.#counted(consumers - 1);
    const isNew = this.#options.exchanges.map((name) => this.#saw(name, !missing.includes(name)));
    return isNew.includes(true);
  }

  #saw(exchange: string, isThere: boolean): boolean {
    const { log, now } = this.#options;
    const before = this.#presence.get(exchange)?.is;
    if (isThere) {
      this.#presence.set(exchange, { is: 'BOUND' });
      if (before === undefined || before === 'BOUND') return false;
      const again = before === 'GONE' ? ' again' : '';
      log.info({ exchange }, `The exchange ${exchange} is there${again}: its notifications are received`);
      return true;
    }
    if (before === 'BOUND') {
      this.#presence.set(exchange, { is: 'GONE', since: now() });
      const meanwhile = 'nodes are polled as before, and probed at once when it is back';
      log.warn({ exchange }, `The exchange ${exchange} is gone from RabbitMQ; ${meanwhile}`);
    } else if (before === undefined) {
      this.#presence.set(exchange, { is: 'AWAITED' });
      log.info({ exchange }, `There is no exchange ${exchange} in RabbitMQ yet; it is waited for`);
    }
    return false;
  }

  #counted(count: number): void {
    const { log, now } = this.#options;
    const known = this.#others;
    if (count <= 0) {
      this.#others = undefined;
      if (known?.isCertain === true)
        log.info({}, 'No other process receives from the queue of Coppice any more');
      return;
    }
    const since = known?.since ?? now();
    const isCertain = known?.isCertain === true || now() - since >= OTHERS_CERTAIN_MS;
    this.#others = { since, count, isCertain };
    if (!isCertain || known?.isCertain === true) return;
    const means =
      'each gets a part of the notifications, and a Coppice with a copy of the database heals the same nodes';
    const find = 'rabbitmqctl list_consumers queue_name consumer_tag names them: stop all but one';
    log.warn({ others: count }, `Other processes receive from the queue of this Coppice: ${means}; ${find}`);
  }
}
