import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { PollUrlOptions } from '../domain/health-policy.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { NodeFacts } from '../profiles/profile-type.ts';
import { AddressGuard } from '../outbound/address-guard.ts';
import { HttpClient } from '../outbound/http-client.ts';
import { NameLookup } from '../outbound/name-lookup.ts';
import { OutOfTime } from './detector.ts';
import { pollUrl } from './poll-url.ts';
import { probeModes } from './probe-node.ts';
import { testSession } from '../../test/support/session.ts';

const open: { server: Server; sockets: Set<net.Socket> }[] = [];

afterEach(async () => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listen(server: Server): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  open.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function serve(handler: http.RequestListener): Promise<number> {
  return listen(http.createServer(handler));
}

const facts: NodeFacts = {
  id: 'id-1',
  name: 'web-1',
  index: 1,
  role: '',
  clusterId: null,
  clusterName: null,
  metadata: {},
  physicalId: 'server-1',
  data: {},
  properties: {},
  session: testSession,
};

async function ask(
  port: number,
  given: Partial<PollUrlOptions> = {},
  timeoutMs?: number,
  client = new HttpClient(),
): Promise<Verdict> {
  const detector = pollUrl(
    { poll_url: 'http://127.0.0.1:{port}/', poll_url_retry_limit: 0, ...given },
    client,
  );
  const profile = { probe: neverAsked, endpoint: () => ({ address: '127.0.0.1', port }) };
  const timed = timeoutMs === undefined ? detector : { ...detector, timeoutMs };
  const { signal } = new AbortController();
  const [answer] = await probeModes({ node: facts, profile }, [timed], { signal });
  return answer?.verdict ?? { health: 'unknown', reason: 'none' };
}

/** A name server that knows only these. */
function namesOf(addresses: Readonly<Record<string, string>>): NameLookup {
  return new NameLookup((name, _options, callback) => {
    const address = addresses[name];
    if (address === undefined) callback(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }), []);
    else callback(null, [{ address, family: 4 }]);
  });
}

function neverAsked(): Promise<Verdict> {
  throw new Error('the status was asked');
}

const unhealthy = (failure: string, reason: RegExp): object => ({
  health: 'unhealthy',
  failure,
  reason: expect.stringMatching(reason),
});

describe('an answer', () => {
  test.each([200, 204, 299])('%i is healthy', async (status) => {
    const port = await serve((_, response) => void response.writeHead(status).end());
    expect(await ask(port)).toEqual({ health: 'healthy', reason: `the URL answered ${status}` });
  });

  test.each([304, 404, 500, 503])('%i is unhealthy, also where connection errors are not', async (status) => {
    const port = await serve((_, response) => void response.writeHead(status).end());
    const verdict = await ask(port, { poll_url_conn_error_as_unhealthy: false });
    expect(verdict).toEqual(unhealthy('URL_UNHEALTHY', new RegExp(`answered ${status}$`)));
  });

  test('may come from a host with a name', async () => {
    const port = await serve((_, response) => void response.end());
    expect((await ask(port, { poll_url: 'http://localhost:{port}/' })).health).toBe('healthy');
  });

  test('has a new connection each time', async () => {
    const ports = new Set<number | undefined>();
    const port = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    for (let count = 0; count < 3; count += 1) await ask(port);
    expect(ports.size).toBe(3);
  });

  test('that is not HTTP is unhealthy', async () => {
    const port = await listen(net.createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')));
    expect(await ask(port)).toEqual(unhealthy('URL_UNHEALTHY', /: the answer is not HTTP$/));
  });

  test('with unsolicited 1xx, upgrade or endless headers ends in time', async () => {
    const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n';
    const switching = await listen(net.createServer((socket) => void socket.write(upgrade)));
    expect((await ask(switching, {}, 300)).health).toBe('unhealthy');
    const endless = await listen(
      net.createServer((socket) => void socket.write(`HTTP/1.1 200 OK\r\n${'x-more: y\r\n'.repeat(99_999)}`)),
    );
    expect(await ask(endless, {}, 2000)).toEqual(
      unhealthy('URL_UNHEALTHY', /the headers of the answer are longer than 256 KiB/),
    );
  });

  test('with 200 KB of headers is taken', async () => {
    const headers = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`x-${index}`, 'y'.repeat(2000)]),
    );
    const port = await serve((_, response) => void response.writeHead(200, headers).end('ok'));
    expect(await ask(port, { poll_url_healthy_response: '^ok$' })).toMatchObject({ health: 'healthy' });
  });
});

