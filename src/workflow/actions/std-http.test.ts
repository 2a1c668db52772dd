import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHttpService, type HttpService } from '../../../test/support/mistral-http-service.ts';
import type { JsonObject } from '../../domain/json.ts';
import { isPure, type ActionOutcome } from './action-type.ts';
import { defaultHttpPolicy, type HttpPolicy } from './http-policy.ts';
import { standardActions } from './registry.ts';

let service: HttpService;
beforeAll(async () => {
  service = await startHttpService();
});
afterAll(async () => {
  await service.close();
});

async function run(
  input: JsonObject,
  policy: Partial<HttpPolicy> = {},
  name = 'std.http',
): Promise<ActionOutcome> {
  const registry = standardActions({
    policy: { ...defaultHttpPolicy(), ...policy },
    apiUrl: () => 'http://api',
  });
  const action = registry.find(name);
  if (action === undefined || isPure(action)) throw new Error(`no action ${name}`);
  const call = { id: 'a1', input, workflowName: 'w', executionId: 'e1', taskId: 't1', session: null };
  return await action.perform(call, new AbortController().signal);
}

function textOf(outcome: ActionOutcome): string {
  if (outcome.kind !== 'ended') throw new Error(outcome.kind);
  return `${outcome.state} ${JSON.stringify(outcome.result)}`;
}

interface Listening {
  readonly url: string;
  close(): void;
}

async function listening(listener: RequestListener): Promise<Listening> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => void server.close() };
}

function redirectingTo(location: string, status = 302): Promise<Listening> {
  return listening((_request, response) => void response.writeHead(status, { location }).end());
}

