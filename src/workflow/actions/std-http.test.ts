import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHttpService, type HttpService } from '../../../test/support/mistral-http-service.ts';
import type { JsonObject } from '../../domain/json.ts';
import { isDecided, type ActionOutcome } from './action-type.ts';
import { exchange } from './http-exchange.ts';
import { AddressGuard, defaultHttpPolicy, type HttpPolicy } from './http-policy.ts';
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
    policy: { ...defaultHttpPolicy, ...policy },
    apiUrl: () => 'http://api',
  });
  const action = registry.find(name);
  if (action === undefined || isDecided(action)) throw new Error(`no action ${name}`);
  const call = { id: 'a1', input, workflowName: 'w', executionId: 'e1', taskId: 't1' };
  return await action.perform(call, new AbortController().signal);
}

function textOf(outcome: ActionOutcome): string {
  if (outcome.kind !== 'ended') throw new Error(outcome.kind);
  return `${outcome.state} ${JSON.stringify(outcome.result)}`;
}

async function redirectingTo(location: string): Promise<{ url: string; close(): void }> {
  const server = createServer((_request, response) => response.writeHead(302, { location }).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => void server.close() };
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
    expect(textOf(outcome)).toMatch(/ERROR .*Failed to send HTTP request: no answer within 0.05 seconds/);
  });

  it('refuses an answer that is too long', async () => {
    const outcome = await run({ url: `${service.base}/json` }, { maxResponseBytes: 10 });
    expect(textOf(outcome)).toMatch(/ERROR .*longer than 10 bytes/);
  });

  it.each([
    [{ url: 'file:///etc/passwd' }, 'http or https'],
    [{ url: 'no url' }, 'url: expected'],
    [{ url: 'http://127.0.0.1:9/' }, 'ECONNREFUSED'],
    [{ url: 'http://127.0.0.1:9/', headers: [1] }, 'headers: expected a mapping'],
    [{ url: 'http://127.0.0.1:9/', headers: { 'X-A': 'a\r\nX-B: b' } }, 'Invalid character in header'],
    [{ url: 'http://127.0.0.1:9/', timeout: 'soon' }, 'timeout: expected'],
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
  it('tells the receiver where to complete it, and goes on until then', async () => {
    const url = `${service.base}/callback/c1`;
    expect(await run({ url, method: 'POST' }, {}, 'std.mistral_http')).toEqual({ kind: 'later' });
    expect(await run({ url: `${service.base}/seen/c1` })).toMatchObject({
      result: { content: expect.arrayContaining(['Mistral-Callback-URL']) as unknown },
    });
  });

  it('ends at once on an error status', async () => {
    const outcome = await run({ url: `${service.base}/status/500` }, {}, 'std.mistral_http');
    expect(outcome).toMatchObject({ kind: 'ended', state: 'ERROR' });
  });
});

