/**
 * What a client of Senlin's API asks and is answered, as it is stored in test/data/clustering-clients: ids by
 * placeholders, of answers the status and the fields. Pure.
 *
 *     a client in the lab -> RecordingProxy -> `toStored` -> test/data/clustering-clients/CLIENT.json
 *         -> replay.test.ts, in CI
 */
import { join } from 'node:path';

/** Where what a client says is stored. */
export function conversationsFile(client: string): string {
  return join(import.meta.dirname, `../data/clustering-clients/${client}.json`);
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Whose token a request carries; absent: it carries none. */
export interface Sender {
  /** A name for the project: `project1`. */
  readonly project: string;
  readonly isAdmin: boolean;
}

/** A request with its answer, as they were on the wire. */
export interface WireExchange {
  readonly sender?: Sender;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** The header OpenStack-API-Version, where one is sent. */
  readonly version?: string;
  /** Parsed JSON, else the text; absent: none. */
  readonly body?: unknown;
  readonly status: number;
  /** Path of the header Location. */
  readonly location?: string;
  readonly answer?: unknown;
}

/** An exchange as it is stored. */
export interface StoredExchange extends Omit<WireExchange, 'answer'> {
  /** Places in the answer, such as `cluster.id`, and which placeholder stands for what is there. */
  readonly ids?: Readonly<Record<string, string>>;
  /** The fields of the answer: `fieldsOf`. */
  readonly fields?: readonly string[];
  /** The sentence of an error, which clients compare. */
  readonly message?: string;
}

/** What belongs together: one command, one test, one step of a script. */
export interface Conversation {
  readonly name: string;
  /** What it has begun goes on during those that follow. */
  readonly isLeftRunning?: true;
  readonly exchanges: readonly StoredExchange[];
}

export interface WireConversation extends Omit<Conversation, 'exchanges'> {
  readonly exchanges: readonly WireExchange[];
}

/** What each project has said; a request without a sender is of the one that knows an id in it. */
export function byProject(exchanges: readonly WireExchange[]): readonly WireConversation[] {
  const conversations = new Map<string, WireExchange[]>();
  const projectOfId = new Map<string, string>();
  for (const exchange of exchanges) {
    const named = exchange.path.match(uuid) ?? [];
    const [known] = named.flatMap((id) => projectOfId.get(id) ?? []);
    const project = exchange.sender?.project ?? known ?? 'nobody';
    for (const id of idsIn(exchange.answer).values()) if (!projectOfId.has(id)) projectOfId.set(id, project);
    conversations.set(project, [...(conversations.get(project) ?? []), exchange]);
  }
  return [...conversations].map(([name, all]) => ({ name, exchanges: all }));
}

/** Stands for the address that takes lifecycle hooks. */
export const HOOK = '{hook}';

/** @param conversations in the order in which they were: a later one may use what an earlier one made. */
export function toStored(
  conversations: readonly WireConversation[],
  hookUrl?: string,
): readonly Conversation[] {
  const used = idsOfRequests(conversations.flatMap(({ exchanges }) => exchanges));
  const placeholders = new Map<string, string>(hookUrl === undefined ? [] : [[hookUrl, HOOK]]);
  let number = 0;
  for (const id of used) placeholders.set(id, `{id${(number += 1)}}`);
  const known = new Set<string>();
  return conversations.map(({ exchanges, ...conversation }) => ({
    ...conversation,
    exchanges: withoutRepeats(exchanges).map((exchange) => stored(exchange, placeholders, known)),
  }));
}

/**
 * Ids of things that requests name, in the order in which they are first named. What is adopted is in the
 * cloud, and what is nowhere else was made up by the client.
 */
function idsOfRequests(exchanges: readonly WireExchange[]): ReadonlySet<string> {
  const answered = new Set(exchanges.flatMap(({ answer }) => [...idsIn(answer).values()]));
  const asked = exchanges.flatMap(({ path, body }) =>
    (JSON.stringify([path, body]).match(uuid) ?? []).filter(
      (id) => answered.has(id) || /^\/v1\/nodes\/adopt(?:-preview)?$/.test(path),
    ),
  );
  return new Set(asked);
}

/** By place in a JSON value: the ids that stand there. */
export function idsIn(value: unknown, place = ''): ReadonlyMap<string, string> {
  if (typeof value === 'string')
    return new Map(value.length === 36 && value.match(uuid) !== null ? [[place, value]] : []);
  if (typeof value !== 'object' || value === null) return new Map();
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [
      ...idsIn(inner, place === '' ? key : `${place}.${key}`),
    ]),
  );
}

/** A client that waits asks the same again and again: the last time counts. */
function withoutRepeats(exchanges: readonly WireExchange[]): readonly WireExchange[] {
  return exchanges.filter((exchange, index) => {
    const next = exchanges[index + 1];
    return next === undefined || exchange.method !== 'GET' || questionOf(next) !== questionOf(exchange);
  });
}

function questionOf({ sender, method, path, version }: WireExchange): string {
  return JSON.stringify([sender, method, path, version]);
}

function stored(
  { answer, ...exchange }: WireExchange,
  placeholders: ReadonlyMap<string, string>,
  known: Set<string>,
): StoredExchange {
  const ids: Record<string, string> = {};
  const found = [...idsIn(answer), ...idsIn(exchange.location?.split('/').at(-1), 'Location')];
  for (const [place, id] of found) {
    const placeholder = placeholders.get(id);
    if (placeholder === undefined || known.has(id)) continue;
    known.add(id);
    ids[place] = placeholder;
  }
  return {
    ...(withPlaceholders(exchange, placeholders) as Omit<WireExchange, 'answer'>),
    ...(Object.keys(ids).length === 0 ? {} : { ids }),
    ...(isObject(answer) ? { fields: fieldsOf(answer) } : {}),
    ...messageOf(answer, placeholders),
  };
}

/** Ids that no request names are unknown in the sentence, too. */
function messageOf(answer: unknown, placeholders: ReadonlyMap<string, string>): { message?: string } {
  const message = errorMessage(answer);
  return message === undefined
    ? {}
    : { message: message.replaceAll(uuid, (id) => placeholders.get(id) ?? '{id}') };
}

export function errorMessage(answer: unknown): string | undefined {
  const error = isObject(answer) ? answer['error'] : undefined;
  const message = isObject(error) ? error['message'] : undefined;
  return typeof message === 'string' ? message : undefined;
}

function withPlaceholders(value: unknown, placeholders: ReadonlyMap<string, string>): unknown {
  let text = JSON.stringify(value);
  for (const [found, placeholder] of placeholders) text = text.replaceAll(found, placeholder);
  return JSON.parse(text) as unknown;
}

/**
 * The keys of an answer, and of the object or objects below each: `cluster: id name status`. What is deeper
 * is data of users.
 */
export function fieldsOf(answer: unknown): readonly string[] {
  return Object.entries(isObject(answer) ? answer : {}).map(([key, value]) => {
    const objects = (Array.isArray(value) ? value : [value]).filter(isObject);
    return [`${key}:`, ...new Set(objects.flatMap((one) => Object.keys(one)))].join(' ');
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
