/** What is always true of one recovery, whatever the policy and whatever comes of its steps. */
import fc from 'fast-check';
import { cases } from '../../test/support/soak.ts';
import { describe, expect, test } from 'vitest';
import { anyFates, anyPolicy, eventOf } from '../../test/support/recovery-arbitraries.ts';
import type { Fate } from '../../test/support/recovery-arbitraries.ts';
import type { HealthPolicy } from '../domain/health-policy.ts';
import { chainFacts } from './chain.ts';
import type { ChainEvent, ChainFacts, Decision, StepPlan } from './chain.ts';
import { planChain, runChain } from './plan-chain.ts';
import type { ChainPlan } from './plan-chain.ts';

const runs = cases(1500);
const manual = fc.constantFrom(null, { check: true }, { check: false });
const failureClass = fc.constantFrom('SERVER_ERROR', 'HOST_DOWN', 'REQUESTED');

interface Told {
  readonly facts: ChainFacts;
  readonly history: readonly ChainEvent[];
  readonly plan: ChainPlan;
}

/** A recovery told to its end with fates used over and over; too many questions are an endless story. */
function tellToTheEnd(facts: ChainFacts, fates: readonly Fate[]): Told {
  const history: ChainEvent[] = [];
  const plan = runChain(facts, (act, now) => {
    if (history.length > 5000) throw new Error('this recovery does not end');
    const event = eventOf(act, now, fates[history.length % fates.length] as Fate);
    history.push(event);
    return event;
  });
  return { facts, history, plan };
}

function factsFor(policy: HealthPolicy, failure: string, by: ChainFacts['manual']): ChainFacts {
  return chainFacts(policy, {
    startedAt: 1_000_000,
    failure: { class: failure, reason: 'r' },
    manual: by,
    exhaustedAt: [],
  });
}

const told = fc
  .tuple(anyPolicy, failureClass, manual, anyFates)
  .map(([policy, failure, by, fates]) => tellToTheEnd(factsFor(policy, failure, by), fates));

const decisionsOf = ({ plan }: Told): Decision[] => plan.decisions.map((each) => each.decision);
const keyOf = (step: StepPlan): string => `${step.purpose} ${step.item} #${step.attempt}`;

function always(what: string, holds: (story: Told) => void): void {
  test(what, () => {
    fc.assert(fc.property(told, holds), runs);
  });
}

describe('always', () => {
  always('every recovery ends, and only its last decision is an end', (story) => {
    const kinds = decisionsOf(story).map((decision) => decision.kind);
    expect(kinds.at(-1)).toMatch(/^(close|release)$/);
    expect(kinds.slice(0, -1)).not.toContain('close');
    expect(kinds.slice(0, -1)).not.toContain('release');
  });

  always(
    'nothing runs before the node was seen to be unhealthy, unless an operator asked for that',
    (story) => {
      if (story.facts.manual?.check === false) return;
      const [look] = story.history;
      const seen = look?.kind === 'probed' && look.verdict.health === 'unhealthy';
      if (!seen) expect(decisionsOf(story).filter((decision) => decision.kind === 'run')).toEqual([]);
    },
  );

  always(
    'one thing at a time: a step is finished before the next one runs, and no step runs twice',
    (story) => {
      let open: string | null = null;
      const seen = new Set<string>();
      for (const decision of decisionsOf(story)) {
        if (decision.kind === 'run') {
          expect(open).toBeNull();
          open = keyOf(decision.step);
          expect(seen.has(open)).toBe(false);
          seen.add(open);
        }
        if (decision.kind === 'finish' && open !== null) {
          expect(keyOf(decision.step)).toBe(open);
          open = null;
        }
      }
      expect(open).toBeNull();
    },
  );

  always(
    'an attempt follows only a failure that a retry can help, and never more than the policy allows',
    (story) => {
      const { rules } = story.facts;
      const limits = new Map(
        [
          ...rules.items,
          ...rules.items.flatMap((item) => [...item.before, ...item.after]),
          ...rules.onSuccess,
          ...rules.onExhausted,
        ].map((step) => [step.id, step.attempts]),
      );
      for (const decision of decisionsOf(story)) {
        if (decision.kind === 'run')
          expect(decision.step.attempt).toBeLessThanOrEqual(limits.get(decision.step.item) ?? 0);
      }
      const results = story.history.filter((event) => event.kind === 'ran');
      const steps = decisionsOf(story).flatMap((decision) => (decision.kind === 'run' ? decision.step : []));
      results.forEach((event, index) => {
        if (event.result.ok || event.result.retryable) return;
        expect(
          steps.some(
            (step) => step.item === steps[index]?.item && step.attempt > (steps[index]?.attempt ?? 0),
          ),
        ).toBe(false);
      });
    },
  );

  always('CHAIN never goes on after a failure unless the item says NEXT or GOTO', (story) => {
    const { rules } = story.facts;
    if (rules.strategy !== 'CHAIN') return;
    const actions = decisionsOf(story).filter(
      (decision) => decision.kind === 'finish' && decision.step.purpose === 'action',
    );
    actions.forEach((decision, index) => {
      const next = actions[index + 1];
      if (decision.kind !== 'finish' || decision.state === 'SUCCEEDED' || next?.kind !== 'finish') return;
      const item = rules.items.find((each) => each.id === decision.step.item);
      if (next.step.item !== decision.step.item) expect(item?.onFailure.kind).not.toBe('STOP');
    });
  });

  always(
    'RECOVERED means that the last look after the last action was good, unless the policy does not verify',
    (story) => {
      const recovered = decisionsOf(story).some(
        (decision) => decision.kind === 'settle' && decision.state === 'RECOVERED',
      );
      if (!recovered || story.facts.rules.verify === 'NONE') return;
      const probes = story.history.filter((event) => event.kind === 'probed');
      expect(probes.at(-1)?.verdict.health).toBe('healthy');
    },
  );

  always('the result is settled once, and what is closed is what was settled', (story) => {
    const settled = decisionsOf(story).filter((decision) => decision.kind === 'settle');
    const { next } = story.plan;
    expect(settled.length).toBeLessThanOrEqual(1);
    const [result] = settled;
    if (result?.kind === 'settle') expect(next).toMatchObject({ kind: 'close', state: result.state });
    else
      expect(
        next.kind === 'release' || (next.kind === 'close' && /^(SELF_HEALED|CANCELLED)$/.test(next.state)),
      ).toBe(true);
  });

  always(
    'a crash at any point changes nothing: each part of a history gives the same decisions as the whole',
    (story) => {
      for (
        let length = 0;
        length <= story.history.length;
        length += 1 + Math.floor(story.history.length / 10)
      ) {
        const part = planChain(story.facts, story.history.slice(0, length));
        expect(part.decisions).toEqual(story.plan.decisions.slice(0, part.decisions.length));
      }
      expect(planChain(story.facts, story.history)).toEqual(story.plan);
    },
  );

  always('time never goes back, and every decision says why', (story) => {
    const times = story.plan.decisions.map((each) => each.at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(decisionsOf(story).every((decision) => decision.reason !== '')).toBe(true);
  });
});
