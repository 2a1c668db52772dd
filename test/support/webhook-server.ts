/**
 * A real little target of notifications, that answers as a test wants it; who checks the signature is the
 * snippet of the documentation.
 */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly id: string;
  readonly type: string;
  readonly data: { readonly reason: string; readonly [key: string]: unknown };
}

/** A status to answer with, `hang` to not answer, or what to do. */
export type AnswerWith = number | 'hang' | ((response: ServerResponse) => void);

export class WebhookServer {
  readonly received: Received[] = [];
  /** For each request the next of these; once they are used up, 204. */
  answers: AnswerWith[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on(
      'request',
      (request: IncomingMessage, response: ServerResponse) => void this.#take(request, response),
    );
  }

  static async start(): Promise<WebhookServer> {
    const server = createServer();
    const target = new WebhookServer(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return target;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** Ids in the order of their first arrival. */
  get ids(): string[] {
    return [...new Set(this.received.map(({ id }) => id))];
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
    const { type, data } = JSON.parse(body) as Pick<Received, 'type' | 'data'>;
    const id = String(request.headers['webhook-id']);
    this.received.push({ headers: request.headers, body, id, type, data });
    const answer = this.answers.shift() ?? 204;
    if (typeof answer === 'function') answer(response);
    else if (answer !== 'hang') response.writeHead(answer).end('thanks');
  }
}

type IsFromCoppice = (headers: IncomingHttpHeaders, body: string, secret: string, now?: number) => boolean;

const page = join(import.meta.dirname, '../../docs/howto/receive-notifications.md');

/** The snippet that docs/howto/receive-notifications.md gives to those who receive. */
export async function documentedCheck(): Promise<IsFromCoppice> {
  const [, snippet = ''] = /```js\n([^]*?)```/.exec(readFileSync(page, 'utf8')) ?? [];
  const directory = mkdtempSync(join(tmpdir(), 'coppice-snippet-'));
  try {
    const path = join(directory, 'check.mjs');
    writeFileSync(path, snippet);
    const module = (await import(pathToFileURL(path).href)) as { isFromCoppice: IsFromCoppice };
    return module.isFromCoppice;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