describe('std.http', () => {
  it('answers with content, status, headers and the rest', async () => {
    expect(await run({ url: `${service.base}/json` })).toMatchObject({
      state: 'SUCCESS',
      result: {
        status: 200,
        content: { ok: true },
        headers: { 'Content-Type': 'application/json' },
        encoding: 'utf-8',
        reason: 'OK',
        history: [],
        cookies: {},
        url: `${service.base}/json`,
      },
    });
    expect(await run({ url: `${service.base}/text` })).toMatchObject({ result: { content: 'plain answer' } });
    expect(await run({ url: `${service.base}/empty` })).toMatchObject({
      result: { content: '', status: 204 },
    });
  });

  it('fails with the same result on an error status', async () => {
    expect(await run({ url: `${service.base}/status/503` })).toMatchObject({
      state: 'ERROR',
      result: { status: 503, content: { status: 503 } },
    });
  });

  it('sends what it is told to', async () => {
    const outcome = await run({
      url: `${service.base}/echo/x?a=1`,
      method: 'post',
      params: { b: true, none: null },
      body: { deep: [1] },
      headers: { 'X-Num': 5 },
      auth: 'user:secret',
    });
    expect(outcome).toMatchObject({
      result: {
        content: {
          method: 'POST',
          query: { a: '1', b: 'True' },
          body: { deep: [1] },
          content_type: null,
          auth: `Basic ${Buffer.from('user:secret').toString('base64')}`,
          x: { 'X-Num': '5' },
        },
      },
    });
  });

  /** Recorded from Python's requests. */
  it.each([
    [{ id: ['x', 'y'] }, '?z=1&id=x&id=y'],
    [{ a: [1, null, true, 1.5] }, '?z=1&a=1&a=True&a=1.5'],
    [{ a: { k: 1, l: 2 } }, '?z=1&a=k&a=l'],
    [{ a: '', b: [] }, '?z=1&a='],
    ['a=1&b=2', '?z=1&a=1&b=2'],
    ['a b', '?z=1&a%20b'],
    ['', '?z=1'],
  ])('sends the params %j as %s', async (params, query) => {
    const url = `${service.base}/json`;
    expect(await run({ url: `${url}?z=1`, params })).toMatchObject({ result: { url: url + query } });
  });

  it('sends params that are a text to a URL without a query', async () => {
    const url = `${service.base}/json`;
    expect(await run({ url, params: 'a=1' })).toMatchObject({ result: { url: `${url}?a=1` } });
  });

  it('refuses params that are a list, and json together with body', async () => {
    const url = `${service.base}/json`;
    expect(textOf(await run({ url, params: [1] }))).toContain('params: expected a mapping or a text');
    expect(textOf(await run({ url, method: 'POST', json: { a: 1 }, body: 'b' }))).toMatch(
      /^ERROR .*body: cannot be sent together with json/,
    );
    expect(await run({ url, method: 'POST', json: { a: 1 }, body: '' })).toMatchObject({ state: 'SUCCESS' });
  });

  it('follows redirects only when it is asked to', async () => {
    expect(await run({ url: `${service.base}/redirect` })).toMatchObject({
      state: 'SUCCESS',
      result: { status: 302 },
    });
    expect(await run({ url: `${service.base}/redirect`, allow_redirects: true })).toMatchObject({
      result: { status: 200, history: ['<Response [302]>'], url: `${service.base}/json` },
    });
  });

  it('gives up when its time is over', async () => {
    const outcome = await run({ url: `${service.base}/slow/k/5000`, timeout: 0.05 });
    expect(textOf(outcome)).toMatch(
      /ERROR .*Failed to send HTTP request: GET http:\/\/[^ ]+: no answer within 0.05 seconds/,
    );
  });

  it('refuses an answer that is too long', async () => {
    const outcome = await run({ url: `${service.base}/json` }, { maxResponseBytes: 10 });
    expect(textOf(outcome)).toMatch(/ERROR .*longer than 10 bytes/);
  });

  it.each([
    [{ url: 'file:///etc/passwd' }, 'http or https'],
    [{ url: 'no url' }, 'url: expected'],
    [{ url: 'http://127.0.0.1:9/' }, 'GET http://127.0.0.1:9/: connection refused .ECONNREFUSED'],
    [
      { url: 'http://u:s3cret@127.0.0.1:9/a?key=s3cret', method: 'post' },
      'POST http://127.0.0.1:9/a\\?...: connection refused',
    ],
    [
      { url: 'web:80/x' },
      'none was sent: url: expected a URL of http or https, found .*web:80/x.* .http:// is missing',
    ],
    [{ url: 'http://127.0.0.1:9/', headers: [1] }, 'headers: expected a mapping'],
    [
      { url: 'http://127.0.0.1:9/', headers: { 'X-A': 'a\r\nX-B: b' } },
      'the request could not be made: invalid X-A header',
    ],
    [
      { url: 'http://127.0.0.1:9/', timeout: '2m' },
      'none was sent: timeout: expected seconds above 0, found .*2m.* .write 120: a number of seconds',
    ],
    [{ url: 'http://127.0.0.1:9/', method: 'connect' }, 'method: CONNECT is not supported'],
    [{ url: 'http://127.0.0.1:9/', proxies: { http: 'x' } }, 'proxies: not supported'],
  ])('fails with a reason for %j', async (input, reason) => {
    expect(textOf(await run(input as JsonObject))).toMatch(
      new RegExp(`ERROR .*Failed to send HTTP request: .*${reason}`),
    );
  });

  it('never says what is in its headers', async () => {
    const outcome = await run({
      url: 'http://127.0.0.1:9/',
      auth: 'user:secret',
      headers: { 'X-Auth-Token': 'secret' },
    });
    expect(textOf(outcome)).not.toContain('secret');
  });
});

describe('std.mistral_http', () => {
  it('tells the server where to complete it, and goes on until then', async () => {
    const url = `${service.base}/callback/c1`;
    expect(await run({ url, method: 'POST' }, {}, 'std.mistral_http')).toEqual({ kind: 'external' });
    expect(await run({ url: `${service.base}/seen/c1` })).toMatchObject({
      result: { content: expect.arrayContaining(['Mistral-Callback-URL']) as unknown },
    });
  });

  it('ends at once on an error status', async () => {
    const outcome = await run({ url: `${service.base}/status/500` }, {}, 'std.mistral_http');
    expect(outcome).toMatchObject({ kind: 'ended', state: 'ERROR' });
  });
});

