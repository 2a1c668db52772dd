import { describe, expect, test } from 'vitest';
import type { Schemas } from '../../client/api-types.ts';
import { fakeApi } from '../../../test/cli/fake-api.ts';
import { run } from '../../../test/cli/run.ts';
import { renderSimulation } from '../rendering/simulation-view.ts';
import { styleFor } from '../rendering/style.ts';

const simulation = {
  attached: true,
  at: '2026-11-22T18:20:00.000Z',
  cluster_id: 'c1',
  mode: 'ENFORCE',
  policy_name: 'web-health',
  supposed: ['every operation works, and helps'],
  unhealthy: 2,
  zone_outages: [{ action: 'HOLD', domain: 'zone', failed: 2, name: 'az1', of: 3 }],
  nodes: [
    {
      id: 'n1',
      already_failed: false,
      name: 'web-1',
      failure: { class: 'HOST_DOWN', reason: 'supposed: HOST_DOWN' },
      decision: 'START',
      reason: 'all gates are open',
      gate: null,
      until: null,
      result: 'RECOVERED',
      steps: [{ item: 'actions[0]', state: 'SUCCEEDED', step: 'REBOOT' }],
      timeline: [
        { at: '2026-11-22T18:20:00.000Z', decision: 'probe', reason: 'probe again' },
        { at: '2026-11-22T18:20:05.000Z', decision: 'close', reason: 'RECOVERED: it is healthy' },
      ],
    },
    {
      id: 'n2',
      already_failed: false,
      name: 'web-2',
      failure: { class: 'HOST_DOWN', reason: 'supposed: HOST_DOWN' },
      decision: 'HOLD',
      reason: 'held: 2 of 4 nodes are unhealthy',
      gate: 'max_unhealthy',
      until: '2026-11-22T18:20:10.000Z',
      result: null,
      steps: [],
      timeline: [],
    },
  ],
};

const path = 'POST /v1/clusters/web/simulate';

describe('policy simulate', () => {
  test('draws what would be decided for each node that fails', async () => {
    await using api = await fakeApi({ [path]: { body: { simulation } } });
    const words = [
      'policy',
      'simulate',
      '-c',
      'web',
      '--fail',
      'web-1=HOST_DOWN',
      '--fail',
      'web-2=HOST_DOWN',
    ];
    const { code, out } = await run(words, { url: api.url });
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'by web-health; 2 nodes would count as unhealthy',
        'supposed: every operation works, and helps',
        'zone az1 would have an outage (2 of its 3 nodes failed): HOLD',
        '',
        'web-1  HOST_DOWN  START  all gates are open',
        '         +0 ms  probe    probe again',
        '          +5 s  close    RECOVERED: it is healthy',
        '  RECOVERED',
        '',
        'web-2  HOST_DOWN  HOLD  held: 2 of 4 nodes are unhealthy',
        '',
      ].join('\n'),
    );
    const failures = [
      { node: 'web-1', class: 'HOST_DOWN' },
      { node: 'web-2', class: 'HOST_DOWN' },
    ];
    expect(api.asked[0]?.body).toEqual({ simulate: { failures } });
  });

  test('hands on the spec of a file, or the name of a policy, and what is supposed', async () => {
    await using api = await fakeApi({ [path]: { body: { simulation } } });
    const file = 'examples/policies/health-escalate.yaml';
    const rest = ['-c', 'web', '--fail', 'web-1=HOST_DOWN', '--failing', 'actions[0]', '--nothing-helps'];
    await run(['policy', 'simulate', file, ...rest], { url: api.url });
    const zones = ['--fail-zone', 'az1', '--fail-zone', 'r=2=PROCESS_EXITED'];
    await run(['policy', 'simulate', 'strict', ...rest, ...zones], { url: api.url });
    expect(api.asked[0]?.body).toMatchObject({
      simulate: { spec: { type: 'senlin.policy.health' }, failing: ['actions[0]'], nothing_helps: true },
    });
    const failZones = [{ name: 'az1' }, { name: 'r=2', class: 'PROCESS_EXITED' }];
    expect(api.asked[1]?.body).toMatchObject({ simulate: { policy_id: 'strict', fail_zones: failZones } });
  });

  test.each([
    [['-c', 'web', '--fail', 'web-1'], 'Expected node=CLASS, such as web-1=HOST_DOWN, found "web-1".'],
  ])('%j is not enough', async (words, message) => {
    const { code, err } = await run(['policy', 'simulate', ...words]);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

test('one node counts as one', () => {
  const text = renderSimulation({ ...simulation, unhealthy: 1 } as Schemas['Simulation'], {
    style: styleFor(false),
    columns: Infinity,
  });
  expect(text.split('\n', 1)).toEqual(['by web-health; 1 node would count as unhealthy']);
});
