/** How a cluster and its nodes are, in the words of the wire. Ours, not Senlin's. */
import { z } from 'zod';
import type { ClusterHealth, NodeHealth, OpenNodeRecovery } from '../../requests/cluster-health.ts';
import { recoveryModes, stepPurposes } from '../../domain/states.ts';
import { nextSteps } from '../../recovery/next-up.ts';
import type { BreakerState } from '../../recovery/breaker.ts';
import type { Maintenance } from '../../recovery/gates.ts';
import { milliseconds, millisecondsOrNull } from '../times.ts';
import { id, nullableText, nullableTime, text, time } from './common.ts';

const pauseShape = z.strictObject({
  reason: text,
  until: nullableTime.describe('null: until somebody ends it.'),
});

const failureShape = z.strictObject({ class: text, reason: text });

export const nodeHealthShape = z
  .strictObject({
    detectors: z
      .array(
        z.strictObject({
          detector: text,
          failure: nullableText.describe('The class, where it is unhealthy.'),
          health: z.enum(['healthy', 'unhealthy', 'unknown']),
          reason: text,
          since: time,
        }),
      )
      .describe('What each detection mode saw last, since when.'),
    excluded: pauseShape.nullable().describe('A person took it out of healing.'),
    failure: failureShape.nullable(),
    health: z
      .enum(['HEALTHY', 'SUSPECTED', 'FAILED', 'UNKNOWN'])
      .describe('UNKNOWN: could not be looked at, or was not yet.'),
    id,
    name: text,
    next: z.strictObject({ at: nullableTime, reason: text, what: z.enum(nextSteps) }),
    quarantine: z.strictObject({ reason: text, since: time }).nullable(),
    reason: text,
    recovery: z
      .strictObject({
        id,
        mode: z.enum(recoveryModes),
        opened_at: time,
        reason: text.describe('The last decision.'),
        started_at: nullableTime.describe('null: held.'),
        step: z
          .strictObject({
            attempt: z.int(),
            item: text,
            name: text,
            purpose: z.enum(stepPurposes),
            state: text,
            workflow_name: nullableText,
          })
          .nullable(),
      })
      .nullable(),
    since: nullableTime,
    status: text,
  })
  .meta({ id: 'NodeHealth' });

const count = z.int();

export const clusterHealthShape = z
  .strictObject({
    breaker: z
      .strictObject({
        failures: count,
        state: z.enum(['CLOSED', 'OPEN', 'HALF_OPEN']),
        until: nullableTime.describe('When one recovery is tried.'),
      })
      .nullable(),
    cluster_id: id,
    cluster_name: text,
    counts: z.strictObject({
      desired: count,
      excluded: count,
      failed: count,
      healthy: count,
      missing: count,
      nodes: count,
      quarantined: count,
      recovering: count,
      suspected: count,
      unhealthy: count.describe('What counts against max_unhealthy.'),
      unknown: count,
    }),
    gates: z
      .array(
        z.strictObject({
          gate: text,
          limit: count.nullable(),
          reason: text,
          total: count.nullable(),
          until: time,
        }),
      )
      .describe('What would hold a recovery now; the first one is what holds.'),
    limits: z.strictObject({ max_in_flight: count.nullable(), max_unhealthy: count.nullable() }),
    maintenance: pauseShape
      .extend({
        action: nullableText.describe('The action for which healing rests; null: a person asked for it.'),
      })
      .nullable(),
    nodes: z.array(nodeHealthShape),
    policy: z.strictObject({ enabled: z.boolean(), id, mode: z.enum(recoveryModes), name: text }).nullable(),
  })
  .meta({ id: 'ClusterHealth' });

export function toClusterHealthAnswer(health: ClusterHealth): z.infer<typeof clusterHealthShape> {
  const { cluster, policy, maintenance, breaker, counts, limits, gates, nodes, now } = health;
  return {
    breaker: breaker === null ? null : toBreaker(breaker, now),
    cluster_id: cluster.id,
    cluster_name: cluster.name,
    counts: { ...counts },
    gates: gates.map((gate) => ({ ...gate, until: milliseconds(gate.until) })),
    limits: { max_in_flight: limits.maxInFlight, max_unhealthy: limits.maxUnhealthy },
    maintenance:
      maintenance === null ? null : { ...toPause(maintenance), action: maintenance.action ?? null },
    nodes: nodes.map(toNodeHealthAnswer),
    policy:
      policy === null
        ? null
        : {
            enabled: policy.enabled,
            id: policy.policyId,
            mode: policy.policy.mode,
            name: policy.policyName,
          },
  };
}

function toBreaker(breaker: BreakerState, now: number): z.infer<typeof clusterHealthShape>['breaker'] {
  if (breaker.kind === 'closed') return { failures: breaker.failedAt.length, state: 'CLOSED', until: null };
  const state = now < breaker.until ? 'OPEN' : 'HALF_OPEN';
  return { failures: breaker.failures, state, until: milliseconds(breaker.until) };
}

function toPause({ reason, until }: Maintenance): z.infer<typeof pauseShape> {
  return { reason, until: millisecondsOrNull(until) };
}

export function toNodeHealthAnswer(health: NodeHealth): z.infer<typeof nodeHealthShape> {
  const { node, record, excluded, quarantine, recovery, next } = health;
  return {
    detectors: (record?.detectors ?? []).map(({ detector, verdict, since }) => ({
      detector,
      failure: verdict.health === 'unhealthy' ? verdict.failure : null,
      health: verdict.health,
      reason: verdict.reason,
      since: milliseconds(since),
    })),
    excluded: excluded === null ? null : toPause(excluded),
    failure: record?.failure ?? null,
    health: record?.state ?? 'UNKNOWN',
    id: node.id,
    name: node.name,
    next: { at: millisecondsOrNull(next.at), reason: next.reason, what: next.what },
    quarantine: quarantine && { reason: quarantine.reason, since: milliseconds(quarantine.since) },
    reason: record?.reason ?? 'not looked at since it was last changed',
    recovery: recovery && toOpenRecovery(recovery),
    since: millisecondsOrNull(record?.since ?? null),
    status: node.status,
  };
}

function toOpenRecovery({ id: recoveryId, mode, openedAt, startedAt, reason, step }: OpenNodeRecovery) {
  return {
    id: recoveryId,
    mode,
    opened_at: milliseconds(openedAt),
    reason,
    started_at: millisecondsOrNull(startedAt),
    step: step && {
      attempt: step.attempt,
      item: step.item,
      name: step.name,
      purpose: step.purpose,
      state: step.state,
      workflow_name: step.workflowName,
    },
  };
}
