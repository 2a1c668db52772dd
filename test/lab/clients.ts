/**
 * Which requests a command of Debian's OpenStack clients makes, and what it was answered, as its own log
 * (--debug) says: for each a line `REQ: curl ...`, one of the connection, and `RESP BODY: ...`. The client
 * leaves tokens and the bodies of logins out of it.
 */
import { spawnSync } from 'node:child_process';
import type { ServiceType } from './lab.ts';
import { normalise, normaliseText, type Names } from './normalise.ts';
import { shapeOf } from './shape.ts';

/** A request as it was, with its answer. */
export interface SentRequest {
  readonly method: string;
  readonly service: ServiceType;
  /** From the root of the service on, with its query. */
  readonly path: string;
  /** The header X-OpenStack-Nova-API-Version or OpenStack-API-Version, where one is sent. */
  readonly microversion?: string;
  readonly body?: unknown;
  readonly status: number;
  readonly answer?: unknown;
}

/** A request as it is stored: with placeholders, and the shape of what was answered (`shape.ts`). */
export interface ClientRequest extends Omit<SentRequest, 'answer'> {
  readonly answer?: readonly string[];
}

/** What a command sends, in order; repeats while it waits for something count once. */
export interface ClientCommand {
  readonly command: string;
  readonly as: 'admin' | 'demo';
  readonly exit: number | null;
  readonly requests: readonly ClientRequest[];
}

const sent = /^(?:DEBUG.*)?(https?:\/\/\S+) "(\w+) (\S+) HTTP\/1\.1" (\d+)/;
const curl = /^REQ: curl -g -i -X (\w+) /;
const microversionHeader = /-H "(?:X-OpenStack-Nova-API-Version|OpenStack-API-Version): ([^"]+)"/;
const sentBody = / -d '(.*)'$/;
const answered = 'RESP BODY: ';

/** The requests that the log of a client shows, in order. */
export function requestsIn(log: string, endpoints: ReadonlyMap<string, string>): readonly SentRequest[] {
  const requests: SentRequest[] = [];
  let announced: { microversion?: string; body?: unknown } = {};
  for (const line of log.split('\n')) {
    if (curl.test(line)) announced = announcedIn(line);
    const last = requests.at(-1);
    if (line.startsWith(answered) && last !== undefined)
      requests[requests.length - 1] = { ...last, ...answerIn(line.slice(answered.length)) };
    const [, endpoint, method, path, status] = sent.exec(line) ?? [];
    if (endpoint === undefined || method === undefined || path === undefined) continue;
    const service = serviceAt(endpoint, path, endpoints);
    requests.push({ method, ...service, ...announced, status: Number(status) });
    announced = {};
  }
  return requests;
}

function announcedIn(line: string): { microversion?: string; body?: unknown } {
  const microversion = microversionHeader.exec(line)?.[1];
  const body = sentBody.exec(line)?.[1];
  return {
    ...(microversion === undefined ? {} : { microversion }),
    ...(body === undefined ? {} : { body: JSON.parse(body) as unknown }),
  };
}

/** A client writes of an answer without a body, or with one that is not JSON, that it leaves it out. */
function answerIn(text: string): { answer?: unknown } {
  return /^[[{]/.test(text) ? { answer: JSON.parse(text) as unknown } : {};
}

/** @param endpoints by address, such as http://127.0.0.1:8774: the type of service. */
function serviceAt(
  origin: string,
  path: string,
  endpoints: ReadonlyMap<string, string>,
): Pick<SentRequest, 'service' | 'path'> {
  for (const [address, service] of endpoints)
    if (`${origin}${path}`.startsWith(address))
      return { service: service as ServiceType, path: `${origin}${path}`.slice(address.length) };
  throw new Error(`the client has asked ${origin}${path}, which is in no catalog`);
}

/**
 * The ids of things in a request and its answer, with a name that follows from the thing:
 * `server_client-web`. What is created may be answered with its id alone.
 */
export function namedIds({
  service,
  body,
  answer,
}: Pick<SentRequest, 'service' | 'body' | 'answer'>): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  // Glance answers with an image as it is, not below a key.
  collect(answer, service, names);
  for (const [kind, created] of Object.entries(isObject(answer) ? answer : {})) {
    const asked = isObject(body) ? (body[kind] ?? body) : undefined;
    if (isObject(created) && isObject(asked)) nameOne(kind, { ...asked, ...created }, names);
  }
  return names;
}

function collect(value: unknown, kind: string, names: Map<string, string>): void {
  if (Array.isArray(value)) for (const item of value) collect(item, kind.replace(/s$/, ''), names);
  if (!isObject(value)) return;
  nameOne(kind, value, names);
  for (const [key, inner] of Object.entries(value)) collect(inner, key, names);
}

function nameOne(kind: string, thing: Readonly<Record<string, unknown>>, names: Map<string, string>): void {
  const name = thing['name'] ?? thing['stack_name'];
  const { id } = thing;
  if (typeof id === 'string' && id !== '' && typeof name === 'string') names.set(`${kind}_${name}`, id);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As requests are stored. @param names of all ids. */
export function toStored(requests: readonly SentRequest[], names: Names): readonly ClientRequest[] {
  const seen = new Map<string, ClientRequest>();
  for (const { answer, body, path, ...request } of requests) {
    const stored = {
      ...request,
      path: normaliseText(path, names),
      ...(body === undefined ? {} : { body: normalise(body, names) }),
    };
    const shape = answer === undefined ? {} : { answer: [...shapeOf(answer)] };
    seen.set(JSON.stringify(stored), { ...stored, ...shape });
  }
  return [...seen.values()];
}

export interface ClientRun {
  readonly requests: readonly SentRequest[];
  readonly output: string;
  readonly log: string;
  readonly exit: number | null;
}

/** Runs `openstack --debug COMMAND`. @param environment the variables OS_... of a user. */
export function runClient(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  endpoints: ReadonlyMap<string, string>,
): ClientRun {
  const result = spawnSync('/usr/bin/openstack', ['--debug', ...command], {
    encoding: 'utf8',
    maxBuffer: 100_000_000,
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', ...environment },
  });
  const { stderr: log, stdout: output, status: exit } = result;
  return { requests: requestsIn(log, endpoints), output, log, exit };
}
