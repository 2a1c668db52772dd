/** What the planner of one recovery is given, what it decides, and what came of it: values only. */
import type { Detection, HealthPolicy, RecoveryRules, Retain, VerifyBy } from '../domain/health-policy.ts';
import type { Elsewhere } from '../domain/failure-domain.ts';
import type { JsonObject } from '../domain/json.ts';
import { recreateRules } from './operation-rules.ts';
import type { Relapse } from '../domain/model.ts';
import type { StepPurpose } from '../domain/states.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Failure } from '../domain/health-record.ts';
import type { AfterExhausted } from './retry.ts';

/** What is fixed when a recovery starts. */
export interface ChainFacts {
  readonly startedAt: number;
  /** As it was when the recovery was opened; what the first probe sees replaces it. */
  readonly failure: Failure;
  readonly rules: RecoveryRules;
  readonly detection: Pick<Detection, 'intervalMs' | 'nodeUpdateTimeoutMs'>;
  /** Asked for by an operator. `check`: whether the node is probed first, and left alone if it is healthy. */
  readonly manual: { readonly check: boolean } | null;
  /** When earlier recoveries of this node ended that did not help: EXHAUSTED, or followed by a relapse. */
  readonly exhaustedAt: readonly number[];
  /** What it continues; absent (recorded by an earlier version) or null: nothing. */
  readonly relapse?: Relapse | null;
  /** The node is recreated in another failure domain; absent: where its profile says. */
  readonly elsewhere?: Elsewhere;
  /**
   * How often it was held because it was not confirmed that the old node is gone, or that a new one has a
   * place; absent: never.
   */
  readonly timesUnconfirmed?: number;
}

/** Facts of a recovery that a policy asks for, or an operator who names no operation. */
export function chainFacts(
  policy: HealthPolicy,
  rest: Pick<ChainFacts, 'startedAt' | 'failure' | 'manual' | 'exhaustedAt' | 'relapse' | 'elsewhere'>,
): ChainFacts {
  const rules = rest.elsewhere === undefined ? policy.recovery : recreateRules(policy.recovery);
  return { rules, detection: policy.detection, ...rest };
}

/** One attempt of one item or hook. */
export interface StepPlan {
  /** Where it stands in the chain, or the id that the user gave. */
  readonly item: string;
  readonly name: string;
  readonly purpose: StepPurpose;
  /** From 1. */
  readonly attempt: number;
  readonly params: JsonObject;
  /** For the operation; what is left of it is for the verification. */
  readonly timeoutMs: number;
  /**
   * RECREATE only: make sure that the old node is dead before there is a new one, and how long to wait for
   * its removal.
   */
  readonly replace: {
    readonly fence: boolean;
    readonly deleteTimeoutMs: number;
    readonly force: boolean;
    /** Failure domains in which the new node is not to be. */
    readonly elsewhere?: Elsewhere;
    /** The new one is made beside the old one, which goes once the new one is verified. */
    readonly surge?: boolean;
    /** The old one is stopped and kept for a time, and not removed. */
    readonly retain?: Retain;
  } | null;
}

/** A process, server or stack, as the row of its node names it. */
export type PhysicalObject = { readonly physicalId: string; readonly data: JsonObject };

/** What RECREATE with surge has made, and what the node had then; null: nothing. */
export type Beside = { readonly made: PhysicalObject; readonly old: PhysicalObject | null };

/** Something to do; the answer is a `ChainEvent`. */
export type Act =
  /** Probe the node before anything is touched. */
  | { readonly kind: 'probe'; readonly by: Exclude<VerifyBy, 'NONE'>; readonly reason: string }
  | { readonly kind: 'run'; readonly step: StepPlan; readonly reason: string }
  /** Probe whether the step helped; `step` is null where the whole chain is verified. */
  | {
      readonly kind: 'verify';
      readonly step: StepPlan | null;
      readonly by: Exclude<VerifyBy, 'NONE'>;
      readonly deadline: number;
      /** What is probed instead of what the node has; absent: what the node has. */
      readonly beside?: PhysicalObject;
      readonly reason: string;
    }
  /**
   * The end of a surge. `new`: what was made beside it is the node from here on, in one transaction with this
   * decision, and the old one is removed. `old`: what was made is removed, and the node stays as it was.
   */
  | {
      readonly kind: 'replace';
      readonly step: StepPlan;
      readonly keep: 'new' | 'old';
      /** null: nothing was made, as far as is known; and where it is only supposed to have been. */
      readonly beside: Beside | null;
      readonly reason: string;
    }
  | {
      readonly kind: 'wait';
      readonly until: number;
      readonly before: 'attempt' | 'settling' | 'probe';
      readonly reason: string;
    };