describe('addresses that give the machine away', () => {
  const guard = new AddressGuard({ allow: [] });

  it.each([
    '169.254.169.254',
    '169.254.0.1',
    'fe80::1',
    'fd00:ec2::254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    'fd20:ce::254',
    '::169.254.169.254',
    '2002:a9fe:a9fe::',
    '2002:a9fe:a9fe::1',
    '::ffff:168.63.129.16',
    '::168.63.129.16',
    '64:ff9b::c000:c0',
    '2002:6464:64c8::1',
  ])('%s is refused', (address) => {
    expect(guard.objection(address)).toContain(address);
  });

  it.each([
    '127.0.0.1',
    '10.0.0.1',
    '169.253.255.255',
    '168.63.129.17',
    '::1',
    'fd00::1',
    '2001:db8::1',
    '2002:a9fd::1',
  ])('%s is not', (address) => {
    expect(guard.objection(address)).toBeUndefined();
  });

  it('are allowed one by one, or by network', () => {
    const open = new AddressGuard({ allow: ['169.254.169.254', 'fe80::/10'] });
    expect(open.objection('169.254.169.254')).toBeUndefined();
    expect(open.objection('fe80::1')).toBeUndefined();
    expect(open.objection('169.254.169.253')).toBeDefined();
    expect(() => new AddressGuard({ allow: ['metadata.google.internal'] })).toThrow(/expected an address/);
    expect(() => new AddressGuard({ allow: ['10.0.0.0/33'] })).toThrow(/expected an address/);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://[fe80::1]/',
    'http://[::ffff:169.254.169.254]/',
  ])('%s cannot be asked for', async (url) => {
    expect(textOf(await run({ url }))).toMatch(/ERROR .*link-local or a metadata service/);
  });

  it('are not reached through a name or a redirect either', async () => {
    const request = {
      method: 'GET',
      headers: {},
      body: undefined,
      followRedirects: true,
      verifyTls: true,
    };
    const signal = AbortSignal.timeout(5000);
    const named = exchange(
      { ...request, url: new URL('http://innocent.example/') },
      {
        guard,
        maxResponseBytes: 1000,
        lookup: (_hostname, _options, callback) =>
          callback(null, [
            { address: '127.0.0.1', family: 4 },
            { address: '169.254.169.254', family: 4 },
          ]),
      },
      signal,
    );
    await expect(named).rejects.toThrow(/169\.254\.169\.254 is link-local/);
    const leading = await redirectingTo('http://169.254.169.254/');
    try {
      const outcome = await run({ url: leading.url, allow_redirects: true });
      expect(textOf(outcome)).toMatch(/ERROR .*link-local or a metadata service/);
    } finally {
      leading.close();
    }
  });

  it('are not the only secret: another host is not sent the first one’s credentials', async () => {
    const leading = await redirectingTo(`${service.base}/echo/x`);
    try {
      const headers = { 'X-Auth-Token': 'secret', 'X-Kept': 'yes' };
      const outcome = await run({ url: leading.url, allow_redirects: true, auth: 'user:secret', headers });
      expect(outcome).toMatchObject({ result: { content: { auth: null, x: { 'X-Kept': 'yes' } } } });
      expect(textOf(outcome)).not.toContain('secret');
    } finally {
      leading.close();
    }
  });
});

describe('the basic actions', () => {
  function decide(name: string, input: JsonObject): ActionOutcome {
    const registry = standardActions({ policy: defaultHttpPolicy, apiUrl: () => undefined });
    const action = registry.find(name);
    if (action === undefined || !isDecided(action)) throw new Error(`no action ${name}`);
    return action.decide({ id: 'a1', input, workflowName: 'w', executionId: 'e1', taskId: 't1' });
  }

  it.each([
    ['std.noop', {}, { state: 'SUCCESS', result: null }],
    ['std.echo', { output: [1] }, { state: 'SUCCESS', result: [1] }],
    ['std.echo', { output: 1, delay: 2 }, { kind: 'after', seconds: 2 }],
    ['std.sleep', { seconds: '3' }, { kind: 'after', seconds: 3 }],
    ['std.sleep', {}, { kind: 'after', seconds: 1 }],
    ['std.async_noop', {}, { kind: 'later' }],
    ['std.fail', { error_data: { a: 1 } }, { state: 'ERROR', result: { a: 1 } }],
    ['std.test_dict', { size: 2, key_prefix: 'k', val: 'v' }, { result: { k0: 'v', k1: 'v' } }],
  ])('%s with %j', (name, input, outcome) => {
    expect(decide(name, input as JsonObject)).toMatchObject(outcome);
  });

  it('fail in Mistral’s words', () => {
    expect(decide('std.fail', {})).toMatchObject({
      result:
        "The action raised an exception [action=Fail action, action_ex_id=a1, msg='Fail action expected exception.']",
    });
    expect(textOf(decide('std.sleep', { seconds: 'long' }))).toMatch(/ERROR .*seconds: expected seconds/);
    expect(textOf(decide('std.test_dict', { size: 1e9 }))).toMatch(/ERROR .*size: expected/);
  });
});
