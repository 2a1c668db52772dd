import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { allRoutes } from '../http/routes.ts';
import type { RouteOptions } from '../http/routes.ts';
import { endpointsInTable, hasRole, requireRole, ruleOf } from './access-rules.ts';

const options = { maxNodesPerCluster: 1000, publicUrl: null, streams: {}, registry: new Registry() };
const routes = allRoutes(options as unknown as RouteOptions);

test('every endpoint has a rule', () => {
  const without = routes.filter((route) => {
    try {
      return ruleOf(route).name === undefined;
    } catch {
      return true;
    }
  });
  expect(without.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
});

test('the table names no endpoint that is not there, and none twice', () => {
  const there = routes.map(({ method, path }) => `${method} ${path}`);
  const missing = endpointsInTable.filter((endpoint) =>
    endpoint.startsWith('* ')
      ? !there.some((one) => one.split(' ')[1]?.startsWith(endpoint.slice(2, -1)))
      : !there.includes(endpoint),
  );
  expect(missing).toEqual([]);
  expect(new Set(endpointsInTable).size).toBe(endpointsInTable.length);
});

test('an endpoint without a rule stops the start', () => {
  expect(() => ruleOf({ method: 'GET', path: '/v1/secrets' })).toThrow('no access rule for GET /v1/secrets');
});

test('what changes something needs a member, and what only reads a reader, or more', () => {
  const changing = routes.filter(({ method }) => method !== 'GET');
  const readable = changing.filter((route) => hasRole(['reader'], ruleOf(route).role));
  expect(readable.map(({ method, path }) => `${method} ${path}`).filter(isNoQuestion)).toEqual([]);
});

/** Checks and simulations are questions with a body; a webhook has its own secret. */
function isNoQuestion(endpoint: string): boolean {
  const isUnsupported = /cron_triggers|event_triggers|code_sources|dynamic_actions|members/.test(endpoint);
  return !/validate$|simulate$|trigger$/.test(endpoint) && !isUnsupported;
}

test('an admin may do what a member may, and a member what a reader may', () => {
  expect([
    hasRole(['admin'], 'member'),
    hasRole(['member'], 'reader'),
    hasRole(['reader'], 'member'),
  ]).toEqual([true, true, false]);
});

test('a rule has the role that the configuration gives it', () => {
  const rule = ruleOf({ method: 'DELETE', path: '/v1/clusters/{cluster}' }, { 'clusters:delete': 'admin' });
  expect(rule).toEqual({ name: 'clusters:delete', role: 'admin' });
  expect(() => requireRole({ roles: ['member'] }, rule)).toThrow(
    'You are not authorized to complete this operation. (clusters:delete needs the role admin, found member)',
  );
});
