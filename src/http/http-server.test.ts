import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TestServer, type Reply } from '../../test/support/test-server.ts';
import { aCluster, aNode, aProfile } from '../../test/support/rows.ts';
import { noAuthentication } from '../authentication/loopback-only.ts';
import { workflowRoutes } from './mistral/mistral-api.ts';
import { insertCluster } from '../store/clusters.ts';
import { insertNodes } from '../store/nodes.ts';
import { insertProfile } from '../store/profiles.ts';

interface Problem {
  readonly error: {
    readonly message: string;
    readonly detail?: string;
    readonly type: string;
    readonly issues?: readonly object[];
  };
}

function problemOf(reply: Reply): Problem['error'] {
  return (reply.body as Problem).error;
}

/** A cluster of which everything else is right. */
function withMetadata(json: string): string {
  return `{"cluster": {"name": "c", "profile_id": "p", "metadata": ${json}}}`;
}

function manyKeys(): Record<string, number> {
  return Object.fromEntries(Array.from({ length: 40_000 }, (_, index) => [`key${index}`, 1]));
}

describe('The server', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
    await server.store.write((tx) => insertProfile(tx, aProfile({ name: 'p' })));
  });

  afterAll(() => server.stop());
  afterEach(() => expect(server.logged).toEqual([]));

  test('says of a cluster that is too large the field, what was expected and what was found', async () => {
    const cluster = { name: 'c', profile_id: 'p', desired_capacity: 10_000 };
    const reply = await server.ask('POST', '/v1/clusters', { body: { cluster } });
    expect(reply.status).toBe(400);
    expect(problemOf(reply).issues).toEqual([
      { expected: 'a whole number from 0 to 1000', field: 'cluster.desired_capacity', found: '10000' },
    ]);
  });

  test.each([
    ['POST', '/v1/clusters', { cluster: manyKeys() }, 'cluster.key0'],
    ['POST', '/v1/policies/validate', { policy: { spec: manyKeys() } }, 'key0'],
    [
      'POST',
      '/v1/profiles/validate',
      { profile: { spec: { type: 'test.node', version: '1.0', properties: manyKeys() } } },
      'properties.key0',
    ],
  ])('answers %s %s, wrong in 40,000 places, with the first of them', async (method, path, body, field) => {
    const reply = await server.ask(method, path, { body });
    expect(reply.status).toBe(400);
    const { issues = [] } = problemOf(reply);
    expect(issues).toHaveLength(21);
    expect(issues).toContainEqual(expect.objectContaining({ field }));
    expect(issues.at(-1)).toMatchObject({ expected: 'no further mistakes' });
    expect(reply.text.length).toBeLessThan(20_000);
  });

  test('says which key was probably meant', async () => {
    const cluster = { name: 'c', profile_id: 'p', desired_capcity: 1 };
    const reply = await server.ask('POST', '/v1/clusters', { body: { cluster } });
    const { message, detail } = problemOf(reply);
    // Senlin's clients compare its sentence.
    expect(message).toBe("Additional properties are not allowed ('desired_capcity' was unexpected)");
    expect(detail).toContain('did you mean desired_capacity?');
  });

  test.each([
    ['control characters', 'a\u0007b'],
    ['a line break at the end', 'web\n'],
    ['nothing', ''],
    ['256 characters', 'x'.repeat(256)],
    ['a dot, which in an address means a folder', '.'],
    ['two dots', '..'],
  ])('refuses a name of %s', async (_, name) => {
    const reply = await server.ask('POST', '/v1/clusters', { body: { cluster: { name, profile_id: 'p' } } });
    expect(reply.status).toBe(400);
    expect(problemOf(reply).message).not.toMatch(/\p{Cc}/u);
  });

  test.each<[string, object]>([
    ['metadata that is a list', { metadata: [] }],
    ['a name format that makes no names', { config: { 'node.name.format': 'a b' } }],
    ['a configuration that would be ignored', { config: { 'node.name.formt': 'web-$I' } }],
    ['a timeout that is no number', { timeout: 'soon' }],
    ['a fraction of a node', { desired_capacity: 1.5 }],
    ['a size in scientific notation', { desired_capacity: '1e2' }],
  ])('refuses %s', async (_, wrong) => {
    const cluster = { name: 'c', profile_id: 'p', ...wrong };
    expect((await server.ask('POST', '/v1/clusters', { body: { cluster } })).status).toBe(400);
  });

  test.each([
    ['text', 'hello'],
    ['a list', '[]'],
    ['a number', '5'],
    ['a body that breaks off', '{"cluster": {"name": "c"'],
    ['endless nesting', withMetadata(`{"a": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`)],
    ['a key that would change what objects are', withMetadata('{"__proto__": {"a": 1}}')],
  ])('answers %s instead of a body with 400', async (_, body) => {
    const reply = await server.ask('POST', '/v1/clusters', { body });
    expect([reply.status, problemOf(reply).type]).toEqual([400, 'HTTPBadRequest']);
  });

  test.each([
    ['', 'nothing'],
    ['[]', 'a list'],
    ['5', '5'],
    ['null', 'null'],
    ['"a"', 'a text'],
    ['hello', 'text that is no JSON'],
  ])('says of the whole body %j what was expected and found', async (body, found) => {
    const expected = async (url: string, keys: string) => {
      const reply = await server.ask('POST', url, { body });
      expect([reply.status, reply.text]).toEqual([
        400,
        expect.stringContaining(`body: expected a JSON object with ${keys}, found ${found}`),
      ]);
    };
    await expected('/v1/clusters', "the key 'cluster'");
    if (body !== '') await expected('/v1/clusters/c/actions', 'the name of one action as its key');
  });

  test('says all that is wrong, and of very much how much more', async () => {
    const cluster = { name: '', desired_capacity: -1, timeout: 'soon' };
    const reply = await server.ask('POST', '/v1/clusters', { body: { cluster } });
    const { message } = problemOf(reply);
    for (const word of ['name', 'desired_capacity', 'timeout', 'profile_id']) expect(message).toContain(word);
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`k${index}`, '1']));
    const listed = await server.ask('GET', `/v1/clusters?${new URLSearchParams(many).toString()}`);
    expect(problemOf(listed).message).toMatch(/Invalid parameter 'k9'; and 20 more$/);
    const adjust = { adjustment_type: 'NONSENSE', strict: 'perhaps', colour: 1 };
    const resized = await server.ask('POST', '/v1/clusters/c/actions', { body: { resize: adjust } });
    for (const word of ['colour', 'NONSENSE', 'strict']) expect(problemOf(resized).detail).toContain(word);
  });

  test('says the largest limit', async () => {
    for (const url of ['/v1/clusters', '/v1/events']) {
      const reply = await server.ask('GET', `${url}?limit=99999999999999999999`);
      expect([reply.status, reply.text]).toEqual([400, expect.stringContaining('2147483647')]);
    }
  });

  test('says where a body stops to be JSON', async () => {
    const reply = await server.ask('POST', '/v1/clusters', { body: '{"cluster":\n {"name": x}}' });
    expect(problemOf(reply).message).toBe('Expecting value: line 2 column 11 (char 22)');
  });

  test('refuses a body that is too large', async () => {
    const body = JSON.stringify({ cluster: { name: 'c', metadata: { a: 'x'.repeat(1_100_000) } } });
    const reply = await server.ask('POST', '/v1/clusters', { body });
    expect([reply.status, problemOf(reply).type]).toEqual([413, 'RequestEntityTooLarge']);
  });

  test.each(['application/x-www-form-urlencoded', 'text/plain', 'nonsense', 'multipart/form-data'])(
    'reads JSON that is called %s',
    async (type) => {
      const body = '{"cluster": {"name": "c"}}';
      const reply = await server.ask('POST', '/v1/clusters', { body, headers: { 'content-type': type } });
      expect(problemOf(reply).message).toBe("'profile_id' is a required property");
    },
  );

  test.each(['/v1/clusters/%00', '/v1/clusters/%zz', '/v1/%2e%2e/etc', `/v1/nodes/${'x'.repeat(2000)}`])(
    'answers the path %s with 404',
    async (path) => {
      expect((await server.ask('GET', path)).status).toBe(404);
    },
  );

  test('never repeats control characters of a path', async () => {
    const reply = await server.ask('GET', '/v1/clusters/%00%1b[31m');
    expect([reply.status, problemOf(reply).message]).toEqual([404, 'The cluster could not be found.']);
  });

  test('answers control characters in a query with 400', async () => {
    expect((await server.ask('GET', '/v1/clusters?name=%00')).status).toBe(400);
  });

  test('gives only the newest answers what they added', async () => {
    const node = aNode({ name: 'n' });
    await server.store.write((tx) => insertNodes(tx, [node]));
    const keys = async (minor: number) => {
      const { body } = await server.ask('GET', '/v1/nodes', { minor });
      return Object.keys((body as { nodes: object[] }).nodes[0] ?? {});
    };
    expect(await keys(12)).not.toContain('tainted');
    expect(await keys(13)).toContain('tainted');
  });

  test('needs the same few queries for many nodes as for one', async () => {
    const cluster = aCluster({ name: 'many', profileId: 'p' });
    const nodes = Array.from({ length: 1000 }, (_, index) => aNode({ clusterId: cluster.id, index }));
    await server.store.write(async (tx) => {
      await insertCluster(tx, cluster);
      await insertNodes(tx, nodes);
    });
    const reply = await server.ask('GET', '/v1/nodes?cluster_id=many&sort=index');
    expect((reply.body as { nodes: object[] }).nodes).toHaveLength(1000);
    const shown = await server.ask('GET', '/v1/clusters/many');
    expect((shown.body as { cluster: { nodes: string[] } }).cluster.nodes).toEqual(nodes.map(({ id }) => id));
  });

  test('is healthy while its database answers, and tells its metrics', async () => {
    expect(await server.ask('GET', '/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
    const metrics = await server.ask('GET', '/metrics');
    expect(metrics.text).toContain(
      'coppice_http_request_seconds_count{method="GET",path="/healthz",status="200"}',
    );
  });

  test('describes itself', async () => {
    const { body } = await server.ask('GET', '/openapi.json');
    expect(body).toMatchObject({ openapi: '3.1.0', paths: { '/openapi.json': {}, '/v1/recoveries': {} } });
  });

  test('describes the workflow API, too, and no operation twice', async () => {
    const { body } = await server.ask('GET', '/openapi.json');
    const { paths } = body as { paths: Record<string, Record<string, { operationId: string }>> };
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => ({ path, method, operationId })),
    );
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const undocumented = workflowRoutes.filter(
      ({ path, method }) => paths[path]?.[method.toLowerCase()] === undefined,
    );
    expect(undocumented).toEqual([]);
    expect(paths['/v2/executions']?.['post']).toMatchObject({
      requestBody: { content: { 'application/json': { schema: { properties: { workflow_name: {} } } } } },
      responses: { 201: {}, default: {} },
    });
    expect(paths['/v2/workflows']?.['post']).toMatchObject({
      parameters: [{ name: 'namespace' }, { name: 'scope' }],
      requestBody: { content: { 'text/plain': {} } },
    });
  });
});

