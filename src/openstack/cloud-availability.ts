/**
 * Whether the services of a cloud answer, and whether Keystone takes the credential: for the log (one line
 * when a service is away, and one when it is back) and for `coppice status`.
 *
 *     every request of a session ──> onCall ──> a service answers, or fails ──> log, outages
 *     while one fails: GET / of it; while no token is given: a request for one
 *
 * It counts what is asked for anyway. By itself it asks for a token at the start, so that a wrong password is
 * found before the first node needs the cloud, and asks what has failed again until it answers.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { CloudOutage } from '../domain/cloud-state.ts';
import { withoutCredentials } from '../domain/errors.ts';
import { CloudError } from './cloud-error.ts';
import type { CloudCall, CloudSession } from './cloud-session.ts';
import { describeUrl } from '../outbound/url-text.ts';

export interface CloudAvailabilityOptions {
  readonly log: Readonly<Record<'info' | 'warn' | 'error', (details: object, message: string) => void>>;
  /** Milliseconds between requests to what does not answer. */
  readonly askAgainMs?: number;
  readonly now?: () => number;
}

const ASK_AGAIN_MS = 30_000;
/** A first failure is looked into sooner: whether a service is away is known within seconds. */
const FIRST_ASK_AGAIN_MS = 1500;
/** How long an answer is waited for where only that is asked. */
const ANSWER_MS = 10_000;
/** A single failed attempt is repeated and is usually no more than that. */
const AWAY_AFTER_FAILURES = 3;

interface FailingService {
  /** Failed attempts in a row. */
  failures: number;
  outage: CloudOutage;
}

export class CloudAvailability {
  readonly #options: CloudAvailabilityOptions;
  readonly #now: () => number;
  readonly #stop = new AbortController();
  readonly #failing = new Map<string, FailingService>();
  #keystone: CloudOutage | undefined;
  #checking: Promise<void> | undefined;
  #asking: Promise<void> | undefined;
  #session: CloudSession | undefined;
  #hasLogged = false;

  constructor(options: CloudAvailabilityOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** What is away now, Keystone first: without it, what is known of the others is old. */
  get outages(): readonly CloudOutage[] {
    const away = [...this.#failing.values()].filter(isAway).map(({ outage }) => outage);
    return [...(this.#keystone === undefined ? [] : [this.#keystone]), ...away];
  }

  /** For `CloudSessionOptions.onCall`. */
  readonly onCall = (call: CloudCall): void => {
    const { service, status } = call;
    // Keystone is judged by its tokens: what answers may be something else.
    if (service === 'identity') {
      if (status === null || status >= 400) this.#checkAgain();
      return;
    }
    if (status !== null && status < 500) return this.#answered(call);
    this.#failed(call);
  };

  /** Asks for a token until one is given, in the background. */
  check(session: CloudSession): void {
    this.#session = session;
    this.#checkAgain();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all([this.#checking, this.#asking]);
  }

  #checkAgain(): void {
    if (this.#session === undefined || this.#stop.signal.aborted) return;
    this.#checking ??= this.#check(this.#session).finally(() => {
      this.#checking = undefined;
    });
  }

  #failed(call: Pick<CloudCall, 'service' | 'region' | 'endpoint' | 'status' | 'problem'>) {
    const { service, region, endpoint, status, problem } = call;
    const known = this.#failing.get(keyOf(call));
    const answers = status === null ? `it does not answer: ${problem}` : `it answers ${status}`;
    const since = known?.outage.since ?? this.#now();
    const outage: CloudOutage = { kind: 'AWAY', service, region, url: endpoint, since, answers };
    const failing = { failures: (known?.failures ?? 0) + 1, outage };
    this.#failing.set(keyOf(call), failing);
    this.#askUntilAnswered();
    if (failing.failures !== AWAY_AFTER_FAILURES) return;
    const details = { service, region, url: endpoint, status };
    this.#options.log.warn(details, `A service of the cloud is away: ${serviceInWords(call)}: ${answers}`);
  }

  #answered(call: Pick<CloudCall, 'service' | 'region'>): void {
    const failing = this.#failing.get(keyOf(call));
    this.#failing.delete(keyOf(call));
    if (failing === undefined || !isAway(failing)) return;
    const { service, region } = call;
    const sentence = `A service of the cloud answers again: ${serviceInWords(call)}`;
    this.#options.log.info({ service, region }, sentence);
  }

