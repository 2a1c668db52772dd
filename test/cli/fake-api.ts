/** A server that answers as a test says, for tests of the command line; it keeps what it was asked. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Asked {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly body: unknown;
}

export interface CannedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text goes out as it is, anything else as JSON. */
  readonly body?: unknown;
}

export type Answers = Readonly<Record<string, CannedAnswer | readonly CannedAnswer[]>>;

export interface FakeApi extends AsyncDisposable {
  readonly url: string;
  readonly asked: Asked[];
}

/**
 * @param answers by `GET /v1/clusters` (without the query); of a list each is given once, and the last again
 * and again.
 */
export async function fakeApi(answers: Answers): Promise<FakeApi> {
  const asked: Asked[] = [];
  const given = new Map<string, number>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '' } = request;
    const body = await text(request);
    const isJson = request.headers['content-type']?.includes('json') === true;
    const sent: unknown = body !== '' && isJson ? JSON.parse(body) : body;
    asked.push({ method, path: url, body: body === '' ? undefined : sent });
    const key = `${method} ${url.split('?')[0] ?? ''}`;
    const count = given.get(key) ?? 0;
    given.set(key, count + 1);
    const { status = 200, headers = {}, body: content = null } = pick(answers[key], count) ?? notFound(url);
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(typeof content === 'string' ? content : JSON.stringify(content));
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function pick(answer: Answers[string] | undefined, count: number): CannedAnswer | undefined {
  if (answer === undefined || !Array.isArray(answer)) return answer as CannedAnswer | undefined;
  const list = answer as readonly CannedAnswer[];
  return list[Math.min(count, list.length - 1)];
}

function notFound(path: string): CannedAnswer {
  const message = `The fake knows nothing of ${path}.`;
  return { status: 404, body: { code: 404, error: { code: 404, message, type: 'ResourceNotFound' } } };
}
