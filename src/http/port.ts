/**
 * The port, taken before anything else is touched: a server that finds it taken has made nothing. A client
 * that connects before the server is ready gets that answer.
 */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { REQUEST_HEADER_LIMIT } from './unreadable-request.ts';
import { listenFailure, withKnownHost, type ListenAddress } from './listen-address.ts';

/** For a request to arrive whole; a client that sends a byte a minute holds a connection no longer. */
const REQUEST_TIMEOUT_MS = 30_000;
/**
 * Between two requests on one connection: longer than the minute after which clients and proxies let go of
 * theirs.
 */
const KEEP_ALIVE_MS = 72_000;
/** After it, connections that still run are cut when the port is closed. */
const CLOSE_GRACE_MS = 5000;

export class Port {
  readonly server: Server = createServer({
    maxHeaderSize: REQUEST_HEADER_LIMIT,
    headersTimeout: REQUEST_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  #url: string | undefined;

  constructor() {
    this.server.on('request', notReady);
  }

  /** `http://127.0.0.1:8777`, once it listens. */
  get url(): string {
    if (this.#url === undefined) throw new Error('The server does not listen yet.');
    return this.#url;
  }

  /** @returns the URL. @throws Error with a sentence for the operator. */
  async listen(address: ListenAddress): Promise<string> {
    const where = withKnownHost(address);
    try {
      this.server.listen(where);
      await once(this.server, 'listening');
    } catch (error) {
      throw listenFailure(where, error);
    }
    const { address: host, port } = this.server.address() as AddressInfo;
    this.#url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    return this.#url;
  }

  /** From now on requests are answered. */
  answerWith(listener: RequestListener): void {
    this.server.off('request', notReady);
    this.server.on('request', listener);
  }

  /** Lets requests that run be answered, and closes. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    const cut = setTimeout(() => this.server.closeAllConnections(), CLOSE_GRACE_MS);
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeIdleConnections();
    await closed;
    clearTimeout(cut);
  }
}

const notReady: RequestListener = (_request, response) => {
  response.writeHead(503, { 'Content-Type': 'application/json', 'Retry-After': '1' });
  response.end(JSON.stringify({ reason: 'Coppice is starting.', status: 'unavailable' }));
};
