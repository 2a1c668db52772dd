import { expect, test } from 'vitest';
import { healthPolicy, workflow } from '../../test/support/health-policies.ts';
import { chainFacts, type ChainFacts } from './chain.ts';
import { whatFollows } from './what-follows.ts';

const now = 1_800_000_000_000;

function factsOf(
  recovery: NonNullable<Parameters<typeof healthPolicy>[0]>['recovery'],
  class_ = 'HOST_DOWN',
) {
  const facts: ChainFacts = chainFacts(healthPolicy({ recovery: recovery ?? {} }), {
    startedAt: now,
    failure: { class: class_, reason: 'x' },
    manual: null,
    exhaustedAt: [now - 1000],
    relapse: null,
  });
  return facts;
}

const ladder = {
  strategy: 'ESCALATE',
  actions: [
    { name: 'REBOOT', attempts: 2, before: [workflow('drain')], after: [workflow('attach')] },
    { name: 'REBUILD', when: { failure: ['SERVER_ERROR'] } },
    { name: 'RECREATE' },
  ],
  on_success: [workflow('announce')],
  on_exhausted: [workflow('page')],
  retry: { episodes: 2, window: 3600, delay: 60 },
};

test.each([
  ['actions[0].before[0]', 'before', 1, 'REBOOT', /^REBOOT is not run, then RECREATE$/],
  ['actions[0]', 'action', 1, 'WORKFLOW attach, then RECOVERED, then WORKFLOW announce', /^attempt 2 of 2$/],
  // REBUILD is for another failure.
  ['actions[0]', 'action', 2, 'WORKFLOW attach, then RECOVERED, then WORKFLOW announce', /^RECREATE$/],
  [
    'actions[0]',
    'verification',
    1,
    'WORKFLOW attach, then RECOVERED, then WORKFLOW announce',
    /^attempt 2 of 2$/,
  ],
  [
    '(chain)',
    'verification',
    1,
    'RECOVERED, then WORKFLOW announce',
    /^EXHAUSTED, then WORKFLOW page, then the node is quarantined \(recovery 2 of 2 /,
  ],
  ['actions[0].after[0]', 'after', 1, 'RECOVERED, then WORKFLOW announce', /^a warning, then RECOVERED/],
  [
    'actions[2]',
    'action',
    1,
    'RECOVERED, then WORKFLOW announce',
    /^EXHAUSTED, then WORKFLOW page, then the node is quarantined \(recovery 2 of 2 /,
  ],
] as const)('%s (%s, attempt %i): %s', (item, purpose, attempt, ifItHelps, ifItFails) => {
  const following = whatFollows(factsOf(ladder), { item, purpose, attempt }, now);
  expect(following?.ifItHelps).toBe(ifItHelps);
  expect(following?.ifItFails).toMatch(ifItFails);
});

test('a chain runs its next item after a success, and stops at a failure; without retry no limit is set', () => {
  const facts = factsOf({ actions: [workflow('check'), { name: 'REBUILD' }] });
  expect(whatFollows(facts, { item: 'actions[0]', purpose: 'action', attempt: 1 }, now)).toEqual({
    ifItHelps: 'REBUILD',
    ifItFails: 'EXHAUSTED, then another recovery after 10 s (no limit is set)',
  });
});

test('a step that the chain does not have is followed by nothing that is known', () => {
  const step = { item: 'actions[7]', purpose: 'action', attempt: 1 } as const;
  expect(whatFollows(factsOf(ladder), step, now)).toBeNull();
});
