import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestStore } from '../../../test/support/backends.ts';
import type { TestStore } from '../../../test/support/backends.ts';
import { workflow } from '../../../test/support/health-policies.ts';
import { HealingScene } from '../../../test/support/healing-scene.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ChainEvent, ChainFacts } from '../../recovery/chain.ts';
import { planChain } from '../../recovery/plan-chain.ts';
import { timelineOf } from '../../recovery/timeline.ts';
import { recoveryPlan } from '../../store/recoveries.ts';
import { recoveryDecisions } from '../../store/recovery-decisions.ts';

let opened: TestStore;

beforeEach(async () => {
  opened = await openTestStore();
});

afterEach(() => opened.close());

/** What the healer decides; the chain begins after it. */
const ofTheRound = new Set(['open', 'start', 'hold']);

const ladder = {
  strategy: 'ESCALATE',
  actions: [
    { name: 'REBOOT', timeout: 20, attempts: 2, before: [workflow('drain')] },
    { name: 'RECREATE', timeout: 30, after: [workflow('attach')] },
  ],
  on_success: [workflow('announce')],
  on_exhausted: [workflow('page')],
};

test.each<[string, JsonObject, (scene: HealingScene) => void]>([
  ['that helps', ladder, () => undefined],
  ['whose first rung fails', ladder, (scene) => scene.cloud.fail('reboot web-1')],
  ['that helps nothing', ladder, (scene) => scene.workflows.known.set('drain', { ends: 'ERROR' })],
  ['that only observes', ladder, () => undefined],
])(
  'a recorded recovery %s, planned again from its record, gives the recorded decisions',
  async (what, recovery, prepare) => {
    const mode = what.includes('observes') ? 'OBSERVE' : 'ENFORCE';
    const scene = await HealingScene.prepare(opened.store, 2, recovery, { mode });
    for (const name of ['drain', 'attach', 'announce', 'page']) scene.workflows.known.set(name, {});
    prepare(scene);
    await scene.fail('web-1');
    await scene.round();
    await scene.recover();
    const [found] = await scene.recoveries('web-1');
    const recorded = await recoveryDecisions(scene.store.db, found?.id ?? '');
    const plan = await recoveryPlan(scene.store.db, found?.id ?? '');
    const { facts, history } = plan as unknown as { facts: ChainFacts; history: ChainEvent[] };
    const replayed = timelineOf(planChain(facts, history).decisions);
    expect(history.length).toBeGreaterThan(2);
    expect(replayed).toEqual(
      recorded
        .filter(({ decision }) => !ofTheRound.has(decision))
        .map(({ at, decision, reason }) => ({ at, decision, reason })),
    );
  },
);