  #askUntilAnswered(): void {
    if (this.#session === undefined || this.#stop.signal.aborted) return;
    this.#asking ??= this.#ask(this.#session).finally(() => {
      this.#asking = undefined;
    });
  }

  async #ask(session: CloudSession): Promise<void> {
    const { signal } = this.#stop;
    const { askAgainMs = ASK_AGAIN_MS } = this.#options;
    while (this.#failing.size > 0 && !signal.aborted) {
      const isKnown = [...this.#failing.values()].every(isAway);
      const ms = isKnown ? askAgainMs : Math.min(FIRST_ASK_AGAIN_MS, askAgainMs);
      await delay(ms, undefined, { signal }).catch(() => undefined);
      for (const { outage } of this.#failing.values()) {
        const { service, region, url: endpoint } = outage;
        const timeout = AbortSignal.timeout(ANSWER_MS);
        const asked = { service, method: 'GET', path: '/', retries: 0 } as const;
        const there = region === null ? session : session.inRegion(region);
        await there.request(asked, { signal: AbortSignal.any([signal, timeout]) }).catch(() => {
          const problem = `no answer within ${ANSWER_MS / 1000} s`;
          if (timeout.aborted) this.#failed({ service, region, endpoint, status: null, problem });
        });
      }
    }
  }

  async #check(session: CloudSession): Promise<void> {
    const { signal } = this.#stop;
    const { log, askAgainMs = ASK_AGAIN_MS } = this.#options;
    const authUrl = urlText(session.settings.authUrl);
    let said = '';
    while (!signal.aborted) {
      try {
        await session.token({ signal });
        this.#keystone = undefined;
        const isNews = said !== '' || !this.#hasLogged;
        this.#hasLogged = true;
        const again = said === '' ? '' : ' again';
        if (isNews) log.info({ auth_url: authUrl }, `The cloud can be used${again}`);
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#keystone = this.#outageOfKeystone(error, authUrl);
        const sentence = sentenceOf(error, session);
        if (sentence !== said) log.error({ auth_url: authUrl }, sentence);
        said = sentence;
      }
      await delay(askAgainMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #outageOfKeystone(error: unknown, url: string): CloudOutage {
    const kind = isRefused(error) ? 'REFUSED' : 'AWAY';
    const since = this.#keystone?.kind === kind ? this.#keystone.since : this.#now();
    const reason = error instanceof CloudError ? error.reason : reasonOf(error);
    const status = error instanceof CloudError ? error.status : null;
    const answers = status === null ? `it does not answer: ${reason}` : `it answers ${status} ${reason}`;
    return { kind, service: 'identity', region: null, url, since, answers };
  }
}

/** A service is away in one region, and answers in another. */
function keyOf({ service, region }: Pick<CloudCall, 'service' | 'region'>): string {
  return `${service} ${region ?? ''}`;
}

function serviceInWords({ service, region }: Pick<CloudCall, 'service' | 'region'>): string {
  return region === null ? service : `${service} in ${region}`;
}

function isAway({ failures }: FailingService): boolean {
  return failures >= AWAY_AFTER_FAILURES;
}

function isRefused(error: unknown): boolean {
  return error instanceof CloudError && error.status === 401;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function sentenceOf(error: unknown, { settings }: CloudSession): string {
  const hint = isRefused(error)
    ? `check the user, password and project of the credential: ${settings.origin.where}; it is read when Coppice starts`
    : 'check that Keystone v3 is at this address';
  return `The cloud at ${urlText(settings.authUrl)} cannot be used: ${reasonOf(error)} (${hint}); it is asked again until it answers`;
}

function urlText(text: string): string {
  return URL.canParse(text) ? describeUrl(new URL(text)) : withoutCredentials(text);
}
