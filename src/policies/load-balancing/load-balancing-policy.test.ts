import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { describeIssue } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { localProcess } from '../../profiles/local-process/local-process.ts';
import { novaServer } from '../../profiles/os-nova-server/os-nova-server.ts';
import { loadBalancingPolicyTypes } from './load-balancing-policy-type.ts';
import { readLoadBalancingPolicy, type LoadBalancingPolicy } from './load-balancing-policy.ts';

const smallest = { pool: { subnet: 'private' }, vip: { subnet: 'public' } };

function read(properties: Json): LoadBalancingPolicy {
  const check = readLoadBalancingPolicy(properties, '1.3');
  if (!check.ok) throw new Error(check.issues.map(describeIssue).join('\n'));
  return check.value;
}

function refusals(properties: Json): string[] {
  const check = readLoadBalancingPolicy(properties, '1.3');
  return check.ok ? [] : check.issues.map(describeIssue);
}

test("the smallest policy has Senlin's defaults", () => {
  expect(read(smallest)).toEqual({
    pool: { port: 80, subnet: 'private' },
    statusTimeoutMs: 300_000,
    balancer: {
      kind: 'NEW',
      vip: { subnet: 'public' },
      balancer: { admin_state_up: true },
      listener: { protocol: 'HTTP', protocol_port: 80, connection_limit: -1, admin_state_up: true },
      pool: { lb_algorithm: 'ROUND_ROBIN', protocol: 'HTTP', admin_state_up: true },
      monitor: null,
    },
  });
});

test('Senlin has versions 1.0 to 1.3 with one schema, at priority 500, one in a cluster', () => {
  expect(loadBalancingPolicyTypes.map(({ version }) => version)).toEqual(['1.0', '1.1', '1.2', '1.3']);
  for (const type of loadBalancingPolicyTypes) {
    expect(type).toMatchObject({ priority: 500, singleton: true });
    expect(Object.keys(type.fields)).toEqual([
      'pool',
      'vip',
      'health_monitor',
      'lb_status_timeout',
      'loadbalancer',
      'availability_zone',
      'flavor_id',
    ]);
    expect(type.fields['health_monitor']?.fields?.['delay']).toMatchObject({ type: 'Integer', default: 10 });
  }
});

test('the example means what it says', () => {
  const { properties } = parse(readFileSync('examples/policies/load-balancing.yaml', 'utf8')) as JsonObject;
  expect(read(properties ?? null)).toMatchObject({
    pool: { port: 8080, subnet: 'private-subnet' },
    balancer: {
      pool: { session_persistence: { type: 'SOURCE_IP' } },
      monitor: { type: 'HTTP', url_path: '/health', expected_codes: '200', delay: 10, timeout: 5 },
    },
  });
});

test('what Octavia would refuse is left out: a cookie of another persistence, HTTP of a PING', () => {
  const { balancer } = read({
    pool: { subnet: 's', session_persistence: { type: 'SOURCE_IP', cookie_name: 'any' } },
    vip: { network: 'n', address: '10.0.0.9' },
    health_monitor: { type: 'PING', url_path: '/', http_method: 'GET' },
  });
  expect(balancer).toMatchObject({
    vip: { network: 'n' },
    balancer: { vip_address: '10.0.0.9' },
    pool: { session_persistence: { type: 'SOURCE_IP' } },
    monitor: { type: 'PING', delay: 10, timeout: 5, max_retries: 3, admin_state_up: true },
  });
});

test.each<[JsonObject, RegExp]>([
  [{}, /^pool: expected a pool with its subnet, found nothing/],
  [{ pool: { subnet: 's' } }, /^vip: expected subnet or network/],
  [{ pool: {}, vip: { subnet: 'v' } }, /^pool\.subnet: /],
  [{ ...smallest, pool: { subnet: 's', id: 'p' } }, /^pool\.id: expected nothing, without loadbalancer/],
  [{ pool: { subnet: 's' }, loadbalancer: 'front' }, /^pool\.id: expected the id of a pool/],
  [{ ...smallest, vip: { subnet: 'v', address: 'here' } }, /^vip\.address: expected an IP address/],
  [
    { ...smallest, health_monitor: { delay: 5, timeout: 6 } },
    /^health_monitor\.timeout: expected at most delay, 5/,
  ],
  [{ ...smallest, health_monitor: { type: 'HTTP', url_path: 'up' } }, /^health_monitor\.url_path: /],
  [
    { ...smallest, pool: { subnet: 's', session_persistence: { type: 'APP_COOKIE' } } },
    /^pool\.session_persistence\.cookie_name: /,
  ],
  [{ ...smallest, pool: { subnet: 's', lb_method: 'ANY' } }, /^pool\.lb_method: /],
])('%j is refused', (properties, sentence) => {
  expect(refusals(properties)).toEqual([expect.stringMatching(sentence)]);
});

test('processes have no place in a pool of the cloud', () => {
  const [type] = loadBalancingPolicyTypes;
  const misfits = (profile: Parameters<NonNullable<typeof type>['checkAgainstProfile']>[1]): string[] =>
    (type?.checkAgainstProfile(read(smallest), profile) ?? []).map(describeIssue);
  expect(misfits(novaServer({ clouds: undefined }))).toEqual([]);
  expect(misfits(localProcess({ dataDir: '/nowhere' }))).toEqual([
    expect.stringMatching(/expected nodes of os\.nova\.server, found nodes of local\.process-1\.0/),
  ]);
});

test('no document makes the check throw', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (document) => {
      readLoadBalancingPolicy(document as Json, '1.3');
      readLoadBalancingPolicy({ pool: document, vip: document, health_monitor: document } as Json, '1.0');
    }),
  );
});
