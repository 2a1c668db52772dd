import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { aMember, facts } from '../../../test/support/plan-facts.ts';
import { viewOf } from '../../../test/support/plan-view.ts';
import { describeIssue } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { placementIn } from '../../domain/placement.ts';
import { planAction, type PlannedActionName } from '../../plans/action-plans.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import { nodesOf, type ClusterFacts } from '../../plans/cluster-plan.ts';
import { planNewNode } from '../../plans/make-plan.ts';
import type { LookedUp } from '../policy-type.ts';
import { regionsForNew, regionsToShrink, type WeightedRegion } from './region-balance.ts';
import {
  regionPlacementPolicyType as type,
  type RegionPlacementPolicy,
} from './region-placement-policy-type.ts';

function policy(properties: Json): RegionPlacementPolicy {
  const check = type.check(properties);
  if (!check.ok) throw new Error(check.issues.map(describeIssue).join('\n'));
  return check.value;
}

function inRegions(...regions: readonly (string | null)[]): ClusterFacts {
  const members = regions.map((region, at) => aMember(`web-${at + 1}`, { index: at + 1, region }));
  return facts(regions.length, { members });
}

const catalog: LookedUp = { ok: true, found: { known: ['one', 'two'], usual: 'one' } };

function amended(
  action: PlannedActionName,
  cluster: ClusterFacts,
  inputs: JsonObject,
  value: RegionPlacementPolicy,
  lookedUp: LookedUp = catalog,
) {
  const plan = planAction(action, cluster, inputs);
  return type.before?.(viewOf(plan, cluster, value, { lookedUp })) ?? null;
}

test("Senlin's keys have Senlin's defaults, and its priority", () => {
  const { properties } = parse(readFileSync('examples/policies/region-placement.yaml', 'utf8')) as JsonObject;
  expect(policy(properties ?? null).regions).toEqual([
    { name: 'RegionOne', weight: 200, cap: 150 },
    { name: 'RegionTwo', weight: 100, cap: null },
  ]);
  expect(type).toMatchObject({ name: 'senlin.policy.region_placement', version: '1.0', priority: 200 });
});

test.each<[JsonObject, RegExp]>([
  [{}, /^regions: expected one region at least, found none/],
  [{ regions: [{ weight: 1 }] }, /^regions\[0\]\.name: expected the name of a region, found nothing/],
  [{ regions: ['a', 'a'] }, /^regions\[1\]\.name: expected each region once, found "a"/],
  [{ regions: [{ name: 'a', weight: 0 }] }, /^regions\[0\]\.weight: /],
  [{ regions: [{ name: 'a', cap: -2 }] }, /^regions\[0\]\.cap: /],
])('%j is refused', (properties, sentence) => {
  const check = type.check(properties);
  expect(check.ok ? [] : check.issues.map(describeIssue)).toEqual([expect.stringMatching(sentence)]);
});

test('no document makes the check throw', () => {
  fc.assert(fc.property(fc.jsonValue(), (regions) => void type.check({ regions } as JsonObject)));
});

test('nodes that are in no cloud do not fit', () => {
  const local = { name: 'local.process', version: '1.0' } as Parameters<typeof type.checkAgainstProfile>[1];
  expect(type.checkAgainstProfile(policy({ regions: ['a'] }), local).map(describeIssue)).toEqual([
    expect.stringMatching(/expected nodes in a cloud, found nodes of local.process-1.0/),
  ]);
});

test('of stacks the regions of Heat count, of servers those of Nova', async () => {
  const regionsWith = async (service: string) => (service === 'compute' ? ['one', 'two'] : ['one']);
  const attach = async (nodeService: 'compute' | 'orchestration') =>
    await type.attach?.(
      {
        value: policy({ regions: ['one', 'two'] }),
        cloud: () => ({ session: { regionsWith } }) as unknown as Cloud,
        nodeService,
      } as Parameters<NonNullable<typeof type.attach>>[0],
      { key: '', signal: AbortSignal.timeout(1000) },
      null,
    );
  expect(await attach('compute')).toEqual({ data: {} });
  await expect(attach('orchestration')).rejects.toThrow(
    'regions[1].name: expected a region in which the catalog has Heat: one, found "two"',
  );
});

