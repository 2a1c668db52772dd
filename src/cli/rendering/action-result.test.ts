import { expect, test } from 'vitest';
import { actionResult, planLines } from './action-result.ts';

const planned = (operation: string, names: readonly string[], more: object = {}) => ({
  plan: {
    decisions: [{ by: 'CLUSTER_X', reason: 'from 1 to 2 nodes' }],
    groups: [{ nodes: names.map((name) => ({ id: name, name, operation, reason: '' })), pause: 0 }],
    nodes: names.length,
    ...more,
  },
});
const size = { current: 1, desired: 2, min_size: 0, max_size: -1 };

test.each([
  [
    { action: 'NODE_CHECK', outputs: { health: 'healthy', reason: 'process 7 is running' } },
    ['healthy: process 7 is running'],
  ],
  [
    { action: 'NODE_CHECK', outputs: { health: 'unhealthy', failure: 'HOST_DOWN', reason: 'n1 is down' } },
    ['HOST_DOWN: n1 is down'],
  ],
  [
    { action: 'NODE_RECOVER', outputs: { state: 'RECOVERED', reason: 'REBOOT helped' } },
    ['RECOVERED: REBOOT helped'],
  ],
  [{ action: 'NODE_CREATE', outputs: {} }, []],
  [{ action: 'CLUSTER_CHECK', outputs: { healthy: 2, unhealthy: 0, nodes: [] } }, ['2 of 2 nodes healthy']],
  // Of an earlier version.
  [{ action: 'CLUSTER_CHECK', outputs: {} }, []],
])('of %j', (action, lines) => {
  expect(actionResult({ data: {}, ...action })).toEqual(lines);
});

test('nodes that are created are named; of many the first ones', () => {
  const names = Array.from({ length: 12 }, (_, index) => `web-${index + 1}`);
  const data = planned('NODE_CREATE', names, { size, nodes: 150 });
  expect(actionResult({ action: 'CLUSTER_RESIZE', data, outputs: {} })).toEqual([
    'from 1 to 2 nodes',
    `created: ${names.slice(0, 10).join(', ')} and 140 more`,
  ]);
});

test('nodes that have no name yet are counted, and one reason for all of them is said once', () => {
  const lines = (operation: string, nodes: readonly { name: string | null; reason: string }[]) => {
    const listed = nodes.map((node) => ({ id: node.name, operation, ...node }));
    return planLines({ decisions: [], groups: [{ nodes: listed }], nodes: nodes.length }, 'PLANNED');
  };
  const unnamed = Array.from({ length: 3 }, () => ({ name: null, reason: '' }));
  expect(lines('NODE_CREATE', unnamed)).toEqual(['to create: 3 nodes']);
  const oldest = ['web-1', 'web-2'].map((name) => ({ name, reason: 'the oldest' }));
  expect(lines('NODE_DELETE', oldest)).toEqual(['to remove: web-1, web-2 (each: the oldest)']);
});

test('which nodes are taken side by side is shown, where one operation has several groups', () => {
  const order = (...groups: string[][]) => {
    const shown = groups.map((names) => ({
      nodes: names.map((name) => ({ name, operation: 'NODE_UPDATE', reason: '' })),
    }));
    const plan = { decisions: [], groups: shown, nodes: groups.flat().length };
    return planLines(plan, 'PLANNED').slice(1);
  };
  expect(order(['web-1', 'web-2'], ['web-3', 'web-4'], ['web-5'])).toEqual([
    'group by group: web-1, web-2; web-3, web-4; web-5',
  ]);
  expect(order(['web-1'], ['web-2'])).toEqual(['one after the other']);
  expect(order(['web-1', 'web-2'])).toEqual([]);
});

test('a policy that changed the plan is named, and so is that there was nothing to do', () => {
  const decisions = [
    { by: 'CLUSTER_SCALE_IN', reason: 'from 2 to 1 node' },
    { by: 'keep-two', reason: 'at least 2 nodes' },
  ];
  const data = planned('NODE_DELETE', [], { size: { current: 2, desired: 2 }, decisions, groups: [] });
  expect(actionResult({ action: 'CLUSTER_SCALE_IN', data, outputs: {} })).toEqual([
    '2 nodes, as before',
    '  requested: from 2 to 1 node',
    '  keep-two: at least 2 nodes',
  ]);
  const none = planned('NODE_RECOVER', [], { groups: [] });
  expect(actionResult({ action: 'CLUSTER_RECOVER', data: none, outputs: {} })).toEqual([
    'no node was changed',
  ]);
});
