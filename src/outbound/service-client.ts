/**
 * Requests to a service that is called often, such as the API of a cloud: connections are kept and shared, a
 * bounded number to each server. Addresses are checked as for every other request; redirects are not
 * followed, since an API answers at the URL of its catalog.
 */
import type { Socket } from 'node:net';
import { Agent } from 'undici';
import { AddressGuard } from './address-guard.ts';
import { openSocket } from './connect.ts';
import { AnswerTooLong } from './connection-problem.ts';
import { HEADER_LIMIT } from './limits.ts';
import { NameLookup } from './name-lookup.ts';
import { RequestFailed } from './request-failed.ts';

export interface ServiceClientOptions {
  readonly guard?: AddressGuard;
  readonly names?: NameLookup;
  /** Connections to one server at once; further requests wait. */
  readonly connections?: number;
  /** false: certificates are not verified. */
  readonly verifyTls?: boolean;
  /** PEM of the authorities that are trusted instead of the system's. */
  readonly ca?: string | undefined;
}

export interface ServiceRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Bytes of the answer's body; a longer one is an error. */
  readonly limit: number;
}

export interface ServiceAnswer {
  readonly status: number;
  /** Names in lower case; of a header that comes several times, the first. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export class ServiceClient {
  readonly #agent: Agent;
  /** Errors of connections that were never made: no request went over them. */
  readonly #notConnected = new WeakSet<object>();

  constructor({
    guard = new AddressGuard(),
    names = new NameLookup(),
    connections = 32,
    verifyTls = true,
    ca,
  }: ServiceClientOptions = {}) {
    this.#agent = new Agent({
      connections,
      pipelining: 1,
      // The signal of a request says how long it may take.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 10_000,
      maxHeaderSize: HEADER_LIMIT,
      connect: ({ protocol, host }, ready) => {
        const connected = (...result: [null, Socket] | [Error, null]): void => {
          if (result[0] !== null) this.#notConnected.add(result[0]);
          ready(...result);
        };
        try {
          openSocket(new URL(`${protocol}//${host}`), { verify: verifyTls, ca }, { guard, names }, connected);
        } catch (error) {
          connected(error as Error, null);
        }
      },
    });
  }

  /** Rejects with RequestFailed, and nothing else. Times are the signal's. */
  async send(request: ServiceRequest, signal: AbortSignal): Promise<ServiceAnswer> {
    const { url, method, headers, body } = request;
    try {
      const answer = await this.#agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers,
        body: body ?? null,
        signal,
      });
      return {
        status: answer.statusCode,
        headers: firstOfEach(answer.headers),
        body: await readText(answer.body, request.limit),
      };
    } catch (error) {
      const place = { url, redirected: false };
      if (signal.aborted) throw RequestFailed.aborted(place, signal);
      throw RequestFailed.of(place, error, !this.#notConnected.has(error as object));
    }
  }

  /** Ends the kept connections, and what is under way. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

async function readText(body: AsyncIterable<Buffer>, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > limit) throw new AnswerTooLong(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function firstOfEach(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value[0] : value,
    ]),
  );
}
