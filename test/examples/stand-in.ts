/**
 * A small real HTTP service that replaces an external one: a function computes its responses, and its
 * requests are recorded.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from '../../src/domain/json.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: Json;
}

export interface Answer {
  readonly status: number;
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
}

export class StandIn {
  /** In order. */
  readonly asked: Asked[] = [];
  /** Status by call, such as `PUT /events`: overrides the response of the service. */
  readonly outages = new Map<string, number>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(answer: (asked: Asked) => Answer): Promise<StandIn> {
    const server = createServer((request, response) => void standIn.#serve(request, response, answer));
    const standIn = new StandIn(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return standIn;
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
    answer: (asked: Asked) => Answer,
  ): Promise<void> {
    const asked = await read(request);
    this.asked.push(asked);
    const outage = this.outages.get(callOf(asked));
    const { status, body, headers } = outage === undefined ? answer(asked) : { status: outage };
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(body === undefined ? '' : JSON.stringify(body));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** `GET /servers/1`, ... in order. */
  get calls(): string[] {
    return this.asked.map(callOf);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function callOf({ method, path }: Asked): string {
  return `${method} ${path}`;
}

async function read(request: IncomingMessage): Promise<Asked> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const url = new URL(request.url ?? '/', 'http://stand-in');
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
    body: text === '' ? null : (JSON.parse(text) as Json),
  };
}
