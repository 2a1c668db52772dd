/**
 * Stands between a client and an API, passes on what both say as it is, and keeps it: between clients of
 * Senlin and Coppice, or between Coppice and Nova. What Coppice answers with its own address has that of the
 * proxy, since the header Host is the client's.
 */
import { once } from 'node:events';
import { createServer, request as send, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Sender, WireExchange } from '../clustering-clients/conversation.ts';

/** An exchange before it is known whose token it was. */
interface Heard extends Omit<WireExchange, 'sender'> {
  readonly token: string | undefined;
}

export class RecordingProxy {
  readonly url: string;
  readonly #server: Server;
  readonly #heard: (Heard | undefined)[];

  private constructor(server: Server, heard: (Heard | undefined)[]) {
    this.#server = server;
    this.#heard = heard;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** @param target where Coppice listens: `http://127.0.0.1:8777`. */
  static async start(target: string): Promise<RecordingProxy> {
    const heard: (Heard | undefined)[] = [];
    const server = createServer((request, response) => {
      // In the order of the questions: answers may overtake one another.
      const place = heard.push(undefined) - 1;
      const passed = passOn(request, target).then(({ exchange, headers, text }) => {
        heard[place] = exchange;
        return response.writeHead(exchange.status, headers).end(text);
      });
      passed.catch(() => response.destroy());
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new RecordingProxy(server, heard);
  }

  /** What was said since this was last asked for. @param senderOf whose a token is. */
  async take(senderOf: (token: string) => Promise<Sender | undefined>): Promise<readonly WireExchange[]> {
    const taken = this.#heard.splice(0).filter((one) => one !== undefined);
    const exchanges: WireExchange[] = [];
    for (const { token, ...exchange } of taken) {
      const sender = token === undefined ? undefined : await senderOf(token);
      exchanges.push({ ...(sender === undefined ? {} : { sender }), ...exchange });
    }
    return exchanges;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

interface Passed {
  readonly exchange: Heard;
  readonly headers: Record<string, string | string[]>;
  readonly text: string;
}

async function passOn(request: IncomingMessage, target: string): Promise<Passed> {
  const { method = 'GET', url: path = '/', headers } = request;
  const asked = await textOf(request);
  const passed = send(new URL(path, target), { method, headers: { ...headers, connection: 'close' } });
  passed.end(asked);
  const [answer] = (await once(passed, 'response')) as [IncomingMessage];
  const text = await textOf(answer);
  const version = headers['openstack-api-version'];
  const { location } = answer.headers;
  const exchange: Heard = {
    token: [headers['x-auth-token']].flat()[0],
    method,
    path,
    ...(version === undefined ? {} : { version: String(version) }),
    ...(asked === '' ? {} : { body: parsed(asked) }),
    status: answer.statusCode ?? 0,
    ...(location === undefined ? {} : { location: new URL(location, target).pathname }),
    ...(text === '' ? {} : { answer: parsed(text) }),
  };
  return { exchange, headers: kept(answer.headers), text };
}

async function textOf(stream: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

/** Headers of one connection are not those of the other. */
function kept(headers: IncomingMessage['headers']): Record<string, string | string[]> {
  const passedOn: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && !['connection', 'keep-alive', 'transfer-encoding'].includes(name))
      passedOn[name] = value;
  return passedOn;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
