import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { facts } from '../../../test/support/plan-facts.ts';
import { viewOf } from '../../../test/support/plan-view.ts';
import { describeIssue } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { planAction } from '../../plans/action-plans.ts';
import { nodesOf } from '../../plans/cluster-plan.ts';
import type { LookedUp } from '../policy-type.ts';
import { localProcess } from '../../profiles/local-process/local-process.ts';
import type { AffinityPolicy } from './affinity-policy.ts';
import { affinityPolicyType as type } from './affinity-policy-type.ts';

function policy(properties: Json): AffinityPolicy {
  const check = type.check(properties);
  if (!check.ok) throw new Error(check.issues.map(describeIssue).join('\n'));
  return check.value;
}

const data = { AffinityPolicy: { version: '1.0', data: { servergroup_id: 'g1', inherited_group: false } } };

function amended(properties: JsonObject, lookedUp: LookedUp | null = null) {
  const cluster = facts(1);
  const plan = planAction('CLUSTER_SCALE_OUT', cluster, { count: 2 });
  const amendment = type.before?.(viewOf(plan, cluster, policy(properties), { data, lookedUp }));
  if (amendment == null) throw new Error('not amended');
  return 'refused' in amendment
    ? amendment.refused
    : nodesOf(amendment.plan, 'NODE_CREATE').map(({ inputs }) => inputs['placement']);
}

test("it has Senlin's defaults and priority", () => {
  const { properties } = parse(readFileSync('examples/policies/affinity.yaml', 'utf8')) as JsonObject;
  const defaults = { groupName: null, groupPolicy: 'anti-affinity', zone: null, usesDrs: false };
  expect([policy({}), policy(properties ?? null)]).toEqual([defaults, defaults]);
  expect(type).toMatchObject({ priority: 300, singleton: true });
});

test('new nodes get the group, and the zone', () => {
  expect(amended({})).toEqual([{ servergroup: 'g1' }, { servergroup: 'g1' }]);
  expect(amended({ availability_zone: 'az1' })).toEqual([
    { servergroup: 'g1', zone: 'az1' },
    { servergroup: 'g1', zone: 'az1' },
  ]);
});

test('with DRS the host that was looked up is named beside the zone; without it nothing is created', () => {
  const drs = { enable_drs_extension: true };
  expect(amended(drs, { ok: true, found: 'drs-host' })).toEqual([
    { servergroup: 'g1', zone: 'nova:drs-host' },
    { servergroup: 'g1', zone: 'nova:drs-host' },
  ]);
  expect(amended(drs, { ok: false, reason: '403 only for administrators' })).toBe(
    'no vSphere host is known: 403 only for administrators',
  );
});

test('it does not fit processes', () => {
  const misfits = type.checkAgainstProfile(policy({}), localProcess({ dataDir: '/nowhere' }));
  expect(misfits.map(describeIssue)).toEqual([expect.stringMatching(/os\.nova\.server/)]);
});

test('no document makes the check throw', () => {
  fc.assert(fc.property(fc.jsonValue(), (servergroup) => void type.check({ servergroup } as JsonObject)));
});
