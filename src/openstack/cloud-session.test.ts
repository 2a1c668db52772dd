import { expect, test, describe } from 'vitest';
import { Secret } from '../domain/secret.ts';
import { RequestFailed } from '../outbound/request-failed.ts';
import type { ServiceAnswer, ServiceRequest } from '../outbound/service-client.ts';
import { CloudError } from './cloud-error.ts';
import { CloudSession, type CloudSessionOptions } from './cloud-session.ts';
import type { CloudSettings } from './cloud-settings.ts';
import { NovaClient } from './nova/nova-client.ts';

const settings: CloudSettings = {
  authUrl: 'http://keystone:5000',
  credential: {
    kind: 'password',
    user: { name: 'demo', domain: { id: 'default' } },
    password: new Secret('s3cret-password'),
    scope: { kind: 'project', project: { name: 'demo', domain: { name: 'Default' } } },
  },
  origin: { where: 'OS_USERNAME and OS_PASSWORD', test: 'openstack token issue' },
  region: 'RegionOne',
  interface: 'public',
  endpointOverrides: {},
  verifyTls: true,
  ca: null,
};

type Reply = Partial<ServiceAnswer> | Error;

/** A cloud with a clock: tokens live for an hour, and `replies` are the answers of its services, in order. */
class FakeCloud {
  now = Date.parse('2026-11-29T00:00:00Z');
  readonly requests: ServiceRequest[] = [];
  readonly waits: number[] = [];
  tokens = 0;
  tokenLifeMs = 3_600_000;
  replies: Reply[] = [];
  authReply: Reply | undefined;

  session(options: Partial<CloudSessionOptions> = {}): CloudSession {
    return new CloudSession({
      settings,
      sender: this,
      now: () => this.now,
      random: () => 1,
      wait: async (ms) => void this.waits.push(ms),
      ...options,
    });
  }

  async send(request: ServiceRequest): Promise<ServiceAnswer> {
    this.requests.push(request);
    const reply =
      request.url.pathname === '/v3/auth/tokens' ? (this.authReply ?? this.#token()) : this.replies.shift();
    if (reply instanceof Error) throw reply;
    return { status: 200, headers: {}, body: '{}', ...reply };
  }

  /** Requests that were not for a token. */
  get calls(): string[] {
    return this.requests
      .filter(({ url }) => !url.pathname.endsWith('/auth/tokens'))
      .map(({ method, url, headers }) => `${method} ${url.href} ${headers['x-auth-token']}`);
  }

  #token(): Reply {
    this.tokens += 1;
    const endpoints = [{ interface: 'public', region_id: 'RegionOne', url: 'http://nova:8774/v2.1/' }];
    const token = {
      expires_at: new Date(this.now + this.tokenLifeMs).toISOString(),
      user: { id: 'u1' },
      project: { id: 'p1' },
      roles: [{ name: 'member' }],
      catalog: [{ type: 'compute', endpoints }],
    };
    return { headers: { 'x-subject-token': `token-${this.tokens}` }, body: JSON.stringify({ token }) };
  }
}

const servers = { service: 'compute', method: 'GET', path: '/servers' } as const;
const create = { service: 'compute', method: 'POST', path: '/servers', body: { server: {} } } as const;
const context = { signal: new AbortController().signal };

function failed(code: string, sent: boolean): RequestFailed {
  const error = Object.assign(new Error(code), { code });
  return RequestFailed.of({ url: new URL('http://nova:8774/'), redirected: false }, error, sent);
}

async function errorOf(promise: Promise<unknown>): Promise<CloudError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof CloudError) return error;
  throw new Error(`expected a CloudError, found ${String(error)}`);
}

describe('the token', () => {
  test('is asked for once by many requests, and put on each', async () => {
    const cloud = new FakeCloud();
    const session = cloud.session();
    await Promise.all([session.request(servers, context), session.request(servers, context)]);
    await session.request(servers, context);
    expect(cloud.tokens).toBe(1);
    expect(cloud.calls).toEqual(Array.from({ length: 3 }, () => 'GET http://nova:8774/v2.1/servers token-1'));
  });

  test('is renewed before it expires', async () => {
    const cloud = new FakeCloud();
    const session = cloud.session();
    await session.request(servers, context);
    cloud.now += 3_600_000 - 121_000;
    await session.request(servers, context);
    expect(cloud.tokens).toBe(1);
    cloud.now += 2000;
    await session.request(servers, context);
    expect(cloud.tokens).toBe(2);
  });

  test('of a short life is renewed when a quarter of it is left', async () => {
    const cloud = new FakeCloud();
    cloud.tokenLifeMs = 8000;
    const session = cloud.session();
    await session.request(servers, context);
    cloud.now += 5900;
    await session.request(servers, context);
    expect(cloud.tokens).toBe(1);
    cloud.now += 200;
    await session.request(servers, context);
    expect(cloud.tokens).toBe(2);
  });

  test('that a service refuses is replaced, and the request is sent once more, whatever it is', async () => {
    const cloud = new FakeCloud();
    const session = cloud.session();
    cloud.replies = [{ status: 401 }, { status: 202 }];
    expect(await session.request(create, context)).toMatchObject({ status: 202 });
    expect(cloud.calls.map((call) => call.split(' ')[2])).toEqual(['token-1', 'token-2']);
  });

  test('that is refused twice is an error, and the next request tries a new one', async () => {
    const cloud = new FakeCloud();
    const session = cloud.session();
    cloud.replies = [{ status: 401 }, { status: 401 }];
    expect(await errorOf(session.request(servers, context))).toMatchObject({ status: 401 });
    await session.request(servers, context);
    expect(cloud.tokens).toBe(2);
  });

  test('that Keystone refuses is an error with its words and without the password', async () => {
    const cloud = new FakeCloud();
    cloud.authReply = {
      status: 401,
      body: '{"error": {"code": 401, "message": "The request you have made requires authentication.", "title": "Unauthorized"}}',
      headers: { 'x-openstack-request-id': 'req-1' },
    };
    const error = await errorOf(cloud.session().request(servers, context));
    expect(error.message).toBe(
      'identity: POST /auth/tokens: 401 The request you have made requires authentication. (req-1)',
    );
    expect(JSON.stringify(error) + error.stack).not.toContain('s3cret');
  });
});

