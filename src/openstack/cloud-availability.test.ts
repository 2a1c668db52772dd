import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { Secret } from '../domain/secret.ts';
import { RequestFailed } from '../outbound/request-failed.ts';
import type { ServiceAnswer, ServiceRequest } from '../outbound/service-client.ts';
import { CloudAvailability } from './cloud-availability.ts';
import { CloudSession } from './cloud-session.ts';

const token: Partial<ServiceAnswer> = {
  status: 201,
  headers: { 'x-subject-token': 'gAAAA-secret' },
  body: JSON.stringify({
    token: {
      expires_at: '2099-01-01T00:00:00Z',
      user: { id: 'u1' },
      catalog: [
        {
          type: 'compute',
          endpoints: [
            { interface: 'public', region_id: 'RegionOne', url: 'http://nova/v2.1' },
            { interface: 'public', region_id: 'RegionTwo', url: 'http://nova-two/v2.1' },
          ],
        },
      ],
    },
  }),
};

let lines: string[];
let availability: CloudAvailability;
let session: CloudSession;
/** Of Keystone, and of every other service. */
let replies: {
  auth: Partial<ServiceAnswer> | Error;
  service: Partial<ServiceAnswer>;
  /** Of the service in RegionTwo; absent: as in the other. */
  two?: Partial<ServiceAnswer>;
};

beforeEach(() => {
  lines = [];
  replies = { auth: token, service: {} };
  const at = (level: string) => (details: object, message: string) =>
    void lines.push(`${level} ${message} ${JSON.stringify(details)}`);
  availability = new CloudAvailability({
    log: { info: at('info'), warn: at('warn'), error: at('error') },
    askAgainMs: 5,
  });
  session = new CloudSession({
    settings: {
      authUrl: 'http://admin:p4ss@keystone:5000/v3',
      credential: {
        kind: 'password',
        user: { name: 'demo' },
        password: new Secret('s3cret'),
        scope: { kind: 'project', project: { name: 'demo' } },
      },
      origin: {
        where: 'OS_USERNAME and OS_PASSWORD in the environment of the server',
        test: 'openstack token issue',
      },
      region: 'RegionOne',
      interface: 'public',
      endpointOverrides: {},
      verifyTls: true,
      ca: null,
    },
    sender: { send: (request) => send(request) },
    onCall: availability.onCall,
    wait: async () => {},
  });
});

afterEach(() => availability.close());

async function send({ url }: ServiceRequest): Promise<ServiceAnswer> {
  const service = url.host === 'nova-two' ? (replies.two ?? replies.service) : replies.service;
  const reply = url.pathname.endsWith('/auth/tokens') ? replies.auth : service;
  if (reply instanceof Error) throw reply;
  return { status: 200, headers: {}, body: '{}', ...reply };
}

const logged = (count: number): Promise<unknown> =>
  eventually(`${count} lines are logged`, async () => lines.length >= count, 2000);

test('a refused password is logged once and without a secret, and so is that it works again', async () => {
  replies.auth = { status: 401, body: '{"error": {"message": "The request requires authentication."}}' };
  availability.check(session);
  await logged(1);
  expect(lines[0]).toMatch(/^error The cloud at http:\/\/keystone:5000\/v3 cannot be used: .*401/);
  expect(lines[0]).toContain('check the user, password and project');
  replies.auth = token;
  await logged(2);
  expect(lines[1]).toMatch(/^info The cloud can be used again/);
  expect(lines).toHaveLength(2);
  expect(lines.join()).not.toMatch(/s3cret|p4ss|gAAAA/);
});

test('a cloud that is there is logged once', async () => {
  availability.check(session);
  await logged(1);
  expect(lines).toEqual([expect.stringMatching(/^info The cloud can be used /)]);
});

test('nothing at the address of Keystone is logged with the reason', async () => {
  replies.auth = RequestFailed.of(
    { url: new URL('http://keystone:5000/'), redirected: false },
    Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
    false,
  );
  availability.check(session);
  await logged(1);
  expect(lines[0]).toMatch(/^error .*connection refused.*check that Keystone v3 is at this address/);
});

test('a service that fails several times in a row is away, once; its next answer brings it back', async () => {
  const signal = new AbortController().signal;
  const ask = () =>
    session.request({ service: 'compute', method: 'GET', path: '/servers' }, { signal }).catch(() => {});
  replies.service = { status: 503 };
  await ask();
  await ask();
  expect(lines).toEqual([
    expect.stringMatching(/^warn A service of the cloud is away: compute: it answers 503/),
  ]);
  replies.service = { status: 404 };
  await ask();
  expect(lines[1]).toMatch(/^info A service of the cloud answers again: compute/);
});

test('what is away is known with its address, since when, and what it answers, until it answers again', async () => {
  expect(availability.outages).toEqual([]);
  const signal = new AbortController().signal;
  replies.service = { status: 503 };
  availability.check(session);
  await session.request({ service: 'compute', method: 'GET', path: '/servers' }, { signal }).catch(() => {});
  await eventually('compute is away', async () => availability.outages.length === 1, 2000);
  expect(availability.outages).toEqual([
    {
      kind: 'AWAY',
      service: 'compute',
      region: null,
      url: 'http://nova/v2.1',
      since: expect.any(Number) as number,
      answers: 'it answers 503',
    },
  ]);
  // Nothing is requested but the availability itself.
  replies.service = { status: 200 };
  await eventually('compute is back', async () => availability.outages.length === 0, 2000);
});

test('a credential that is refused is known at once, without a secret, and until it is taken', async () => {
  replies.auth = { status: 401, body: '{"error": {"message": "The request requires authentication."}}' };
  availability.check(session);
  await eventually('it is refused', async () => availability.outages.length === 1, 2000);
  expect(availability.outages).toMatchObject([
    { kind: 'REFUSED', service: 'identity', url: 'http://keystone:5000/v3' },
  ]);
  expect(JSON.stringify(availability.outages)).not.toMatch(/s3cret|p4ss/);
  replies.auth = token;
  await eventually('it is taken', async () => availability.outages.length === 0, 2000);
});

test('a service that is away in one region is so while it answers in another, until it answers there', async () => {
  const context = { signal: new AbortController().signal };
  const request = { service: 'compute', method: 'GET', path: '/servers', retries: 0 } as const;
  replies.two = { status: 503 };
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await session
      .inRegion('RegionTwo')
      .request(request, context)
      .catch(() => {});
    await session.request(request, context);
  }
  expect(availability.outages).toMatchObject([
    { service: 'compute', region: 'RegionTwo', url: 'http://nova-two/v2.1', answers: 'it answers 503' },
  ]);
  expect(lines).toEqual([
    expect.stringMatching(/^warn A service of the cloud is away: compute in RegionTwo: it answers 503/),
  ]);
  // Asked again it answers, in its own region.
  replies.two = { status: 200 };
  availability.check(session);
  await session.inRegion('RegionTwo').request(request, context);
  expect(availability.outages).toEqual([]);
});