describe('plans', () => {
  const two = policy({ regions: [{ name: 'one', cap: 3 }, { name: 'two' }] });

  test('new nodes are placed by weight and cap; a node that was placed in none counts where Coppice works', () => {
    const amendment = amended('CLUSTER_SCALE_OUT', inRegions(null, 'one', 'two'), { count: 4 }, two);
    if (amendment === null || 'refused' in amendment) throw new Error(JSON.stringify(amendment));
    expect(amendment.reason).toBe('1 node in region one, 3 nodes in region two');
    const placed = nodesOf(amendment.plan, 'NODE_CREATE').map(
      ({ inputs }) => placementIn(inputs).region_name,
    );
    expect(placed).toEqual(['one', 'two', 'two', 'two']);
  });

  test('caps that leave no room refuse the action, with what each region has', () => {
    const capped = policy({
      regions: [
        { name: 'one', cap: 2 },
        { name: 'two', cap: 1 },
      ],
    });
    expect(amended('CLUSTER_SCALE_OUT', inRegions('one', 'two'), { count: 3 }, capped)).toEqual({
      refused:
        'the caps of the regions leave room for 1 of 3 new nodes: one has 1 of at most 2; two has 1 of at most 1',
    });
  });

  test('a region that left the catalog gets no node; without one, or unknown, the action is refused', () => {
    const one: LookedUp = { ok: true, found: { known: ['one'], usual: 'one' } };
    const out = ['CLUSTER_SCALE_OUT', inRegions(), { count: 1 }] as const;
    expect(amended(...out, two, one)).toMatchObject({
      reason: '1 node in region one; region two is left out: not in the catalog',
    });
    expect(amended(...out, two, { ok: true, found: { known: ['x'], usual: 'x' } })).toEqual({
      refused:
        'there is no region for new nodes: region one is left out: not in the catalog; region two is left out: not in the catalog',
    });
    const found = { known: ['one', 'two'], usual: 'one', away: { one: 'Nova is away there' } };
    expect(amended('CLUSTER_SCALE_OUT', inRegions(), { count: 3 }, two, { ok: true, found })).toMatchObject({
      reason: '3 nodes in region two; region one is left out: Nova is away there',
    });
    expect(amended(...out, two, { ok: false, reason: 'Keystone is away' })).toEqual({
      refused: 'Keystone is away',
    });
  });

  test('nodes that serve no one go first, then those of the regions that have too many', () => {
    const cluster = inRegions('one', 'two', null, 'two', 'two');
    const members = [...cluster.members, aMember('bad', { index: 9, region: 'one', health: 'FAILED' })];
    const amendment = amended('CLUSTER_SCALE_IN', { ...cluster, members }, { count: 2 }, two);
    expect(amendment).toMatchObject({
      reason: '1 node that serves no one, 1 node from region two',
      plan: {
        groups: [
          {
            nodes: [
              { name: 'bad', reason: 'confirmed failed' },
              { name: 'web-5', reason: 'region two gives up one' },
            ],
          },
        ],
      },
    });
  });

  test('named nodes, and a node that its profile has placed, stay as they are', () => {
    const cluster = inRegions('one', 'two');
    expect(amended('CLUSTER_DEL_NODES', cluster, { candidates: ['web-1'] }, two)).toBeNull();
    const plan = planNewNode({ region_name: 'nine' });
    expect(type.before?.(viewOf(plan, cluster, two, { lookedUp: catalog }))).toBeNull();
  });
});