describe('addresses that belong to the machine', () => {
  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://[fe80::1]/',
    'http://[::ffff:169.254.169.254]/',
  ])('(%s) cannot be asked', async (url) => {
    expect(textOf(await run({ url }))).toMatch(/ERROR .*link-local, .*outbound\.allow/);
  });

  it('cannot be asked through a redirect either', async () => {
    const leading = await redirectingTo('http://169.254.169.254/');
    try {
      const outcome = await run({ url: leading.url, allow_redirects: true });
      expect(textOf(outcome)).toMatch(/ERROR .*redirected to http:\/\/169\.254\.169\.254\/: .*link-local/);
    } finally {
      leading.close();
    }
  });
});

describe('a redirect to another server', () => {
  const secrets = {
    Authorization: 'Bearer secret',
    Cookie: 'session=secret',
    'X-Auth-Token': 'secret',
    'Api-Key': 'secret',
    'Private-Token': 'secret',
    'X-Session-Id': 'secret',
    'X-Anything': 'secret',
  };

  it.each([301, 302, 303, 307, 308])('(%i) takes no credentials and no body along', async (status) => {
    const seen: string[] = [];
    const other = await listening((request, response) => {
      seen.push(request.method ?? '', JSON.stringify(request.headers));
      request.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
      request.on('end', () => response.end('{}'));
    });
    const leading = await redirectingTo(other.url, status);
    try {
      const url = leading.url.replace('//', '//me:secret@');
      const input = {
        url,
        method: 'POST',
        allow_redirects: true,
        headers: { ...secrets, Accept: 'text/plain' },
      };
      const outcome = await run({ ...input, body: 'secret' });
      expect(outcome).toMatchObject({ state: 'SUCCESS', result: { status: 200 } });
      expect(seen[0]).toBe(status < 304 ? 'GET' : 'POST');
      expect(seen.join()).not.toContain('secret');
      expect(seen[1]).toContain('"accept":"text/plain"');
    } finally {
      other.close();
      leading.close();
    }
  });
});

describe('the basic actions', () => {
  function evaluate(name: string, input: JsonObject): ActionOutcome {
    const registry = standardActions({ policy: defaultHttpPolicy(), apiUrl: () => undefined });
    const action = registry.find(name);
    if (action === undefined || !isPure(action)) throw new Error(`no action ${name}`);
    return action.evaluate({
      id: 'a1',
      input,
      workflowName: 'w',
      executionId: 'e1',
      taskId: 't1',
      session: null,
    });
  }

  it.each([
    ['std.noop', {}, { state: 'SUCCESS', result: null }],
    ['std.echo', { output: [1] }, { state: 'SUCCESS', result: [1] }],
    ['std.echo', { output: 1, delay: 2 }, { kind: 'delayed', seconds: 2 }],
    ['std.sleep', { seconds: '3' }, { kind: 'delayed', seconds: 3 }],
    ['std.sleep', {}, { kind: 'delayed', seconds: 1 }],
    ['std.async_noop', {}, { kind: 'external' }],
    ['std.fail', { error_data: { a: 1 } }, { state: 'ERROR', result: { a: 1 } }],
    ['std.test_dict', { size: 2, key_prefix: 'k', val: 'v' }, { result: { k0: 'v', k1: 'v' } }],
  ])('%s with %j', (name, input, outcome) => {
    expect(evaluate(name, input as JsonObject)).toMatchObject(outcome);
  });

  it('fail in Mistral’s words', () => {
    expect(evaluate('std.fail', {})).toMatchObject({
      result:
        "The action raised an exception [action=Fail action, action_ex_id=a1, msg='Fail action expected exception.']",
    });
    expect(textOf(evaluate('std.sleep', { seconds: 'long' }))).toMatch(/ERROR .*seconds: expected seconds/);
    expect(textOf(evaluate('std.test_dict', { size: 1e9 }))).toMatch(/ERROR .*size: expected/);
  });
});
