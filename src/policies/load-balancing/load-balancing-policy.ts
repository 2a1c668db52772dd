/** What the properties of a senlin.policy.loadbalance mean, and what is wrong about them. */
import { isIP } from 'node:net';
import { checkFields } from '../../domain/check-fields.ts';
import { quoteValue, type Issue } from '../../domain/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { PolicyCheck } from '../policy-type.ts';
import { loadBalancingFields } from './load-balancing-fields.ts';

export interface LoadBalancingPolicy {
  readonly pool: PoolSpec;
  readonly statusTimeoutMs: number;
  readonly balancer: ExistingBalancer | NewBalancer;
}

/** In which the nodes are members. */
export interface PoolSpec {
  /** Port of the nodes. */
  readonly port: number;
  /** Name or id. */
  readonly subnet: string;
}

export interface ExistingBalancer {
  readonly kind: 'EXISTING';
  /** Name or id. */
  readonly name: string;
  readonly poolId: string;
  readonly monitorId: string | null;
  readonly vipAddress: string | null;
}

/** Bodies as Octavia takes them, without names and ids of what they belong to. */
export interface NewBalancer {
  readonly kind: 'NEW';
  /** Names or ids; one of them is given. */
  readonly vip: { readonly subnet?: string; readonly network?: string };
  readonly balancer: JsonObject;
  readonly listener: JsonObject;
  readonly pool: JsonObject;
  /** null: the nodes are not probed. */
  readonly monitor: JsonObject | null;
}

export function readLoadBalancingPolicy(
  properties: Json | undefined,
  version: string,
): PolicyCheck<LoadBalancingPolicy> {
  const checked = checkFields(loadBalancingFields, properties ?? {}, version);
  if (!checked.ok) return checked;
  const { value } = checked;
  const pool = mapIn(value, 'pool');
  if (value['pool'] === undefined) return { ok: false, issues: [noPool] };
  const issues = isText(value['loadbalancer']) ? existingIssues(value) : newIssues(value);
  if (issues.length > 0) return { ok: false, issues };
  return {
    ok: true,
    value: {
      pool: { port: pool['protocol_port'] as number, subnet: pool['subnet'] as string },
      statusTimeoutMs: (value['lb_status_timeout'] as number) * 1000,
      balancer: isText(value['loadbalancer']) ? existingBalancer(value) : newBalancer(value),
    },
    warnings: isText(value['loadbalancer']) ? ignoredBeside(properties) : [],
  };
}

const noPool: Issue = { field: 'pool', expected: 'a pool with its subnet', found: 'nothing' };

function existingIssues(value: JsonObject): Issue[] {
  if (isText(mapIn(value, 'pool')['id'])) return [];
  const hint = 'with loadbalancer the nodes become members of a pool that exists';
  return [{ field: 'pool.id', expected: 'the id of a pool of that load balancer', found: 'nothing', hint }];
}

function newIssues(value: JsonObject): Issue[] {
  const vip = mapIn(value, 'vip');
  const pool = mapIn(value, 'pool');
  const monitor = value['health_monitor'];
  const issues: Issue[] = [];
  if (!isText(vip['subnet']) && !isText(vip['network']))
    issues.push({
      field: 'vip',
      expected: 'subnet or network, from which the balancer gets its address',
      found: value['vip'] === undefined ? 'nothing' : 'neither',
      hint: 'or loadbalancer and pool.id, for a load balancer that exists',
    });
  const { address } = vip;
  if (isText(address) && isIP(address) === 0)
    issues.push({ field: 'vip.address', expected: 'an IP address', found: quoteValue(address) });
  for (const [field, found] of [
    ['pool.id', pool['id']],
    ['health_monitor.id', isJsonObject(monitor) ? monitor['id'] : undefined],
  ] as const)
    if (isText(found))
      issues.push({ field, expected: 'nothing, without loadbalancer', found: quoteValue(found) });
  return [...issues, ...persistenceIssues(mapIn(pool, 'session_persistence')), ...monitorIssues(monitor)];
}