/** Something to record; there is no answer. */
export type ChainNote =
  /** A gate or a rule that does not apply, because an operator asked. */
  | { readonly kind: 'pass'; readonly reason: string }
  /** The first probe has confirmed the failure, as it is now: from here on the node may be touched. */
  | { readonly kind: 'confirm'; readonly failure: Failure; readonly reason: string }
  | { readonly kind: 'skip'; readonly step: StepPlan; readonly reason: string }
  /** A verification begins; `step` is null where the chain as a whole is verified. */
  | {
      readonly kind: 'begin-verification';
      readonly step: StepPlan | null;
      /** No probe begins after it, except for the one that there always is. */
      readonly deadline: number;
      readonly reason: string;
    }
  | {
      readonly kind: 'end-verification';
      readonly step: StepPlan | null;
      readonly state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
      /** What the last probe found. */
      readonly reason: string;
    }
  /** How the operation or workflow of a step ended; whether it helped, its verification says. */
  | {
      readonly kind: 'finish';
      readonly step: StepPlan;
      readonly state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
      readonly output: JsonObject | null;
      readonly reason: string;
    }
  /** The result is certain: the node is healthy again, or nothing helped. Hooks may still follow. */
  | {
      readonly kind: 'settle';
      readonly state: 'RECOVERED' | 'EXHAUSTED';
      readonly reason: string;
      /** The item after which the node was healthy; null: none, or the chain as a whole. */
      readonly helped: string | null;
    }
  /** Nothing is tried: the recoveries before did not help, although they were closed as RECOVERED. */
  | { readonly kind: 'stop'; readonly reason: string };

/** Nothing comes after it. */
export type End =
  | {
      readonly kind: 'close';
      readonly state: 'RECOVERED' | 'SELF_HEALED' | 'EXHAUSTED' | 'CANCELLED';
      readonly reason: string;
      /** What follows EXHAUSTED; null for the other ends, and where an operator asked. */
      readonly next: AfterExhausted | null;
    }
  /**
   * The recovery stays open, held until then, and begins again: nothing was touched and the node cannot be
   * seen; or it is not confirmed that the old node is gone.
   */
  | { readonly kind: 'release'; readonly until: number; readonly reason: string };

export type Decision = Act | ChainNote | End;

/** What came of an act. `cancelled` may answer any act, once what ran has really ended. */
export type ChainEvent =
  | { readonly kind: 'probed'; readonly at: number; readonly verdict: Verdict }
  | { readonly kind: 'ran'; readonly at: number; readonly result: StepResult }
  | { readonly kind: 'waited'; readonly at: number }
  /**
   * `left`: why what was to go could not be removed yet; a later action removes it. null: it is gone, or
   * `kept`: what is kept of it, and until when, in words.
   */
  | { readonly kind: 'replaced'; readonly at: number; readonly left: string | null; readonly kept?: string }
  | { readonly kind: 'cancelled'; readonly at: number; readonly reason: string };

/**
 * `retryable`: whether the same again may work (network, 409, 429, 5xx, out of time), or never (a rejected
 * input, a missing workflow).
 */
export type StepResult =
  | { readonly ok: true; readonly output: JsonObject; readonly beside?: Beside }
  | {
      readonly ok: false;
      readonly reason: string;
      readonly retryable: boolean;
      /** It is not certain that the old node is gone: until it is, there must not be a new one. */
      readonly isUnconfirmed?: true;
      /** Nothing was touched: no host takes the node now. */
      readonly isUnplaced?: true;
    };

/** What came of all attempts of an item or hook, or of one. */
export interface ItemOutcome {
  readonly ok: boolean;
  readonly retryable: boolean;
  /** Whether the node was probed after the operation, whatever was found. */
  readonly verified: boolean;
  /** As in `StepResult`. */
  readonly isUnconfirmed?: true;
  readonly isUnplaced?: true;
  readonly reason: string;
}

export interface TimedDecision {
  readonly at: number;
  readonly decision: Decision;
}