describe('a failure that may pass', () => {
  test('is tried again with growing delays where a repeat does no harm', async () => {
    const cloud = new FakeCloud();
    cloud.replies = [{ status: 503 }, failed('ECONNRESET', true), { status: 502 }, { status: 200 }];
    await cloud.session().request(servers, context);
    expect(cloud.waits).toEqual([500, 1000, 2000]);
  });

  test('is an error after three repeats', async () => {
    const cloud = new FakeCloud();
    cloud.replies = Array.from({ length: 9 }, () => ({ status: 503 }));
    expect(await errorOf(cloud.session().request(servers, context))).toMatchObject({ status: 503 });
    expect(cloud.calls).toHaveLength(4);
  });

  test('of a POST is not sent again, since it may have been carried out', async () => {
    for (const reply of [{ status: 503 }, { status: 500 }, failed('ECONNRESET', true)]) {
      const cloud = new FakeCloud();
      cloud.replies = [reply];
      expect(await errorOf(cloud.session().request(create, context))).toMatchObject({
        mayHaveHappened: true,
      });
      expect(cloud.calls).toHaveLength(1);
    }
  });

  test('of a POST that did not reach the service is sent again', async () => {
    const cloud = new FakeCloud();
    cloud.replies = [
      failed('ECONNREFUSED', false),
      { status: 429, headers: { 'retry-after': '7' } },
      { status: 202 },
    ];
    await cloud.session().request(create, context);
    expect(cloud.waits).toEqual([500, 7000]);
  });

  test('is not waited for where the service wants more than 30 seconds', async () => {
    const cloud = new FakeCloud();
    cloud.replies = [{ status: 429, headers: { 'retry-after': '31' } }];
    expect(await errorOf(cloud.session().request(servers, context))).toMatchObject({ retryAfterMs: 31_000 });
  });

  test('is not tried again by a probe', async () => {
    const cloud = new FakeCloud();
    cloud.replies = [{ status: 503 }];
    await errorOf(cloud.session().request({ ...servers, retries: 0 }, context));
    expect(cloud.calls).toHaveLength(1);
  });
});

test("an error has the service's own words", async () => {
  const bodies: readonly [string, string][] = [
    ['{"badRequest": {"code": 400, "message": "Invalid imageRef provided."}}', 'Invalid imageRef provided.'],
    ['{"NeutronError": {"type": "X", "message": "Network is gone.", "detail": ""}}', 'Network is gone.'],
    ['{"faultcode": "Client", "faultstring": "Pool is immutable.", "debuginfo": null}', 'Pool is immutable.'],
    [
      '{"explanation": "The server could not comply.", "code": 400, "error": {"message": "Bad template.", "traceback": null, "type": "X"}, "title": "Bad Request"}',
      'Bad template.',
    ],
    ['<html><head><title>404 Not Found</title></head></html>', '404 Not Found'],
    ['', 'answered 400'],
  ];
  for (const [body, reason] of bodies) {
    const cloud = new FakeCloud();
    cloud.replies = [{ status: 400, body }];
    expect(await errorOf(cloud.session().request(servers, context))).toMatchObject({ status: 400, reason });
  }
});

describe('a service', () => {
  test('that the catalog does not have is named, with those that it has', async () => {
    const error = await errorOf(
      new FakeCloud().session().request({ ...servers, service: 'load-balancer' }, context),
    );
    expect(error.reason).toBe(
      'the catalog of the cloud has no service of type load-balancer (it has compute)',
    );
  });

  test('that has no endpoint in the region says where it has some', async () => {
    const session = new FakeCloud().session({
      settings: { ...settings, region: 'Two', interface: 'internal' },
    });
    expect((await errorOf(session.request(servers, context))).reason).toBe(
      'compute has no internal endpoint in region Two (there is public in RegionOne)',
    );
  });
});

test('a caller who gives up gets his own reason, at once', async () => {
  const cloud = new FakeCloud();
  cloud.replies = [{ status: 503 }];
  const controller = new AbortController();
  const session = cloud.session({
    wait: (_, signal) => {
      controller.abort(new Error('cancelled'));
      return Promise.reject(signal.reason as Error);
    },
  });
  await expect(session.request(servers, { signal: controller.signal })).rejects.toThrow('cancelled');
});

test('a caller who has given up already costs no request', async () => {
  const cloud = new FakeCloud();
  const controller = new AbortController();
  controller.abort(new Error('cancelled'));
  const request = cloud.session().request(servers, { signal: controller.signal });
  await expect(request).rejects.toThrow('cancelled');
  expect(cloud.requests).toEqual([]);
});

test('a caller that gives up while the microversion is read does not end the wait of another', async () => {
  const cloud = new FakeCloud();
  const nova = new NovaClient(cloud.session());
  const controller = new AbortController();
  const version = { body: '{"version": {"version": "2.93"}}' };
  cloud.replies = [version, { body: '{"server": {"id": "s1"}}' }];
  const given = nova.getServer('s1', { signal: controller.signal });
  const kept = nova.getServer('s1', context);
  controller.abort(new Error('given up'));
  await expect(given).rejects.toThrow('given up');
  expect(await kept).toEqual({ id: 's1' });
});
