/**
 * The outcome of the demo in one value: what `--json` ends with, and what the table at the end is drawn from.
 */
import type { Schemas } from '../../client/api-types.ts';
import { shortTitle } from '../rendering/step-title.ts';
import { readTime } from '../rendering/times.ts';

export interface DemoRecoverySummary {
  readonly node: string;
  readonly failure: string;
  /**
   * Milliseconds from the failure until it was confirmed, and until the node was healthy again; null: it
   * never was.
   */
  readonly detected_ms: number | null;
  readonly recovered_ms: number | null;
  readonly steps: readonly { readonly name: string; readonly attempt: number; readonly state: string }[];
  readonly survived_crash: boolean;
}

export interface Summary {
  readonly ok: boolean;
  readonly nodes: number;
  readonly recoveries: readonly DemoRecoverySummary[];
  /** What was seen from outside of Coppice; empty where it is not ok. */
  readonly proven: readonly string[];
  /** Why it is not ok. */
  readonly problems: readonly string[];
  readonly took_ms: number;
}

/** A failure, and what became of it. Times in milliseconds since 1970. */
export interface DemoRecovery {
  readonly node: string;
  readonly failure: string;
  readonly inflictedAt: number;
  /** undefined: none was opened. */
  readonly recovery: Schemas['Recovery'] | undefined;
  /** When Coppice was killed while this was under way. */
  readonly crashedAt: number | undefined;
}

export function summarizeRecovery({
  node,
  failure,
  inflictedAt,
  recovery,
  crashedAt,
}: DemoRecovery): DemoRecoverySummary {
  const steps = recovery?.steps ?? [];
  const opened = readTime(recovery?.opened_at ?? null);
  const closed = readTime(recovery?.closed_at ?? null);
  const wasOpen = opened !== undefined && crashedAt !== undefined && opened <= crashedAt;
  return {
    node,
    failure,
    detected_ms: opened === undefined ? null : opened - inflictedAt,
    recovered_ms: closed === undefined ? null : closed - inflictedAt,
    steps: steps.filter(isWorthALine).map((step) => ({
      name: shortTitle({ ...step, attempt: 1 }, steps),
      attempt: step.attempt,
      state: step.state,
    })),
    survived_crash: wasOpen && closed !== undefined && closed > crashedAt,
  };
}

/** That a step helped is what its mark is understood to say. */
function isWorthALine({ purpose, state }: Schemas['RecoveryStep']): boolean {
  return purpose !== 'verification' || state !== 'SUCCEEDED';
}
