/**
 * Sends what a client sent (`conversation.ts`) to a server, with the ids that this server gives, and tells
 * what is answered otherwise. An action that a request begins is waited for: clients do the same.
 */
import { eventually } from '../support/eventually.ts';
import {
  errorMessage,
  fieldsOf,
  idsIn,
  type Conversation,
  type Sender,
  type StoredExchange,
} from './conversation.ts';

const finished = ['SUCCEEDED', 'FAILED', 'CANCELLED'];
/** An action that waits to be continued is left alone. */
const stopped = [...finished, 'WAITING_LIFECYCLE_COMPLETION', 'SUSPENDED'];
/** What a client was refused because of an action was refused while that was under way. */
const underWay = ['RUNNING', 'WAITING'];
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Actions that may not have ended, by id, with who may see them. */
type Begun = Map<string, Sender | undefined>;

interface Reply {
  readonly status: number;
  readonly location: string | null;
  readonly body: unknown;
}

export interface ReplayOptions {
  /** `http://127.0.0.1:8777` */
  readonly url: string;
  /** Headers that say who sends a request. */
  readonly headersOf?: (sender: Sender | undefined) => Readonly<Record<string, string>>;
}

export class Replay {
  readonly #options: ReplayOptions;
  /** By placeholder with its braces. */
  readonly #ids = new Map<string, string>();

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  /** From now on this id is there for the placeholder. */
  name(placeholder: string, id: string): void {
    this.#ids.set(placeholder, id);
  }

  knows(placeholder: string): boolean {
    return this.#ids.has(placeholder);
  }

  /** @returns what differs, a line each. */
  async play({ exchanges, isLeftRunning }: Conversation): Promise<readonly string[]> {
    const lines: string[] = [];
    const begun: Begun = new Map();
    // The action of a webhook is its user's, who has said something before.
    let user: Sender | undefined;
    for (const exchange of exchanges) {
      await this.#waitForActions(begun, exchange.status === 409 ? [...stopped, ...underWay] : stopped);
      user = exchange.sender ?? user;
      lines.push(...(await this.#exchange(exchange, user, begun)));
    }
    await this.#waitForActions(begun, isLeftRunning === true ? [...stopped, ...underWay] : stopped);
    return lines;
  }

  async #exchange(
    stored: StoredExchange,
    user: Sender | undefined,
    begun: Begun,
  ): Promise<readonly string[]> {
    const { method, path, status } = stored;
    const reply = await this.#reply(stored);
    const what = `${method} ${path}`;
    if (reply.status !== status)
      return [`${what}: ${reply.status} ${JSON.stringify(reply.body)}, not ${status}`];
    const action = reply.location?.split('/').at(-1);
    if (status === 202 && action !== undefined) begun.set(action, user);
    const places = new Map([...idsIn(reply.body), ...idsIn(action, 'Location')]);
    for (const [place, placeholder] of Object.entries(stored.ids ?? {})) {
      const id = places.get(place);
      if (id === undefined) return [`${what}: there is no id at ${place}`];
      this.#ids.set(placeholder, id);
    }
    return [...lacking(stored, reply), ...this.#otherMessage(stored, reply)].map(
      (line) => `${what}: ${line}`,
    );
  }

  async #reply(stored: StoredExchange): Promise<Reply> {
    const { method, path, version, sender, body } = stored;
    const response = await fetch(new URL(this.#filled(path), this.#options.url), {
      method,
      headers: {
        Accept: 'application/json',
        ...(version === undefined ? {} : { 'OpenStack-API-Version': version }),
        ...this.#options.headersOf?.(sender),
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : this.#filled(JSON.stringify(body)) }),
    });
    const text = await response.text();
    return { status: response.status, location: response.headers.get('location'), body: parsed(text) };
  }

  #filled(text: string): string {
    return text.replaceAll(/\{(?:id\d+|hook)\}/g, (placeholder) => this.#ids.get(placeholder) ?? placeholder);
  }

  #otherMessage({ message }: StoredExchange, { body }: Reply): readonly string[] {
    if (message === undefined) return [];
    const known = new Map([...this.#ids].map(([placeholder, id]) => [id, placeholder]));
    const found = errorMessage(body)?.replaceAll(uuid, (id) => known.get(id) ?? '{id}');
    return found === message ? [] : [`it says ${JSON.stringify(found)}, not ${JSON.stringify(message)}`];
  }

  async #waitForActions(begun: Begun, reached: readonly string[]): Promise<void> {
    for (const [id, sender] of begun) {
      const status = await eventually(
        `action ${id} is one of ${reached.join(', ')}`,
        async () => {
          const { body } = await this.#reply({
            method: 'GET',
            path: `/v1/actions/${id}`,
            status: 200,
            ...(sender === undefined ? {} : { sender }),
          });
          // The action of a webhook belongs to the receiver's user alone.
          const found = (body as { action?: { status: string } }).action?.status ?? 'SUCCEEDED';
          return reached.includes(found) && found;
        },
        30_000,
        2,
      );
      if (finished.includes(status)) begun.delete(id);
    }
  }
}

function lacking({ fields = [] }: StoredExchange, { body }: Reply): readonly string[] {
  const found = new Map(fieldsOf(body).map((line) => namesOf(line)));
  return fields.flatMap((line) => {
    const [key, names] = namesOf(line);
    const here = found.get(key);
    if (here === undefined) return [`there is no ${key}`];
    const missing = names.filter((name) => !here.includes(name));
    return missing.length === 0 ? [] : [`${key} has no ${missing.join(', ')}`];
  });
}

function namesOf(line: string): [key: string, names: readonly string[]] {
  const [key = '', ...names] = line.split(' ');
  return [key, names];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
