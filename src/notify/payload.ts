/**
 * The body of a notification: all that a pager needs, without asking back. Its form is documented in
 * docs/howto/receive-notifications.md.
 */
import type { EndedStep, RecoveryNews } from '../domain/recovery-news.ts';
import type { JsonObject } from '../domain/json.ts';

/** @param publicUrl of the API, without a slash at its end; null: not known here. */
export function notificationBody(news: RecoveryNews, publicUrl: string | null): JsonObject {
  const { recovery, cluster, node, failure, reason, gate, step } = news;
  return {
    type: `recovery.${news.event}`,
    timestamp: isoTime(news.at),
    data: {
      cluster: cluster === null ? null : { ...cluster },
      node: { ...node },
      failure: { ...failure },
      reason,
      gate,
      step: step === null ? null : stepBody(step),
      recovery: {
        id: recovery.id,
        state: recovery.state,
        mode: recovery.mode,
        policy_id: recovery.policyId,
        failed_at: isoTime(recovery.failedAt),
        opened_at: isoTime(recovery.openedAt),
        closed_at: isoTimeOrNull(recovery.closedAt),
        url: publicUrl === null ? null : `${publicUrl}/v1/recoveries/${recovery.id}`,
      },
    },
  };
}

function stepBody({ startedAt, endedAt, ...step }: EndedStep): JsonObject {
  return { ...step, started_at: isoTimeOrNull(startedAt), ended_at: isoTime(endedAt) };
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function isoTimeOrNull(milliseconds: number | null): string | null {
  return milliseconds === null ? null : isoTime(milliseconds);
}