describe('The server, with no authentication,', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });

  afterAll(() => server.stop());

  test.each(['0.0.0.0', '::', '192.168.0.1', '10.0.0.1', 'example.com', '127.0.0.1.example.com', ''])(
    'does not listen on %s',
    async (host) => {
      await expect(server.server.listen({ host, port: 0 })).rejects.toThrow(/listens on this machine only/);
    },
  );

  test.each(['localhost:8777', '127.0.0.1', '127.9.9.9:1', '[::1]:8777', 'LOCALHOST'])(
    'answers those who ask for %s',
    async (host) => {
      expect((await server.ask('GET', '/healthz', { headers: { host } })).status).toBe(200);
    },
  );

  test.each(['evil.example', '127.0.0.1.evil.example:8777', 'localhost.evil.example', '[::2]:8777'])(
    'turns away those who ask for %s: a name that was made to point here',
    async (host) => {
      const reply = await server.ask('GET', '/v1/clusters', { headers: { host } });
      expect([reply.status, problemOf(reply).type]).toEqual([403, 'Forbidden']);
    },
  );

  test.each<[string, Record<string, string>]>([
    ['another site', { origin: 'https://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:3000' }],
    ['an image on another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  ])('turns away %s', async (_, headers) => {
    expect((await server.ask('GET', '/v1/clusters', { headers })).status).toBe(403);
    expect((await server.ask('POST', '/v1/clusters', { headers, body: {} })).status).toBe(403);
  });

  test('answers its own pages, and those who follow a link', async () => {
    const own = { origin: 'http://127.0.0.1:8777', 'sec-fetch-site': 'same-origin' };
    expect((await server.ask('GET', '/v1/clusters', { headers: own })).status).toBe(200);
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await server.ask('GET', '/v1/clusters', { headers: link })).status).toBe(200);
    expect((await server.ask('POST', '/v1/clusters', { headers: link, body: {} })).status).toBe(403);
  });
});

