import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { AddressGuard } from './address-guard.ts';
import { HttpClient } from './http-client.ts';
import type { HttpAnswer, HttpRequest } from './http-request.ts';
import { NameLookup } from './name-lookup.ts';
import { RequestFailed } from './request-failed.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function send(url: string, given: Partial<HttpRequest> = {}, client = new HttpClient()): Promise<HttpAnswer> {
  const request: HttpRequest = {
    method: 'GET',
    url: new URL(url),
    headers: {},
    verifyTls: true,
    maxRedirects: 0,
    read: { limit: 1000, longer: 'cut' },
    ...given,
  };
  return client.send(request, AbortSignal.timeout(10_000));
}

const failure = (request: Promise<unknown>): Promise<RequestFailed> =>
  request.then(
    () => Promise.reject(new Error('it was answered')),
    (error: unknown) => (error instanceof RequestFailed ? error : Promise.reject(error as Error)),
  );

/** Every name leads to these. */
function leadingTo(...addresses: string[]): HttpClient {
  const names = new NameLookup((_name, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    ),
  );
  return new HttpClient({ names });
}

describe('an answer', () => {
  test('has its status, its words, its headers as they came, and its body', async () => {
    const host = await serve((_, response) => {
      response.writeHead(404, 'Nothing Here', ['X-Odd-Case', 'a', 'x-odd-case', 'b']).end('body');
    });
    const answer = await send(`http://${host}/`);
    expect(answer).toMatchObject({
      status: 404,
      reason: 'Nothing Here',
      truncated: false,
      redirects: [],
      unfollowed: null,
    });
    expect(answer.body.toString()).toBe('body');
    expect(answer.headers.slice(0, 2)).toEqual([
      ['X-Odd-Case', 'a'],
      ['x-odd-case', 'b'],
    ]);
  });

  test('that is too long is cut, or an error, as the request says', async () => {
    const host = await serve((_, response) => void response.end('0123456789'));
    const cut = await send(`http://${host}/`, { read: { limit: 4, longer: 'cut' } });
    expect([cut.body.toString(), cut.truncated]).toEqual(['0123', true]);
    const error = await failure(send(`http://${host}/`, { read: { limit: 4, longer: 'fail' } }));
    expect(error).toMatchObject({ kind: 'answer', message: 'the answer is longer than 4 bytes' });
  });

  test('whose body is not wanted is there before the body ends', async () => {
    const host = await serve((_, response) => void response.writeHead(200).write('x'));
    expect(await send(`http://${host}/`, { read: { limit: 0, longer: 'drop' } })).toMatchObject({
      status: 200,
    });
  });

  test('is taken after an informational one', async () => {
    const host = await serve((_, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      response.end('ok');
    });
    expect(await send(`http://${host}/`)).toMatchObject({ status: 200 });
  });
});

test('user and password of a URL become a header, and are not in the URL of the answer', async () => {
  const host = await serve((request, response) => void response.end(request.headers.authorization));
  const answer = await send(`http://me:p%40ss@${host}/x?y=1`);
  expect(answer.body.toString()).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  expect(answer.url.href).toBe(`http://${host}/x?y=1`);
  const own = await send(`http://me:p%40ss@${host}/`, { headers: { authorization: 'Bearer x' } });
  expect(own.body.toString()).toBe('Bearer x');
});

describe('redirects', () => {
  test('are followed so many times, and one more is the answer', async () => {
    const host = await serve((_, response) => void response.writeHead(302, { location: '/again' }).end());
    expect(await send(`http://${host}/`)).toMatchObject({ status: 302, unfollowed: null });
    expect(await send(`http://${host}/`, { maxRedirects: 2 })).toMatchObject({
      status: 302,
      redirects: [302, 302],
      unfollowed: 'more than 2 redirects',
    });
  });

  test('to another server take no credentials of the URL along, whatever the name of the server', async () => {
    const host = await serve((request, response) => {
      if (request.headers.host?.startsWith('one.')) {
        response.writeHead(302, { location: `http://two.example:${host.split(':')[1]}/` }).end();
      } else response.end(request.headers.authorization ?? 'none');
    });
    const url = `http://me:secret@one.example:${host.split(':')[1]}/`;
    const answer = await send(url, { maxRedirects: 1 }, leadingTo('127.0.0.1'));
    expect(answer.body.toString()).toBe('none');
  });
});

describe('a name', () => {
  test('that leads to refused addresses too is asked at the others only', async () => {
    const host = await serve((_, response) => void response.end('ok'));
    const url = `http://mixed.example:${host.split(':')[1]}/`;
    const answer = await send(url, {}, leadingTo('169.254.169.254', 'fe80::1', '127.0.0.1'));
    expect(answer.body.toString()).toBe('ok');
  });

  test('that leads to refused addresses only is refused', async () => {
    const error = await failure(
      send('http://metadata.example/', {}, leadingTo('169.254.169.254', 'fe80::1')),
    );
    expect(error.kind).toBe('refused-address');
    expect(error.message).toMatch(/^metadata\.example: the address 169\.254\.169\.254 is link-local/);
  });
});

describe('an error', () => {
  test('holds nothing that is secret in the request', async () => {
    const host = await serve((request) => void request.socket.destroy());
    const guard = new AddressGuard({ allow: [], refuse: ['10.0.0.0/8'] });
    const urls = [
      `http://me:secret@${host}/?token=secret`,
      'http://me:secret@127.0.0.1:1/?token=secret',
      'http://me:secret@10.1.2.3/?token=secret',
      'https://me:secret@127.0.0.1:1/?token=secret',
    ];
    for (const url of urls) {
      const request = send(
        url,
        { method: 'POST', headers: { 'X-Key': 'secret' }, body: 'secret' },
        new HttpClient({ guard }),
      );
      const error = await failure(request);
      expect(JSON.stringify([error, error.message, error.stack, error.url.href])).not.toContain('me:secret');
      expect(`${error.message} ${error.stack} ${String(error.cause)}`).not.toContain('secret');
    }
  });

  test('of a request that cannot be made names the header that is wrong', async () => {
    const error = await failure(send('http://127.0.0.1:1/', { headers: { 'X-A': 'secret\r\nX-B: c' } }));
    expect(error).toMatchObject({
      kind: 'local',
      message: 'the request could not be made: invalid X-A header',
    });
  });
});
