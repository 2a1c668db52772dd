/** What is known of the health of one node, as the planner decides it and the store keeps it. */
import type { Verdict } from './verdict.ts';

export type HealthState = 'HEALTHY' | 'SUSPECTED' | 'FAILED' | 'UNKNOWN';

export interface DetectorVerdict {
  /** The detection mode's name; with its place in the list where a policy has several of a kind. */
  readonly detector: string;
  readonly verdict: Verdict;
}

export interface Failure {
  readonly class: string;
  readonly reason: string;
}

/** The class of failure where an operator asked and nothing is known to have failed. */
export const requestedByOperator = 'REQUESTED';

/** What is known of one node's health, between rounds. Times in milliseconds. */
export interface HealthRecord {
  readonly state: HealthState;
  readonly since: number;
  readonly reason: string;
  /** The last probe alone, before thresholds. */
  readonly last: Verdict['health'];
  /** Rounds in a row; a round that could not probe counts for neither. */
  readonly failures: number;
  readonly successes: number;
  /** The first failed probe of this failure, and what it is; null where nothing failed. */
  readonly failedAt: number | null;
  readonly failure: Failure | null;
  readonly detectors: readonly (DetectorVerdict & { readonly since: number })[];
  /** The last healthy probe; null: there was none since the node was last changed. */
  readonly healthyAt: number | null;
  readonly probedAt: number;
  readonly probeAgainAt: number;
}