describe('the quotas', () => {
  const senlins: WeightedRegion[] = [
    { name: 'R1', weight: 100, cap: 50 },
    { name: 'R2', weight: 50, cap: 50 },
    { name: 'R3', weight: 30, cap: null },
    { name: 'R4', weight: 20, cap: null },
  ];
  const counts = (...all: number[]) => new Map(all.map((nodes, at) => [`R${at + 1}`, nodes]));

  test.each([
    ['create', counts(2, 2, 2, 1), 5, { R1: 4, R2: 1 }],
    ['create', counts(2, 2, 0, 1), 5, { R1: 3, R2: 1, R3: 1 }],
    ['delete', counts(2, 2, 0, 1), 3, { R2: 2, R4: 1 }],
    ['delete', counts(4, 2, 1, 1), 3, { R2: 1, R3: 1, R4: 1 }],
  ])("are Senlin's: %s", (what, current, nodes, answer) => {
    const allocate = what === 'create' ? regionsForNew : regionsToShrink;
    expect(Object.fromEntries(allocate(senlins, current, nodes))).toEqual(answer);
  });

  test('a region at its cap leaves its share to the others, where Senlin finds no plan', () => {
    const capped = [
      { name: 'R1', weight: 100, cap: 2 },
      { name: 'R2', weight: 100, cap: null },
    ];
    expect(Object.fromEntries(regionsForNew(capped, new Map(), 10))).toEqual({ R1: 2, R2: 8 });
  });

  const weighted = fc.uniqueArray(
    fc.record({
      name: fc.string(),
      weight: fc.integer({ min: 1, max: 1000 }),
      cap: fc.option(fc.nat(30)),
      has: fc.nat(20),
    }),
    { selector: ({ name }) => name, minLength: 1, maxLength: 6 },
  );

  test('whatever weights and caps are: all nodes are placed that have room, and no cap is exceeded', () => {
    fc.assert(
      fc.property(weighted, fc.nat(60), (regions, nodes) => {
        const current = new Map(regions.map(({ name, has }) => [name, has]));
        const placed = regionsForNew(regions, current, nodes);
        const room = regions.reduce(
          (sum, { cap, has }) => sum + (cap === null ? Infinity : Math.max(0, cap - has)),
          0,
        );
        expect([...placed.values()].reduce((sum, each) => sum + each, 0)).toBe(Math.min(nodes, room));
        for (const { name, cap, has } of regions) {
          const added = placed.get(name) ?? 0;
          if (added > 0 && cap !== null) expect(has + added).toBeLessThanOrEqual(cap);
        }
      }),
    );
  });

  test('whatever weights are: without caps no region gets more than its quota, nor gives more than what is over', () => {
    fc.assert(
      fc.property(weighted, fc.nat(60), (regions, nodes) => {
        const current = new Map(regions.map(({ name, has }) => [name, has]));
        const open = regions.map((region) => ({ ...region, cap: null }));
        const weights = regions.reduce((sum, { weight }) => sum + weight, 0);
        const size = regions.reduce((sum, { has }) => sum + has, 0);
        for (const [name, added] of regionsForNew(open, current, nodes)) {
          const quota = ((size + nodes) * (open.find((one) => one.name === name)?.weight ?? 0)) / weights;
          expect((current.get(name) ?? 0) + added).toBeLessThanOrEqual(Math.ceil(quota));
        }
        const going = Math.min(nodes, size);
        const taken = regionsToShrink(regions, current, going);
        expect([...taken.values()].reduce((sum, each) => sum + each, 0)).toBe(going);
        for (const [name, gone] of taken) {
          const quota = ((size - going) * (open.find((one) => one.name === name)?.weight ?? 0)) / weights;
          expect((current.get(name) ?? 0) - gone).toBeGreaterThanOrEqual(Math.floor(quota));
        }
      }),
    );
  });

  test('nodes in other regions go first', () => {
    const current = new Map([...counts(4, 2, 1, 1), ['elsewhere', 2] as const]);
    expect(Object.fromEntries(regionsToShrink(senlins, current, 3))).toMatchObject({ elsewhere: 2 });
  });
});
