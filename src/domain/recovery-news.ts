/**
 * What a recovery reports to notifications and metrics: each change of a recovery, as a value of its own that
 * needs nothing else to be read.
 */
import type { RecoveryMode, RecoveryState, RecoveryStepState } from './states.ts';

/**
 * `held`: a gate is closed, or the node cannot be seen. `quarantined`: left alone from here on, until an
 * operator releases it.
 */
export const recoveryNewsEvents = [
  'opened',
  'held',
  'step_ended',
  'recovered',
  'self_healed',
  'exhausted',
  'cancelled',
  'quarantined',
] as const;
export type RecoveryNewsEvent = (typeof recoveryNewsEvents)[number];

/** Of a recovery that was closed. */
export const closingEvents = {
  RECOVERED: 'recovered',
  SELF_HEALED: 'self_healed',
  EXHAUSTED: 'exhausted',
  CANCELLED: 'cancelled',
} as const satisfies Record<Exclude<RecoveryState, 'OPEN'>, RecoveryNewsEvent>;

/** Times are milliseconds since 1970. */
export interface RecoveryNews {
  readonly event: RecoveryNewsEvent;
  readonly at: number;
  readonly reason: string;
  readonly recovery: {
    readonly id: string;
    readonly state: RecoveryState;
    readonly mode: RecoveryMode;
    readonly policyId: string | null;
    readonly failedAt: number;
    readonly openedAt: number;
    readonly closedAt: number | null;
  };
  readonly cluster: { readonly id: string; readonly name: string } | null;
  readonly node: { readonly id: string; readonly name: string };
  readonly failure: { readonly class: string; readonly reason: string };
  /** Of `opened`: an earlier recovery of this same failure has ended without helping. */
  readonly isAgain: boolean;
  /** Of `held`: the gate that is closed; null where it is the node itself. */
  readonly gate: string | null;
  /** Of `step_ended`. */
  readonly step: EndedStep | null;
}

export interface EndedStep {
  readonly name: string;
  readonly item: string;
  readonly purpose: string;
  readonly attempt: number;
  readonly state: RecoveryStepState;
  /** null: it ended without having begun. */
  readonly startedAt: number | null;
  readonly endedAt: number;
}
