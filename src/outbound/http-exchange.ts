/**
 * One request on one connection, by undici: the headers and as much of the body as is wanted, then the
 * connection is closed. A kept one would answer for a process whose listener is long gone, would hold a
 * socket a node (100,000 of them), and what a user of the node meets is a new connection too.
 */
import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import { openSocket, type ConnectTools } from './connect.ts';
import { AnswerTooLong } from './connection-problem.ts';
import type { HttpAnswer, HttpRequest } from './http-request.ts';
import { HEADER_LIMIT, UNREAD_LIMIT } from './limits.ts';
import { isRedirect } from './redirect.ts';

export type OneAnswer = Omit<HttpAnswer, 'url' | 'redirects' | 'unfollowed'> & {
  readonly location: string | undefined;
};

/** Rejects with the error of the connection, or with the signal's reason. */
export function exchange(request: HttpRequest, tools: ConnectTools, signal: AbortSignal): Promise<OneAnswer> {
  const handler = new Exchange(request, signal);
  handler.send(tools);
  return handler.answer;
}

/**
 * One for all: undici closes with an error too, and to make one with its stack costs a twentieth of a probe.
 */
const answered = Object.assign(new Error('the answer is whole'), { code: 'UND_ERR_INFO' });
const nothing = Buffer.alloc(0);

class Exchange implements Dispatcher.DispatchHandler {
  readonly answer: Promise<OneAnswer>;
  readonly #request: HttpRequest;
  readonly #signal: AbortSignal;
  readonly #onAbort = (): void => this.#fail(this.#signal.reason);
  readonly #chunks: Buffer[] = [];
  #resolve: (answer: OneAnswer) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #length = 0;
  #head: Omit<OneAnswer, 'body' | 'truncated'> = { status: 0, reason: '', headers: [], location: undefined };
  #socket: Socket | undefined;

  constructor(request: HttpRequest, signal: AbortSignal) {
    this.#request = request;
    this.#signal = signal;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  send(tools: ConnectTools): void {
    if (this.#signal.aborted) return this.#fail(this.#signal.reason);
    this.#signal.addEventListener('abort', this.#onAbort);
    const { url, method, headers, body, verifyTls } = this.#request;
    try {
      // The signal says how long it may take. Without pipelining the server is asked to close the connection.
      const client = new Client(url.origin, {
        pipelining: 0,
        headersTimeout: 0,
        bodyTimeout: 0,
        maxHeaderSize: HEADER_LIMIT,
        connect: (_, ready) => {
          this.#socket = openSocket(url, { verify: verifyTls }, tools, ready);
        },
      });
      const path = url.pathname + url.search;
      client.dispatch({ path, method, headers, body: body ?? null }, this);
    } catch (error) {
      this.#fail(error);
    }
  }

  onRequestStart(): void {}

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
    reason = '',
  ): void {
    if (status < 200) return;
    const location = [headers['location']].flat()[0];
    this.#head = { status, reason, location, headers: pairsOf(controller.rawHeaders) };
    const { read, maxRedirects } = this.#request;
    if (read.longer === 'drop') return this.#succeed(nothing, false);
    const isFollowed = maxRedirects > 0 && isRedirect(this.#head);
    if (!isFollowed && (read.of?.(status) ?? true)) return;
    this.#succeed(nothing, false);
    this.#close();
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { limit, longer } = this.#request.read;
    this.#length += chunk.length;
    if (longer === 'drop') {
      if (this.#length > UNREAD_LIMIT) this.#close();
      return;
    }
    this.#chunks.push(chunk);
    if (this.#length <= limit) return;
    if (longer === 'fail') return this.#fail(new AnswerTooLong(limit));
    this.#succeed(this.#body().subarray(0, limit), true);
    this.#close();
  }

  onResponseEnd(): void {
    this.#succeed(this.#body(), false);
    this.#close(answered);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error);
  }

  #body(): Buffer {
    const [only] = this.#chunks;
    return this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks);
  }

  #succeed(body: Buffer, truncated: boolean): void {
    this.#resolve({ ...this.#head, body, truncated });
  }

  /** After an answer it changes nothing but that the connection is closed. */
  #fail(error: unknown): void {
    this.#reject(error);
    this.#close();
  }

  /** @param reason only where undici has seen the whole answer: after any other it would retry. */
  #close(reason?: typeof answered): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#socket?.destroy(reason);
  }
}

function pairsOf(raw: Dispatcher.DispatchController['rawHeaders']): (readonly [string, string])[] {
  if (!Array.isArray(raw)) return [];
  const texts = raw.map((part: Buffer | string) =>
    typeof part === 'string' ? part : part.toString('latin1'),
  );
  return Array.from(
    { length: texts.length / 2 },
    (_, index) => [texts[2 * index] ?? '', texts[2 * index + 1] ?? ''] as const,
  );
}
