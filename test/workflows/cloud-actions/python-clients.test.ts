/**
 * Each action sends and gives what the method of OpenStack's Python client does: compared with what those
 * have sent to a server that answers as each case says (test/data/openstack-actions/record.py).
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isJsonObject, type Json, type JsonObject } from '../../../src/domain/json.ts';
import { CloudActionCalls } from '../../support/cloud-actions.ts';

interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly body: Json;
}

interface Case {
  readonly action: string;
  readonly input: JsonObject;
  readonly status: number;
  readonly answer: Json;
  readonly requests: readonly WireRequest[];
  readonly result: Json;
  /** It looks for what an earlier call has created, and marks what it creates. */
  readonly creates?: boolean;
  /** Python gives the answer and its body as a tuple; Coppice the body. */
  readonly returns?: 'body';
  /** Python's objects of the list hold what is below this key. */
  readonly unwrap?: string;
}

const file = join(import.meta.dirname, '../../data/openstack-actions/recorded.json');
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: readonly Case[] };

/** Of each service the path of its endpoint, and what Python's clients have in front of theirs. */
const services: Readonly<
  Record<string, { readonly type: string; readonly path: string; readonly prefix: string }>
> = {
  nova: { type: 'compute', path: '/compute/v2.1', prefix: '' },
  heat: { type: 'orchestration', path: '/orchestration/v1/p', prefix: '' },
  glance: { type: 'image', path: '/image', prefix: '' },
  neutron: { type: 'network', path: '/network', prefix: '' },
  cinder: { type: 'volumev3', path: '/volume/v3/p', prefix: '' },
  ironic: { type: 'baremetal', path: '/baremetal', prefix: '' },
  keystone: { type: 'identity', path: '/v3', prefix: '' },
};

let server: Server;
let calls: CloudActionCalls;
let current: Case;
let seen: (WireRequest & { readonly headers: IncomingMessage['headers'] })[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    void (async () => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      const url = new URL(request.url ?? '', 'http://service');
      const { status, body, headers = {} } = answerTo(request, url, text);
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(body === null ? '' : JSON.stringify(body));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  calls = new CloudActionCalls({
    OS_AUTH_URL: `${base()}/v3`,
    OS_USERNAME: 'u',
    OS_PASSWORD: 'p',
    OS_PROJECT_NAME: 'p',
    OS_USER_DOMAIN_ID: 'default',
    OS_PROJECT_DOMAIN_ID: 'default',
  });
});

afterAll(async () => {
  await calls.close();
  server.close();
});

function base(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly headers?: Record<string, string>;
}

function answerTo(request: IncomingMessage, url: URL, text: string): Answer {
  const { pathname: path } = url;
  const { method = '' } = request;
  if (path === '/v3/auth/tokens') return { status: 201, body: token(), headers: { 'x-subject-token': 't' } };
  if (path === '/compute/v2.1/') return { status: 200, body: { version: { version: '2.84' } } };
  const { type: _type, path: root = '' } = services[serviceOf(current)] ?? {};
  const body = bodyIn(text);
  const query = [...url.searchParams].map(([name, value]) => [name, value] as const);
  const wire = {
    method,
    path: decodeURIComponent(path.slice(root.length)),
    query: query.toSorted(([a], [b]) => (a < b ? -1 : 1)),
    body,
    headers: request.headers,
  };
  if (current.creates === true && method === 'GET') return { status: 200, body: {} };
  seen.push(wire);
  return { status: current.status, body: current.status === 204 ? null : current.answer };
}

function bodyIn(text: string): Json {
  try {
    return text === '' ? null : (JSON.parse(text) as Json);
  } catch {
    return text;
  }
}

function token(): JsonObject {
  const catalog = Object.values(services).map(({ type, path }) => ({
    type,
    name: type,
    endpoints: [{ interface: 'public', region_id: 'R', url: base() + path }],
  }));
  return {
    token: {
      expires_at: '2999-01-01T00:00:00.000000Z',
      user: { id: 'u', name: 'u' },
      project: { id: 'p', name: 'p' },
      roles: [],
      catalog,
    },
  };
}

function serviceOf({ action }: Case): string {
  return action.split('.')[0] ?? '';
}

/** Without what Coppice adds to what it creates. */
function unmarked(value: Json): Json {
  if (Array.isArray(value)) return value.map(unmarked);
  if (!isJsonObject(value)) return value;
  const { coppice_action: _mark, ...rest } = value;
  return Object.fromEntries(
    Object.entries(rest).map(([name, item]) => [
      name,
      name === 'tags' && typeof item === 'string'
        ? item.replace(/,?coppice-action-[\w-]+$/, '')
        : unmarked(item),
    ]),
  );
}

