/**
 * OBSERVE decides what ENFORCE decides on the same trace: the whole of healing lives through the same failure
 * twice, and records the same. Where everything works at once the two traces are the same until the recovery
 * has ended; after it the world is another one, because one of them has recovered it.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import type { FailureClass } from '../../src/domain/verdict.ts';
import type { RecoveryMode } from '../../src/domain/states.ts';
import { recoveryDecisions } from '../../src/store/recovery-decisions.ts';
import { recoverySteps } from '../../src/store/recovery-steps.ts';
import { HealingWorld } from '../support/healing-world.ts';
import { truthOf } from '../support/simulated-cloud.ts';
import { cases, soakTimeout } from '../support/soak.ts';
import { anyHealthPolicy, workflowNames } from './world-arbitraries.ts';

/** What is recorded of the first recovery. */
interface RecoveryTrace {
  readonly decisions: readonly string[];
  readonly steps: readonly string[];
  readonly effects: number;
}

async function live(policy: JsonObject, mode: RecoveryMode, failure: FailureClass): Promise<RecoveryTrace> {
  const world = await HealingWorld.open();
  try {
    for (const name of workflowNames) world.workflows.known.set(name, { ends: 'SUCCESS', takesMs: 0 });
    await world.createCluster(3, { ...policy, mode });
    await world.clock.advance(60_000);
    const made = world.cloud.effects.size;
    world.cloud.break((await world.node('web-2')).id, failure, null);
    // Everything works at once: whatever is done, the node is healthy after it.
    const isTouched = (): boolean => world.cloud.effects.size > made || world.workflows.executions.size > 0;
    world.cloud.see = (_node, server) =>
      isTouched() ? { health: 'healthy', reason: 'runs' } : truthOf(server);
    await world.clock.advance(120_000);
    const { db } = world.store;
    const id = (await world.recoveries())[0]?.id ?? '';
    const [decisions, steps] = [await recoveryDecisions(db, id), await recoverySteps(db, id)];
    const effects = world.cloud.effects.size - made + world.workflows.executions.size;
    expect(world.complaints).toEqual([]);
    return {
      decisions: decisions.map(({ decision, reason }) => `${decision}: ${withoutWitness(reason)}`),
      steps: steps.map((step) => `${step.item} ${step.name} #${step.attempt} ${step.state}`),
      effects,
    };
  } finally {
    await world.close();
  }
}

/**
 * Without what only one of them can say: who says that the node is healthy, it itself or the supposition; and
 * where what was kept is, of which OBSERVE has none.
 */
function withoutWitness(reason: string): string {
  return reason
    .replaceAll(/: (runs|supposed, because mode OBSERVE touches nothing)/g, '')
    .replaceAll(/(; |, )server is kept until [^;]*/g, '');
}

test(
  'what OBSERVE records is what ENFORCE does, and it has no effect',
  { timeout: soakTimeout(60_000) },
  async () => {
    const failure = fc.constantFrom<FailureClass[]>('SERVER_ERROR', 'HOST_DOWN');
    let acted = 0;
    const property = fc.asyncProperty(anyHealthPolicy, failure, async (policy, failed) => {
      const enforced = await live(policy, 'ENFORCE', failed);
      const observed = await live(policy, 'OBSERVE', failed);
      acted += enforced.effects;
      expect(observed).toEqual({ ...enforced, effects: 0 });
    });
    await fc.assert(property, { ...cases(60), interruptAfterTimeLimit: soakTimeout(50_000) });
    expect(acted, 'something was done in some of the traces').toBeGreaterThan(0);
  },
);
