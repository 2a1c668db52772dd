/**
 * The little HTTP service that the recorded std.http cases call: fixed documents, counters, slow and failing
 * answers.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from '../../src/domain/json.ts';
import { sortKey } from './mistral-corpus-form.ts';

export interface HttpService {
  /** `http://127.0.0.1:12345` */
  readonly base: string;
  close(): Promise<void>;
}

export async function startHttpService(): Promise<HttpService> {
  const service = new Service();
  const server: Server = createServer((request, response) => void service.answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    base: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

class Service {
  readonly #counts = new Map<string, number>();
  readonly #now = new Map<string, number>();
  readonly #peaks = new Map<string, number>();
  readonly #headers = new Map<string, string[]>();

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const url = new URL(request.url ?? '/', 'http://service');
    const [kind = '', key = '', extra = ''] = url.pathname.split('/').filter((part) => part !== '');
    switch (kind) {
      case 'status':
        return reply(response, Number(key), { status: Number(key) });
      case 'json':
        return reply(response, 200, {
          node: { name: 'node-7', state: 'ACTIVE', ports: [22, 443] },
          ok: true,
        });
      case 'text':
        return send(response, 200, 'plain answer', { 'Content-Type': 'text/plain; charset=utf-8' });
      case 'empty':
        return send(response, 204, '', {});
      case 'echo':
        return reply(response, 200, echo(request, url, body));
      case 'flaky': {
        const call = this.#count(key);
        return reply(response, call <= Number(extra) ? 503 : 200, { call });
      }
      case 'count':
        return reply(response, 200, { call: this.#count(key) });
      case 'slow':
        return await this.#slow(response, key, Number(extra));
      case 'peak':
        return reply(response, 200, { peak: this.#peaks.get(key) ?? 0 });
      case 'callback':
        this.#headers.set(key, namesOf(request, /^mistral-/i).toSorted());
        return reply(response, 202, { accepted: true });
      case 'seen':
        return reply(response, 200, this.#headers.get(key) ?? []);
      case 'redirect':
        return send(response, 302, '', { Location: '/json' });
      default:
        return reply(response, 404, { error: 'no such path' });
    }
  }

  #count(key: string): number {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count;
  }

  async #slow(response: ServerResponse, key: string, milliseconds: number): Promise<void> {
    const now = (this.#now.get(key) ?? 0) + 1;
    this.#now.set(key, now);
    this.#peaks.set(key, Math.max(now, this.#peaks.get(key) ?? 0));
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    this.#now.set(key, (this.#now.get(key) ?? 1) - 1);
    reply(response, 200, { key });
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

function namesOf(request: IncomingMessage, pattern: RegExp): string[] {
  return request.rawHeaders.filter((name, index) => index % 2 === 0 && pattern.test(name));
}

function echo(request: IncomingMessage, url: URL, body: string): Json {
  const own = namesOf(request, /^x-/i).map((name) => [name, String(request.headers[name.toLowerCase()])]);
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    body: jsonOrText(body),
    content_type: request.headers['content-type'] ?? null,
    auth: request.headers.authorization ?? null,
    x: Object.fromEntries(own) as Record<string, string>,
  };
}

function jsonOrText(body: string): Json {
  if (body === '') return null;
  try {
    return JSON.parse(body) as Json;
  } catch {
    return body;
  }
}

/**
 * Spelled with sorted keys and blanks, as when the cases were recorded: the length of an answer is part of
 * them.
 */
function reply(response: ServerResponse, status: number, body: Json): void {
  send(response, status, sortKey(body), { 'Content-Type': 'application/json' });
}

function send(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>>,
): void {
  response.sendDate = false;
  response.removeHeader('Connection');
  response.shouldKeepAlive = false;
  const length = String(Buffer.byteLength(body));
  const { 'Content-Type': type = 'application/json', ...more } = headers;
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': length, ...more });
  response.end(body);
}