describe('poll_url_healthy_response', () => {
  const says = (body: string): Promise<number> => serve((_, response) => void response.end(body));

  test('is searched for anywhere in the body', async () => {
    const port = await says('{"status": "passing"}\n');
    expect((await ask(port, { poll_url_healthy_response: 'pass(ing|ed)' })).health).toBe('healthy');
    expect((await ask(port, { poll_url_healthy_response: '}$' })).health).toBe('healthy');
  });

  test('that is missing makes the node unhealthy, and a short quote says what was there', async () => {
    const port = await says(`failing\u001b[2J\u009b2J ${'x'.repeat(500)}`);
    const verdict = await ask(port, { poll_url_healthy_response: 'passing' });
    expect(verdict).toEqual(
      unhealthy(
        'URL_UNHEALTHY',
        /answered 200 with "failing\\u001b\[2J\\u009b2J x{50,}\.\.\.", expected passing /,
      ),
    );
    expect(verdict.reason.length).toBeLessThan(250);
  });

  test('is not enough with a status of 500', async () => {
    const port = await serve((_, response) => void response.writeHead(500).end('passing'));
    expect((await ask(port, { poll_url_healthy_response: 'passing' })).health).toBe('unhealthy');
  });

  test('that would hang a backtracking matcher is answered', async () => {
    const port = await says(`${'a'.repeat(60_000)}!`);
    const verdict = await ask(port, { poll_url_healthy_response: '^(a+)+$' });
    expect(verdict).toEqual(
      unhealthy('URL_UNHEALTHY', /answered 200 with "aaaa.*, expected \^\(a\+\)\+\$ /s),
    );
  });

  test.each(['(', '(?=x)', '(x{1000}){1000}', '(x{999}|y){1}z{999}'])(
    'that cannot be used (%s) is unknown',
    async (pattern) => {
      const verdict = await ask(await says('x'), { poll_url_healthy_response: pattern });
      expect(verdict).toEqual({
        health: 'unknown',
        reason: expect.stringMatching(/^poll_url_healthy_response must be/),
      });
    },
  );
});

describe('a body that does not end', () => {
  const chunk = 'x'.repeat(16_384);

  async function endless(): Promise<{ port: number; sent: () => number; closed: Promise<void> }> {
    const state = { sent: 0, close: (): void => {} };
    const closed = new Promise<void>((resolve) => {
      state.close = resolve;
    });
    const port = await serve((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) state.sent += chunk.length;
      };
      response.on('drain', more).on('close', state.close);
      more();
    });
    return { port, sent: () => state.sent, closed };
  }

  test('is read up to its limit, then the connection is closed', async () => {
    const server = await endless();
    expect((await ask(server.port)).health).toBe('healthy');
    await server.closed;
    expect(server.sent()).toBeLessThan(20_000_000);
  });

  test('holds the healthy response only in its beginning', async () => {
    const { port } = await endless();
    expect(await ask(port, { poll_url_healthy_response: 'ok' })).toEqual(
      unhealthy('URL_UNHEALTHY', /answered 200 with "xxx.* in its first 65536 bytes, expected ok /),
    );
  });

  test('comes too slowly, byte by byte: no whole answer in time', async () => {
    const port = await serve((_, response) => {
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    });
    expect(await ask(port, {}, 200)).toEqual(
      unhealthy('URL_UNREACHABLE', /: no whole answer within 0\.2 s \(poll_url_timeout, in a policy 1\.3\)$/),
    );
  });
});

describe('where nothing answers', () => {
  test.each([
    ['hangs', net.createServer()],
    ['hangs in its headers', net.createServer((socket) => void socket.write('HTTP/1.1 200 OK\r\n'))],
  ])('a server that %s is unreachable', async (_, server) => {
    const port = await listen(server);
    expect(await ask(port, {}, 100)).toEqual(unhealthy('URL_UNREACHABLE', /no whole answer within 0\.1 s/));
  });

  test('a closed port and a reset connection are unreachable', async () => {
    expect(await ask(1)).toEqual(unhealthy('URL_UNREACHABLE', /:1\/: connection refused \(ECONNREFUSED\)/));
    const port = await listen(
      net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
    );
    expect(await ask(port)).toEqual(unhealthy('URL_UNREACHABLE', /ECONNRESET/));
  });

  test('and connection errors do not count, the verdict is unknown, never healthy', async () => {
    const port = await listen(net.createServer());
    for (const verdict of [
      await ask(1, { poll_url_conn_error_as_unhealthy: false }),
      await ask(port, { poll_url_conn_error_as_unhealthy: false }, 100),
    ]) {
      expect(verdict.health).toBe('unknown');
      expect(verdict.reason).toMatch(/connection errors do not count as unhealthy$/);
    }
  });
});

