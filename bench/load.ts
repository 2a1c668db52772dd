/**
 * Load on an HTTP server: requests one after the other on each of some connections, by the least code that
 * reads the answers.
 */
import { connect, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';

export interface Load {
  readonly connections: number;
  readonly milliseconds: number;
  /** The whole request, as it goes over the wire. */
  request(): string;
}

/** @returns answers a second. @throws Error for one that is no success. */
export async function requestsASecond(url: URL, load: Load): Promise<number> {
  const started = performance.now();
  const until = started + load.milliseconds;
  const connections = Array.from({ length: load.connections }, () => askUntil(url, until, load));
  const counts = await Promise.all(connections);
  const seconds = (performance.now() - started) / 1000;
  return counts.reduce((sum, count) => sum + count, 0) / seconds;
}

/** @returns how long each of so many took, one after the other on one connection. */
export async function millisecondsOfRequests(url: URL, request: string, times: number): Promise<number[]> {
  const socket = connect(Number(url.port), url.hostname);
  socket.setNoDelay(true);
  try {
    const found: number[] = [];
    for (let count = 0; count < times; count += 1) {
      const started = performance.now();
      socket.write(request);
      await readAnswer(socket);
      found.push(performance.now() - started);
    }
    return found;
  } finally {
    socket.destroy();
  }
}

/** @param token is sent as X-Auth-Token; absent: none. */
export function getRequest(url: URL, path: string, token?: string): string {
  const authentication = token === undefined ? '' : `\r\nX-Auth-Token: ${token}`;
  return `GET ${path} HTTP/1.1\r\nHost: ${url.host}${authentication}${HEAD_END}`;
}

export function postRequest(url: URL, path: string, body: unknown): string {
  const text = JSON.stringify(body);
  const length = Buffer.byteLength(text);
  return `POST ${path} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Type: application/json\r\nContent-Length: ${length}${HEAD_END}${text}`;
}

async function askUntil(url: URL, until: number, load: Load): Promise<number> {
  const socket = connect(Number(url.port), url.hostname);
  socket.setNoDelay(true);
  try {
    let count = 0;
    while (performance.now() < until) {
      socket.write(load.request());
      await readAnswer(socket);
      count += 1;
    }
    return count;
  } finally {
    socket.destroy();
  }
}

async function readAnswer(socket: Socket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let received = 0;
  let wanted: number | undefined;
  const onData = (chunk: Buffer): void => {
    received += chunk.length;
    // An answer of Coppice begins with its whole head.
    wanted ??= lengthOf(chunk.toString('latin1', 0, 2048), reject);
    if (received >= wanted) resolve();
  };
  const onClose = (): void => reject(new Error('the server closed the connection'));
  socket.on('data', onData).once('error', reject).once('close', onClose);
  try {
    await promise;
  } finally {
    socket.off('data', onData).off('error', reject).off('close', onClose);
  }
}

function lengthOf(head: string, reject: (error: Error) => void): number {
  if (!head.startsWith('HTTP/1.1 2')) reject(new Error(`expected a success, found ${head.slice(0, 500)}`));
  const body = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? Number.NaN);
  return head.indexOf(HEAD_END) + HEAD_END.length + body;
}