/** Nothing and an empty mapping are the same: Python leaves out metadata that there are none. */
function withoutEmpty(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(
    ([, item]) => !(isJsonObject(item) && Object.keys(item).length === 0),
  );
  return Object.fromEntries(kept.map(([name, item]) => [name, withoutEmpty(item)]));
}

function expectedResult({ result, answer, returns, unwrap }: Case): Json {
  // Python gives None, an empty tuple or list, or the answer without a body.
  if (returns === 'body' || answer === null) return answer;
  if (unwrap === undefined || !Array.isArray(result)) return result;
  return result.map((item) => (isJsonObject(item) ? (item[unwrap] ?? null) : item));
}

const named = cases.map((one) => [`${one.action} ${JSON.stringify(one.input)}`.slice(0, 120), one] as const);

test.each(named)('%s', async (_name, one) => {
  current = one;
  seen = [];
  const result = await calls.call(one.action, one.input);
  const sent = seen.map(({ headers: _headers, ...wire }) => wire);
  const { prefix = '' } = services[serviceOf(one)] ?? {};
  const wanted = one.requests.map((wire) => ({ ...wire, path: prefix + wire.path.replace(/\/$/, '') }));
  const form = (requests: readonly WireRequest[]) =>
    requests.map(({ body, ...wire }) => ({
      ...wire,
      body: one.creates === true ? withoutEmpty(unmarked(body)) : body,
    }));
  expect(form(sent)).toEqual(form(wanted));
  expect(result).toEqual(expectedResult(one));
});

/** Looked for among what a list has, as on the simulated cloud: `finding.test.ts`, `nova.test.ts`. */
const looksItself = /_find(all)?$/;

test('every action has such a case', () => {
  const tried = new Set(cases.map(({ action }) => action));
  const untried = calls.names.filter((name) => !tried.has(name) && !looksItself.test(name));
  // Its Python method asks for a path that is none.
  expect(untried).toEqual(['ironic.driver_raid_logical_disk_properties']);
});

test('Nova is asked in its microversion, Ironic in its own', async () => {
  const headersOf = async (action: string): Promise<IncomingMessage['headers'] | undefined> => {
    current = cases.find((one) => one.action === action) ?? current;
    seen = [];
    await calls.call(action, current.input);
    return seen[0]?.headers;
  };
  expect(await headersOf('nova.servers_get')).toMatchObject({ 'openstack-api-version': 'compute 2.84' });
  expect(await headersOf('ironic.node_get')).toMatchObject({ 'x-openstack-ironic-api-version': '1.34' });
  expect(await headersOf('cinder.volumes_get')).not.toHaveProperty('openstack-api-version');
});

/**
 * Those that take no object: texts that are no ids, and what goes into a body or a query under the name that
 * the caller chose (`config_id` of a software deployment).
 */
const texts = (
  'access_ip_v4 access_ip_v6 address admin_pass attach_status auth_key availability_zone backup_name ' +
  'backup_type binary boot_device config config_id console_type container_format description device ' +
  'disk_config disk_format driver driver_type fields fixed_ip flavorid host http_method ' +
  'hypervisor_hostname hypervisor_match id image_data image_name key key_name key_type maint_reason ' +
  'member_status mountpoint name nics node_uuid password policy provision_state public_key reason ' +
  'reboot_type resource_status_reason server_id sort sort_dir sort_key sort_keys stack_name state status ' +
  'tag tags userdata uuid value with_attr'
).split(' ');

test('wherever an id is taken, an object that has it is taken as well', async () => {
  const refused = new Set<string>();
  for (const one of cases) {
    current = one;
    for (const [name, value] of Object.entries(one.input)) {
      if (typeof value !== 'string' || value === '' || value === 'auto') continue;
      const sent = await requestsOf(one.action, one.input);
      const withObject = { ...one.input, [name]: { id: value, name: 'another' } };
      if ((await requestsOf(one.action, withObject)) !== sent) refused.add(name);
    }
  }
  expect([...refused].toSorted()).toEqual(texts);
});

async function requestsOf(action: string, input: JsonObject): Promise<string> {
  seen = [];
  // Of an answer that is no object of this action only the request is of interest.
  await calls.call(action, input, { id: '3f0c8a52-7c6f-4b7e-9a0c-9a2d2c1e8f10' }).catch(() => undefined);
  return JSON.stringify(seen.map(({ headers: _headers, ...wire }) => wire));
}
