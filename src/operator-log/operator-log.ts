/**
 * What happens to clusters and nodes, as lines of the server's log: for an operator who has only the log, and
 * for what collects it.
 *
 *     event rows (actions, changes of healing) ──┐
 *     news of recoveries ────────────────────────┴─> one line each, after its commit
 *
 * It reads what is recorded anyway, and adds nothing of its own: no place that acts has to remember to log.
 */
import type { Event, EventLevel } from '../domain/model.ts';
import type { RecoveryNews, RecoveryNewsEvent } from '../domain/recovery-news.ts';
import { eventsAfter, newestEventSeq } from '../store/events.ts';
import type { Store } from '../store/store.ts';

type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export type LogLines = Readonly<Record<LogLevel, (details: object, message: string) => void>>;

/** Events in one query. */
const BATCH = 200;

export class OperatorLog {
  readonly #store: Store;
  readonly #log: LogLines;
  readonly #unlisten: (() => void)[] = [];
  #after = 0;
  #isNotified = false;
  #reading: Promise<void> | undefined;

  constructor(store: Store, log: LogLines) {
    this.#store = store;
    this.#log = log;
  }

  /** What was recorded before is not logged again. */
  async start(): Promise<void> {
    this.#after = await newestEventSeq(this.#store.db);
    this.#unlisten.push(
      this.#store.onCommitted((news) => this.#logNews(news)),
      this.#store.listen('events', () => this.#readSoon()),
    );
  }

  /** Logs what is recorded up to now. */
  async stop(): Promise<void> {
    for (const unlisten of this.#unlisten.splice(0)) unlisten();
    this.#readSoon();
    await this.#reading;
  }

  #readSoon(): void {
    this.#isNotified = true;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
  }

  /** A database that fails is logged by who watches it; the events are read with the next ones. */
  async #read(): Promise<void> {
    try {
      while (this.#isNotified) {
        this.#isNotified = false;
        const events = await eventsAfter(this.#store.db, this.#after, BATCH);
        for (const event of events) this.#logEvent(event);
        this.#after = events.at(-1)?.seq ?? this.#after;
        if (events.length === BATCH) this.#isNotified = true;
      }
    } catch (error) {
      this.#log.error({ err: error }, 'events could not be read for the log');
    }
  }

  /** Those of recoveries come as news, which say more. */
  #logEvent(event: Event): void {
    if (event.otype === 'RECOVERY') return;
    const { action, oname, oid, otype, status, statusReason, clusterId, metaData } = event;
    const level = status === 'start' ? 'debug' : levels[event.level];
    const details = {
      ...(otype === 'NODE' ? { node_id: oid } : {}),
      ...(clusterId === null ? {} : { cluster_id: clusterId }),
      ...(typeof metaData['action_id'] === 'string' ? { action_id: metaData['action_id'] } : {}),
    };
    this.#log[level](details, `${action} of ${oname}: ${outcomes[status] ?? status}: ${statusReason}`);
  }

  #logNews(news: RecoveryNews): void {
    const { event, recovery, node, cluster, gate, reason } = news;
    const details = {
      recovery_id: recovery.id,
      node_id: node.id,
      ...(cluster === null ? {} : { cluster_id: cluster.id, cluster: cluster.name }),
      ...(gate === null ? {} : { gate }),
      ...(recovery.mode === 'OBSERVE' ? { mode: recovery.mode } : {}),
    };
    this.#log[levelOf(news)](details, `${sentences[event]} ${node.name}: ${whatOf(news) ?? reason}`);
  }
}

const levels = {
  DEBUG: 'debug',
  INFO: 'info',
  WARNING: 'warn',
  ERROR: 'error',
  CRITICAL: 'error',
} as const satisfies Record<EventLevel, LogLevel>;

const outcomes: Readonly<Record<string, string>> = { start: 'started', end: 'succeeded', error: 'failed' };

const sentences: Readonly<Record<RecoveryNewsEvent, string>> = {
  opened: 'Recovery opened for',
  held: 'Recovery held for',
  step_ended: 'Recovery step ended for',
  recovered: 'Recovered',
  self_healed: 'Healthy again without a recovery action:',
  exhausted: 'Recovery failed for',
  cancelled: 'Recovery cancelled for',
  quarantined: 'Quarantined',
};

function levelOf({ event, step }: RecoveryNews): LogLevel {
  if (event === 'step_ended') return step?.state === 'FAILED' ? 'warn' : 'info';
  if (event === 'exhausted' || event === 'quarantined') return 'error';
  return event === 'opened' || event === 'held' ? 'warn' : 'info';
}

/** Where the reason alone does not say it. */
function whatOf({ event, failure, step, reason }: RecoveryNews): string | undefined {
  if (event === 'opened') return `${failure.class}: ${failure.reason}`;
  if (step === null) return undefined;
  const attempt = step.attempt > 1 ? `, attempt ${step.attempt}` : '';
  return `${step.name}${attempt}: ${step.state}${reason === '' ? '' : `: ${reason}`}`;
}