describe('What is refused names', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  test.each([
    ['/v1/clusters?name=%07', 'name'],
    ['/v1/clusters?status=ACTIVE&status=well', 'status'],
    ['/v1/recoveries?state=OPEN&state=shut', 'state'],
  ])('in %s the field %s', async (url, field) => {
    const reply = await server.ask('GET', url);
    expect([reply.status, problemOf(reply).issues]).toMatchObject([400, [{ field }]]);
    expect(problemOf(reply).message).not.toMatch(/\.\d|^\d/);
  });

  test('a key that no body may have', async () => {
    const reply = await server.ask('POST', '/v1/clusters', { body: withMetadata('{"__proto__": 1}') });
    expect(problemOf(reply).message).toBe('body: expected no key "__proto__", found one');
  });

  test('a format that would give nodes a name that cannot be', async () => {
    const cluster = { name: 'c', profile_id: 'p', config: { 'node.name.format': '..' } };
    expect((await server.ask('POST', '/v1/clusters', { body: { cluster } })).status).toBe(400);
  });

  test.each(['cluster=nosuch', 'node=nosuch', 'cluster=web&node=nosuch'])(
    'whose recoveries are asked for in vain: %s',
    async (query) => {
      const reply = await server.ask('GET', `/v1/recoveries?${query}`);
      expect(reply.status).toBe(400);
      expect(problemOf(reply).message).toMatch(/^Cannot find the given (?:cluster|node): /);
    },
  );
});

