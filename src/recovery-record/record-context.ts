/** The recovery, the action and the time that a record of decisions is written for. */
import type { Action } from '../domain/model.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { RunningRecovery } from './running-recovery.ts';

export interface RecordContext {
  readonly recovery: RunningRecovery;
  readonly action: Action;
  readonly now: number;
  /** What its last probe found; null: there was none. */
  readonly verdict: Verdict | null;
}
