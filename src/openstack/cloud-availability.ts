/**
 * Whether the services of a cloud answer, for the log: one line when a service is away, and one when it is
 * back. It counts what is asked for anyway, and asks only for a token, at the start and while none is given:
 * a wrong password is found before the first node needs the cloud.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { withoutCredentials } from '../domain/errors.ts';
import { CloudError } from './cloud-error.ts';
import type { CloudCall, CloudSession } from './cloud-session.ts';
import { describeUrl } from '../outbound/url-text.ts';

export interface CloudAvailabilityOptions {
  readonly log: Readonly<Record<'info' | 'warn' | 'error', (details: object, message: string) => void>>;
  /** Milliseconds between requests for a token while none is given. */
  readonly askAgainMs?: number;
}

const ASK_AGAIN_MS = 30_000;
/** A single failed attempt is repeated and is usually no more than that. */
const AWAY_AFTER_FAILURES = 3;

export class CloudAvailability {
  readonly #options: CloudAvailabilityOptions;
  readonly #stop = new AbortController();
  /** Failed attempts in a row, by service. */
  readonly #failures = new Map<string, number>();
  readonly #away = new Set<string>();
  #checking: Promise<void> | undefined;
  #session: CloudSession | undefined;
  #hasLogged = false;

  constructor(options: CloudAvailabilityOptions) {
    this.#options = options;
  }

  /** For `CloudSessionOptions.onCall`. */
  readonly onCall = ({ service, status }: CloudCall): void => {
    // Keystone is judged by its tokens: what answers may be something else.
    if (service === 'identity') {
      if (status === null || status >= 400) this.#checkAgain();
      return;
    }
    if (status !== null && status < 500) return this.#answered(service);
    const failures = (this.#failures.get(service) ?? 0) + 1;
    this.#failures.set(service, failures);
    if (failures < AWAY_AFTER_FAILURES || this.#away.has(service)) return;
    this.#away.add(service);
    const why = status === null ? 'it does not answer' : `it answers ${status}`;
    this.#options.log.warn({ service, status }, `A service of the cloud is away: ${service}: ${why}`);
  };

  /** Asks for a token until one is given, in the background. */
  check(session: CloudSession): void {
    this.#session = session;
    this.#checkAgain();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#checking;
  }

  #checkAgain(): void {
    if (this.#session === undefined || this.#stop.signal.aborted) return;
    this.#checking ??= this.#check(this.#session).finally(() => {
      this.#checking = undefined;
    });
  }

  #answered(service: string): void {
    this.#failures.delete(service);
    if (this.#away.delete(service))
      this.#options.log.info({ service }, `A service of the cloud answers again: ${service}`);
  }

  async #check(session: CloudSession): Promise<void> {
    const { signal } = this.#stop;
    const { log, askAgainMs = ASK_AGAIN_MS } = this.#options;
    const authUrl = urlText(session.settings.authUrl);
    let said = '';
    while (!signal.aborted) {
      try {
        await session.token({ signal });
        const isNews = said !== '' || !this.#hasLogged;
        this.#hasLogged = true;
        const again = said === '' ? '' : ' again';
        if (isNews) log.info({ auth_url: authUrl }, `The cloud can be used${again}`);
        return;
      } catch (error) {
        if (signal.aborted) return;
        const sentence = sentenceOf(error, authUrl);
        if (sentence !== said) log.error({ auth_url: authUrl }, sentence);
        said = sentence;
      }
      await delay(askAgainMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

function sentenceOf(error: unknown, authUrl: string): string {
  const reason = error instanceof Error ? error.message : String(error);
  const isRefused = error instanceof CloudError && error.status === 401;
  const hint = isRefused
    ? 'check the user, password and project of the credential'
    : 'check that Keystone v3 is at this address';
  return `The cloud at ${authUrl} cannot be used: ${reason} (${hint}); it is asked again until it answers`;
}

function urlText(text: string): string {
  return URL.canParse(text) ? describeUrl(new URL(text)) : withoutCredentials(text);
}