describe('redirects', () => {
  test('are followed three times', async () => {
    const port = await serve((request, response) => {
      const hop = Number(request.url?.slice(1));
      if (hop === 3) response.end('here');
      else response.writeHead(302, { location: `/${hop + 1}` }).end('moved');
    });
    const options = { poll_url: 'http://127.0.0.1:{port}/0', poll_url_healthy_response: '^here$' };
    expect((await ask(port, options)).health).toBe('healthy');
  });

  test('that go in a circle are unhealthy', async () => {
    const port = await serve((_, response) => void response.writeHead(301, { location: '/' }).end());
    expect(await ask(port)).toEqual(unhealthy('URL_UNHEALTHY', /answered more than 3 redirects/));
  });

  test.each(['file:///etc/passwd', 'gopher://x/', 'http://'])('to %s are not followed', async (location) => {
    const port = await serve((_, response) => void response.writeHead(302, { location }).end());
    expect(await ask(port)).toEqual(unhealthy('URL_UNHEALTHY', /answered a redirect to/));
  });

  test('to a host whose name is not known name that host, and say nothing of the node', async () => {
    const port = await serve((_, response) => {
      response.writeHead(302, { location: 'http://gone.invalid/x?token=s3cr3t' }).end();
    });
    const verdict = await ask(port, {}, 5000, new HttpClient({ names: namesOf({}) }));
    expect(verdict).toEqual({
      health: 'unknown',
      reason: `http://127.0.0.1:${port}/ redirected to http://gone.invalid/x?...: the name of the host is not known (ENOTFOUND)`,
    });
  });

  test('to a server that hangs name that server', async () => {
    const time = new AbortController();
    const silent = net.createServer(() => time.abort(new OutOfTime(300)));
    const hanging = await listen(silent);
    const port = await serve((_, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${hanging}/x` }).end();
    });
    const detector = pollUrl({ poll_url: 'http://127.0.0.1:{port}/' }, new HttpClient());
    const profile = { probe: neverAsked, endpoint: () => ({ address: '127.0.0.1', port }) };
    const verdict = await detector.probe({ node: facts, profile }, time.signal);
    expect(verdict.reason).toBe(
      `http://127.0.0.1:${port}/ redirected to http://127.0.0.1:${hanging}/x: no whole answer within 0.3 s (poll_url_timeout, in a policy 1.3)`,
    );
  });

  test('do not take the credentials to another host', async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end();
    });
    const port = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(302, { location: `http://127.0.0.1:${other}/` }).end();
    });
    await ask(port, { poll_url: 'http://me:hunter22@127.0.0.1:{port}/' });
    expect(seen).toEqual([`Basic ${Buffer.from('me:hunter22').toString('base64')}`, undefined]);
  });
});

describe('addresses that belong to the machine', () => {
  const address = '169.254.169.254';
  const notAsked = /the address 169\.254\.169\.254 is link-local, .*outbound\.allow in its configuration/;

  test.each([
    `http://${address}/latest/meta-data/`,
    'http://2852039166/',
    'http://[::ffff:169.254.169.254]/',
  ])('(%s) are not asked: the verdict is unknown, and says what allows them', async (poll_url) => {
    const verdict = await ask(1, { poll_url });
    expect(verdict).toEqual({ health: 'unknown', reason: expect.stringMatching(/outbound\.allow/) });
  });

  test('are not asked through a name either, whatever it led to before', async () => {
    const port = await serve((_, response) => void response.end('ok'));
    const answers = ['127.0.0.1', address];
    const names = new NameLookup(
      (_name, _options, callback) => {
        callback(null, [{ address: answers.shift() ?? address, family: 4 }]);
      },
      () => performance.now() * 1e6,
    );
    const client = new HttpClient({ names });
    const poll_url = 'http://rebinding.example:{port}/';
    expect((await ask(port, { poll_url }, 5000, client)).health).toBe('healthy');
    const verdict = await ask(port, { poll_url }, 5000, client);
    expect(verdict).toEqual({ health: 'unknown', reason: expect.stringMatching(notAsked) });
  });

  test('are not asked through a redirect: such an answer is not healthy', async () => {
    const port = await serve(
      (_, response) => void response.writeHead(307, { location: `http://${address}/` }).end(),
    );
    expect(await ask(port)).toEqual(unhealthy('URL_UNHEALTHY', notAsked));
  });

  test('may be asked where the operator allows them, and others not where they are refused', async () => {
    const port = await serve((_, response) => void response.end('ok'));
    const refusing = new HttpClient({ guard: new AddressGuard({ allow: [], refuse: ['127.0.0.0/8'] }) });
    expect(await ask(port, {}, 5000, refusing)).toEqual({
      health: 'unknown',
      reason: `http://127.0.0.1:${port}/: the address 127.0.0.1 is refused by outbound.refuse in the configuration of Coppice`,
    });
    const allowing = new HttpClient({
      guard: new AddressGuard({ allow: ['127.0.0.1'], refuse: ['127.0.0.0/8'] }),
    });
    expect((await ask(port, {}, 5000, allowing)).health).toBe('healthy');
  });
});