describe('The server, on a port,', () => {
  const servers: TestServer[] = [];

  async function start(): Promise<TestServer> {
    const server = await TestServer.start();
    servers.push(server);
    return server;
  }

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
  });

  test('answers there, and says where', async () => {
    const { server } = await start();
    const url = await server.listen({ host: 'localhost', port: 0 });
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(server.url).toBe(url);
    const reply = await fetch(`${url}/`);
    expect([reply.status, await reply.json()]).toMatchObject([
      300,
      { versions: [{ links: [{ href: `${url}/v1` }, {}] }] },
    ]);
  });

  test('says of a port that is taken which it is and how to take another', async () => {
    const first = await start();
    const port = Number(new URL(await first.server.listen({ host: '127.0.0.1', port: 0 })).port);
    const second = await start();
    await expect(second.server.listen({ host: '127.0.0.1', port })).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is taken by another program. Choose another with --listen 127.0.0.1:PORT`,
    );
  });

  test('says of a port that cannot be what a port is', async () => {
    const { server } = await start();
    await expect(server.listen({ host: '127.0.0.1', port: 70_000 })).rejects.toThrow(
      'expected a port from 0 to 65535, found 70000',
    );
  });

  test('closes although a client holds a connection open', async () => {
    const { server } = await start();
    const { port } = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect(Number(port), '127.0.0.1');
    const answered = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    socket.once('data', () => answered.resolve());
    socket.once('close', () => closed.resolve());
    socket.write(`GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    await answered.promise;
    await server.close();
    await closed.promise;
  });
});

describe('An unforeseen error', () => {
  let server: TestServer;

  beforeEach(async () => {
    const broken = {
      ...noAuthentication(),
      authenticate: () => Promise.reject(new Error('secret of /etc/x')),
    };
    server = await TestServer.start({ authentication: broken });
  });

  afterEach(() => server.stop());

  test('is answered with the id of the request, and stands in the log only', async () => {
    const reply = await server.ask('GET', '/v1/clusters');
    const id = String(reply.headers['x-openstack-request-id']);
    expect([reply.status, problemOf(reply).type]).toEqual([500, 'InternalError']);
    expect(problemOf(reply).message).toContain(id);
    expect(reply.text).not.toMatch(/secret|at .*\.ts/);
    expect(server.logged).toMatchObject([{ requestId: id, err: { message: 'secret of /etc/x' } }]);
  });
});
