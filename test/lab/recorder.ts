/**
 * Sends named requests to the lab and either stores what was answered (one exchange, one file below
 * test/data/openstack), or compares it with what is stored: the same status, the same headers, the same
 * shape of the body.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Lab, LabAnswer, LabRequest, ServiceType } from './lab.ts';
import { normalise, normaliseText } from './normalise.ts';
import type { Names } from './normalise.ts';
import { shapeDifferences } from './shape.ts';

/** A stored exchange: what test/data/openstack/SERVICE/NAME.json holds. */
export interface Exchange {
  readonly request: {
    readonly as: string;
    readonly method: string;
    /** From the root of the service on, with {placeholders} for ids. */
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
}

/** Headers of answers that a client of the cloud may depend on. */
const headersThatMatter = [
  'content-type',
  'location',
  'openstack-api-version',
  'retry-after',
  'vary',
  'www-authenticate',
  'x-compute-request-id',
  'x-openstack-nova-api-version',
  'x-openstack-request-id',
  'x-subject-token',
];

const folders: Readonly<Record<ServiceType, string>> = {
  identity: 'keystone',
  compute: 'nova',
  image: 'glance',
  network: 'neutron',
  placement: 'placement',
  'load-balancer': 'octavia',
  orchestration: 'heat',
  workflowv2: 'mistral',
};

export const recordingsFolder = join(import.meta.dirname, '../data/openstack');

/** The requests that commands of Debian's clients send. */
export const clientRequestsFile = join(recordingsFolder, 'client-requests.json');

/** The difference of an exchange of which there is no recording. */
export const NOT_STORED = 'is not stored';

/** An id that nothing in the lab has. */
export const unknownId = '00000000-0000-4000-8000-000000000000';

/** How often, and for how long, a state is waited for; the machines that run labs are slow. */
const pollMs = 30;
const patienceMs = 120_000;

interface Kept {
  readonly request: LabRequest;
  readonly answer: LabAnswer;
  /** How the stored exchange names the sender; needed where that is the holder of a token. */
  readonly sender?: string;
}

export class Recorder {
  readonly lab: Lab;
  /** Whether exchanges are stored; else they are compared with the stored ones. */
  readonly storing: boolean;
  readonly #values = new Map<string, string>();
  readonly #kept = new Map<string, Kept>();

  constructor(lab: Lab, storing: boolean) {
    this.lab = lab;
    this.storing = storing;
    for (const user of ['demo', 'admin'] as const) {
      this.name(`${user}_project`, lab.login(user).projectId);
      this.name(`${user}_user`, lab.login(user).userId);
    }
    this.name('unknown', unknownId);
  }

  /** From now on, this value is stored as {name}. */
  name(name: string, value: string): void {
    if (value === '') throw new Error(`the value that is to be called {${name}} is empty`);
    this.#values.set(value, name);
  }

  get names(): Names {
    const endpoints = [...this.lab.endpoints].map(([service, url]) => [url, service] as const);
    return { values: this.#values, endpoints: new Map(endpoints) };
  }

  /** Sends a request, keeps the exchange, and answers what the lab answered. */
  async record(name: string, request: LabRequest, sender?: string): Promise<LabAnswer> {
    const answer = await this.lab.send(request);
    this.keep(name, request, answer, sender);
    return answer;
  }

  /** Repeats a request until `reached`; keeps the last exchange alone. */
  async recordOnce(
    name: string,
    request: LabRequest,
    reached: (answer: LabAnswer) => boolean,
  ): Promise<LabAnswer> {
    const answer = await this.until(request, reached);
    this.keep(name, request, answer);
    return answer;
  }

  /** Repeats a request until `reached`. @throws Error with the last answer, after two minutes. */
  async until(request: LabRequest, reached: (answer: LabAnswer) => boolean): Promise<LabAnswer> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const answer = await this.lab.send(request);
      if (reached(answer)) return answer;
      if (Date.now() > deadline)
        throw new Error(
          `${request.method} ${request.path}: the awaited state did not come within ${patienceMs / 1000} s; ` +
            `the last answer was ${answer.status} ${JSON.stringify(answer.body)}`,
        );
      await delay(pollMs);
    }
  }

  keep(name: string, request: LabRequest, answer: LabAnswer, sender?: string): void {
    const title = `${folders[request.service]}/${name}`;
    if (this.#kept.has(title)) throw new Error(`two exchanges are named ${title}`);
    this.#kept.set(title, { request, answer, ...(sender === undefined ? {} : { sender }) });
  }

  /**
   * Stores or compares what was kept; at the end of a scene, when the names of all ids are known.
   * Answers what differs, a line each.
   */
  finish(): readonly string[] {
    if (this.storing) {
      for (const [title, kept] of this.#kept) store(title, this.#exchange(kept));
      return [];
    }
    return [...this.differences()].flatMap(([title, lines]) => lines.map((line) => `${title}: ${line}`));
  }

  /**
   * By title, nova/servers for example: how what was kept differs from what is stored; empty: it does not.
   */
  differences(): ReadonlyMap<string, readonly string[]> {
    return new Map(
      [...this.#kept].map(([title, kept]) => {
        const file = fileOf(title);
        if (!existsSync(file)) return [title, [NOT_STORED]];
        const stored = JSON.parse(readFileSync(file, 'utf8')) as Exchange;
        return [title, compare(stored, this.#exchange(kept))];
      }),
    );
  }

  #exchange({ request, answer, sender }: Kept): Exchange {
    const names = this.names;
    const headers: Record<string, string> = {};
    for (const header of headersThatMatter) {
      const value = answer.headers.get(header);
      if (value !== null)
        headers[header] = header === 'x-subject-token' ? '{token}' : normaliseText(value, names);
    }
    return {
      request: {
        as: sender ?? (typeof request.as === 'object' ? '{token}' : request.as),
        method: request.method,
        path: normaliseText(request.path, names),
        ...(request.headers === undefined
          ? {}
          : { headers: normalise(request.headers, names) as Record<string, string> }),
        ...(request.body === undefined ? {} : { body: normalise(request.body, names) }),
      },
      response: {
        status: answer.status,
        headers,
        ...(answer.body === undefined ? {} : { body: normalise(answer.body, names) }),
      },
    };
  }
}

function fileOf(title: string): string {
  return join(recordingsFolder, `${title}.json`);
}

function store(title: string, exchange: Exchange): void {
  const file = fileOf(title);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(exchange, null, 2)}\n`);
}

/** What differs between a stored exchange and one made now, a line each. */
export function compare(stored: Exchange, now: Exchange): readonly string[] {
  const lines: string[] = [];
  if (stored.response.status !== now.response.status)
    lines.push(`status ${now.response.status}, stored is ${stored.response.status}`);
  // The type of an empty body says nothing.
  const headersOf = ({ headers, body }: Exchange['response']): string =>
    Object.keys(headers)
      .filter((header) => header !== 'content-type' || body !== undefined)
      .join(', ');
  const wanted = headersOf(stored.response);
  const found = headersOf(now.response);
  if (wanted !== found) lines.push(`headers ${found}; stored are ${wanted}`);
  return [...lines, ...shapeDifferences(stored.response.body, now.response.body)];
}
