import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { aMember, facts } from '../../../test/support/plan-facts.ts';
import { viewOf } from '../../../test/support/plan-view.ts';
import { describeIssue } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { placementIn } from '../../domain/placement.ts';
import { planAction } from '../../plans/action-plans.ts';
import { nodesOf, type ClusterFacts } from '../../plans/cluster-plan.ts';
import type { LookedUp } from '../policy-type.ts';
import { zonesForNew, zonesToShrink } from './zone-balance.ts';
import { zonePlacementPolicyType as type, type ZonePlacementPolicy } from './zone-placement-policy-type.ts';

function policy(properties: Json): ZonePlacementPolicy {
  const check = type.check(properties);
  if (!check.ok) throw new Error(check.issues.map(describeIssue).join('\n'));
  return check.value;
}

const two = policy({ zones: [{ name: 'az1' }, { name: 'az2' }] });

function inZones(...zones: readonly (string | null)[]): ClusterFacts {
  const members = zones.map((zone, at) => aMember(`web-${at + 1}`, { index: at + 1, zone }));
  return facts(zones.length, { members });
}

function amended(
  action: 'CLUSTER_SCALE_OUT' | 'CLUSTER_SCALE_IN',
  cluster: ClusterFacts,
  count: number,
  lookedUp: LookedUp | null = null,
) {
  const amendment = type.before?.(viewOf(planAction(action, cluster, { count }), cluster, two, { lookedUp }));
  if (amendment == null) throw new Error('not amended');
  return amendment;
}

/** Zones that Nova has, where no policy places nodes in regions. */
function there(...names: string[]): LookedUp {
  return { ok: true, found: { zones: [{ region: null, names }], usual: null } };
}

test("Senlin's example has weight 100 where none is given", () => {
  const { properties } = parse(readFileSync('examples/policies/zone-placement.yaml', 'utf8')) as JsonObject;
  expect(policy(properties ?? null).zones).toEqual([
    { name: 'az1', weight: 200 },
    { name: 'az2', weight: 100 },
    { name: 'az3', weight: 100 },
  ]);
  expect(type).toMatchObject({ priority: 300, singleton: true });
});

test('of zones that are as full by their weights, the one with more nodes loses one', () => {
  const zones = [
    { name: 'az1', weight: 100 },
    { name: 'az2', weight: 300 },
  ];
  const taken = zonesToShrink(zones, new Map(Object.entries({ az1: 1, az2: 3 })), 1);
  expect(Object.fromEntries(taken)).toEqual({ az2: 1 });
});

test.each<[JsonObject, RegExp]>([
  [{}, /^zones: expected one zone at least/],
  [{ zones: [{ weight: 1 }] }, /^zones\[0\]\.name: expected the name of a zone, found nothing/],
  [{ zones: [{ name: 'a' }, { name: 'a' }] }, /^zones\[1\]\.name: expected each zone once/],
  [{ zones: [{ name: 'a', weight: 0 }] }, /^zones\[0\]\.weight: /],
])('%j is refused', (properties, sentence) => {
  const check = type.check(properties);
  expect(check.ok ? [] : check.issues.map(describeIssue)).toEqual([expect.stringMatching(sentence)]);
});

test('new nodes fill the zone that has fewest', () => {
  const amendment = amended('CLUSTER_SCALE_OUT', inZones('az1', 'az1', null), 3);
  if ('refused' in amendment) throw new Error(amendment.refused);
  expect(nodesOf(amendment.plan, 'NODE_CREATE').map((node) => placementIn(node.inputs).zone)).toEqual([
    'az2',
    'az2',
    'az1',
  ]);
  expect(amendment.reason).toBe('2 nodes in zone az2, 1 node in zone az1');
});

test('of zones that are as good, a new node goes where the fewest are', () => {
  const zones = [
    { name: 'az1', weight: 200 },
    { name: 'az2', weight: 100 },
    { name: 'az3', weight: 100 },
  ];
  expect(zonesForNew(zones, new Map(), 5)).toEqual(['az1', 'az2', 'az3', 'az1', 'az1']);
});

test('a zone that Nova does not have takes no node, and without a zone the action is refused', () => {
  const found = amended('CLUSTER_SCALE_OUT', inZones(), 1, there('az2'));
  expect(found).toMatchObject({ reason: '1 node in zone az2; zone az1 is not available in Nova' });
  expect(amended('CLUSTER_SCALE_OUT', inZones(), 1, there())).toEqual({
    refused:
      'there is no zone for new nodes: zone az1 is not available in Nova; zone az2 is not available in Nova',
  });
  expect(amended('CLUSTER_SCALE_OUT', inZones(), 1, { ok: false, reason: 'Nova is away' })).toEqual({
    refused: 'the zones of Nova are not known: Nova is away',
  });
});

test('nodes that serve no one go first, then those of the zone that has most', () => {
  const cluster = inZones('az1', 'az2', 'az2', 'az2');
  const members = [...cluster.members, aMember('bad', { index: 9, zone: 'az1', health: 'FAILED' })];
  const amendment = amended('CLUSTER_SCALE_IN', { ...cluster, members }, 2);
  if ('refused' in amendment) throw new Error(amendment.refused);
  expect(nodesOf(amendment.plan, 'NODE_DELETE').map(({ name }) => name)).toEqual(['bad', 'web-4']);
  expect(amendment).toMatchObject({
    reason: '1 node that serves no one, 1 node from zone az2',
    plan: { leavingShares: [{ from: 'zone az2', count: 1 }] },
  });
});

test('whatever the weights are, all nodes are placed or taken, and the zones stay as near to their shares as can be', () => {
  const weighted = fc.uniqueArray(
    fc.record({ name: fc.string(), weight: fc.integer({ min: 1, max: 1000 }) }),
    {
      selector: ({ name }) => name,
      minLength: 1,
      maxLength: 6,
    },
  );
  fc.assert(
    fc.property(weighted, fc.nat(60), fc.nat(60), (zones, size, shrink) => {
      const placed = zonesForNew(zones, new Map(), size);
      expect(placed).toHaveLength(size);
      const counts = new Map(zones.map(({ name }) => [name, placed.filter((zone) => zone === name).length]));
      const total = zones.reduce((sum, { weight }) => sum + weight, 0);
      for (const { name, weight } of zones)
        expect(Math.abs((counts.get(name) ?? 0) - (size * weight) / total)).toBeLessThan(zones.length);
      const taken = zonesToShrink(zones, counts, Math.min(shrink, size));
      expect([...taken.values()].reduce((sum, each) => sum + each, 0)).toBe(Math.min(shrink, size));
      for (const [name, each] of taken) expect(each).toBeLessThanOrEqual(counts.get(name) ?? 0);
    }),
  );
});

test('no document makes the check throw', () => {
  fc.assert(fc.property(fc.jsonValue(), (zones) => void type.check({ zones } as JsonObject)));
});