describe('TLS', () => {
  const file = (name: string): string =>
    readFileSync(new URL(`../../test/data/tls/${name}`, import.meta.url), 'utf8');
  const secure = (): Promise<number> =>
    listen(
      https.createServer({ key: file('self-signed.key'), cert: file('self-signed.crt') }, (_, response) => {
        response.end('passing');
      }),
    );
  const poll_url = 'https://127.0.0.1:{port}/';

  test('a self-signed certificate is refused', async () => {
    expect(await ask(await secure(), { poll_url })).toEqual(
      unhealthy(
        'URL_UNREACHABLE',
        /the certificate is self-signed \(DEPTH_ZERO_SELF_SIGNED_CERT\); poll_url_ssl_verify: false accepts/,
      ),
    );
  });

  test('a self-signed certificate is accepted without poll_url_ssl_verify', async () => {
    const port = await secure();
    const options = { poll_url, poll_url_ssl_verify: false, poll_url_healthy_response: 'passing' };
    expect((await ask(port, options)).health).toBe('healthy');
    expect((await ask(port, { poll_url })).health, 'and only there').toBe('unhealthy');
  });
});

describe('secrets of the URL', () => {
  const poll_url = 'http://me:hunter22@127.0.0.1:{port}/health?token=s3cr3t%2Fkey';

  test('are in no reason, even if the body repeats them in some encoding', async () => {
    const port = await serve((request, response) => {
      response.end(`${request.headers.authorization} ${request.url}`);
    });
    const verdict = await ask(port, { poll_url, poll_url_healthy_response: 'passing' });
    expect(verdict.reason).toMatch(/\/health\?\.\.\. answered 200 with \d+ other characters, expected /);
  });

  test('are in no reason of a failed connection or redirect', async () => {
    const circle = await serve((request, response) => {
      response
        .writeHead(302, { location: `http://a:hunter22@127.0.0.1:${request.socket.localPort}/?s3cr3t` })
        .end();
    });
    for (const port of [1, circle]) {
      expect((await ask(port, { poll_url })).reason).not.toMatch(/hunter|s3cr/);
    }
  });
});

test('retries ask again until the answer is good, and not when it is', async () => {
  let asked = 0;
  const port = await serve((_, response) => {
    asked += 1;
    response.writeHead(asked < 3 ? 500 : 200).end();
  });
  const options = { poll_url_retry_limit: 5, poll_url_retry_interval: 0.01 };
  expect((await ask(port, options)).health).toBe('healthy');
  expect(asked).toBe(3);
  expect((await ask(port, options)).health).toBe('healthy');
  expect(asked).toBe(4);
});

test('a URL that is not made for nodes of its kind is unknown', async () => {
  const verdict = await ask(1, { poll_url: 'http://127.0.0.1/{cluster_id}' });
  expect(verdict).toEqual({
    health: 'unknown',
    reason: 'poll_url has {cluster_id}, and the node has none',
  });
});

test('a node that lacks the port that it should have is unhealthy', async () => {
  const detector = pollUrl({ poll_url: 'http://{address}:{port}/' }, new HttpClient());
  const profile = { probe: neverAsked, endpoint: () => ({ address: '127.0.0.1', port: null }) };
  const verdict = await detector.probe({ node: facts, profile }, new AbortController().signal);
  expect(verdict).toEqual({
    health: 'unhealthy',
    failure: 'NOT_CREATED',
    reason: 'poll_url has {port}, and the node has none yet, or none any more',
  });
});
