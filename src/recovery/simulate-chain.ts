/**
 * What a recovery would do: the planner's own procedure, run with supposed answers instead of real ones.
 * `simulate` and OBSERVE are this.
 */
import type { Verdict } from '../domain/verdict.ts';
import type { Act, ChainEvent, ChainFacts, StepPlan, StepResult } from './chain.ts';
import { runChain } from './plan-chain.ts';
import type { ChainPlan } from './plan-chain.ts';

export interface Supposition {
  /** How the node looks before anything is touched. */
  readonly firstProbe: Verdict;
  /** How a step ends. */
  step(step: StepPlan): StepResult;
  /** How the node looks after a step; null: after the chain. */
  probe(step: StepPlan | null): Verdict;
}

/** Steps take no time, waits take theirs. */
export function simulateChain(facts: ChainFacts, suppose: Supposition): ChainPlan {
  return runChain(facts, (act, now) => supposedAnswer(act, now, suppose));
}

function supposedAnswer(act: Act, now: number, suppose: Supposition): ChainEvent {
  switch (act.kind) {
    case 'probe':
      return { kind: 'probed', at: now, verdict: suppose.firstProbe };
    case 'verify':
      return { kind: 'probed', at: now, verdict: suppose.probe(act.step) };
    case 'run':
      return { kind: 'ran', at: now, result: suppose.step(act.step) };
    case 'replace':
      return { kind: 'replaced', at: now, left: null };
    case 'wait':
      return { kind: 'waited', at: act.until };
  }
}