function persistenceIssues(persistence: JsonObject): Issue[] {
  const { type, cookie_name: cookie } = persistence;
  if (type !== 'APP_COOKIE' || isText(cookie)) return [];
  const field = 'pool.session_persistence.cookie_name';
  return [{ field, expected: 'the name of the cookie, for APP_COOKIE', found: 'nothing' }];
}

function monitorIssues(monitor: Json | undefined): Issue[] {
  if (!isJsonObject(monitor)) return [];
  const { delay, timeout, url_path: path } = monitor as { delay: number; timeout: number; url_path?: string };
  const issues: Issue[] = [];
  if (timeout > delay)
    issues.push({
      field: 'health_monitor.timeout',
      expected: `at most delay, ${delay}`,
      found: `${timeout}`,
    });
  if (path !== undefined && !path.startsWith('/'))
    issues.push({ field: 'health_monitor.url_path', expected: 'a path from /', found: quoteValue(path) });
  return issues;
}

/** What the balancer that exists is like, its own operator has decided. */
function ignoredBeside(properties: Json | undefined): Issue[] {
  if (!isJsonObject(properties)) return [];
  const ignored = ['availability_zone', 'flavor_id'].filter((key) => isText(properties[key]));
  return ignored.map((field) => ({
    field,
    expected: 'nothing, with a load balancer that exists',
    found: quoteValue(properties[field] ?? null),
    hint: 'it is not used',
  }));
}

function existingBalancer(value: JsonObject): ExistingBalancer {
  const monitor = mapIn(value, 'health_monitor');
  return {
    kind: 'EXISTING',
    name: value['loadbalancer'] as string,
    poolId: mapIn(value, 'pool')['id'] as string,
    monitorId: textIn(monitor, 'id'),
    vipAddress: textIn(mapIn(value, 'vip'), 'address'),
  };
}

function newBalancer(value: JsonObject): NewBalancer {
  const vip = mapIn(value, 'vip');
  const pool = mapIn(value, 'pool');
  const monitor = value['health_monitor'];
  return {
    kind: 'NEW',
    vip: written({ subnet: vip['subnet'], network: vip['network'] }),
    balancer: written({
      admin_state_up: vip['admin_state_up'],
      vip_address: vip['address'],
      availability_zone: value['availability_zone'],
      flavor_id: value['flavor_id'],
    }),
    listener: written({
      protocol: vip['protocol'],
      protocol_port: vip['protocol_port'],
      connection_limit: vip['connection_limit'],
      admin_state_up: vip['admin_state_up'],
    }),
    pool: written({
      lb_algorithm: pool['lb_method'],
      protocol: pool['protocol'],
      admin_state_up: pool['admin_state_up'],
      session_persistence: persistenceOf(mapIn(pool, 'session_persistence')),
    }),
    monitor: isJsonObject(monitor) ? monitorBody(monitor) : null,
  };
}

/** Octavia knows no NONE, and takes the name of a cookie with APP_COOKIE only. */
function persistenceOf({ type, cookie_name: cookie }: JsonObject): JsonObject | undefined {
  if (!isText(type) || type === 'NONE') return undefined;
  return type === 'APP_COOKIE' ? { type, cookie_name: cookie ?? null } : { type };
}

/** Octavia refuses what is for HTTP in a monitor of another type. */
function monitorBody({ http_method, url_path, expected_codes, ...others }: JsonObject): JsonObject {
  const rest = Object.fromEntries(Object.entries(others).filter(([key]) => key !== 'id'));
  const isHttp = isText(rest['type']) && rest['type'].startsWith('HTTP');
  return written(isHttp ? { ...rest, http_method, url_path, expected_codes } : rest);
}

/** Without what is absent. */
function written(map: Readonly<Record<string, Json | undefined>>): JsonObject {
  const given = Object.entries(map).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return Object.fromEntries(given);
}

function mapIn(map: JsonObject, key: string): JsonObject {
  const { [key]: inner } = map;
  return isJsonObject(inner) ? inner : {};
}

function textIn(map: JsonObject, key: string): string | null {
  const { [key]: found } = map;
  return isText(found) ? found : null;
}

function isText(found: Json | undefined): found is string {
  return typeof found === 'string' && found !== '';
}
