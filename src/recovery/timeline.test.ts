import { expect, test } from 'vitest';
import { healthPolicy } from '../../test/support/health-policies.ts';
import type { Verdict } from '../domain/verdict.ts';
import { chainFacts } from './chain.ts';
import { operationRules } from './operation-rules.ts';
import { simulateChain } from './simulate-chain.ts';
import { timelineOf } from './timeline.ts';

const unhealthy = (reason: string): Verdict => ({ health: 'unhealthy', failure: 'SERVER_ERROR', reason });
const failure = { class: 'SERVER_ERROR', reason: 'ERROR' };

function told(looks: string[], recovery = {}): string[] {
  const policy = healthPolicy({ recovery: { actions: [{ name: 'REBOOT', timeout: 20 }], ...recovery } });
  const facts = chainFacts(policy, { startedAt: 0, failure, manual: null, exhaustedAt: [] });
  const plan = simulateChain(facts, {
    firstProbe: unhealthy('ERROR'),
    step: () => ({ ok: true, output: {} }),
    probe: () => unhealthy(looks.length > 1 ? (looks.shift() ?? '') : (looks[0] ?? '')),
  });
  return timelineOf(plan.decisions).map((each) => `${each.at} ${each.decision} ${each.reason}`);
}

test('a verification is told by what it saw, not by how often it looked', () => {
  expect(told(['ERROR', 'ERROR', 'booting'])).toEqual([
    '0 probe look again before anything is touched',
    '0 confirm still failed: ERROR',
    '0 run REBOOT',
    '0 finish REBOOT: SUCCEEDED, done',
    '0 verify is the node healthy? (by DETECTION)',
    '0 wait not healthy yet: ERROR',
    '1500 wait not healthy yet: booting',
    '20000 end-verification verification of REBOOT: FAILED, the node is still not healthy after 20 s: booting',
    '20000 settle EXHAUSTED: REBOOT: the node is still not healthy after 20 s: booting',
    '20000 close EXHAUSTED: REBOOT: the node is still not healthy after 20 s: booting; if it stays failed, the next recovery begins in 10 s',
  ]);
});

test('quarantine is said at the end', () => {
  expect(told(['ERROR'], { retry: { episodes: 1 } }).at(-1)).toContain(
    '; quarantined until an operator releases it (recovery 1 of 1 within 24 h that did not help)',
  );
});

test('an operation that an operator names is one item, verified as the policy says, without its hooks', () => {
  const policy = healthPolicy({
    recovery: {
      verify: 'NONE',
      node_delete_timeout: 7,
      on_success: [{ name: 'WORKFLOW', params: { workflow_name: 'x' } }],
    },
  });
  expect(operationRules('REBOOT', {}, policy)).toMatchObject({
    items: [{ name: 'REBOOT', params: { type: 'HARD' } }],
    verify: 'NONE',
    nodeDeleteTimeoutMs: 7000,
    onSuccess: [],
  });
  expect(operationRules('REBOOT', { type: 'SOFT' }, null)).toMatchObject({
    items: [{ params: { type: 'SOFT' } }],
    verify: 'STATUS',
  });
});
